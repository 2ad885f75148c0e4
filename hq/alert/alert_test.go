package alert_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/hq/alert"
)

var policy = alert.DefaultPolicy(30 * time.Minute)

// calm is a branch with which nothing is wrong.
func calm() alert.Reading {
	return alert.Reading{
		Branch: "L001", Name: "Loja", District: "Lisboa", Linked: true, Ever: true, Open: true, Counters: 4, Calls: 20, Within: 19,
		ServiceMean: 6 * time.Minute, ServiceLong: 20 * time.Minute, Arrived: 30, LastCalls: 40, Missed: 2, Usual: 0.05,
		SinceIssued: time.Minute, PerHour: 30, Kiosks: []alert.Kiosk{{Name: "Quiosque 1", Prints: true}},
		Boards:  []alert.Board{{Name: "Painel 1", Behind: time.Second}},
		Waiting: line(3), Serving: []alert.Ticket{{Number: "A001", For: 5 * time.Minute}},
	}
}

func line(n int) []alert.Ticket {
	all := make([]alert.Ticket, n)
	for i := range all {
		all[i] = alert.Ticket{Number: fmt.Sprintf("A%03d", i+10), For: time.Duration(n-i) * time.Minute / 2}
	}
	return all
}

func TestEachRuleSpeaksAtItsBoundAndNotBefore(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*alert.Reading)
		want   string
	}{
		{"a calm branch", func(*alert.Reading) {}, ""},
		{"closed", func(r *alert.Reading) { r.Open, r.Counters = false, 0 }, ""},
		{"never connected", func(r *alert.Reading) { r.Linked, r.Ever = false, false }, ""},
		{"gone: nothing else is told", func(r *alert.Reading) { r.Linked, r.Counters, r.Kiosks[0].Prints = false, 0, false }, "offline"},
		{"a log with two contents", func(r *alert.Reading) { r.Forked, r.Counters = true, 0 }, "fork"},
		{"a program too old for headquarters: its figures are not judged", func(r *alert.Reading) { r.Refused, r.Counters = "old", 0 }, "version"},
		{"70 % within", func(r *alert.Reading) { r.Waiting[0].For, r.Calls, r.Within = 16*time.Minute, 10, 7 }, ""},
		{"60 % within", func(r *alert.Reading) { r.Waiting[0].For, r.Calls, r.Within = 16*time.Minute, 10, 6 }, "breach_now"},
		{"60 % within, and nobody waits long any more", func(r *alert.Reading) { r.Waiting[0].For, r.Calls, r.Within = 15*time.Minute, 10, 6 }, ""},
		{"too few calls to tell", func(r *alert.Reading) { r.Waiting[0].For, r.Calls, r.Within = 16*time.Minute, 9, 0 }, ""},
		{"28 % will be late", func(r *alert.Reading) { r.Waiting = fresh(28) }, ""},
		{"more will be late", func(r *alert.Reading) { r.Waiting = fresh(29) }, "breach_ahead"},
		{"late and too late", func(r *alert.Reading) { r.Waiting, r.Within = fresh(40), 0; r.Waiting[0].For = 16 * time.Minute }, "breach_now"},
		{"waits for one and a half guards", func(r *alert.Reading) { r.Waiting[0].For = 90 * time.Minute }, ""},
		{"waits longer", func(r *alert.Reading) { r.Waiting[0].For = 91 * time.Minute }, "stuck"},
		{"a long service", func(r *alert.Reading) { r.Serving[0].For = 2 * time.Hour }, ""},
		{"a service left open", func(r *alert.Reading) { r.Serving[0].For = 121 * time.Minute }, "stuck"},
		{"nobody serves", func(r *alert.Reading) { r.Counters = 0 }, "no_counter"},
		{"nobody serves, nobody waits", func(r *alert.Reading) { r.Counters, r.Waiting = 0, nil }, ""},
		{"load 1.25, and another such hour is borne", func(r *alert.Reading) { r.Arrived, r.Waiting = 50, fresh(10) }, ""},
		{"load 1.275", func(r *alert.Reading) { r.Arrived, r.Waiting = 51, fresh(10) }, "overload"},
		{"10 no-shows of 40", func(r *alert.Reading) { r.Missed = 10 }, ""},
		{"11 no-shows of 40", func(r *alert.Reading) { r.Missed = 11 }, "no_shows"},
		{"two heartbeats missing", func(r *alert.Reading) { r.Kiosks[0].Silent = 89 * time.Second }, ""},
		{"three heartbeats missing", func(r *alert.Reading) { r.Kiosks[0].Silent = 91 * time.Second }, "silent_kiosk"},
		{"after closing nobody misses a kiosk, paper or tickets", func(r *alert.Reading) {
			r.Shut, r.Kiosks[0].Silent, r.Kiosks[0].Prints, r.SinceIssued = true, time.Hour, false, time.Hour
		}, ""},
		{"after closing those inside are not forgotten", func(r *alert.Reading) { r.Shut, r.Counters = true, 0 }, "no_counter"},
		{"23.2 tickets missing", func(r *alert.Reading) { r.SinceIssued = 2784 * time.Second }, ""},
		{"23.6 tickets missing", func(r *alert.Reading) { r.SinceIssued = 2832 * time.Second }, "silent_kiosk"},
		{"one of two cannot print", func(r *alert.Reading) { r.Kiosks = append(r.Kiosks, alert.Kiosk{Name: "Quiosque 2"}) }, "printer"},
		{"no paper hides the silence it causes", func(r *alert.Reading) { r.Kiosks[0].Prints, r.SinceIssued = false, time.Hour }, "no_paper"},
		{"a rule against the law", func(r *alert.Reading) { r.Unlawful = 2 }, "unlawful"},
		{"a rule against the law, at night too", func(r *alert.Reading) { r.Unlawful, r.Open = 1, false }, "unlawful"},
		{"a board 10 s behind", func(r *alert.Reading) { r.Boards[0].Behind = 10 * time.Second }, ""},
		{"a board 11 s behind", func(r *alert.Reading) { r.Boards[0].Behind = 11 * time.Second }, "stale_board"},
	} {
		r := calm()
		c.change(&r)
		var got []string
		for _, f := range alert.Check(r, policy) {
			got = append(got, string(f.Rule))
			if f.Words == "" || !strings.HasSuffix(f.First, ".") {
				t.Errorf("%s: says %q, first %q", c.name, f.Words, f.First)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: found %v, want %s", c.name, got, c.want)
		}
	}
}

// fresh is a line of tickets that were all just taken: with four counters and six minutes each, the twentieth waits 30.
func fresh(n int) []alert.Ticket { return make([]alert.Ticket, n) }

func TestBranchesOfADistrictThatAreGoneTogetherAreOneAlert(t *testing.T) {
	var found []alert.Finding
	for i, district := range []string{"Madeira", "Madeira", "Madeira", "Faro"} {
		r := calm()
		r.Branch, r.District, r.Linked = fmt.Sprint(district, i), district, false
		found = append(found, alert.Check(r, policy)...)
	}
	got := alert.Group(found, func(id string) string { return strings.TrimRight(id, "0123456789") })
	if len(got) != 2 || got[0].Rule != alert.District || got[0].Where != "Madeira" || got[1].Rule != alert.Offline {
		t.Errorf("told %+v, want Madeira once and Faro's branch", got)
	}
}

func TestAnAlertOpensAfterTwoChecksAndClosesAfterTwo(t *testing.T) {
	b, at := alert.NewBook(), time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	f := []alert.Finding{{Rule: alert.BreachNow, Branch: "L001", Degree: alert.Urgent}}
	var told []string
	for i, found := range []bool{true, false, true, true, false, true, false, false, true} {
		var now []alert.Finding
		if found {
			now = f
		}
		opened, closed := b.Check(at.Add(time.Duration(i)*15*time.Second), now)
		for range opened {
			told = append(told, fmt.Sprint(i, " opened"))
		}
		for range closed {
			told = append(told, fmt.Sprint(i, " closed"))
		}
	}
	if want := []string{"3 opened", "7 closed"}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}

func TestAFindingThatMustHoldOpensOnlyThen(t *testing.T) {
	b, at := alert.NewBook(), time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	f := []alert.Finding{{Rule: alert.NoCounter, Branch: "L001", Hold: 3 * time.Minute}}
	for i := range 12 {
		if opened, _ := b.Check(at.Add(time.Duration(i)*15*time.Second), f); len(opened) > 0 {
			t.Fatalf("opened after %d checks", i+1)
		}
	}
	if opened, _ := b.Check(at.Add(3*time.Minute), f); len(opened) != 1 {
		t.Error("did not open after three minutes")
	}
}

// Law: whatever is found when, an alert never opens or closes twice without two checks between that agree.
func TestWhatIsCountedOverAWhileClosesAfterARest(t *testing.T) {
	b, at := alert.NewBook(), time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	found := []alert.Finding{{Rule: alert.NoShows, Branch: "L001", Rest: time.Minute}}
	told := 0
	check := func(after time.Duration, all []alert.Finding) (closed int) {
		at = at.Add(after)
		o, c := b.Check(at, all)
		told += len(o)
		return len(c)
	}
	check(0, found)
	check(15*time.Second, found)
	for range 5 { // at its bound it comes and goes
		for range 4 {
			if check(15*time.Second, nil) > 0 {
				t.Fatal("closed before it has rested")
			}
		}
		check(15*time.Second, found)
	}
	for range 4 {
		check(15*time.Second, nil)
	}
	if check(15*time.Second, nil) != 1 || told != 1 {
		t.Errorf("told %d times, want once, and closed after a minute", told)
	}
}

func TestNothingFlaps(t *testing.T) {
	for seed := range uint64(200) {
		dice := rand.New(rand.NewPCG(seed, 1))
		b, at := alert.NewBook(), time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
		var seen []bool
		open, last := false, -steady
		for i := range 300 {
			seen = append(seen, dice.IntN(2) == 0)
			var found []alert.Finding
			if seen[i] {
				found = []alert.Finding{{Rule: alert.Stuck, Branch: "L001"}}
			}
			opened, closed := b.Check(at.Add(time.Duration(i)*15*time.Second), found)
			if len(opened)+len(closed) == 0 {
				continue
			}
			if len(opened)+len(closed) > 1 || (len(opened) == 1) == open || i-last < steady {
				t.Fatalf("seed %d, check %d: opened %d, closed %d", seed, i, len(opened), len(closed))
			}
			open, last = len(opened) == 1, i
			if seen[i] != open || seen[i-1] != open {
				t.Fatalf("seed %d, check %d: changed without two checks that agree", seed, i)
			}
		}
	}
}

const steady = 2
