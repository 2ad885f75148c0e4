package wire

import "fmt"

// Base is where a log begins that was compacted: the last record that is gone, the chain's hash after it, and a
// snapshot of what was in the part that is gone (sync-protocol §6). A receiver that holds less goes on from here.
type Base struct {
	// Seq is the last sequence that the log no longer holds.
	Seq uint64 `json:"s"`
	// Head is the chain's hash after Seq.
	Head Hash `json:"hh"`
	// Snapshot sums up the records up to Seq.
	Snapshot Snapshot `json:"snap"`
}

// Snapshot is the sum of records that a log no longer holds. It never grows with their number.
type Snapshot struct {
	// Records is how many they were.
	Records uint64 `json:"n"`
	// From and To are the times of the first and the last, Unix milliseconds, by the node's clock.
	From int64 `json:"from"`
	To   int64 `json:"to"`
	// Types says how many there were of each type; at most MaxSnapshotTypes are told apart.
	Types map[string]uint64 `json:"types,omitempty"`
}

// MaxSnapshotTypes is how many types a snapshot tells apart; what is beyond is counted as "other".
const MaxSnapshotTypes = 96

// Add counts one more record.
func (s *Snapshot) Add(kind string, ts int64) {
	if s.Types == nil {
		s.Types = map[string]uint64{}
	}
	if _, known := s.Types[kind]; !known && len(s.Types) >= MaxSnapshotTypes {
		kind = "other"
	}
	s.Types[kind]++
	s.Records++
	if s.From == 0 {
		s.From = ts
	}
	s.To = ts
}

func (b *Base) check(first uint64) error {
	if b == nil {
		return nil
	}
	if b.Seq == 0 || b.Seq+1 != first || len(b.Snapshot.Types) > MaxSnapshotTypes+1 {
		return fmt.Errorf("%w: base", ErrMalformed)
	}
	for kind := range b.Snapshot.Types {
		if err := checkTokens(kind); err != nil {
			return err
		}
	}
	return nil
}
