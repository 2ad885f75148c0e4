package web

import (
	"testing"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

func TestAWaitStandsAgainstItsTarget(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		wait, target time.Duration
		want         string
	}{
		{15 * time.Minute, 20 * time.Minute, stateOK},
		{15*time.Minute + time.Second, 20 * time.Minute, stateWatch},
		{20 * time.Minute, 20 * time.Minute, stateWatch},
		{20*time.Minute + time.Second, 20 * time.Minute, stateOut},
		{5 * time.Hour, 0, ""},
	} {
		if got := againstTarget(c.wait, c.target); got != c.want {
			t.Errorf("%v of %v = %q, want %q", c.wait, c.target, got, c.want)
		}
	}
}

func TestDurationsDatesAndNamesAreSaidAsPeopleSayThem(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 45 * time.Second: "45 s", 12 * time.Minute: "12 min", time.Hour: "1 h", 94 * time.Minute: "1 h 34 min",
	} {
		if got := span(d); got != want {
			t.Errorf("%v = %q, want %q", d, got, want)
		}
	}
	if got := dayWords("2026-11-23"); got != "segunda-feira, 23 nov. 2026" {
		t.Errorf("day = %q", got)
	}
	if got := dayWords("garbage"); got != "" {
		t.Errorf("no day = %q", got)
	}
	if got := inSentence("Balcão 3"); got != "balcão 3" {
		t.Errorf("label = %q", got)
	}
	if got := inSentence("ATM 3"); got != "ATM 3" {
		t.Errorf("abbreviation = %q", got)
	}
	if got := queueName([]string{"Cartão de Cidadão · pedido", "Cartão de Cidadão · levantamento", "Passaporte"}); got != "Cartão de Cidadão e Passaporte" {
		t.Errorf("queue = %q", got)
	}
}

func TestTheMiddleOfSomeValues(t *testing.T) {
	t.Parallel()
	if got := median([]int{9, 1, 5}); got != 5 {
		t.Errorf("median = %d", got)
	}
	if got := median([]int(nil)); got != 0 {
		t.Errorf("median of nothing = %d", got)
	}
	if got := quantile([]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 90); got != 9 {
		t.Errorf("p90 = %d", got)
	}
	if got := (level{called: 3, within: 2}).percent(); got != 67 {
		t.Errorf("two of three = %d %%", got)
	}
	if got := (level{}).percent(); got != -1 {
		t.Errorf("nothing called = %d", got)
	}
}

func TestDevicesAreSaidInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := painter{w: h.web}
	for _, c := range []struct {
		health            wire.KioskHealth
		name, state, text string
	}{
		{wire.KioskHealth{Node: "L901-K01", Online: true, Devices: map[string]string{"printer": "ready"}}, "Quiosque 1", stateOK, "Em ordem."},
		{wire.KioskHealth{Node: "L901-K12", Online: true, Devices: map[string]string{"printer": "paper_out", "reader": "absent"}}, "Quiosque 12", stateOut, "Impressora sem papel e leitor de cartões não se encontra."},
		{wire.KioskHealth{Node: "L901-K02", Online: true, Devices: map[string]string{"sound": "disconnected"}}, "Quiosque 2", stateOut, "Som desligado."},
		{wire.KioskHealth{Node: "L901-D01", Online: true, Devices: map[string]string{"sound": "of-tomorrow"}}, "Painel 1", stateWatch, "Som of-tomorrow."},
		{wire.KioskHealth{Node: "L901-K03", Online: true, Devices: map[string]string{"log": "quarantined"}}, "Quiosque 3", stateOut, "Registo em quarentena, porque chegou com duas versões: o aparelho trabalha sozinho e nada dele entra até a informática decidir."},
		{wire.KioskHealth{Node: "L901", Online: true, Faces: []string{"touch"}, Unsent: 3}, "Quiosque L901", stateOK, "Em ordem, a enviar 3 registos."},
	} {
		v := p.device(c.health)
		if v.Name != c.name || v.State != c.state || v.Text != c.text {
			t.Errorf("%+v = %+v, want %s, %s, %s", c.health, v, c.name, c.state, c.text)
		}
	}
}

// BenchmarkPaint paints a crowded room: 900 visits that wait, three counters' pages, the board and the
// coordinator's page.
func BenchmarkPaint(b *testing.B) {
	h := newHouse(b)
	services := []queue.ServiceID{"cc-renew", "cc-address", "cc-pickup", "tax", "social"}
	for _, k := range h.web.cfg.Branch().Counters {
		h.do(queue.OpenCounter{Counter: queue.CounterID(k.ID)})
	}
	for i := range 900 { // what the quotas of the demonstration branch allow
		h.ticket(services[i%len(services)], queue.ClassWalkIn)
	}
	keys := []viewKey{{kind: viewBoard}, {kind: viewManager}}
	for _, name := range []string{"marta", "rui", "ana"} {
		h.at(name, map[string]string{"marta": "1", "rui": "2", "ana": "3"}[name])
	}
	for token := range h.web.seats.byToken {
		keys = append(keys, viewKey{kind: viewCounter, token: token})
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.web.paint(b.Context(), keys); err != nil {
			b.Fatal(err)
		}
	}
}
