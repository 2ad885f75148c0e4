// Package ingest takes in what branches send: it is the ledger that the carrier commits to and the ear for comings and
// goings, live figures and health. It shows nothing that is not committed: the network hears of records only after the
// store has them.
package ingest

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"time"

	"balcao/hq/network"
	"balcao/internal/carrier"
	"balcao/internal/replica"
	"balcao/internal/wire"
)

// Store is what ingest needs of the database.
type Store interface {
	carrier.Ledger
	carrier.Rebaser
	carrier.Quarantiner
	// Cloned notes that two programs live under a node's name.
	Cloned(ctx context.Context, node wire.NodeID) error
	// Branches returns every branch that was ever seen.
	Branches(ctx context.Context) ([]network.Registered, error)
	// Logs returns every log that is held, by node, oldest epoch first.
	Logs(ctx context.Context) ([]network.Held, error)
	// DayStart returns the sequence before the opening of an epoch's present Day, and whether the epoch opened a Day
	// at all.
	DayStart(ctx context.Context, node wire.NodeID, epoch uint64) (before uint64, opened bool, err error)
	// Records yields an epoch's records above a sequence, in order.
	Records(ctx context.Context, node wire.NodeID, epoch, after uint64) iter.Seq2[wire.Record, error]
	// Note remembers branches seen and links that changed.
	Note(ctx context.Context, seen []network.Seen, links []network.LinkChange) error
}

// noteEvery is how often branches seen and links that changed are written down. They are notes for people, and a
// transaction for each would stand in the way of the events.
const noteEvery = time.Second

// seenEvery is how often the last word of a branch that only goes on speaking is written down.
const seenEvery = time.Minute

// maxNotes bounds what waits to be written down while the disk does not take it.
const maxNotes = 4096

// Ingest stands between the carrier and what headquarters knows.
type Ingest struct {
	store   Store
	network *network.Network
	now     func() time.Time
	log     *slog.Logger

	mu    sync.Mutex
	seen  map[wire.NodeID]network.Seen // not yet written
	noted map[wire.NodeID]network.Seen // last written
	links []network.LinkChange         // not yet written

	sharing   bool                            // with other processes
	words     map[wire.NodeID]network.Word    // what branches that are or were connected here said last
	fresh     map[wire.NodeID]bool            // words not yet told to other processes
	elsewhere map[wire.NodeID]map[string]bool // connected to other processes

	following sync.Mutex // over reading and showing, so that records are shown in order

	shown map[wire.NodeID]place // how far each log is seen
}

// New restores the network from what is committed. Now is the clock.
func New(ctx context.Context, s Store, n *network.Network, now func() time.Time, log *slog.Logger) (*Ingest, error) {
	i := &Ingest{
		store: s, network: n, now: now, log: log,
		seen: map[wire.NodeID]network.Seen{}, noted: map[wire.NodeID]network.Seen{},
		words: map[wire.NodeID]network.Word{}, fresh: map[wire.NodeID]bool{}, elsewhere: map[wire.NodeID]map[string]bool{},
		shown: map[wire.NodeID]place{},
	}
	if err := i.restore(ctx); err != nil {
		return nil, fmt.Errorf("restore what is known of the branches: %w", err)
	}
	return i, nil
}

func (i *Ingest) restore(ctx context.Context) error {
	branches, err := i.store.Branches(ctx)
	if err != nil {
		return err
	}
	for _, b := range branches {
		i.network.Known(b.Node, b.Name, b.Last)
		i.mu.Lock()
		i.noted[b.Node] = network.Seen{Node: b.Node, Name: b.Name, At: b.Last}
		i.mu.Unlock()
	}
	logs, err := i.store.Logs(ctx)
	if err != nil {
		return err
	}
	for len(logs) > 0 {
		node := logs[0].Node
		end := slices.IndexFunc(logs, func(l network.Held) bool { return l.Node != node })
		if end < 0 {
			end = len(logs)
		}
		if err := i.restoreNode(ctx, logs[:end]); err != nil {
			return err
		}
		logs = logs[end:]
	}
	i.network.Restored()
	return nil
}

// restoreNode replays a node's present Day. It may have begun in an epoch before the newest one: a branch that was
// given a new disk in the middle of a Day goes on with it.
func (i *Ingest) restoreNode(ctx context.Context, epochs []network.Held) error {
	from := len(epochs) - 1
	for ; from > 0; from-- {
		if _, opened, err := i.store.DayStart(ctx, epochs[from].Node, epochs[from].Epoch); err != nil {
			return err
		} else if opened {
			break
		}
	}
	for _, l := range epochs[:from] {
		i.network.Restore(l)
	}
	newest := epochs[len(epochs)-1]
	i.shown[newest.Node] = place{newest.Epoch, newest.HWM}
	for _, l := range epochs[from:] {
		before, _, err := i.store.DayStart(ctx, l.Node, l.Epoch)
		if err != nil {
			return err
		}
		i.network.Restore(l)
		for r, err := range i.store.Records(ctx, l.Node, l.Epoch, before) {
			if err != nil {
				return err
			}
			if r.Seq > l.HWM {
				break // taken in by another process meanwhile: Follow shows it
			}
			i.network.Replay(l.Node, r)
		}
	}
	return nil
}

// AcceptAll implements carrier.Ledger: it commits, then lets the network see what is new.
func (i *Ingest) AcceptAll(ctx context.Context, batches []wire.Batch) ([]replica.Decision, error) {
	decisions, err := i.store.AcceptAll(ctx, batches)
	if err != nil {
		return nil, err
	}
	for n, d := range decisions {
		switch d.Verdict {
		case replica.Accept:
			i.commit(ctx, batches[n].Node, batches[n].Epoch, d.Records)
		case replica.Fork:
			i.network.Quarantine(batches[n].Node, batches[n].Epoch)
		case replica.Duplicate, replica.Gap, replica.Refused:
		}
	}
	return decisions, nil
}

// Position implements carrier.Ledger.
func (i *Ingest) Position(ctx context.Context, node wire.NodeID, epoch uint64) (replica.Position, error) {
	return i.store.Position(ctx, node, epoch)
}

// Rebase implements carrier.Rebaser.
func (i *Ingest) Rebase(ctx context.Context, node wire.NodeID, epoch uint64, base wire.Base) (replica.Position, error) {
	p, err := i.store.Rebase(ctx, node, epoch, base)
	if err == nil {
		i.following.Lock()
		defer i.following.Unlock()
		i.network.Rebase(node, epoch, p.HWM)
		if seen := i.shown[node]; epoch > seen.epoch || epoch == seen.epoch && p.HWM > seen.hwm {
			i.shown[node] = place{epoch, p.HWM}
		}
	}
	return p, err
}

// Quarantine implements carrier.Quarantiner.
func (i *Ingest) Quarantine(ctx context.Context, node wire.NodeID, epoch uint64) error {
	err := i.store.Quarantine(ctx, node, epoch)
	if err == nil {
		i.network.Quarantine(node, epoch)
	}
	return err
}

// Cloned hears that two programs live under a node's name.
func (i *Ingest) Cloned(node wire.NodeID) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := i.store.Cloned(ctx, node); err != nil {
		i.log.Error("clone not noted", "node", string(node), "err", err)
	}
}
