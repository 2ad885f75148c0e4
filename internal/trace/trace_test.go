package trace_test

import (
	"errors"
	"testing"
	"time"

	"balcao/internal/trace"
)

func TestBuiltInDaysAreWhole(t *testing.T) {
	for name, want := range map[string]struct{ services, counters, arrivals int }{
		trace.LojaA1: {12, 20, 590}, trace.EspacoB1: {5, 3, 80},
	} {
		d, err := trace.BuiltIn(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Services) != want.services || len(d.Counters) != want.counters || len(d.Arrivals) < want.arrivals {
			t.Errorf("%s: %d services, %d counters, %d arrivals", name, len(d.Services), len(d.Counters), len(d.Arrivals))
		}
		if d.Open != 8*time.Hour+30*time.Minute && name == trace.LojaA1 {
			t.Errorf("%s opens at %s", name, d.Open)
		}
	}
}

func TestBrokenDaysAreNamedByLine(t *testing.T) {
	for _, raw := range []string{"", "{", `{"k":"arr","svc":3}`, `{"k":"svc","id":4}`} {
		if _, err := trace.Parse([]byte(raw)); !errors.Is(err, trace.ErrMalformed) {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func TestEveryBuiltInDayHasItsLog(t *testing.T) {
	for _, name := range []string{trace.LojaA1, trace.LojaA2, trace.EspacoB1, trace.EspacoB2} {
		day, err := trace.BuiltIn(name)
		if err != nil {
			t.Fatal(err)
		}
		events, err := trace.BuiltInLog(name)
		if err != nil {
			t.Fatal(err)
		}
		issued := 0
		for _, e := range events {
			if e.Kind == trace.Issue {
				issued++
			}
		}
		if issued != len(day.Arrivals) || len(day.Bookings) == 0 || day.Policy.Guard != 45*time.Minute {
			t.Errorf("%s: %d issued in the log, %d arrivals, %d bookings, guard %s",
				name, issued, len(day.Arrivals), len(day.Bookings), day.Policy.Guard)
		}
	}
}

func FuzzParseLog(f *testing.F) {
	f.Add([]byte(`{"k":"day"}` + "\n" + `{"e":"issue","t":30607,"id":1,"svc":2,"pr":1}` + "\n" + `{"e":"call","t":30607,"id":1,"ctr":1}`))
	f.Add([]byte(`{"e":3}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		events, err := trace.ParseLog(raw)
		if err != nil && !errors.Is(err, trace.ErrMalformed) {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Kind == "" {
				t.Fatal("an event of no kind")
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"k":"day","branch":"x","open":1,"close":2}` + "\n" + `{"k":"svc","id":0}` + "\n" + `{"k":"arr","t":1,"svc":0}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := trace.Parse(raw)
		if err != nil {
			return
		}
		for _, a := range d.Arrivals {
			if a.Service >= len(d.Services) {
				t.Fatal("arrival for a service that is not there")
			}
		}
	})
}
