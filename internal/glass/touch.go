package glass

import (
	"math"
)

// The touch face as its sheets draw it, in units: kiosk/screen/pages/touch and browser/fit.js measure the same.
const (
	pageWidth   = 120.0
	pageHeight  = 213.334
	smallText   = 4.0
	smallTarget = 7.8
	lowHeader   = 81.6 // what stands above the first control in low reach
	lowFoot     = 4.6  // below the last control
	mostGrowth  = 1.2  // of the unit: more, and too little fits
	slack       = 0.999
)

// Touching is how the touch face is drawn on a screen.
type Touching struct {
	// Growth is how many times the unit that fits 120 across is taken; 1 on the screens the face is drawn for.
	Growth float64
	// Tight says that fewer things fit, as the unit has grown.
	Tight bool
	// LeastUnits is the least side of what is touched, in units that fit 120 across.
	LeastUnits float64
	// Text is the angle of the smallest capital, in degrees, and Target the smallest side, in millimetres.
	Text, Target float64
}

// Words says the sizes in Portuguese.
func (t Touching) Words() string {
	return inWords("letras de %.2f° e botões de %.0f mm, no mínimo", t.Text, t.Target)
}

// Touching says how the touch face is drawn, and what cannot be met: each fault says how far off it is and what to do.
func (s Screen) Touching() (t Touching, faults []Fault) {
	fit := math.Min(float64(s.Width)/pageWidth, float64(s.Height)/pageHeight)
	need := math.Max(s.Font(Legible)/smallText, s.Pixels(LeastTouch)/smallTarget)
	t = Touching{Growth: 1, LeastUnits: s.Pixels(LeastTouch) / fit}
	if need*slack > fit {
		t.Growth = math.Min(need/fit, mostGrowth)
		t.Tight = true
	}
	unit := fit * t.Growth
	t.Text, t.Target = s.Degrees(smallText*unit), s.Millimetres(smallTarget*unit)
	if t.Text < Legible*slack {
		most := s.Distance * math.Tan(t.Text*math.Pi/360) / math.Tan(Legible*math.Pi/360)
		faults = append(faults, Fault{
			Found: inWords("a %.0f mm as letras mais pequenas têm %.2f°, e são precisos %.1f°", s.Distance, t.Text, Legible),
			Do:    inWords("use um ecrã maior, ou ponha-o onde as pessoas fiquem a %.0f mm", most),
		})
	}
	if t.Target < LeastTouch*slack {
		faults = append(faults, Fault{
			Found: inWords("o botão mais pequeno tem %.1f mm, e são precisos %.0f mm", t.Target, LeastTouch),
			Do:    inWords("use um ecrã de pelo menos %.1f polegadas", s.Inches*LeastTouch/t.Target),
		})
	}
	return t, append(faults, s.outOfReach(fit)...)
}

// outOfReach says what a person in a wheelchair cannot reach in the mode of low reach.
func (s Screen) outOfReach(unit float64) []Fault {
	if s.Top == 0 {
		return nil
	}
	var faults []Fault
	free := (float64(s.Height) - pageHeight*unit) / 2 // the page stands in the middle of the glass
	if high := s.Top - s.Millimetres(free+lowHeader*unit); high > Highest {
		faults = append(faults, Fault{
			Found: inWords("em «Alcance baixo» o botão mais alto fica a %.0f mm do chão, e o máximo é %.0f mm", high, Highest),
			Do:    inWords("baixe o ecrã %.0f mm", math.Ceil(high-Highest)),
		})
	}
	if low := s.Top - s.Millimetres(free+(pageHeight-lowFoot)*unit); low < Lowest {
		faults = append(faults, Fault{
			Found: inWords("o botão mais baixo fica a %.0f mm do chão, e o mínimo é %.0f mm", low, Lowest),
			Do:    inWords("suba o ecrã %.0f mm", math.Ceil(Lowest-low)),
		})
	}
	return faults
}
