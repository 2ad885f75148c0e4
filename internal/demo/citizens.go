package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"balcao/internal/machine"
	"balcao/internal/trace"
	"balcao/internal/wire"
	"balcao/kiosk/store"
	"balcao/kiosk/uplink"
)

// traffic lets simulated citizens and clerks come: a day shaped like an example day, again and again, sped up. The
// citizens use kiosks of their own, which speak the real protocol but print nothing, so that the demo's kiosk stays
// free; the clerks use the pages of the counters 3 to 6, so that counters 1 and 2 stay free.
func (d *demo) traffic(ctx context.Context) error {
	day, err := trace.BuiltIn(trace.LojaA1)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	crowd := &crowd{}
	for i := range simulatedKiosks {
		k, err := d.openKiosk(ctx, i)
		if err != nil {
			return err
		}
		g.Go(func() error { return k.run(ctx) })
		crowd.kiosks = append(crowd.kiosks, k)
	}
	g.Go(func() error { return crowd.live(ctx, day, d.opts.speed, d.log) })
	g.Go(func() error { return crowd.keepAppointments(ctx, d.log.Warn) })
	for i, person := range []string{"rui", "ines", "tiago", "sofia"} {
		clerk := newClerk("http://"+d.plan.Branch, person, fmt.Sprint(i+3), d.opts.speed, d.log)
		g.Go(func() error { return clerk.work(ctx) })
	}
	return g.Wait()
}

// simulatedKiosks is how many kiosks the simulated citizens use.
const simulatedKiosks = 2

// simKiosk is a kiosk without a screen or a printer: everything else is real.
type simKiosk struct {
	node   wire.NodeID
	boot   string
	store  *store.Store
	uplink *uplink.Uplink
	log    *slog.Logger
	offer  atomic.Pointer[wire.Offer]
}

func (d *demo) openKiosk(ctx context.Context, i int) (*simKiosk, error) {
	k := &simKiosk{node: wire.NodeID(fmt.Sprintf("L901-K%d", 91+i)), boot: machine.NewBoot(), log: d.log}
	own, err := d.settle(ctx, string(k.node))
	if err != nil {
		return nil, err
	}
	if k.store, err = store.Open(ctx, filepath.Join(d.plan.Dir, fmt.Sprintf("simulated-%s.db", k.node)), machine.Minter()); err != nil {
		return nil, err
	}
	k.uplink, err = uplink.New(uplink.Config{
		Node: k.node, Boot: k.boot, Software: "simulado", Brokers: []string{"tls://" + d.plan.Broker}, TLS: own.Client("L901"),
		Source: k.store, Now: time.Now, Log: d.log,
		OnOffer: func(o wire.Offer) { k.offer.Store(&o) }, OnBoard: func(wire.Board) {}, OnLink: func(bool, time.Time) {},
		Keep: func(string, []byte) {},
	})
	if err != nil {
		_ = k.store.Close()
		return nil, err
	}
	return k, nil
}

// run keeps the kiosk connected and well until ctx ends.
func (k *simKiosk) run(ctx context.Context) error {
	defer k.store.Close()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return k.uplink.Run(ctx) })
	g.Go(func() error {
		every := time.NewTicker(10 * time.Second)
		defer every.Stop()
		for {
			k.uplink.Health(wire.Health{
				Node: string(k.node), Boot: k.boot, Software: "simulado", AtMS: time.Now().UnixMilli(),
				Faces: []string{"touch"}, Devices: map[string]string{"printer": "simulated"}, Unsent: k.uplink.Unsent(),
			})
			select {
			case <-ctx.Done():
				return nil
			case <-every.C:
			}
		}
	})
	return g.Wait()
}

// ticket takes a number for a service the way a kiosk does, paper left out.
func (k *simKiosk) ticket(ctx context.Context, service string, law bool) error {
	class := "walkin"
	if law {
		class = "law"
	}
	request := rand.Text()
	asked := wire.TicketFact{Request: request, Service: service, Class: class, Lang: "pt", Boot: k.boot}
	if _, err := k.store.Ask(ctx, asked, time.Now()); err != nil {
		return err
	}
	k.uplink.Nudge()
	asking, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	reply, err := k.uplink.Reserve(asking, wire.TicketRequest{Request: request, Boot: k.boot, Service: service, Class: class, Lang: "pt"})
	if err != nil || reply.Ticket == nil {
		_ = k.store.End(context.WithoutCancel(ctx), request, store.Abandoned, "", 0, time.Now())
		k.uplink.Nudge()
		return err
	}
	if err := k.store.Begin(ctx, request, *reply.Ticket, time.Now()); err != nil {
		return err
	}
	if err := k.store.End(ctx, request, store.Printed, "", 0, time.Now()); err != nil {
		return err
	}
	k.uplink.Nudge()
	return nil
}

// crowd is the citizens of a simulated day.
type crowd struct {
	kiosks []*simKiosk
}

// live lets a day's citizens come at its pace, sped up; when the day is over it begins again. The branch of the demo
// is smaller than the example's, so a part of them comes.
func (c *crowd) live(ctx context.Context, day trace.Day, speed float64, log *slog.Logger) error {
	const share = 0.35 // four simulated clerks instead of twenty
	dice := mathrand.New(mathrand.NewPCG(7001, 1))
	var coming sync.WaitGroup
	defer coming.Wait()
	for {
		began, first := time.Now(), day.Arrivals[0].At
		for _, a := range day.Arrivals {
			if dice.Float64() > share {
				continue
			}
			due := began.Add(time.Duration(float64(a.At-first) / speed))
			if !pause(ctx, time.Until(due)) {
				return nil
			}
			kiosk := c.kiosks[dice.IntN(len(c.kiosks))]
			service := kiosk.pick(a.Service)
			if service == "" {
				continue
			}
			coming.Go(func() {
				if err := kiosk.ticket(ctx, service, a.Law); err != nil && ctx.Err() == nil {
					log.Warn("a simulated citizen got no ticket", "err", err)
				}
			})
		}
	}
}

// pick chooses the service of the branch that stands for one of the example day's; empty when none can be had.
func (k *simKiosk) pick(example int) string {
	offer := k.offer.Load()
	if offer == nil || len(offer.Services) == 0 {
		return ""
	}
	s := offer.Services[example%len(offer.Services)]
	if s.State != wire.OfferOpen {
		return ""
	}
	return s.ID
}

// pause waits, and reports false if ctx ended meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(max(0, d))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
