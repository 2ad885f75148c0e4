package rebuild

import (
	"cmp"
	"slices"

	"balcao/internal/salvage"
	"balcao/internal/wire"
)

// Piece is one record of a chained log, with the chain's hash after it as it was sealed.
type Piece struct {
	Seq  uint64
	Type string
	Raw  []byte
	Head wire.Hash

	given  bool      // from whoever holds the log elsewhere: it counts before what lies here
	before wire.Hash // of what was given: the chain's hash before it
	rooted bool      // it is where the file says it is, not only on a page that was found
}

// Pieces returns every record of a table journal (seq, type, raw, head) that can be found in a damaged file, also on pages
// that nothing leads to any more.
func (s *Source) Pieces() []Piece {
	type key struct {
		seq  uint64
		head wire.Hash
	}
	found := map[key]Piece{}
	take := func(rooted bool) func(salvage.Row) {
		return func(r salvage.Row) {
			p, ok := pieceOf(r)
			if !ok {
				return
			}
			k := key{p.Seq, p.Head}
			if old, known := found[k]; !known || rooted && !old.rooted {
				p.rooted = rooted
				found[k] = p
			}
		}
	}
	tables, _ := s.Tables()
	for _, t := range tables {
		if t.Name == "journal" {
			s.Rows(t.Root, take(true))
		}
	}
	s.Scan(take(false))
	all := make([]Piece, 0, len(found))
	for _, p := range found {
		all = append(all, p)
	}
	return all
}

func pieceOf(r salvage.Row) (Piece, bool) {
	if len(r.Values) != 4 || r.Values[0] != nil || r.ID <= 0 {
		return Piece{}, false
	}
	kind, named := r.Values[1].(string)
	raw, body := r.Values[2].([]byte)
	head, sealed := r.Values[3].([]byte)
	if !named || !body || !sealed || len(head) != len(wire.Hash{}) {
		return Piece{}, false
	}
	e, err := wire.DecodeEvent(raw)
	if err != nil || e.Seq != uint64(r.ID) || e.Type != kind {
		return Piece{}, false
	}
	return Piece{Seq: e.Seq, Type: kind, Raw: raw, Head: wire.Hash(head)}, true
}

// Given returns the pieces of records that somebody else holds, which follow a point of the chain.
func Given(prev wire.Hash, records []wire.Record) []Piece {
	all := make([]Piece, 0, len(records))
	for _, r := range records {
		before := prev
		prev = prev.Next(r)
		e, err := wire.DecodeEvent(r.Raw)
		if err != nil {
			e.Type = "unreadable" // it is part of the chain all the same
		}
		all = append(all, Piece{Seq: r.Seq, Type: e.Type, Raw: r.Raw, Head: prev, given: true, before: before})
	}
	return all
}

// Island is a run of records of which each fits the one before.
type Island struct {
	Before Point // where it begins: the record before it, and the chain's hash there
	Pieces []Piece
}

// Point is a place in a chain.
type Point struct {
	Seq  uint64
	Head wire.Hash
}

// Last is the sequence of the last record.
func (i Island) Last() uint64 { return i.Before.Seq + uint64(len(i.Pieces)) }

// Chain puts pieces together, from a base on; its zero value is the beginning of the log, and nil that nobody knows where
// it began. Each island's first record is proven by what stands before it: where that is lost the record only
// says where the island begins.
func Chain(pieces []Piece, base *Point) []Island {
	at := map[uint64][]Piece{}
	var order []uint64
	for _, p := range pieces {
		if base != nil && p.Seq <= base.Seq {
			continue
		}
		if len(at[p.Seq]) == 0 {
			order = append(order, p.Seq)
		}
		at[p.Seq] = append(at[p.Seq], p)
	}
	slices.Sort(order)
	var all []Island
	var now *Point
	if base != nil {
		now = &Point{Seq: base.Seq, Head: base.Head}
	} else if len(order) > 0 && order[0] == 1 {
		now = &Point{}
	}
	if now != nil {
		all = append(all, Island{Before: *now})
	}
	for _, seq := range order {
		if now != nil && now.Seq+1 == seq {
			if next, fits := following(*now, at[seq]); fits {
				last := &all[len(all)-1]
				last.Pieces = append(last.Pieces, next)
				*now = Point{Seq: seq, Head: next.Head}
				continue
			}
		}
		first := best(at[seq])
		now = &Point{Seq: seq, Head: first.Head}
		if first.given {
			all = append(all, Island{Before: Point{Seq: seq - 1, Head: first.before}, Pieces: []Piece{first}})
			continue
		}
		all = append(all, Island{Before: *now})
	}
	return slices.DeleteFunc(all, func(i Island) bool { return len(i.Pieces) == 0 })
}

// following returns the piece that fits a point of the chain; what was given counts before what was found.
func following(p Point, some []Piece) (Piece, bool) {
	for _, given := range []bool{true, false} {
		for _, one := range some {
			if one.given == given && p.Head.Next(wire.Record{Seq: one.Seq, Raw: one.Raw}) == one.Head {
				return one, true
			}
		}
	}
	return Piece{}, false
}

// best returns the piece from which a chain most probably goes on.
func best(some []Piece) Piece {
	rank := func(p Piece) int {
		switch {
		case p.given:
			return 2
		case p.rooted:
			return 1
		}
		return 0
	}
	return slices.MaxFunc(some, func(a, b Piece) int { return cmp.Compare(rank(a), rank(b)) })
}

// Gap is a run of records that are lost.
type Gap struct {
	From, To         uint64
	AfterMS, UntilMS int64 // when the record before it was made, and the one after it; 0 is not known
}

// Gaps returns what is missing between islands.
func Gaps(all []Island) []Gap {
	var gaps []Gap
	for i := 1; i < len(all); i++ {
		gaps = append(gaps, Gap{
			From: all[i-1].Last() + 1, To: all[i].Before.Seq,
			AfterMS: TimeOf(all[i-1].Pieces[len(all[i-1].Pieces)-1].Raw), UntilMS: TimeOf(all[i].Pieces[0].Raw),
		})
	}
	return gaps
}

// TimeOf returns when a record was made, in Unix milliseconds; 0 if it cannot be read.
func TimeOf(raw []byte) int64 {
	e, err := wire.DecodeEvent(raw)
	if err != nil {
		return 0
	}
	return e.TS
}

// Found reports whether a record was found in the damaged file, and not given by somebody else.
func (p Piece) Found() bool { return !p.given }
