package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"balcao/internal/carrier"
	"balcao/internal/machine"
	"balcao/internal/mqttlink"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// network lets headquarters see a whole network: simulated branches that report over the real protocol, each with a
// small life of its own. Their ids begin with S and their names say that they are simulated.
func (d *demo) network(ctx context.Context, branches int) error {
	g, ctx := errgroup.WithContext(ctx)
	hashes := fleetHashes()
	for i := range min(branches, maxSimulated) {
		own, err := d.settle(ctx, simName(i))
		switch {
		case ctx.Err() != nil:
			return g.Wait() // ended before everybody was there
		case err != nil:
			return err
		}
		b, err := newSimBranch(i, mqttlink.Config{
			Brokers: []string{"tls://" + d.plan.HQBroker}, KeepAlive: 30 * time.Second, TLS: own.Client(wire.HQName),
		}, d.log)
		if err != nil {
			return err
		}
		b.equip(i, hashes, time.Now())
		g.Go(func() error {
			// They do not all arrive at once.
			if !pause(ctx, time.Duration(i)*10*time.Millisecond) {
				return nil
			}
			return b.run(ctx)
		})
	}
	return g.Wait()
}

// maxSimulated bounds the simulated branches of one demo.
const maxSimulated = 2000

// simBranch is a branch whose queue is a real Day and whose clerks and citizens are dice.
type simBranch struct {
	id    wire.NodeID
	name  string
	size  int // counters
	child *carrier.Child
	dice  *mathrand.Rand

	mu      sync.Mutex
	day     *queue.Day
	records []wire.Record
	heads   []wire.Hash
	epoch   uint64
	minter  func(time.Time) string
	next    int
	fleet   []wire.KioskHealth
	cert    *wire.Certificate
	empty   map[string]int // node → for how many more looks its printer has no paper
	heard   uint64         // facts of kiosks that were logged
}

func simName(i int) string { return fmt.Sprintf("S%03d", i+1) }

func newSimBranch(i int, link mqttlink.Config, log *slog.Logger) (*simBranch, error) {
	minter := machine.Minter()
	b := &simBranch{
		id: wire.NodeID(simName(i)), dice: mathrand.New(mathrand.NewPCG(uint64(i), 11)),
		epoch: minter.MintEpoch(), minter: minter.MintID, size: 1 + i%3, empty: map[string]int{},
	}
	kind := "Espaço Cidadão"
	if i < 31 {
		kind, b.size = "Loja de Cidadão", 6
	}
	b.name = fmt.Sprintf("%s %d (simulação)", kind, i+1)
	b.day = queue.NewDay(b.catalogue(), 0)
	var err error
	b.child, err = carrier.NewChild(carrier.ChildConfig{
		Node: b.id, Boot: machine.NewBoot(), Software: "simulado",
		Link:   link,
		Source: b, Now: time.Now, Log: log,
	})
	return b, err
}

// catalogue is three services and the branch's counters, which serve all of them.
func (b *simBranch) catalogue() queue.Catalogue {
	c := queue.Catalogue{Policy: queue.DefaultPolicy()}
	var all []queue.ServiceID
	for _, s := range []string{"A", "F", "M"} {
		c.Divisions = append(c.Divisions, queue.Division{ID: queue.DivisionID(s), Body: "body-" + queue.BodyID(s), Prefix: s, First: 1})
		c.Services = append(c.Services, queue.Service{ID: queue.ServiceID("service-" + s), Body: "body-" + queue.BodyID(s), Division: queue.DivisionID(s)})
		all = append(all, queue.ServiceID("service-"+s))
	}
	for i := range b.size {
		c.Counters = append(c.Counters, queue.Counter{ID: queue.CounterID(fmt.Sprint(i + 1)), Primary: all})
	}
	return c
}

func (b *simBranch) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return b.child.Run(ctx) })
	g.Go(func() error { return b.live(ctx) })
	return g.Wait()
}

// live lets something small happen every few seconds, and reports figures.
func (b *simBranch) live(ctx context.Context) error {
	now := time.Now()
	b.do(queue.OpenDay{Day: queue.DateOf(now, time.Local)}, now)
	for i := range b.size {
		b.do(queue.OpenCounter{Counter: queue.CounterID(fmt.Sprint(i + 1))}, now)
	}
	for step := 0; pause(ctx, time.Duration(3000+b.dice.IntN(4000))*time.Millisecond); step++ {
		b.step(time.Now())
		b.report(time.Now(), step)
	}
	return nil
}

func (b *simBranch) step(at time.Time) {
	if today := queue.DateOf(at, time.Local); today > b.day.Date() {
		b.do(queue.OpenDay{Day: today}, at)
	}
	waiting := len(b.day.Waiting())
	if b.dice.IntN(3) == 0 && waiting < 3*b.size+4 {
		b.next++
		class := queue.ClassWalkIn
		if b.dice.IntN(8) == 0 {
			class = queue.ClassLaw
		}
		service := queue.ServiceID("service-" + []string{"A", "F", "M"}[b.dice.IntN(3)])
		b.do(queue.Issue{Request: queue.RequestID(fmt.Sprint(b.next)), Service: service, Class: class}, at)
	}
	counter := queue.CounterID(fmt.Sprint(1 + b.dice.IntN(b.size)))
	switch state := b.day.Counter(counter); {
	case state.Visit == nil && waiting > 0:
		b.do(queue.CallNext{Counter: counter}, at)
	case state.Visit != nil && state.Visit.State == queue.StateCalled:
		b.do(queue.Start{Counter: counter}, at)
	case state.Visit != nil && b.dice.IntN(4) == 0:
		b.do(queue.Finish{Counter: counter}, at)
	}
}

// do carries out a wish and logs what followed. A refusal changes nothing.
func (b *simBranch) do(cmd queue.Command, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	entries, err := b.day.Handle(cmd, at)
	if err != nil {
		return
	}
	for _, e := range entries {
		kind, version, data, err := wire.EncodeFact(e.Event)
		if err != nil {
			return
		}
		event := wire.Event{Seq: e.Seq, ID: b.minter(e.At), Type: kind, Version: version, TS: e.At.UnixMilli(), CQ: wire.ClockOK, Data: data}
		if noted, is := e.Event.(queue.Noted); is && noted.From.Node != "" {
			event.Via = &wire.Via{Node: wire.NodeID(noted.From.Node), Epoch: noted.From.Epoch, Seq: noted.From.Seq}
		}
		raw, err := wire.EncodeEvent(event)
		if err != nil {
			return
		}
		record := wire.Record{Seq: e.Seq, Raw: raw}
		b.heads = append(b.heads, b.head().Next(record))
		b.records = append(b.records, record)
	}
	b.child.Nudge()
}

func (b *simBranch) head() wire.Hash {
	if len(b.heads) == 0 {
		return wire.Hash{}
	}
	return b.heads[len(b.heads)-1]
}

func (b *simBranch) report(at time.Time, step int) {
	b.mu.Lock()
	live := wire.Live{
		Branch: string(b.id), Name: b.name, AtMS: at.UnixMilli(), Day: string(b.day.Date()), Open: b.day.Open(),
		Seq: b.day.Seq(), Counters: b.size,
	}
	totals := b.day.Totals()
	live.Issued, live.Finished, live.NoShows = totals.Issued, totals.Finished, totals.NoShows
	var waited time.Duration
	called := 0
	for _, v := range b.day.Visits() {
		switch v.State {
		case queue.StateWaiting:
			live.Waiting++
			live.WaitNow = max(live.WaitNow, int64(v.Wait(at)/time.Second))
		case queue.StateCalled:
			live.Called++
		case queue.StateServing:
			live.Serving++
		default: // over, or not yet begun
		}
		if !v.CalledAt.IsZero() {
			waited += v.Wait(at)
			called++
		}
	}
	if called > 0 {
		live.WaitAvg = int64(waited / time.Duration(called) / time.Second)
	}
	b.mu.Unlock()
	if data, err := json.Marshal(live); err == nil {
		b.child.Live(data)
	}
	if step%5 == 0 {
		b.health(at)
	}
}

func (b *simBranch) health(at time.Time) {
	data, err := json.Marshal(wire.Health{
		Node: string(b.id), Software: "simulado", AtMS: at.UnixMilli(), UpMS: machine.Uptime(), Kiosks: b.devices(at), Cert: b.cert,
	})
	if err == nil {
		b.child.Health(data)
	}
}

// Position, After and Acknowledged make the branch the source of its own log, kept in memory.

// Position tells what the log holds.
func (b *simBranch) Position(context.Context) (epoch, first, last uint64, head wire.Hash, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.epoch, 1, uint64(len(b.records)), b.head(), nil
}

// After returns records that follow seq.
func (b *simBranch) After(_ context.Context, seq uint64, maxEvents, maxBytes int) ([]wire.Record, wire.Hash, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var before wire.Hash
	if seq > uint64(len(b.records)) {
		return nil, before, fmt.Errorf("the log of %s does not reach to %d", b.id, seq)
	}
	if seq > 0 {
		before = b.heads[seq-1]
	}
	var out []wire.Record
	size := 0
	for _, r := range b.records[seq:] {
		size += len(r.Raw) + 1
		if len(out) == maxEvents || (len(out) > 0 && size > maxBytes) {
			break
		}
		out = append(out, r)
	}
	return out, before, nil
}

// Acknowledged needs nothing: the log goes when the demo ends.
func (b *simBranch) Acknowledged(context.Context, uint64, uint64) error { return nil }
