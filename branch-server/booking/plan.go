package booking

import (
	"bytes"
	"fmt"
)

// Kind says what a row of a file does.
type Kind string

// What a row can do.
const (
	Added   Kind = "added"
	Moved   Kind = "moved"   // to another time, or changed otherwise
	Removed Kind = "removed" // cancelled
	Same    Kind = "same"    // nothing
)

// Change is what a row does to the bookings that are known. Before is nil for one that is new.
type Change struct {
	Line   int
	Kind   Kind
	Before *Booking
	After  Booking
}

// Plan is what a file does as a whole.
type Plan struct {
	Changes []Change // without those that do nothing
	Same    int
	Faults  []Fault
}

// Count returns how many changes are of a kind.
func (p Plan) Count(k Kind) int {
	n := 0
	for _, c := range p.Changes {
		if c.Kind == k {
			n++
		}
	}
	return n
}

// Compare decides what rows do to known bookings, by id. A booking whose citizen is here is not touched: the row is
// named instead. New bookings without a code are given one by newCode. Arrived says the number of the ticket of a
// booking whose citizen is here, or nothing.
func Compare(known []Booking, rows []Row, newCode func() Code, arrived func(Booking) string) Plan {
	byID := make(map[string]Booking, len(known))
	byCode := make(map[Code]string, len(known))
	for _, b := range known {
		byID[b.ID] = b
		if b.State == Expected {
			byCode[b.Code] = b.ID
		}
	}
	var p Plan
	for _, r := range rows {
		old, exists := byID[r.Booking.ID]
		after := merged(old, r.Booking)
		change := Change{Line: r.Line, Kind: kindOf(old, after, exists), After: after}
		if change.Kind == Same {
			p.Same++
			continue
		}
		if ticket := arrived(old); exists && ticket != "" {
			p.Faults = append(p.Faults, Fault{
				Line: r.Line, What: fmt.Sprintf("Quem tem esta marcação já chegou: senha %s. Não foi alterada.", ticket),
				Do: "Fale com a pessoa, ou anule a senha dela primeiro.",
			})
			continue
		}
		if exists {
			change.Before = &old
		}
		if change.Kind != Removed {
			for change.After.Code == "" || taken(byCode, change.After) && r.Booking.Code == "" {
				change.After.Code = newCode()
			}
			if taken(byCode, change.After) {
				p.Faults = append(p.Faults, Fault{Line: r.Line, What: "O código já é de outra marcação.", Do: "Cada marcação tem o seu código; sem código, a loja dá um."})
				continue
			}
			if exists && old.Code != change.After.Code {
				delete(byCode, old.Code)
			}
			byCode[change.After.Code] = change.After.ID
		} else {
			delete(byCode, old.Code)
		}
		byID[change.After.ID] = change.After
		p.Changes = append(p.Changes, change)
	}
	return p
}

func taken(byCode map[Code]string, b Booking) bool {
	id, used := byCode[b.Code]
	return used && id != b.ID
}

// merged is a known booking as a row would have it: what the row leaves out stays.
func merged(old, row Booking) Booking {
	if row.State == Cancelled {
		if old.ID == "" {
			return row
		}
		old.State = Cancelled
		return old
	}
	if row.Code == "" {
		row.Code = old.Code
	}
	if row.Digest == nil && row.Day == old.Day {
		row.Digest = old.Digest
	}
	if row.Pass == nil && row.Day == old.Day {
		row.Pass = old.Pass
	}
	row.Request = old.Request
	return row
}

func kindOf(old, after Booking, exists bool) Kind {
	switch {
	case !exists && after.State == Cancelled, exists && old.State == Cancelled && after.State == Cancelled:
		return Same
	case after.State == Cancelled:
		return Removed
	case !exists || old.State == Cancelled:
		return Added
	case old.Service == after.Service && old.Slot.Equal(after.Slot) && old.Length == after.Length && old.Code == after.Code &&
		bytes.Equal(old.Digest, after.Digest) && bytes.Equal(old.Pass, after.Pass):
		return Same
	}
	return Moved
}
