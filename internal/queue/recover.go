package queue

import "slices"

// Recover says that the branch's memory was put back from an older one in the middle of a Day: it does not know any more
// which numbers it has given and lent. From now on numbers come from a block that was never used. Epoch names the memory
// that begins; the same epoch recovers once. Before is how often the Day is known, from elsewhere, to have been
// recovered already.
type Recover struct {
	Epoch  uint64
	Before int
}

// Recovered says from which number on a recovered Day gives and lends; all below may be in somebody's hand.
type Recovered struct {
	Epoch uint64 `json:"epoch"`
	Block int    `json:"block"` // 1 is the first recovery of the Day
	From  int    `json:"from"`
	Lends bool   `json:"lends,omitempty"` // of the Day after: only what is lent comes from the block
}

func (Recover) command()         {}
func (Recovered) about() VisitID { return 0 }

// Recovery blocks stand above all numbers of an ordinary Day: the first half of each is the branch's own sequence, the
// second is lent to kiosks.
const (
	recoveryFloor = 6000
	recoveryBlock = 1000
	recoveryMost  = (lastLeased + 1 - recoveryFloor) / recoveryBlock
)

func (d *Day) decideRecover(c Recover) ([]Event, error) {
	switch {
	case d.date == "":
		return nil, nil // no Day, no numbers
	case d.recovered.Epoch == c.Epoch && !d.recovered.Lends:
		return nil, nil
	}
	block := max(d.recovered.Block, c.Before) + 1
	if block > recoveryMost {
		return nil, ErrSoldOut
	}
	return []Event{Recovered{Epoch: c.Epoch, Block: block, From: recoveryFloor + (block-1)*recoveryBlock}}, nil
}

// Recovered returns the last recovery of this Day; its Block is 0 if there was none.
func (d *Day) Recovered() Recovered { return d.recovered }

func (d *Day) applyRecovered(ev Recovered) {
	d.recovered = ev
	if ev.Lends {
		return
	}
	for id := range d.index.divisions {
		d.issued[id] = ev.From - 1
	}
}

// central returns the first and the last number that the branch's own sequence may use of a division now.
func (d *Day) central(div Division) (first, last int) {
	if d.recovered.Block == 0 || d.recovered.Lends {
		return div.First, div.Last()
	}
	return d.recovered.From, d.recovered.From + recoveryBlock/2 - 1
}

// given counts the numbers of a division that its own sequence has given, as far as this memory knows.
func (d *Day) given(div Division, used int) int {
	if d.recovered.Block == 0 || d.recovered.Lends {
		return used - div.First + 1 - d.padded(div.ID, div.First, used)
	}
	n := 0
	for _, v := range d.visits {
		if v.Division == div.ID && !v.Alone && v.Print != PrintPad {
			n++
		}
	}
	return n
}

// lendable returns the numbers between which ranges are lent: above those of the central sequence.
func (d *Day) lendable(div Division) (above, last int) {
	if d.recovered.Block == 0 {
		return div.Last(), recoveryFloor - 1
	}
	return d.recovered.From + recoveryBlock/2 - 1, d.recovered.From + recoveryBlock - 1
}

// lendsOn is what the opening of the next Day says of a recovery: ranges of that Day may have been lent, too, by the
// memory that was lost.
func (d *Day) lendsOn() []Event {
	if d.recovered.Block == 0 || d.recovered.Lends {
		return nil
	}
	on := d.recovered
	on.Lends = true
	return []Event{on}
}

// regained reports whether a number that a kiosk gave or printed may have been given by the memory that was lost: a
// recovered Day believes the paper.
func (d *Day) regained(div DivisionID, n Number) bool {
	if d.recovered.Block == 0 || n.N >= d.recovered.From || n.N < 1 || d.recovered.Lends && n.N <= d.index.divisions[div].Last() || n.Prefix != d.index.divisions[div].Prefix {
		return false
	}
	return !slices.ContainsFunc(d.visits, func(v *Visit) bool { return v.Division == div && v.Number == n })
}
