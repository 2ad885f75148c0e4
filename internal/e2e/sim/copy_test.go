package sim

import (
	"testing"
	"time"

	"balcao/internal/queue"
)

// TestABranchPutBackOverMidnightLivesNoDayTwice is seed 10289 made short: after midnight the branch is put back from a copy
// of the evening, and its clock stands before midnight again. Numbers of the new Day are in people's hands.
func TestABranchPutBackOverMidnightLivesNoDayTwice(t *testing.T) {
	r := lived(t, Config{
		Seed: 10289, Branches: 1, Kiosks: 2, Span: 5 * time.Hour, Tickets: 150, Calm: true,
		Start: time.Date(2026, 11, 24, 22, 0, 0, 0, time.UTC),
		spoil: func(w *world) {
			b := w.branches[0]
			w.after(time.Hour, b.copy)
			w.after(150*time.Minute, func() error {
				b.ahead = -48 * time.Minute
				return b.restore()
			})
		},
		look: func(w *world) error {
			return w.branches[0].engine.Read(w.ctx, func(d *queue.Day, _ time.Time) {
				if d.Date() != "2026-11-25" || d.Recovered().Block != 1 || d.Recovered().Lends {
					t.Errorf("it is %s, recovered %+v", d.Date(), d.Recovered())
				}
			})
		},
	})
	if r.Restores != 1 || r.Numbered < 100 {
		t.Errorf("only %s", r)
	}
}

// TestTheWitnessCountsWhoHoldsAPaper: somebody whose kiosk had another clock, and who did not come, was called (seed 10204);
// a number that no paper says was nobody's (seed 10123).
func TestTheWitnessCountsWhoHoldsAPaper(t *testing.T) {
	x := newWitness(nil)
	x.fates["r"] = &fate{number: "A6500", moved: true}
	missed := queue.Visit{Request: "r", Number: queue.Number{Prefix: "A", N: 6500}, State: queue.StateNoShow, Inaccurate: true}
	if !x.valid(missed) {
		t.Error("who holds the paper counts for nobody")
	}
	if missed.Number.N = 2; x.valid(missed) {
		t.Error("a number that nobody held counts")
	}
	if missed.Inaccurate = false; !x.valid(missed) {
		t.Error("a number that was not superseded counts for nobody")
	}
}

// TestTheWitnessAsksNobodyForWhatALostKioskAloneKnew: a paper that was given alone moments before its kiosk was put back
// from an old copy is known to nobody (seed 10245); one that the branch had heard of has to be.
func TestTheWitnessAsksNobodyForWhatALostKioskAloneKnew(t *testing.T) {
	x := newWitness(nil)
	b := &branchNode{program: &program{name: "L001"}}
	k := &kiosk{program: &program{name: "L001-K01"}, branch: b}
	x.fates["told"] = &fate{kiosk: k, number: "A6500", moved: true}
	x.fates["untold"] = &fate{kiosk: k, number: "A6501", moved: true}
	x.journaled(b, []queue.Entry{
		{Event: queue.Reserved{Request: "told", Number: queue.Number{Prefix: "A", N: 6500}}},
		{Event: queue.Reserved{Request: "untold", Number: queue.Number{Prefix: "A", N: 2}}},
	})
	x.forgets(k.program)
	if x.fates["told"].wiped || !x.fates["untold"].wiped {
		t.Errorf("told %t, untold %t", x.fates["told"].wiped, x.fates["untold"].wiped)
	}
}
