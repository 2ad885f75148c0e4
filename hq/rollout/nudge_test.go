package rollout_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"balcao/hq/rollout"
)

// asked is a ledger of nothing that counts how often it is looked at.
type asked struct {
	rollout.Ledger

	times atomic.Int32
}

func (a *asked) Publications(context.Context, int) ([]rollout.Publication, error) {
	a.times.Add(1)
	return nil, nil
}

func (a *asked) Targets(context.Context) ([]rollout.Target, error) { return nil, nil }

func TestWhatAnotherProcessChangedIsLookedAtAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := &asked{}
		d := rollout.NewDesk(ledger, &country{t: t}, func() bool { return true }, time.Now, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); d.Run(ctx) }()
		for n := int32(1); n <= 3; n++ {
			began := time.Now()
			d.Nudge()
			synctest.Wait()
			if ledger.times.Load() != n || !time.Now().Equal(began) {
				t.Errorf("after %d nudges it looked %d times", n, ledger.times.Load())
			}
		}
		stop()
		<-done
	})
}
