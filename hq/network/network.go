// Package network is the live state of all branches as headquarters knows it: what is committed of their logs, what
// they say of this second, who is connected and how their devices are. The parts that receive write into it, the pages
// read copies out of it; it opens nothing and sends nothing.
//
// Two sources tell a branch's figures. The log is exact and kept for ever, but it may be behind; the live figures are
// of this second, but last value wins. While the log is caught up the figures are the log's; while it is not, they are
// the live ones and say so. Nothing from a log is shown before it is committed.
package network

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"balcao/hq/alert"
	"balcao/hq/atlas"
	"balcao/hq/atlas/registry"
	"balcao/hq/visit"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Known is a branch that the configuration names.
type Known struct {
	ID       wire.NodeID
	Name     string
	District string
	Zone     *time.Location // nil is the network's own
	Kind     registry.Kind  // told from its name where it is empty
	Position atlas.Position // the zero one is none
	Opens    string         // planned date of opening, as YYYY-MM-DD; empty where it is not known
	Delivery registry.Delivery
}

// Options are the rules of the live view.
type Options struct {
	// Zone is that of branches of which nothing else is known.
	Zone *time.Location
	// Known are the branches that are shown even before they first connect.
	Known []Known
	// Simulated says which branches exist only as a simulation, so that pages can mark them; nil is none.
	Simulated func(wire.NodeID) bool
	// Invent gives a place and a district to a simulated branch that the configuration does not name; nil gives none.
	Invent func(wire.NodeID) (atlas.Position, string)
	// Own finds what is wrong with headquarters' own machine; nil finds nothing. It must not call the Network.
	Own func() []alert.Finding
	// Target is how long a citizen should wait at most.
	Target time.Duration
	// Silence is how long a branch may say nothing before it counts as not linked.
	Silence time.Duration
	// Limit is the most branches; further ones are not shown. It bounds memory, whoever connects.
	Limit int
}

// Network is the live state. It is safe for several goroutines.
type Network struct {
	opt Options

	mu       sync.Mutex
	branches map[wire.NodeID]*branch
	order    []*branch // the same by id: a look at all of them sorts nothing and walks through memory once
	recent   []Fact    // oldest first
	changed  chan struct{}
	book     *alert.Book
	alerts   []alert.Alert // open ones, as of the last look
}

// branch is what is known of one branch.
type branch struct {
	Known
	told      string // its own name for itself, where the configuration has none
	simulated bool
	visits    *visit.Branch

	// Of the log that the figures follow.
	epoch       uint64
	hwm         uint64
	quarantined bool
	received    uint64 // events in all epochs
	lag         time.Duration

	// Of the connection.
	presence wire.Presence // "" before the first word
	software string
	version  int          // of the protocol
	refused  wire.Refusal // why no version is in common; empty is no refusal
	since    time.Time    // presence began
	heard    time.Time

	live      wire.Live
	liveAt    time.Time // zero before the first
	unsent    uint64
	clock     time.Duration // the branch's clock minus ours
	health    wire.Health
	healthAt  time.Time
	clockSeen bool

	// Of before this program started, and of what was kept for the next start.
	remembered   wire.Health
	rememberedAt time.Time
	hosted       []queue.BodyID
	keptSum      [32]byte
	keptAt       time.Time

	states map[deviceKey]deviceState // of devices, as the facts of the Day said

	gives time.Time // numbers are given by its hours since then; zero if it was never seen otherwise
}

// New returns a network of the known branches, of which nothing is heard yet.
func New(opt Options) *Network {
	if opt.Simulated == nil {
		opt.Simulated = func(wire.NodeID) bool { return false }
	}
	n := &Network{opt: opt, branches: map[wire.NodeID]*branch{}, changed: make(chan struct{}), book: alert.NewBook()}
	for _, k := range opt.Known {
		n.add(k)
	}
	return n
}

func (n *Network) add(k Known) *branch {
	if k.Zone == nil {
		k.Zone = n.opt.Zone
	}
	b := &branch{Known: k, simulated: n.opt.Simulated(k.ID), visits: visit.NewBranch(k.Zone)}
	n.branches[k.ID] = b
	i, known := slices.BinarySearchFunc(n.order, k.ID, func(b *branch, id wire.NodeID) int { return cmp.Compare(b.ID, id) })
	if known {
		n.order[i] = b
	} else {
		n.order = slices.Insert(n.order, i, b)
	}
	return b
}

// branch returns a branch, made when it is the first time; nil when there are too many. The lock is held.
func (n *Network) branch(id wire.NodeID) *branch {
	if b, known := n.branches[id]; known {
		return b
	}
	if len(n.branches) >= n.opt.Limit || id != id.Branch() {
		return nil
	}
	k := Known{ID: id}
	if n.opt.Invent != nil && n.opt.Simulated(id) {
		k.Position, k.District = n.opt.Invent(id)
	}
	return n.add(k)
}

// Register tells what the registry says of a branch, in place of what it said before. What the branch has told of itself
// and its log stay.
func (n *Network) Register(k Known) {
	if k.Zone == nil {
		k.Zone = n.opt.Zone
	}
	n.on(k.ID, func(b *branch) {
		if b.Zone.String() != k.Zone.String() {
			b.visits.Move(k.Zone)
		}
		b.Known = k
	})
}

// KnownOf returns what the live view knows of a site of the registry.
func KnownOf(s registry.Site, zone *time.Location) Known {
	return Known{ID: s.ID, Name: s.Name, District: s.District, Kind: s.Kind, Position: s.Position, Opens: s.Opens, Delivery: s.Delivery, Zone: zone}
}

// on changes a branch under the lock and tells those who watch.
func (n *Network) on(id wire.NodeID, change func(*branch)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if b := n.branch(id); b != nil {
		change(b)
		close(n.changed)
		n.changed = make(chan struct{})
	}
}

// quietly changes a branch under the lock and tells nobody: samples come from every branch every second, and whoever
// watches looks again every second by himself.
func (n *Network) quietly(id wire.NodeID, change func(*branch)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if b := n.branch(id); b != nil {
		change(b)
	}
}

// Changed returns a channel that is closed at the next change that should be seen at once: facts, comings and goings.
// Take it before reading what may change. Samples do not close it; they are seen at the next look.
func (n *Network) Changed() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.changed
}

// Overview returns every branch that is seen at a moment, by id, and the figures of them together.
func (n *Network) Overview(now time.Time, of Sight) ([]Summary, Totals) {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := make([]Summary, 0, len(n.branches))
	var t Totals
	for _, b := range n.order {
		if !of.sees(b) {
			continue
		}
		s := b.seen(now, n.opt, of)
		t.add(s)
		all = append(all, s)
	}
	return all, t
}

// Branch returns everything about one branch at a moment.
func (n *Network) Branch(id wire.NodeID, now time.Time) (Detail, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	b, known := n.branches[id]
	if !known {
		return Detail{}, false
	}
	return b.detail(now, n.opt), true
}

// Rows returns today's visits of a branch as its log tells them, those that are seen.
func (n *Network) Rows(id wire.NodeID, now time.Time, of Sight) ([]visit.Row, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	b, known := n.branches[id]
	if !known || !of.sees(b) {
		return nil, false
	}
	if of.Serves != nil {
		return b.visits.RowsOf(of.Serves, b.there(now)), true
	}
	return b.visits.Rows(b.there(now)), true
}

// Halves returns the visits issued and first called in each local half hour of today, over all branches that have
// opened the Day that the network's own zone has now, of what is seen.
func (n *Network) Halves(now time.Time, of Sight) [48]visit.Slot {
	n.mu.Lock()
	defer n.mu.Unlock()
	var sum [48]visit.Slot
	today := now.In(n.opt.Zone).Format(time.DateOnly)
	for _, b := range n.order {
		if date, _ := b.visits.Day(); string(date) != today || !of.sees(b) {
			continue
		}
		halves := b.visits.Halves()
		if of.Serves != nil {
			halves = b.visits.HalvesOf(of.Serves)
		}
		for i, s := range halves {
			sum[i].Issued += s.Issued
			sum[i].Called += s.Called
		}
	}
	return sum
}

// maxFacts is how many facts of the whole network are remembered.
const maxFacts = 40

// Facts returns the last facts that pages tell, newest first, as they came in, of what is seen.
func (n *Network) Facts(limit int, of Sight) []Fact {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []Fact
	for _, f := range slices.Backward(n.recent) {
		if len(all) == limit {
			break
		}
		if b, known := n.branches[f.ID]; (of.Serves == nil || f.Of(of.Serves)) && (known && of.sees(b) || of.District == nil && of.Serves == nil) {
			all = append(all, f)
		}
	}
	return all
}

// remember keeps the facts that a branch just applied, of the sequence from on. The lock is held.
func (n *Network) remember(b *branch, from uint64) {
	for _, f := range slices.Backward(b.visits.Recent()) {
		if f.Seq >= from {
			n.recent = append(n.recent, Fact{ID: b.ID, Name: b.name(), Fact: f})
		}
	}
}

// forget keeps the newest facts only. The lock is held.
func (n *Network) forget() {
	if over := len(n.recent) - maxFacts; over > 0 {
		n.recent = slices.Delete(n.recent, 0, over)
	}
}

// Fact is a fact with the branch it happened in.
type Fact struct {
	ID   wire.NodeID
	Name string
	visit.Fact
}
