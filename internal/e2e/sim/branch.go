package sim

import (
	"errors"
	"fmt"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/site"
	"balcao/branch-server/store"
	"balcao/internal/branch"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// branchNode is a branch server: the real store, engine and site between a parent for its kiosks and a child of
// headquarters.
type branchNode struct {
	*program
	node   wire.NodeID
	parent *parent
	child  *child
	desc   *branch.Branch
	store  *store.Store
	engine *engine.Engine
	site   *site.Site
	kiosks []*kiosk
	zone   *time.Location
}

func newBranch(w *world, i int) (*branchNode, error) {
	id := fmt.Sprintf("L%03d", i+1)
	zone, err := time.LoadLocation(w.cfg.Zones[i%len(w.cfg.Zones)])
	if err != nil {
		return nil, err
	}
	p := &program{w: w, name: id, path: w.path(id + ".db")}
	b := &branchNode{program: p, node: wire.NodeID(id), desc: describe(id, zone.String()), zone: zone}
	b.parent = &parent{program: p}
	b.child = &child{program: p, node: b.node}
	b.child.link = w.join(b.child, w.hq.parent)
	p.start, p.stop = b.open, b.close
	return b, nil
}

// join makes the link of a child to its parent.
func (w *world) join(c *child, p *parent) *link {
	l := &link{w: w, child: c, parent: p, mood: honest}
	w.links = append(w.links, l)
	p.links = append(p.links, l)
	return l
}

// The size of a branch: divisions with two services each, and one counter for each division.
const divisions = 4

// lend is how many numbers of a division a kiosk holds at a time.
const lend = 60

func describe(id, zone string) *branch.Branch {
	b := &branch.Branch{
		ID: id, Name: "Loja de ensaio", Zone: zone, Lend: lend,
		Bodies: []branch.Body{{ID: "irn", Short: "IRN", Name: wire.Text{"pt": "Registos"}}},
	}
	for d := range divisions {
		div := string(rune('a' + d))
		b.Divisions = append(b.Divisions, branch.Division{ID: div, Body: "irn", Prefix: string(rune('A' + d))})
		counter := branch.Counter{ID: fmt.Sprint(d + 1), Label: fmt.Sprint("Balcão ", d+1)}
		for s := range 2 {
			service := fmt.Sprint(div, s+1)
			b.Services = append(b.Services, branch.Service{
				ID: service, Division: div, Name: wire.Text{"pt": service}, Mean: 5 * time.Minute,
			})
			counter.Primary = append(counter.Primary, service)
		}
		b.Counters = append(b.Counters, counter)
	}
	return b
}

// nothingTold tells nobody how long a wait is: that is the forecast's, and none of this.
type nothingTold struct{ branch.Waits }

// Told implements branch.Waits.
func (nothingTold) Told(*queue.Day, time.Time, queue.ServiceID, queue.ClassID, time.Time) *queue.Told {
	return nil
}

// Wait implements branch.Waits.
func (nothingTold) Wait(*queue.Day, time.Time, queue.ServiceID, queue.ClassID) wire.Range {
	return wire.Range{}
}

// open does what branch-server/app does from New to the first connection.
func (b *branchNode) open() error {
	var err error
	if b.store, err = store.Open(b.w.ctx, b.path, b.minter()); err != nil {
		return err
	}
	if err := b.serve(); err != nil {
		return errors.Join(err, b.store.Close())
	}
	return nil
}

func (b *branchNode) serve() error {
	var err error
	b.engine, err = engine.New(b.w.ctx, engine.Config{
		Catalogue: b.desc.Catalogue(), Zone: b.zone, Journal: b.store, Begun: b.store.BlocksBegun, Lived: b.store.Lived, Audience: b, Now: b.clock, Log: b.w.log,
	})
	if err != nil {
		return err
	}
	b.site = site.New(site.Config{
		Branch: func() *branch.Branch { return b.desc }, Commands: b.engine, Waits: nothingTold{}, Epoch: b.store.Epoch(),
		Now: b.clock, Log: b.w.log,
	})
	if err := b.child.open(b.store); err != nil {
		return err
	}
	if err := b.engine.Today(b.w.ctx); err != nil {
		return err
	}
	if err := b.recover(); err != nil {
		return err
	}
	b.parent.handle = b.site.Handle
	if err := b.parent.open(site.Ledger{Adopter: b.engine, Marks: b.store}, b.store.Incarnation()); err != nil {
		return err
	}
	b.after(0, b.clockwork)
	b.after(watchEvery, b.watch)
	b.after(time.Second, b.clerks)
	return b.w.witness.holds(b.parent)
}

// Hear implements engine.Audience.
func (b *branchNode) Hear(entries []queue.Entry) {
	b.w.witness.journaled(b, entries)
	b.child.nudge()
}

// recover does what branch-server/app/recover.go does with a journal that was put back from an old copy.
func (b *branchNode) recover() error {
	due, err := b.store.Recovery(b.w.ctx)
	if err != nil || !due {
		return err
	}
	_, told, err := b.engine.Recover(b.w.ctx, b.store.Epoch(), b.store.Reached())
	if err != nil {
		return fmt.Errorf("recover the Day: %w", err)
	}
	b.w.tell("%s goes on with numbers from %d", b.name, told.From)
	return b.store.Recovered(b.w.ctx)
}

// How often a branch does what happens by itself. The program does it twice a second; three days of that are not
// worth what they would show.
const (
	clockworkEvery = 20 * time.Second
	watchEvery     = 5 * time.Minute
)

func (b *branchNode) clockwork() error {
	if err := b.engine.Today(b.w.ctx); err != nil {
		return err
	}
	b.after(clockworkEvery, b.clockwork)
	return nil
}

func (b *branchNode) watch() error {
	b.after(watchEvery, b.watch)
	return b.store.Watch(b.w.ctx)
}

// clerks serve whoever waits, at every counter; some people have gone.
func (b *branchNode) clerks() error {
	waits := false
	for _, k := range b.desc.Counters {
		id := queue.CounterID(k.ID)
		var at queue.CounterState
		if err := b.engine.Read(b.w.ctx, func(d *queue.Day, _ time.Time) {
			at = d.Counter(id)
			waits = waits || len(d.Order(id, b.clock())) > 0
		}); err != nil {
			return err
		}
		for _, cmd := range b.steps(id, at) {
			if _, err := b.engine.Do(b.w.ctx, "", cmd); err != nil {
				return err
			}
		}
	}
	pause := 10 * time.Minute
	if waits {
		pause = b.w.between(time.Minute, 4*time.Minute)
	}
	b.after(pause, b.clerks)
	return nil
}

func (b *branchNode) steps(id queue.CounterID, at queue.CounterState) []queue.Command {
	switch {
	case !at.Open:
		return []queue.Command{queue.OpenCounter{Counter: id}, queue.CallNext{Counter: id}}
	case at.Visit == nil:
		return []queue.Command{queue.CallNext{Counter: id}}
	case b.w.chance(10), !b.w.witness.answers(*at.Visit):
		return []queue.Command{queue.NoShow{Counter: id, Visit: at.Visit.ID}, queue.CallNext{Counter: id}}
	}
	return []queue.Command{
		queue.Start{Counter: id, Visit: at.Visit.ID}, queue.Finish{Counter: id, Visit: at.Visit.ID}, queue.CallNext{Counter: id},
	}
}

func (b *branchNode) close() error { return errors.Join(b.parent.gone(), b.store.Close()) }
