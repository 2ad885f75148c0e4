package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"balcao/kiosk/store"
)

// keeper writes the last of what the branch told everybody to disk, now and then: it is wanted after a restart only,
// and must not stand in the way of a ticket.
type keeper struct {
	store *store.Store
	every time.Duration
	log   *slog.Logger
	rung  chan struct{} // one is enough: it says "look"
	spare func() bool   // nothing is written while it says so; nil is never

	mu     sync.Mutex
	latest map[string][]byte // not yet written
}

func newKeeper(s *store.Store, every time.Duration, log *slog.Logger) *keeper {
	return &keeper{store: s, every: every, log: log, rung: make(chan struct{}, 1), latest: map[string][]byte{}}
}

// keep takes a payload to be written under a name; the last one wins.
func (k *keeper) keep(name string, payload []byte) {
	k.mu.Lock()
	k.latest[name] = payload
	k.mu.Unlock()
	select {
	case k.rung <- struct{}{}:
	default:
	}
}

// run writes at most once in a while, and what is left at the end.
func (k *keeper) run(ctx context.Context) error {
	pause := time.NewTimer(0)
	defer pause.Stop()
	<-pause.C
	for {
		ended := false
		select {
		case <-ctx.Done():
			ended = true
		case <-k.rung:
		}
		k.write(ctx)
		if ended { // before this write began: what came while the one before it went on is in it
			return nil
		}
		pause.Reset(k.every)
		select {
		case <-pause.C:
		case <-ctx.Done():
		}
	}
}

// keepPatience is how long a slow disk may take to keep what the branch said, also at the end of the program.
const keepPatience = 10 * time.Second

func (k *keeper) write(ctx context.Context) {
	if k.spare != nil && k.spare() {
		return // the newest stays in memory, and is written once there is room
	}
	k.mu.Lock()
	latest := k.latest
	k.latest = map[string][]byte{}
	k.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepPatience)
	defer cancel()
	var errs []error
	for name, payload := range latest {
		errs = append(errs, k.store.Keep(ctx, name, payload))
	}
	if err := errors.Join(errs...); err != nil {
		k.log.Warn("what the branch said is not kept", "err", err) // it says it again
	}
}
