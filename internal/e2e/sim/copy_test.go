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

// TestABranchPutBackOnTwoDaysLendsNoRangeTwice is seeds 50231 and 50286 made short: ranges of the second day were lent on
// the first one, out of the block that it went on in, and the copy of the second day knows neither.
func TestABranchPutBackOnTwoDaysLendsNoRangeTwice(t *testing.T) {
	r := lived(t, Config{
		Seed: 50231, Branches: 1, Kiosks: 3, Span: 32 * time.Hour, Tickets: 300, Calm: true,
		Start: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
		spoil: func(w *world) {
			b := w.branches[0]
			w.after(time.Hour, b.copy)
			w.after(5*time.Hour, b.restore)
			w.after(5*time.Hour+10*time.Minute, b.copy)
			for _, k := range b.kiosks {
				w.after(20*time.Hour, func() error { k.child.link.sever(6 * time.Hour); return nil })
			}
			w.after(20*time.Hour, b.restore)
		},
		look: func(w *world) error {
			return w.branches[0].engine.Read(w.ctx, func(d *queue.Day, _ time.Time) {
				if d.Date() != "2026-11-24" || d.Recovered().Block != 2 || d.Recovered().Lends {
					t.Errorf("it is %s, recovered %+v", d.Date(), d.Recovered())
				}
			})
		},
	})
	if r.Restores != 2 || r.Numbered < 250 {
		t.Errorf("only %s", r)
	}
}

// TestPaperTellsABranchWhatItsDiskForgot is seed 50270 made short: the journal loses its last minutes, and so does the guard
// file; a kiosk that prints tells the branch so.
func TestPaperTellsABranchWhatItsDiskForgot(t *testing.T) {
	r := lived(t, Config{
		Seed: 50270, Branches: 1, Kiosks: 3, Span: 3 * time.Hour, Tickets: 120, Calm: true,
		spoil: func(w *world) {
			b := w.branches[0]
			w.after(time.Minute, func() error { b.child.link.sever(3 * time.Hour); return nil }) // headquarters would tell it
			w.after(62*time.Minute, b.copy)
			w.after(64*time.Minute, b.restore) // between two looks of the guard file
		},
		look: func(w *world) error {
			return w.branches[0].engine.Read(w.ctx, func(d *queue.Day, _ time.Time) {
				if d.Recovered().Block != 1 || d.Recovered().Epoch != 0 {
					t.Errorf("recovered %+v", d.Recovered())
				}
			})
		},
	})
	if r.Restores != 1 || r.Numbered < 80 {
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
