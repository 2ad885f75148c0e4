package hours_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"balcao/internal/hours"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func weekly(t testing.TB, days string, spans ...string) hours.Weekly {
	t.Helper()
	var w hours.Weekly
	if err := w.Days.UnmarshalText([]byte(days)); err != nil {
		t.Fatal(err)
	}
	w.Spans = spansOf(t, spans...)
	return w
}

func spansOf(t testing.TB, spans ...string) []hours.Span {
	t.Helper()
	var all []hours.Span
	for _, s := range spans {
		var one hours.Span
		if err := one.UnmarshalText([]byte(s)); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

func date(t testing.TB, text string) hours.Date {
	t.Helper()
	d, err := hours.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// loja is open as most Lojas are.
func loja(t testing.TB, place string) hours.Schedule {
	t.Helper()
	s := hours.Schedule{
		Zone: zone(t, place), Calendar: hours.National,
		Levels: []hours.Level{{Weekly: []hours.Weekly{weekly(t, "mon-fri", "08:30-19:30"), weekly(t, "sat", "09:30-15:00")}}},
	}
	if err := s.Municipal.UnmarshalText([]byte("06-12")); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatIsSaidAtAMoment(t *testing.T) {
	s := loja(t, "Europe/Lisbon")
	s.Stop = 15 * time.Minute
	s.Levels[0].Exceptions = []hours.Exception{
		{Date: date(t, "2026-12-24"), Why: hours.Text{"pt": "tolerância de ponto", "en": "public service day off"}},
		{Date: date(t, "2026-12-31"), Spans: spansOf(t, "09:00-13:00")},
	}
	for _, c := range []struct{ at, pt, en string }{
		{"2026-11-23 07:00", "Ainda não abriu. Abre hoje às 08:30.", "Not open yet. Opens today at 08:30."},
		{"2026-11-23 08:30", "Aberto; senhas até às 19:15.", "Open; tickets until 19:15."},
		{"2026-11-23 19:15", "Já não há senhas antes do fecho. Abre amanhã às 08:30.", "No more tickets before closing. Opens tomorrow at 08:30."},
		{"2026-11-23 19:30", "Já fechou hoje. Abre amanhã às 08:30.", "Closed for today. Opens tomorrow at 08:30."},
		{"2026-11-27 20:00", "Já fechou hoje. Abre amanhã às 09:30.", "Closed for today. Opens tomorrow at 09:30."},
		{"2026-11-22 12:00", "Não abre ao domingo. Abre amanhã às 08:30.", "Not open on Sundays. Opens tomorrow at 08:30."},
		{"2026-06-12 10:00", "Encerrado: feriado municipal. Abre amanhã às 09:30.", "Closed: municipal holiday. Opens tomorrow at 09:30."},
		{"2026-04-03 10:00", "Encerrado, feriado: Sexta-feira Santa. Abre amanhã às 09:30.", "Closed, public holiday: Good Friday. Opens tomorrow at 09:30."},
		{"2026-12-24 10:00", "Encerrado: tolerância de ponto. Abre sábado às 09:30.", "Closed: public service day off. Opens on Saturday at 09:30."},
		{"2026-12-31 08:00", "Ainda não abriu. Abre hoje às 09:00.", "Not open yet. Opens today at 09:00."},
		{"2026-12-31 14:00", "Encerrado. Abre sábado às 09:30.", "Closed. Opens on Saturday at 09:30."},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, s.Zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.State(at).Say(); got["pt"] != c.pt || got["en"] != c.en {
			t.Errorf("%s: says %q and %q, want %q and %q", c.at, got["pt"], got["en"], c.pt, c.en)
		}
	}
}

// The night of 29 March 2026: in Lisbon 01:00 becomes 02:00, in Açores 00:00 becomes 01:00. The night of 25 October:
// 02:00 becomes 01:00 again, and 01:00 becomes 00:00.
func TestTheTwoStrangeNights(t *testing.T) {
	for _, c := range []struct {
		zone, date, spans string
		want              string
	}{
		{"Europe/Lisbon", "2026-03-29", "00:00-24:00", "00:00Z+23h0m0s"},
		{"Europe/Lisbon", "2026-03-29", "01:15-01:45", ""}, // never shown by any clock
		{"Europe/Lisbon", "2026-03-29", "00:30-01:30", "00:30Z+30m0s"},
		{"Europe/Lisbon", "2026-03-29", "01:30-03:00", "01:00Z+1h0m0s"},
		{"Europe/Lisbon", "2026-10-25", "00:00-24:00", "23:00Z+25h0m0s"},
		{"Europe/Lisbon", "2026-10-25", "00:30-01:30", "23:30Z+1h0m0s"},
		{"Europe/Lisbon", "2026-10-25", "00:00-01:30 01:30-03:00", "23:00Z+1h30m0s 00:30Z+2h30m0s"},
		{"Atlantic/Azores", "2026-03-29", "00:00-24:00", "01:00Z+23h0m0s"},
		{"Atlantic/Azores", "2026-10-25", "00:00-24:00", "00:00Z+25h0m0s"},
		{"Africa/Luanda", "2026-03-29", "00:00-24:00", "23:00Z+24h0m0s"},
	} {
		s := hours.Schedule{Zone: zone(t, c.zone), Levels: []hours.Level{{Weekly: []hours.Weekly{weekly(t, "sun-sat", strings.Fields(c.spans)...)}}}}
		var got []string
		for _, run := range s.Open(date(t, c.date)) {
			got = append(got, run.From.UTC().Format("15:04Z")+"+"+run.To.Sub(run.From).String())
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s %s %s: open %v, want %s", c.zone, c.date, c.spans, got, c.want)
		}
	}
}

// Law: over two years of days anywhere, what is open never overlaps; the next opening is always in the future and
// really open; what is said to close does.
func TestTwoYearsAnywhere(t *testing.T) {
	for _, place := range []string{"Europe/Lisbon", "Atlantic/Azores", "Atlantic/Madeira", "America/New_York", "Africa/Luanda"} {
		for seed := range uint64(3) {
			dice := rand.New(rand.NewPCG(seed, 7))
			s := random(t, dice, place)
			twoYears(t, fmt.Sprint(place, " ", seed), s, dice)
		}
	}
}

func random(t *testing.T, dice *rand.Rand, place string) hours.Schedule {
	t.Helper()
	s := hours.Schedule{Zone: zone(t, place), Calendar: hours.National, Stop: time.Duration(dice.IntN(3)) * 10 * time.Minute}
	for range 1 + dice.IntN(3) {
		var l hours.Level
		for _, day := range []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} {
			if dice.IntN(4) > 0 {
				l.Weekly = append(l.Weekly, weekly(t, day, randomSpans(dice)...))
			}
		}
		for range 20 {
			e := hours.Exception{Date: date(t, "2026-01-01").Plus(dice.IntN(730))}
			if dice.IntN(2) == 0 {
				e.Spans = spansOf(t, randomSpans(dice)...)
			}
			if !slices.ContainsFunc(l.Exceptions, func(o hours.Exception) bool { return o.Date == e.Date }) {
				l.Exceptions = append(l.Exceptions, e)
			}
		}
		if faults := l.Faults("hours", "exceptions"); len(faults) > 0 {
			t.Fatal(faults)
		}
		s.Levels = append(s.Levels, l)
	}
	return s
}

// randomSpans are one to three spans of a day that do not overlap, often in the hours when clocks are changed.
func randomSpans(dice *rand.Rand) []string {
	var spans []string
	at := dice.IntN(6) * 30
	for range 1 + dice.IntN(3) {
		end := at + 30*(1+dice.IntN(16))
		if end > 24*60 {
			break
		}
		spans = append(spans, hours.Clock(at).String()+"-"+hours.Clock(end).String())
		at = end + 30*dice.IntN(6)
	}
	return spans
}

func twoYears(t *testing.T, name string, s hours.Schedule, dice *rand.Rand) {
	t.Helper()
	var last time.Time
	for d := date(t, "2026-01-01"); d != date(t, "2028-01-01"); d = d.Plus(1) {
		for _, run := range s.Open(d) {
			if run.From.Before(last) || !run.To.After(run.From) {
				t.Fatalf("%s %s: %v to %v begins before %v ends", name, d, run.From, run.To, last)
			}
			last = run.To
		}
		at := d.Moment(hours.Clock(dice.IntN(24*60)), s.Zone)
		st := s.State(at)
		switch {
		case st.Gives:
			if !st.Until.IsZero() && (!st.Until.After(at) || s.State(st.Until).Gives || st.Last.Before(at)) {
				t.Fatalf("%s %v: open until %v, and then %+v", name, at, st.Until, s.State(st.Until))
			}
		case !st.Next.IsZero():
			if !st.Next.After(at) || !s.State(st.Next).Gives || s.State(st.Next.Add(-time.Millisecond)).Gives {
				t.Fatalf("%s %v: opens %v, and then %+v", name, at, st.Next, s.State(st.Next))
			}
		default:
			t.Fatalf("%s %v: never opens", name, at)
		}
	}
}

func TestHolidaysOfTheLaw(t *testing.T) {
	// Sexta-feira Santa, Páscoa and Corpo de Deus as the Diário da República's calendars have them.
	moving := map[int][3]string{
		2024: {"03-29", "03-31", "05-30"}, 2025: {"04-18", "04-20", "06-19"}, 2026: {"04-03", "04-05", "06-04"},
		2027: {"03-26", "03-28", "05-27"}, 2028: {"04-14", "04-16", "06-15"}, 2038: {"04-23", "04-25", "06-24"}, // Easter on Freedom Day
	}
	for year, want := range moving {
		days := map[string]bool{}
		for d := (hours.Date{Year: year, Month: 1, Day: 1}); d.Year == year; d = d.Plus(1) {
			if _, is := hours.National.Holiday(d); is {
				days[d.String()[5:]] = true
			}
		}
		fixed := []string{"01-01", "04-25", "05-01", "06-10", "08-15", "10-05", "11-01", "12-01", "12-08", "12-25"}
		for _, d := range append(fixed, want[:]...) {
			if !days[d] {
				t.Errorf("%d-%s is no holiday", year, d)
			}
		}
		for _, d := range append(fixed, want[:]...) {
			delete(days, d)
		}
		if len(days) > 0 {
			t.Errorf("%d: holidays too many: %v", year, days)
		}
	}
	if _, is := hours.Azores.Holiday(date(t, "2026-05-25")); !is {
		t.Error("the day of Açores is missing")
	}
	if _, is := hours.Madeira.Holiday(date(t, "2026-07-01")); !is {
		t.Error("the day of Madeira is missing")
	}
	var ascension hours.Municipal
	if err := ascension.UnmarshalText([]byte("easter+39")); err != nil || !ascension.On(date(t, "2026-05-14")) {
		t.Errorf("Ascension Day of 2026 is not 14 May (%v)", err)
	}
}

func TestTheHouseLimitsAndTheServiceDecides(t *testing.T) {
	s := loja(t, "Europe/Lisbon")
	s.Levels = append(s.Levels, hours.Level{Weekly: []hours.Weekly{weekly(t, "mon-fri", "09:00-12:30", "14:00-17:00")}})
	house, own := &s.Levels[0], &s.Levels[1]
	say := func(want string) {
		t.Helper()
		var got []string
		for _, span := range s.Spans(date(t, "2026-12-24")) {
			got = append(got, span.String())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("open %v, want %s", got, want)
		}
	}
	say("09:00-12:30 14:00-17:00")
	house.Exceptions = []hours.Exception{{Date: date(t, "2026-12-24"), Spans: spansOf(t, "10:00-15:00")}}
	say("10:00-12:30 14:00-15:00")
	own.Exceptions = []hours.Exception{{Date: date(t, "2026-12-24"), Spans: spansOf(t, "16:00-22:00")}}
	say("16:00-22:00")
	own.Exceptions[0].Spans = nil
	say("")
}

func TestNothingSaidIsAlwaysOpen(t *testing.T) {
	s := hours.Schedule{Zone: zone(t, "Europe/Lisbon"), Calendar: hours.National, Levels: make([]hours.Level, 3)}
	if st := s.State(time.Date(2026, 12, 25, 3, 0, 0, 0, s.Zone)); !st.Gives || st.Say()["pt"] != "Aberto." || !s.Change(time.Now()).IsZero() {
		t.Errorf("at Christmas: %+v", st)
	}
}

func TestFaultsAreNamedWhereTheyStand(t *testing.T) {
	l := hours.Level{
		Weekly: []hours.Weekly{
			weekly(t, "mon-fri", "08:30-12:00", "11:30-17:00"), weekly(t, "fri", "16:00-18:00", "20:00-19:00", "21:00-21:00"),
			{Spans: spansOf(t, "08:00-09:00")},
			weekly(t, "sun"),
		},
		Exceptions: []hours.Exception{
			{Date: date(t, "2026-12-24"), Spans: spansOf(t, "09:00-13:00", "12:00-14:00")}, {Date: date(t, "2026-12-24")}, {},
		},
	}
	var got []string
	for _, f := range l.Faults("h", "e") {
		got = append(got, f.Key+": "+f.Text)
	}
	want := []string{
		"h[0].spans[1]: 11:30-17:00 overlaps 08:30-12:00 on mon",
		"h[1].spans[0]: 16:00-18:00 overlaps 11:30-17:00 on fri",
		"h[1].spans[1]: 20:00-19:00 runs backward; a span over midnight is two: up to 24:00, and from 00:00 on the next day",
		"h[1].spans[2]: 21:00-21:00 is empty",
		"h[2].days: say on which weekdays, such as mon-fri",
		"h[3].spans: say when it is open, such as 08:30-19:30; leave a closed weekday out",
		"e[0].spans[1]: 12:00-14:00 overlaps 09:00-13:00",
		"e[1].date: 2026-12-24 stands twice",
		"e[2].date: say which date, such as 2026-12-24",
	}
	if !slices.Equal(got, want) {
		t.Errorf("faults:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTheWeekOnADoor(t *testing.T) {
	var got []string
	for _, line := range loja(t, "Europe/Lisbon").Week() {
		got = append(got, line["pt"])
	}
	if want := []string{"Segunda-feira a sexta-feira 08:30–19:30", "Sábado 09:30–15:00"}; !slices.Equal(got, want) {
		t.Errorf("the door says %q, want %q", got, want)
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"08:30-19:30", "mon-fri", "fri-mon,wed", "2026-02-29", "06-13", "easter+39", "24:00", "24:01", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var (
			s hours.Span
			d hours.Days
			m hours.Municipal
			x hours.Date
		)
		if s.UnmarshalText([]byte(text)) == nil {
			var again hours.Span
			if b, _ := s.MarshalText(); again.UnmarshalText(b) != nil || again != s {
				t.Errorf("%q reads %v, written %s", text, s, b)
			}
		}
		if d.UnmarshalText([]byte(text)) == nil {
			var again hours.Days
			if b, _ := d.MarshalText(); again.UnmarshalText(b) != nil || again != d {
				t.Errorf("%q reads %v, written %s", text, d, b)
			}
		}
		if x.UnmarshalText([]byte(text)) == nil && x.String() != text {
			t.Errorf("%q reads %v", text, x)
		}
		_ = m.UnmarshalText([]byte(text))
	})
}
