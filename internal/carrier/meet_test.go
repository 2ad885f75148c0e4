package carrier_test

import (
	"context"
	"sync/atomic"
	"testing"

	"balcao/internal/broker/brokertest"
	"balcao/internal/carrier"
	"balcao/internal/carrier/carriertest"
	"balcao/internal/wire"
)

const kiosk wire.NodeID = "L017-K03"

// settled waits until a ledger holds an epoch of the kiosk up to a sequence.
func settled(t *testing.T, l *carriertest.Ledger, epoch, hwm uint64) {
	t.Helper()
	eventually(t, "the log to arrive", func() bool {
		p, err := l.Position(t.Context(), kiosk, epoch)
		return err == nil && p.HWM == hwm
	})
}

func TestACompactedLogGoesOnFromItsBase(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		log := carriertest.NewLog(7)
		log.Append(500, "old")
		log.Compact(420)
		for name, held := range map[string]int{"a new disk": 0, "an older copy": 100, "enough": 450} {
			t.Run(name, func(t *testing.T) {
				ledger := carriertest.NewLedger(t)
				if held > 0 {
					whole := carriertest.NewLog(7)
					whole.Append(held, "old")
					_, records := whole.Records()
					for _, batch := range cut(records) {
						if _, err := ledger.AcceptAll(t.Context(), []wire.Batch{{Node: kiosk, Epoch: 7, Prev: (wire.Hash{}).Chain(records[:batch[0].Seq-1]), Records: batch}}); err != nil {
							t.Fatal(err)
						}
					}
				}
				var gone atomic.Uint64
				start(t, newParent(t, b, ledger, func(c *carrier.ParentConfig) {
					c.OnBase = func(_ wire.NodeID, _, held uint64, base wire.Base) { gone.Store(base.Seq - held) }
				}))
				child := newChild(t, b, kiosk, log)
				stop := start(t, child)
				settled(t, ledger, 7, 500)
				end := log.Append(10, "new")
				child.Nudge()
				settled(t, ledger, 7, end)
				stop()
				p, err := ledger.Position(t.Context(), kiosk, 7)
				_, records := log.Records()
				if err != nil || p.Head != (wire.Hash{}).Chain(records) || p.Quarantined {
					t.Errorf("position %+v, %v", p, err)
				}
				want := uint64(max(0, 420-held))
				if gone.Load() != want {
					t.Errorf("told that %d records are gone, want %d", gone.Load(), want)
				}
			})
			log = carriertest.NewLog(7)
			log.Append(500, "old")
			log.Compact(420)
		}
	})
}

// cut makes batches of records.
func cut(records []wire.Record) [][]wire.Record {
	var all [][]wire.Record
	for len(records) > 0 {
		n := min(len(records), wire.MaxBatchEvents)
		all = append(all, records[:n])
		records = records[n:]
	}
	return all
}

func TestAnotherLogOfTheSameLengthIsQuarantinedAndLifted(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		ledger := carriertest.NewLedger(t)
		var forks atomic.Int32
		start(t, newParent(t, b, ledger, func(c *carrier.ParentConfig) {
			c.OnFork = func(wire.NodeID, uint64) { forks.Add(1) }
		}))
		log := carriertest.NewLog(7)
		log.Append(10, "same")
		clone := log.Clone()
		log.Append(5, "mine")
		stop := start(t, newChild(t, b, kiosk, log))
		settled(t, ledger, 7, 15)
		stop()
		clone.Append(5, "other")
		child := newChild(t, b, kiosk, clone)
		start(t, child)
		eventually(t, "the quarantine", func() bool {
			p, err := ledger.Position(t.Context(), kiosk, 7)
			return err == nil && p.Quarantined
		})
		clone.Append(3, "more")
		child.Nudge()
		if err := ledger.Lift(t.Context(), kiosk, 7); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the new epoch", func() bool {
			epoch, records := clone.Records()
			p, err := ledger.Position(t.Context(), kiosk, epoch)
			return err == nil && epoch == 8 && p.HWM == uint64(len(records))
		})
		old, err := ledger.Position(t.Context(), kiosk, 7)
		if err != nil || old.HWM != 15 || !old.Quarantined || forks.Load() != 1 {
			t.Errorf("the old epoch is %+v after %d forks, %v", old, forks.Load(), err)
		}
	})
}

func TestTwoProgramsUnderOneNameAreNoticed(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		clones := make(chan wire.NodeID, 10)
		start(t, newParent(t, b, carriertest.NewLedger(t), func(c *carrier.ParentConfig) {
			c.OnClone = func(n wire.NodeID) { clones <- n }
		}))
		// A node that is only started again and again is no clone.
		for range 4 {
			stop := start(t, newChild(t, b, "L017-K04", carriertest.NewLog(7)))
			stop()
		}
		for range 2 { // the broker lets one of them live at a time, and they push each other out
			start(t, newChild(t, b, kiosk, carriertest.NewLog(7)))
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		select {
		case n := <-clones:
			if n != kiosk {
				t.Errorf("%s is taken for a clone", n)
			}
		case <-ctx.Done():
			t.Error("nobody noticed")
		}
	})
}
