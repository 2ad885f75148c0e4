package queue

// HoldShare keeps some of a division's numbers for bookings: nobody without one is given the last of them. How many is
// decided outside, from the bookings that may still come; the Day obeys what its journal says.
type HoldShare struct {
	Division DivisionID
	Numbers  int
}

// ShareHeld says how many numbers of a division are kept for bookings from now on. A booking that checks in uses up
// one.
type ShareHeld struct {
	Division DivisionID `json:"div"`
	Numbers  int        `json:"n"`
}

func (HoldShare) command()       {}
func (ShareHeld) about() VisitID { return 0 }

func (d *Day) holdShare(c HoldShare) ([]Event, error) {
	if !d.open {
		return nil, ErrDayNotOpen
	}
	if _, known := d.index.divisions[c.Division]; !known {
		return nil, ErrUnknownService
	}
	n := max(0, c.Numbers)
	if d.held[c.Division] == n {
		return nil, nil
	}
	return []Event{ShareHeld{Division: c.Division, Numbers: n}}, nil
}

// useShare notes that a number was taken: a booking uses up one that was kept.
func (d *Day) useShare(ev Reserved) {
	if ev.Class == ClassBooked && d.held[ev.Division] > 0 {
		d.held[ev.Division]--
	}
}

// kept reports whether the numbers left are all kept for somebody else.
func (d *Day) kept(div DivisionID, class ClassID) bool {
	return class != ClassBooked && d.held[div] > 0 && d.Left(div) <= d.held[div]
}

// HeldShare returns how many numbers of a division are kept for bookings now.
func (d *Day) HeldShare(id DivisionID) int { return d.held[id] }

// Free returns how many numbers of a division somebody without a booking can still have today.
func (d *Day) Free(id DivisionID) int { return max(0, d.Left(id)-d.held[id]) }
