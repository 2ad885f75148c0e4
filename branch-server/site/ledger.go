package site

import (
	"context"

	"balcao/branch-server/engine"
	"balcao/internal/replica"
	"balcao/internal/wire"
)

// Adopter takes in nodes' logs; the engine does.
type Adopter interface {
	Adopt(ctx context.Context, deliveries []engine.Delivery) error
}

// Marks remembers how far each node's log was taken in; the store does.
type Marks interface {
	Mark(ctx context.Context, node string, epoch uint64) (replica.Position, error)
	Quarantine(ctx context.Context, node string, epoch uint64) error
	Rebase(ctx context.Context, node wire.NodeID, epoch uint64, base wire.Base) (replica.Position, error)
}

// Ledger takes the logs of the branch's nodes in: what is new goes to the engine, which stores the records, the
// facts that follow from them and the new high-water marks in one commit.
type Ledger struct {
	Adopter Adopter
	Marks   Marks
}

// Position returns how far one epoch of a node's log is held, as committed.
func (l Ledger) Position(ctx context.Context, node wire.NodeID, epoch uint64) (replica.Position, error) {
	return l.Marks.Mark(ctx, string(node), epoch)
}

// Rebase implements carrier.Rebaser.
func (l Ledger) Rebase(ctx context.Context, node wire.NodeID, epoch uint64, base wire.Base) (replica.Position, error) {
	return l.Marks.Rebase(ctx, node, epoch, base)
}

// Quarantine implements carrier.Quarantiner.
func (l Ledger) Quarantine(ctx context.Context, node wire.NodeID, epoch uint64) error {
	return l.Marks.Quarantine(ctx, string(node), epoch)
}

// AcceptAll decides on batches in turn and commits what is new. There is one caller at a time.
func (l Ledger) AcceptAll(ctx context.Context, batches []wire.Batch) ([]replica.Decision, error) {
	s := &shelf{ctx: ctx, ledger: l, held: map[nodeEpoch]replica.Position{}}
	decisions, err := replica.AcceptAll(s, batches)
	if err != nil {
		return nil, err
	}
	for _, f := range s.forks {
		if err := l.Marks.Quarantine(ctx, string(f.node), f.epoch); err != nil {
			return nil, err
		}
	}
	if len(s.deliveries) > 0 {
		if err := l.Adopter.Adopt(ctx, s.deliveries); err != nil {
			return nil, err
		}
	}
	return decisions, nil
}

type nodeEpoch struct {
	node  wire.NodeID
	epoch uint64
}

// shelf gathers what a group of batches brings, so that it can be committed at once.
type shelf struct {
	ctx        context.Context //nolint:containedctx // lives as long as one call of AcceptAll
	ledger     Ledger
	held       map[nodeEpoch]replica.Position
	deliveries []engine.Delivery
	forks      []nodeEpoch
}

func (s *shelf) Load(node wire.NodeID, epoch uint64) (replica.Position, error) {
	if p, seen := s.held[nodeEpoch{node, epoch}]; seen {
		return p, nil
	}
	return s.ledger.Position(s.ctx, node, epoch)
}

func (s *shelf) Keep(node wire.NodeID, records []wire.Record, after replica.Position) error {
	s.held[nodeEpoch{node, after.Epoch}] = after
	if after.Quarantined {
		s.forks = append(s.forks, nodeEpoch{node, after.Epoch})
		return nil
	}
	s.deliveries = append(s.deliveries, engine.Delivery{
		Node: string(node), Epoch: after.Epoch, Last: after.HWM, Head: after.Head, Records: records,
	})
	return nil
}
