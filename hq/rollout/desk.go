package rollout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"balcao/internal/branch/above"
	"balcao/internal/wire"
)

// World is the branches as they are now, and the way to them.
type World interface {
	// Branches returns every branch that is known.
	Branches() []Branch
	// Sign seals the body of a configuration for a branch.
	Sign(to wire.NodeID, serial uint64, body []byte) ([]byte, error)
	// Send gives a branch a sealed configuration, if it hears.
	Send(to wire.NodeID, sealed []byte) error
}

// Desk is where configurations are made and rolled out. It is safe for several goroutines.
type Desk struct {
	ledger Ledger
	world  World
	leads  func() bool
	now    func() time.Time
	log    *slog.Logger
	nudged chan struct{}

	trying sync.Mutex
	trial  trial

	mu   sync.Mutex
	sent map[wire.NodeID]sending
}

// sending is what was last sent to a branch.
type sending struct {
	serial uint64
	at     time.Time
	pause  time.Duration
}

// NewDesk returns a desk over what is kept. Of several programs over one database only the one that leads opens rings;
// each sends to the branches that are connected to it.
func NewDesk(ledger Ledger, world World, leads func() bool, now func() time.Time, log *slog.Logger) *Desk {
	return &Desk{ledger: ledger, world: world, leads: leads, now: now, log: log, nudged: make(chan struct{}, 1), sent: map[wire.NodeID]sending{}}
}

// Nudge lets Run look at once: something was published or changed, here or by another program.
func (d *Desk) Nudge() {
	select {
	case d.nudged <- struct{}{}:
	default: // it looks anyway
	}
}

// tickEvery is how often the roll-out is looked at.
const tickEvery = time.Second

// Run rolls out until ctx ends.
func (d *Desk) Run(ctx context.Context) {
	every := time.NewTicker(tickEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		case <-d.nudged:
		}
		if err := d.Tick(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("configurations not rolled out", "err", err)
		}
	}
}

// Now is everything that is known at a moment.
type Now struct {
	Current  Publication // number 0 where none was ever published
	Branches []Branch
	Targets  map[wire.NodeID]Target
}

// Look returns how everything stands.
func (d *Desk) Look(ctx context.Context) (Now, error) {
	n := Now{Branches: d.world.Branches(), Targets: map[wire.NodeID]Target{}}
	all, err := d.ledger.Publications(ctx, 1)
	if err != nil {
		return n, err
	}
	if len(all) > 0 {
		n.Current = all[0]
	}
	targets, err := d.ledger.Targets(ctx)
	if err != nil {
		return n, err
	}
	for _, t := range targets {
		n.Targets[t.Branch] = t
	}
	return n, nil
}

// Gate judges the last ring that was opened: its branches, and those that were asked in it and that nobody knows any more,
// or not yet, because headquarters was started again.
func (n Now) Gate(now time.Time) Verdict {
	p := n.Current
	members := Members(p, p.Ring, n.Branches)
	for _, id := range slices.Sorted(maps.Keys(n.Targets)) {
		t := n.Targets[id]
		has := func(b Branch) bool { return b.ID == id }
		if t.Number != p.Number || t.Ring != p.Ring || slices.ContainsFunc(members, has) {
			continue
		}
		if i := slices.IndexFunc(n.Branches, has); i >= 0 {
			members = append(members, n.Branches[i])
		} else if t.Linked {
			members = append(members, Branch{ID: id, Name: string(id)})
		}
	}
	return Judge(p, members, n.Targets, now)
}

// Tick goes one step: it opens the next ring if the gate lets it, says what the branches of open rings should run, and
// sends it to those that are linked and have not said what became of it.
func (d *Desk) Tick(ctx context.Context) error {
	n, err := d.Look(ctx)
	if err != nil || n.Current.Number == 0 {
		return err
	}
	leads, aimed := d.leads(), false
	if leads {
		if aimed, err = d.aim(ctx, n); err != nil {
			return err
		}
	}
	if aimed {
		if n, err = d.Look(ctx); err != nil {
			return err
		}
	}
	if err := d.send(ctx, n); err != nil {
		return err
	}
	if n.Current.State != Running || !leads {
		return nil
	}
	return d.move(ctx, n)
}

// move lets the gate decide.
func (d *Desk) move(ctx context.Context, n Now) error {
	p := n.Current
	v := n.Gate(d.now())
	next := p
	switch {
	case v.Stop != "":
		next.State, next.Why = Stopped, v.Stop
		d.log.Warn("roll-out stopped by its gate", "number", p.Number, "ring", p.Ring, "why", v.Stop)
	case v.Next && p.Ring+1 < len(p.Plan.Rings):
		next.Ring, next.Since = p.Ring+1, d.now()
	case v.Next:
		next.State = Done
		d.log.Info("configuration rolled out", "number", p.Number)
	default:
		return nil
	}
	_, err := d.ledger.MoveConfig(ctx, p, next)
	return err
}

// aim says what the branches of open rings should run, where that is not what they should run already.
func (d *Desk) aim(ctx context.Context, n Now) (bool, error) {
	p := n.Current
	var due []Target
	hash := Hashes(p.Layers)
	for ring := 0; ring <= p.Ring && p.State != Stopped && p.State != Left; ring++ {
		for _, b := range Members(p, ring, n.Branches) {
			t := n.Targets[b.ID]
			if t.Number >= p.Number {
				continue
			}
			if hash := hash(b); t.Number == 0 || t.Hash != hash {
				due = append(due, Target{Branch: b.ID, Number: p.Number, Ring: ring, Hash: hash, At: d.now(), Linked: b.Linked})
			}
		}
	}
	if len(due) == 0 {
		return false, nil
	}
	return true, d.ledger.Aim(ctx, d.highest(n.Branches), due)
}

// highest is the highest serial that any branch says it believed: an older copy of headquarters must go on above it.
func (d *Desk) highest(all []Branch) (most uint64) {
	for _, b := range all {
		if b.Config != nil {
			most = max(most, min(b.Config.Serial, 1<<52))
		}
	}
	return most
}

// Pauses between two sendings of the same statement.
const (
	leastPause = 5 * time.Second
	mostPause  = 5 * time.Minute
	mostAtOnce = 50 // a second
)

func (d *Desk) send(ctx context.Context, n Now) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	now, count := d.now(), 0
	var past []Publication
	for _, b := range n.Branches {
		t := n.Targets[b.ID]
		if StandOf(t, b) != Sending || n.Current.State == Stopped && t.Number == n.Current.Number || count == mostAtOnce {
			continue
		}
		s := d.sent[b.ID]
		if s.serial == t.Serial && now.Sub(s.at) < s.pause {
			continue
		}
		if s.serial != t.Serial {
			s.pause = leastPause / 2
		}
		layers := n.Current.Layers
		if t.Number != n.Current.Number && past == nil { // it was away, and no ring of this one has reached it
			var err error
			if past, err = d.ledger.Publications(ctx, mostHistory); err != nil {
				return err
			}
		}
		if i := slices.IndexFunc(past, func(p Publication) bool { return p.Number == t.Number }); i >= 0 {
			layers = past[i].Layers
		}
		d.sent[b.ID] = sending{t.Serial, now, min(s.pause*2, mostPause)}
		if _, hash := Document(layers, b); hash != t.Hash {
			continue // its type changed meanwhile, or that publication is too long ago
		}
		count++
		if err := d.tell(layers, b, t); err != nil {
			d.log.Warn("configuration not sent", "branch", string(b.ID), "number", t.Number, "err", err)
		}
	}
	return nil
}

func (d *Desk) tell(layers []above.Layer, b Branch, t Target) error {
	document, _ := Document(layers, b)
	packed, hash, err := wire.PackConfig(document)
	if err != nil {
		return err
	}
	body, err := json.Marshal(wire.ConfigDown{Number: t.Number, Hash: hash, Packed: packed})
	if err != nil {
		return err
	}
	sealed, err := d.world.Sign(b.ID, t.Serial, body)
	if err != nil {
		return err
	}
	return d.world.Send(b.ID, sealed)
}

// Draft returns the draft, or what it would begin from.
func (d *Desk) Draft(ctx context.Context) (Draft, error) {
	draft, err := d.ledger.ConfigDraft(ctx)
	if err != nil || draft.Revision > 0 {
		return draft, err
	}
	all, err := d.ledger.Publications(ctx, 1)
	if len(all) > 0 {
		draft.Base, draft.Layers = all[0].Number, all[0].Layers
	}
	return draft, err
}

// Put keeps the text of a layer in the draft that had a revision. An empty text takes the layer away.
func (d *Desk) Put(ctx context.Context, by, what string, revision int, l above.Layer) error {
	draft, err := d.Draft(ctx)
	if err != nil {
		return err
	}
	if draft.Revision != revision {
		return ErrMeanwhile
	}
	layers := slices.DeleteFunc(slices.Clone(draft.Layers), func(o above.Layer) bool { return o.ID == l.ID })
	if len(l.Text) > 0 {
		layers = append(layers, l)
	}
	kept, err := d.ledger.PutConfigDraft(ctx, Draft{Revision: revision + 1, Base: draft.Base, At: d.now(), By: by, What: what, Layers: layers})
	if err == nil && !kept {
		err = ErrMeanwhile
	}
	return err
}

// Undo takes the last change of the draft back, which had a revision.
func (d *Desk) Undo(ctx context.Context, revision int) error { return d.drop(ctx, revision, revision) }

// drop takes changes of the draft away, from one on, if nobody changed it since it had a revision.
func (d *Desk) drop(ctx context.Context, revision, from int) error {
	draft, err := d.ledger.ConfigDraft(ctx)
	if err != nil {
		return err
	}
	if revision < 1 || draft.Revision != revision {
		return ErrMeanwhile
	}
	return d.ledger.DropConfigDraft(ctx, from)
}

// Discard throws the draft away, which had a revision.
func (d *Desk) Discard(ctx context.Context, revision int) error { return d.drop(ctx, revision, 1) }

// Publish begins to roll the draft out. It refuses with FaultsError, ErrMeanwhile or ErrNothing.
func (d *Desk) Publish(ctx context.Context, by, note string, revision int, plan Plan) (int, error) {
	draft, err := d.ledger.ConfigDraft(ctx)
	switch {
	case err != nil:
		return 0, err
	case draft.Revision == 0:
		return 0, ErrNothing
	case draft.Revision != revision:
		return 0, ErrMeanwhile
	}
	if faults := Faults(draft.Layers, nil); len(faults) > 0 {
		return 0, FaultsError(faults)
	}
	return d.publish(ctx, by, note, draft.Layers, plan)
}

func (d *Desk) publish(ctx context.Context, by, note string, layers []above.Layer, plan Plan) (int, error) {
	if len(plan.Rings) == 0 {
		return 0, ErrNothing
	}
	last, err := d.ledger.Publications(ctx, 1)
	if err != nil {
		return 0, err
	}
	number := 1
	if len(last) > 0 {
		number = last[0].Number + 1
	}
	now := d.now()
	kept, err := d.ledger.Publish(ctx, Publication{Number: number, At: now, By: by, Note: note, Layers: layers, Plan: plan, State: Running, Since: now})
	if err == nil && !kept {
		err = ErrMeanwhile
	}
	d.Nudge()
	return number, err
}

// Back publishes what an earlier publication said under a new number, to every branch at once. The draft is gone then.
func (d *Desk) Back(ctx context.Context, by string, to int) (int, error) {
	all, err := d.ledger.Publications(ctx, mostHistory)
	if err != nil {
		return 0, err
	}
	var layers []above.Layer
	i := slices.IndexFunc(all, func(p Publication) bool { return p.Number == to })
	switch {
	case i < 0 && to != 0 || len(all) == 0:
		return 0, ErrNothing
	case i >= 0:
		layers = all[i].Layers
	}
	note := fmt.Sprintf("Volta à n.º %d", to)
	if to == 0 {
		note = "Volta ao que as lojas decidiam sozinhas"
	}
	return d.publish(ctx, by, note, layers, Plan{Rings: []Ring{{Name: "Todas", Percent: 100}}, Patience: all[0].Plan.Patience})
}

const mostHistory = 200

// History returns the last publications, newest first.
func (d *Desk) History(ctx context.Context, limit int) ([]Publication, error) {
	return d.ledger.Publications(ctx, limit)
}

// Stop stops the roll-out: no further ring opens, and nobody else is sent anything.
func (d *Desk) Stop(ctx context.Context, number int, why string) error {
	return d.change(ctx, number, func(p *Publication) bool {
		was := p.State
		p.State, p.Why = Stopped, why
		return was == Running
	})
}

// Resume goes on after a stop: branches of open rings that rejected it, or have not answered, get it again. Those without
// a link now are not waited for any more.
func (d *Desk) Resume(ctx context.Context, number int) error {
	n, err := d.Look(ctx)
	if err != nil {
		return err
	}
	if n.Current.Number != number || n.Current.State != Stopped {
		return ErrMeanwhile
	}
	var again []Target
	for ring := 0; ring <= n.Current.Ring; ring++ {
		for _, b := range Members(n.Current, ring, n.Branches) {
			t := n.Targets[b.ID]
			_, hash := Document(n.Current.Layers, b)
			if s := StandOf(t, b); t.Number == 0 || t.Hash != hash || (s == Right || s == Waits) && (b.Linked || !t.Linked) || s == Away && !t.Linked {
				continue
			}
			t.Number, t.Ring, t.At, t.Linked = number, ring, d.now(), b.Linked
			again = append(again, t)
		}
	}
	if err := d.ledger.Aim(ctx, d.highest(n.Branches), again); err != nil {
		return err
	}
	return d.change(ctx, number, func(p *Publication) bool {
		was := p.State
		p.State, p.Since, p.Why = Running, d.now(), ""
		return was == Stopped
	})
}

func (d *Desk) change(ctx context.Context, number int, to func(*Publication) bool) error {
	all, err := d.ledger.Publications(ctx, 1)
	if err != nil {
		return err
	}
	if len(all) == 0 || all[0].Number != number {
		return ErrMeanwhile
	}
	next := all[0]
	if !to(&next) {
		return ErrMeanwhile
	}
	moved, err := d.ledger.MoveConfig(ctx, all[0], next)
	if err == nil && !moved {
		err = ErrMeanwhile
	}
	d.Nudge()
	return err
}

// Again sends a branch what it should run once more, as a new statement.
func (d *Desk) Again(ctx context.Context, id wire.NodeID) error {
	n, err := d.Look(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(n.Branches, func(b Branch) bool { return b.ID == id })
	if i < 0 || n.Current.Number == 0 || n.Targets[id].Number == 0 {
		return ErrNothing
	}
	t := n.Targets[id] // of an earlier publication, where no ring of this one has reached it
	if t.Number == n.Current.Number {
		_, t.Hash = Document(n.Current.Layers, n.Branches[i])
	}
	t.At, t.Linked = d.now(), n.Branches[i].Linked
	defer d.Nudge()
	return d.ledger.Aim(ctx, d.highest(n.Branches), []Target{t})
}

// Hear keeps what a branch decides for itself; it refuses what is no description.
func (d *Desk) Hear(ctx context.Context, id wire.NodeID, hash string, document []byte) error {
	if _, err := above.Apply(document, nil); err != nil {
		return errors.Join(errors.New("not a description"), err)
	}
	return d.ledger.PutOwn(ctx, Own{Branch: id, Hash: hash, Document: document}, d.now())
}

// Owns returns what the branches decide for themselves, as they last said.
func (d *Desk) Owns(ctx context.Context) ([]Own, error) { return d.ledger.Owns(ctx) }
