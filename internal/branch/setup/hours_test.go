package setup_test

import (
	"testing"

	"balcao/internal/branch/setup"
)

func TestHoursAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"08:30-19:30": "08:30-19:30", "8h30 às 12h30 e 14h-19h": "08:30-12:30, 14:00-19:00", "das 9 às 17": "09:00-17:00",
		"9:00 – 12:00; 13.30 até 17:00": "09:00-12:00, 13:30-17:00", "fechado": "", "00:00-24:00": "00:00-24:00",
		"25:00-26:00": "!", "de manhã": "!", "9-12 talvez": "!", "08:30": "!",
	} {
		b := setup.Read([]byte(loja)).Branch
		err := setup.Set(&b, "supply/week/sun", value)
		if got := setup.Get(&b, "supply/week/sun"); want != "!" && (err != nil || got != want) || want == "!" && err == nil {
			t.Errorf("%q is read as %q, %v", value, got, err)
		}
		if got := setup.Get(&b, "supply/week/wed"); got != "08:30-19:30" {
			t.Errorf("%q changed another day to %q", value, got)
		}
	}
}

// TestHoursOfAFormLeaveTheRestAlone: one day and one date are changed, and the difference says so in words.
func TestHoursOfAFormLeaveTheRestAlone(t *testing.T) {
	t.Parallel()
	was, b := setup.Read([]byte(loja)).Branch, setup.Read([]byte(loja)).Branch
	for _, set := range [][2]string{
		{"supply/week/wed", "10:00-12:00"}, {"supply/services/cc/quota", "40"}, {"bookings/shares/a/percent", "30"}, {"supply/municipal_holiday", "páscoa+39"},
	} {
		if err := setup.Set(&b, set[0], set[1]); err != nil {
			t.Errorf("%s: %v", set[0], err)
		}
	}
	if _, err := setup.Add(&b, "supply/bodies/irn/exceptions", "24/12/2026", ""); err != nil {
		t.Error(err)
	}
	if _, err := setup.Add(&b, "supply/bodies/irn/exceptions", "2026-12-24", ""); err == nil {
		t.Error("a date was taken twice")
	}
	for _, path := range []string{"supply/services/none/quota", "supply/bodies/none/week/mon", "bookings/shares/none/percent"} {
		if setup.Set(&b, path, "9-12") == nil {
			t.Errorf("%s was taken", path)
		}
	}
	var said []string
	for _, c := range setup.Diff(&was, &b) {
		said = append(said, c.Where+" | "+c.What+" | "+c.Was+" | "+c.Now)
	}
	want := []string{
		"Divisão A | Parte guardada para marcações |  | 30 %",
		"Horário e limites | Horário | Segunda-feira a sexta-feira 08:30–19:30 | Segunda-feira a terça-feira 08:30–19:30; Quarta-feira 10:00–12:00; Quinta-feira a sexta-feira 08:30–19:30",
		"Horário e limites | Feriado municipal | 13/06 | páscoa+39",
		"IRN | Exceção de 24/12/2026 |  | encerrado",
		"Cartão | Senhas por dia sem marcação |  | 40",
	}
	for i, one := range said {
		if i >= len(want) || one != want[i] {
			t.Errorf("said %q", one)
		}
	}
	if len(said) != len(want) {
		t.Errorf("%d changes, want %d", len(said), len(want))
	}
	again := setup.Read(setup.Write(&b))
	if len(again.Faults) > 0 {
		t.Error(again.Faults)
	}
	if err := setup.Remove(&b, "bodies/irn"); err != nil || len(b.Supply.Bodies) > 0 {
		t.Errorf("the body left its hours: %+v, %v", b.Supply.Bodies, err)
	}
}
