package app

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"balcao/internal/identity"
	"balcao/internal/seal"
	"balcao/internal/wire"
)

// orderGate follows only what the branch has signed for this kiosk, each once. What it refuses is told in the log, and as
// a fact to the branch and headquarters.
type orderGate struct {
	app  *App
	gate *identity.Gate

	mu      sync.Mutex
	refused map[string]*refusedOrders // by reason
	news    chan struct{}
}

// refusedOrders is how often one reason was given since it was told last.
type refusedOrders struct {
	n    int
	told time.Time
}

// orderFloor is the name under which the highest number of an order is kept.
const orderFloor = "order-number"

// alertEvery is the shortest time between two facts of one reason: whoever forges orders does not fill the log.
const alertEvery = 10 * time.Minute

func newOrderGate(a *App) (*orderGate, error) {
	ctx, cancel := context.WithTimeout(context.Background(), keepPatience)
	defer cancel()
	kept, err := a.store.Kept(ctx, orderFloor)
	if err != nil {
		return nil, fmt.Errorf("read the number of the last order: %w", err)
	}
	floor, err := strconv.ParseUint(string(kept), 10, 64)
	if err != nil && kept != nil {
		return nil, fmt.Errorf("read the number of the last order: %w", err)
	}
	return &orderGate{
		app: a, refused: map[string]*refusedOrders{}, news: make(chan struct{}, 1),
		gate: identity.NewGate(identity.GateConfig{
			Own: a.own, Kind: wire.KindOrder, From: wire.NodeID(a.cfg.Node).Parent(), Floor: floor,
			Plain: a.cfg.Branch.PlainOrders, Now: a.clock.Steady,
			Keep: func(ctx context.Context, highest uint64) error {
				return a.store.Keep(ctx, orderFloor, strconv.AppendUint(nil, highest, 10))
			},
		}),
	}, nil
}

// open returns an order that is to be followed.
func (g *orderGate) open(raw []byte, signed bool) ([]byte, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	order, err := g.gate.Open(ctx, raw, signed)
	switch {
	case err == nil:
		return order, true
	case errors.Is(err, seal.ErrRepeat):
	case errors.Is(err, identity.ErrNotKept):
		g.app.log.Warn("an order waits for the disk", "err", err) // it is repeated
	default:
		g.refuse(seal.Reason(err))
	}
	return nil, false
}

func (g *orderGate) refuse(why string) {
	g.mu.Lock()
	r := g.refused[why]
	if r == nil {
		r = &refusedOrders{}
		g.refused[why] = r
	}
	r.n++
	g.mu.Unlock()
	select {
	case g.news <- struct{}{}:
	default:
	}
}

// due returns the refusals that are to be told now, and when there may be more.
func (g *orderGate) due(now time.Time) (facts []wire.SecurityFact, again time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for why, r := range g.refused {
		switch wait := alertEvery - now.Sub(r.told); {
		case r.n == 0:
		case wait > 0 && !r.told.IsZero():
			if again == 0 || wait < again {
				again = wait
			}
		default:
			facts = append(facts, wire.SecurityFact{What: wire.KindOrder, Why: why, N: r.n})
			r.n, r.told = 0, now
		}
	}
	return facts, again
}

// run tells what was refused.
func (g *orderGate) run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-g.news:
		case <-timer.C:
		}
		facts, again := g.due(g.app.clock.Steady())
		for _, f := range facts {
			g.app.log.Error("an order was refused: it is not to be believed", "why", f.Why, "count", f.N)
			if err := g.app.store.Note(ctx, wire.TypeSecurityAlert, f, g.app.clock.Now()); err != nil && ctx.Err() == nil {
				g.app.log.Warn("a refused order is not logged", "err", err)
			}
			g.app.uplink.Nudge()
		}
		if again > 0 {
			timer.Reset(again)
		}
	}
}
