package glass

import (
	"math"
)

// The callboard as its sheet draws it, in units of a 192nd of the width (a 108th where it stands upright).
const (
	boardLong    = 192.0
	boardShort   = 108.0
	numberNow    = 40.8 // letter size of the number called now
	numberTall   = 33.0 // the same upright
	earlierFont  = 14.1 // letter size of an earlier call
	earlierRoom  = 68.0 // height of the list of earlier calls
	earlierTall  = 62.0 // the same upright
	lineOfFont   = 0.957
	mostEarlier  = 5
	leastEarlier = 2
)

// Showing is how the callboard is drawn on a screen.
type Showing struct {
	// Margin is the part of the picture that is left free at each edge, from 0 to 0.1.
	Margin float64
	// Earlier is how many earlier calls are listed, and Font the size of their letters in units.
	Earlier int
	Font    float64
	// Now and Before are the angles of the capitals of the number called now and of earlier ones, in degrees.
	Now, Before float64
}

// Words says the sizes in Portuguese.
func (w Showing) Words() string {
	return inWords("o número chamado tem %.2f°, e há %d chamadas anteriores", w.Now, w.Earlier)
}

// Showing says how the callboard is drawn: fewer earlier calls, in larger letters, where people stand far away. A fault
// says what cannot be met and what to do.
func (s Screen) Showing() (w Showing, faults []Fault) {
	w = Showing{Margin: s.Margin / 100, Earlier: mostEarlier, Font: earlierFont}
	across, down := float64(s.Width)*(1-2*w.Margin), float64(s.Height)*(1-2*w.Margin)
	unit, now, room := math.Min(across/boardLong, down/boardShort), numberNow, earlierRoom
	if s.Height > s.Width {
		unit, now, room = math.Min(across/boardShort, down/boardLong), numberTall, earlierTall
	}
	if need := s.Font(Glanced) / unit; need*slack > earlierFont {
		w.Earlier = min(mostEarlier, int(room/(need*lineOfFont)))
		w.Font = need
		if w.Earlier < leastEarlier {
			w.Earlier, w.Font = leastEarlier, room/leastEarlier/lineOfFont
		}
	}
	w.Now, w.Before = s.Degrees(now*unit), s.Degrees(w.Font*unit)
	metres := s.Distance / 1000
	if w.Now < Legible*slack {
		most := metres * math.Tan(w.Now*math.Pi/360) / math.Tan(Legible*math.Pi/360)
		faults = append(faults, Fault{
			Found: inWords("a %.1f m o número chamado tem %.2f°, e são precisos %.1f°: lê-se até %.1f m", metres, w.Now, Legible, most),
			Do:    inWords("use um ecrã de %.0f polegadas, ou um segundo mais perto", math.Ceil(s.Inches*metres/most)),
		})
	}
	if w.Before < Glanced*slack {
		faults = append(faults, Fault{
			Found: inWords("a %.1f m as chamadas anteriores têm %.2f°, e são precisos %.2f°", metres, w.Before, Glanced),
			Do:    "use um ecrã maior, ou um segundo mais perto",
		})
	}
	return w, faults
}
