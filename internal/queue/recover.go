package queue

import "slices"

// Recover says that the branch's memory was put back from an older one in the middle of a Day: it does not know any more
// which numbers it has given and lent. From now on numbers come from a block that was never used. Epoch names the memory
// that begins; the same epoch recovers once. Epoch 0 is a memory that goes on: paper showed that it lost its last moments;
// see Forgot. Today and Before are the blocks that are known, from elsewhere, to have been begun on this Day and on the
// one before it, which lent numbers of this Day.
type Recover struct {
	Epoch  uint64
	Today  []int
	Before []int
}

// Recovered says from which number on a recovered Day gives and lends; all outside of its block may be in somebody's hand.
type Recovered struct {
	Epoch  uint64 `json:"epoch"`
	Block  int    `json:"block"` // 1 to 4
	From   int    `json:"from"`
	Lends  bool   `json:"lends,omitempty"`  // of the Day after: only what is lent comes from the block
	Blocks []int  `json:"blocks,omitempty"` // all that were begun on that Day; without it, as once written, all up to Block
}

// all returns every block that was begun on the Day of a recovery.
func (r Recovered) all() []int {
	if r.Blocks != nil {
		return r.Blocks
	}
	var all []int
	for b := range r.Block {
		all = append(all, b+1)
	}
	return all
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

// recoveriesKept is how many blocks of a Day are kept for memories that are put back: paper alone, which a kiosk may
// invent, begins none of them.
const recoveriesKept = 2

func (d *Day) decideRecover(c Recover) ([]Event, error) {
	if d.date == "" {
		return nil, nil // no Day, no numbers
	}
	today, before := slices.Clone(c.Today), slices.Concat(c.Before, d.lentFrom)
	if !d.recovered.Lends {
		if d.recovered.Block > 0 && c.Epoch != 0 && d.recovered.Epoch == c.Epoch {
			return nil, nil
		}
		today = append(today, d.recovered.all()...)
	}
	var free []int
	for b := 1; b <= recoveryMost; b++ {
		if !slices.Contains(today, b) && !slices.Contains(before, b) {
			free = append(free, b)
		}
	}
	if len(free) == 0 || c.Epoch == 0 && len(free) <= recoveriesKept {
		return nil, ErrSoldOut
	}
	block := free[0]
	today = append(today, block)
	slices.Sort(today)
	return []Event{Recovered{
		Epoch: c.Epoch, Block: block, From: recoveryFloor + (block-1)*recoveryBlock, Blocks: slices.Compact(today),
	}}, nil
}

// Forgot reports whether a command shows that the branch has lost the last of its memory without having noticed, as a disk
// leaves it that said "written" too early: a kiosk holds paper with a number of this Day that the branch has yet to give,
// gave a number that is in no lease, or has a lease that the branch does not know.
func (d *Day) Forgot(cmd Command) bool {
	if c, is := cmd.(ReserveAlone); is {
		return d.forgotNumber(c)
	}
	c, is := cmd.(Lease)
	div, known := d.index.divisions[c.Division]
	if !is || !known || c.Have == 0 || div.Lease <= 0 || c.Day < d.date || d.date == "" {
		return false
	}
	above, most := d.lendable(div, c.Day)
	return above < c.Have && c.Have <= most && !slices.ContainsFunc(d.leases, func(l Leased) bool {
		return l.Division == c.Division && l.Day == c.Day && l.From <= c.Have && c.Have <= l.To
	})
}

func (d *Day) forgotNumber(c ReserveAlone) bool {
	_, asked := d.byRequest[c.Request]
	s, known := d.index.services[c.Service]
	if asked || !known || c.Slip != "" || c.Day != d.date || d.date == "" {
		return false
	}
	div := d.index.divisions[s.Division]
	if c.Number.Prefix != div.Prefix {
		return false
	}
	if c.Lost {
		first, last := d.central(div)
		return first <= c.Number.N && c.Number.N <= last && c.Number.N > d.issued[div.ID]
	}
	above, most := d.lendable(div, d.date)
	return above < c.Number.N && c.Number.N <= most && !slices.ContainsFunc(d.leases, func(l Leased) bool {
		return l.Division == div.ID && l.Day == d.date && l.From <= c.Number.N && c.Number.N <= l.To
	})
}

// Recovered returns the last recovery of this Day; its Block is 0 if there was none.
func (d *Day) Recovered() Recovered { return d.recovered }

func (d *Day) applyRecovered(ev Recovered) {
	d.recovered = ev
	if ev.Lends {
		d.lentFrom = ev.all()
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

// lendable returns the numbers between which ranges of a Day are lent: above those of the central sequence. A Day that
// lends on lends only its own numbers from the block: of those of the Day after it nothing was forgotten.
func (d *Day) lendable(div Division, day Date) (above, last int) {
	if d.recovered.Block == 0 || d.recovered.Lends && day > d.date {
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
	of := d.index.divisions[div]
	switch {
	case d.recovered.Block == 0, n.N < 1, n.Prefix != of.Prefix:
		return false
	case d.recovered.Lends && n.N <= of.Last(): // those are given on the Day itself
		return false
	case d.recovered.From <= n.N && n.N < d.recovered.From+recoveryBlock: // those were begun by this memory
		return false
	}
	return !slices.ContainsFunc(d.visits, func(v *Visit) bool { return v.Division == div && v.Number == n })
}
