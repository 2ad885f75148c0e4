package replica

import (
	"time"

	"balcao/internal/wire"
)

// Position is how far a receiver has one epoch of one node's log in its
// durable store. The zero value, with the epoch set, means nothing yet.
type Position struct {
	Epoch uint64
	// HWM is the last sequence held; every one from 1 up to it is held.
	HWM uint64
	// Head is the chain's hash after HWM.
	Head wire.Hash
	// Quarantined is set for ever when the epoch was seen with two contents.
	Quarantined bool
	// Renew is set with it when an operator has lifted the quarantine: the
	// node may go on in a new epoch.
	Renew bool
}

// Quarantine is an epoch of a node's log that was seen with two contents.
type Quarantine struct {
	Node   wire.NodeID
	Epoch  uint64
	HWM    uint64 // how far it was held when it forked
	Since  time.Time
	Lifted time.Time // zero while nobody has decided
	Reason string    // why it was lifted
}

// Rebase says what a receiver holds after it took a compacted log's base over
// in place of the records that are gone; false where it has as much already or
// the epoch is in quarantine. What it held before stays as it is.
func Rebase(p Position, base wire.Base) (Position, bool) {
	if p.Quarantined || base.Seq <= p.HWM {
		return p, false
	}
	p.HWM, p.Head = base.Seq, base.Head
	return p, true
}

// Verdict is what to do with a batch.
type Verdict int

// The verdicts.
const (
	// Accept means: store Decision.Records and the new Position in one
	// transaction, then acknowledge.
	Accept Verdict = iota + 1
	// Duplicate means that all of it is held; acknowledge again.
	Duplicate
	// Gap means that records before it are missing; acknowledge again, so that
	// the sender goes back.
	Gap
	// Fork means that it contradicts what is held: store the new Position,
	// which is quarantined, and raise an alarm. Nothing is overwritten.
	Fork
	// Refused means that the epoch is in quarantine.
	Refused
)

// String returns the verdict's name for logs.
func (v Verdict) String() string {
	switch v {
	case Accept:
		return "accept"
	case Duplicate:
		return "duplicate"
	case Gap:
		return "gap"
	case Fork:
		return "fork"
	case Refused:
		return "refused"
	}
	return "none"
}

// Decision is a verdict and what follows from it.
type Decision struct {
	Verdict Verdict
	// Records are those of the batch that are new, in order; only with Accept.
	Records []wire.Record
	// Position is what the receiver holds afterwards. It differs from the
	// position before only with Accept and Fork.
	Position Position
}

// Decide compares a batch with what a receiver holds of that epoch. The batch
// must be well formed, as wire.DecodeBatch returns it, and of p's epoch; one of
// another epoch is refused.
func Decide(p Position, b wire.Batch) Decision {
	switch {
	case p.Quarantined || p.Epoch != b.Epoch || len(b.Records) == 0:
		return Decision{Verdict: Refused, Position: p}
	case b.First() > p.HWM+1:
		return Decision{Verdict: Gap, Position: p}
	}
	// The chain is followed from the batch's start. Where it passes the high
	// water mark it must have the hash held.
	h := b.Prev
	fits := b.First() != p.HWM+1 || h == p.Head
	if b.First() == 1 && b.Prev != (wire.Hash{}) {
		fits = false
	}
	fresh := len(b.Records)
	for i, r := range b.Records {
		h = h.Next(r)
		if r.Seq == p.HWM && h != p.Head {
			fits = false
		}
		if r.Seq > p.HWM && i < fresh {
			fresh = i
		}
	}
	switch {
	case !fits:
		p.Quarantined = true
		return Decision{Verdict: Fork, Position: p}
	case fresh == len(b.Records):
		return Decision{Verdict: Duplicate, Position: p}
	}
	p.HWM, p.Head = b.Last(), h
	return Decision{Verdict: Accept, Records: b.Records[fresh:], Position: p}
}

// Shelf is a receiver's store inside one transaction.
type Shelf interface {
	// Load returns the position of one epoch, zero but for the epoch where
	// nothing is held.
	Load(node wire.NodeID, epoch uint64) (Position, error)
	// Keep stores new records and the position after them, or, without
	// records, only the position (quarantine).
	Keep(node wire.NodeID, records []wire.Record, after Position) error
}

// AcceptAll decides on several batches in turn, as one group commit does: each
// sees what the ones before it changed. The caller commits when it returns nil
// and acknowledges only then.
func AcceptAll(s Shelf, batches []wire.Batch) ([]Decision, error) {
	decisions := make([]Decision, 0, len(batches))
	for _, b := range batches {
		p, err := s.Load(b.Node, b.Epoch)
		if err != nil {
			return nil, err
		}
		d := Decide(p, b)
		if d.Verdict == Accept || d.Verdict == Fork {
			if err := s.Keep(b.Node, d.Records, d.Position); err != nil {
				return nil, err
			}
		}
		decisions = append(decisions, d)
	}
	return decisions, nil
}
