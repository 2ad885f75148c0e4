package journal

import (
	"fmt"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Seal is a point of the journal as headquarters signed it.
type Seal struct {
	wire.AuditHead

	Ended  uint64 // the last record of the journal when the signature came
	AtMS   int64  // when it came, in Unix milliseconds
	Signed []byte // see package seal
}

// Name says which seal it is, in Portuguese.
func (s Seal) Name() string { return fmt.Sprintf("do dia %s, até ao registo %d", s.Day, s.Seq) }

// Seals holds a journal against what headquarters signed of it. The signatures themselves are somebody else's to check:
// here is what they say.
type Seals struct {
	Faults   []Fault
	Notes    []string // about clocks: no proof of anything, and worth a look
	Good     int
	Gone     int          // seals of records that were compacted or belong to an epoch that is not kept: nothing to hold them to
	Best     Seal         // of those that hold, the one that reaches farthest; its Seq is 0 where none does
	Unsealed []queue.Date // Days before that of Best without a seal of their own

	epoch  uint64
	open   map[uint64][]Seal // by record, still to come
	past   Seal              // the latest, by its time, of those whose journal ended before the present record
	ended  []Seal            // that hold, until the records they knew of are passed
	warned bool
	days   []queue.Date
	sealed map[queue.Date]bool
}

// backdated is how far a record may be older than a signature that came before it was written: clocks differ.
const backdated = 10 * time.Minute

// NewSeals returns what holds a journal of an epoch to its seals. Those of other epochs are left out; see Former.
func NewSeals(epoch uint64, all []Seal) *Seals {
	s := &Seals{epoch: epoch, open: map[uint64][]Seal{}, sealed: map[queue.Date]bool{}}
	for _, one := range all {
		if one.Epoch == epoch {
			s.open[one.Seq] = append(s.open[one.Seq], one)
		}
	}
	return s
}

// After has the records up to a base be gone. It is called before the first record.
func (s *Seals) After(base wire.Base) {
	for seq, all := range s.open {
		if seq < base.Seq {
			s.Gone += len(all)
			delete(s.open, seq)
		}
	}
	for _, one := range s.open[base.Seq] {
		s.hold(one, base.Head, "")
	}
	delete(s.open, base.Seq)
}

// Take looks at the next record of the journal, made at a moment on a Day.
func (s *Seals) Take(r Row, day queue.Date, at time.Time) {
	if len(s.days) == 0 || s.days[len(s.days)-1] != day {
		s.days = append(s.days, day)
	}
	rest := s.ended[:0]
	for _, one := range s.ended {
		if one.Ended >= r.Seq {
			rest = append(rest, one)
		} else if one.AtMS > s.past.AtMS {
			s.past, s.warned = one, false
		}
	}
	s.ended = rest
	if sealed := time.UnixMilli(s.past.AtMS); s.past.Seq > 0 && !s.warned && !at.IsZero() && sealed.Sub(at) > backdated {
		s.warned = true
		s.Notes = append(s.Notes, fmt.Sprintf("o registo %d diz ser de %s, e foi escrito depois de a sede selar o registo %d, às %s: o relógio da loja ou o da sede estava errado, ou o registo foi datado para trás",
			r.Seq, stamp(at), s.past.Seq, stamp(sealed)))
	}
	for _, one := range s.open[r.Seq] {
		s.hold(one, r.Head, day)
	}
	delete(s.open, r.Seq)
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 UTC") }

// hold compares one seal with the chain after its record. An empty day is not known.
func (s *Seals) hold(one Seal, head wire.Hash, day queue.Date) {
	switch {
	case one.Head != head:
		s.fault(one.Seq, "a sede selou outro conteúdo (selo %s): houve registos alterados ou apagados até aí, e a cadeia foi refeita", one.Name())
	case day != "" && string(day) != one.Day:
		s.fault(one.Seq, "o selo é do dia %s e o registo é do dia %s: o selo foi trocado", one.Day, day)
	default:
		s.Good++
		s.sealed[queue.Date(one.Day)] = true
		s.ended = append(s.ended, one)
		if one.Seq >= s.Best.Seq {
			s.Best = one
		}
	}
}

// Former holds a seal of an epoch that was set aside to the chain's hash there, where that is known.
func (s *Seals) Former(one Seal, head wire.Hash, known bool) {
	switch {
	case !known:
		s.Gone++
	case head != one.Head:
		s.fault(one.Seq, "na época anterior %d a sede selou outro conteúdo (selo %s)", one.Epoch, one.Name())
	default:
		s.Good++
	}
}

// End tells what the last record was. Seals of later ones say that the tail is missing.
func (s *Seals) End(last uint64) {
	for _, all := range s.open {
		for _, one := range all {
			if one.Seq > last {
				s.fault(one.Seq, "a sede selou o diário até aqui (selo %s) e ele acaba no registo %d: falta o fim", one.Name(), last)
			} else {
				s.fault(one.Seq, "a sede selou este registo (selo %s) e ele falta", one.Name())
			}
		}
	}
	if s.Best.Seq == 0 {
		return
	}
	for _, day := range s.days {
		if day != "" && string(day) < s.Best.Day && !s.sealed[day] {
			s.Unsealed = append(s.Unsealed, day)
		}
	}
}

func (s *Seals) fault(seq uint64, format string, args ...any) {
	s.Faults = append(s.Faults, Fault{Seq: seq, Torn: true, Text: fmt.Sprintf(format, args...)})
}
