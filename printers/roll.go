package printers

import "time"

// Roll is what is left of a paper roll. It only counts: whoever keeps it
// between restarts stores its fields.
type Roll struct {
	// LengthMM is how much paper was on it when it was put in, in millimetres;
	// 0 is not known.
	LengthMM int `json:"length"`
	// UsedMM is how much has been used since, as counted and as the printer's
	// sensor corrects it.
	UsedMM int `json:"used"`
	// Slips and SlipsMM are how many slips were printed and how long they were
	// together, on this roll and on those before it: they say how long a slip
	// is.
	Slips   int `json:"slips"`
	SlipsMM int `json:"slips_mm"`
}

// NearEndMM is how much paper is left when a printer's sensor says that the
// roll ends soon: the least that common sensors leave, 2 m.
const NearEndMM = 2000

// SlipMM returns how long the paper of a slip is on a head of the given
// resolution, in millimetres: its blocks, and the way from head to blade.
func SlipMM(blocks []Block, m Media, dpi, bladeMM int) int {
	if dpi <= 0 {
		return 0
	}
	dots := 0
	for _, b := range blocks {
		switch b := b.(type) {
		case Gap:
			dots += b.Dots
		case Logo:
			if b.Picture != nil {
				dots += b.Picture.Rows
			}
		case Code:
			dots += b.Module * codeSide
		case Line:
			high := 1
			for _, s := range b.Spans {
				high = max(high, s.Height)
			}
			dots += high * m.CellHeight
		}
	}
	return (dots*254+dpi*10-1)/(dpi*10) + bladeMM
}

// codeSide is how many squares the codes of ours have along their side:
// version 3, see [MaxQR].
const codeSide = 29

// After returns the roll after a slip of the given length.
func (r Roll) After(slipMM int) Roll {
	const remembered = 10_000 // slips: what is longer ago says less
	r.UsedMM += slipMM
	r.Slips++
	r.SlipsMM += slipMM
	if r.Slips > remembered {
		r.Slips, r.SlipsMM = r.Slips/2, r.SlipsMM/2
	}
	return r
}

// Fresh returns a new roll of the given length in the same printer.
func (r Roll) Fresh(lengthMM int) Roll {
	r.LengthMM, r.UsedMM = lengthMM, 0
	return r
}

// At returns the roll as corrected by what the printer's sensor says: at the
// near end no more is left than [NearEndMM], whatever was counted.
func (r Roll) At(s Status) Roll {
	switch {
	case s.Connected && s.PaperOut:
		r.UsedMM = max(r.UsedMM, r.LengthMM)
	case s.Connected && s.NearEnd:
		r.UsedMM = max(r.UsedMM, r.LengthMM-NearEndMM)
	}
	return r
}

// Left returns how many slips are left, rounded down, and whether that can be
// said: the length of the roll must be known, and at least one slip printed.
func (r Roll) Left() (slips int, known bool) {
	if r.LengthMM <= 0 || r.Slips <= 0 || r.SlipsMM <= 0 {
		return 0, false
	}
	return max(0, r.LengthMM-r.UsedMM) * r.Slips / r.SlipsMM, true
}

// LastsFor returns how long the roll lasts at the given pace, and whether that
// can be said.
func (r Roll) LastsFor(slipsPerHour float64) (time.Duration, bool) {
	left, known := r.Left()
	if !known || slipsPerHour <= 0 {
		return 0, false
	}
	return time.Duration(min(float64(left)/slipsPerHour, 24*365) * float64(time.Hour)), true
}
