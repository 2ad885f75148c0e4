// Package glass knows how large things are on a screen for the person in front of it: millimetres on the glass, and
// degrees in the eye. A screen is described by its diagonal, its pixels, how far away people stand and how high it hangs;
// from that follow the unit the touch face and the callboard are drawn in, and what cannot be met is said in words.
//
// The sizes come from EN 301 549 V3.2.1: a capital H of 0.7° (5.1.4), controls no higher than 1220 mm and no lower than
// 380 mm (8.3.2, 8.3.3). Targets of 20 mm are this project's own rule.
package glass

import (
	"fmt"
	"math"
	"strings"
)

// What people need, in millimetres and degrees.
const (
	CapHeight  = 0.714     // height of a capital of Noto Sans, in em
	Legible    = 0.7       // degrees of a capital that most people read
	Glanced    = 22.0 / 60 // degrees of a capital that is found again, for earlier calls
	LeastTouch = 20.0      // millimetres of the smallest side of what is touched
	Highest    = 1220.0    // millimetres from the floor that a person in a wheelchair reaches
	Lowest     = 380.0     // millimetres from the floor below which nobody should have to reach
)

// Screen is a pane of glass and the person before it. Lengths are in millimetres but for the diagonal, which is told in
// inches as it is sold.
type Screen struct {
	Inches   float64 `yaml:"inches"`   // diagonal
	Width    int     `yaml:"width"`    // pixels across, as it hangs
	Height   int     `yaml:"height"`   // pixels from top to bottom, as it hangs
	Distance float64 `yaml:"distance"` // from the eye to the glass
	Top      float64 `yaml:"top"`      // from the floor to the upper edge of the picture; 0 is not known
	Margin   float64 `yaml:"margin"`   // hundredths of the picture that a television cuts off at each edge
}

// Touch is the screen that the touch face is drawn for: 27 inches upright, somebody 600 mm away.
func Touch() Screen { return Screen{Inches: 27, Width: 1080, Height: 1920, Distance: 600} }

// Hall is the screen that the callboard is drawn for: 55 inches, read from 15 m.
func Hall() Screen { return Screen{Inches: 55, Width: 1920, Height: 1080, Distance: 15000} }

// Or fills what is not said from another screen; a screen without pixels lies as the other one does.
func (s Screen) Or(other Screen) Screen {
	if s.Inches == 0 {
		s.Inches = other.Inches
	}
	if s.Width == 0 || s.Height == 0 {
		s.Width, s.Height = other.Width, other.Height
	}
	if s.Distance == 0 {
		s.Distance = other.Distance
	}
	return s
}

// Fault is what a screen cannot give its viewers, in Portuguese for whoever installs it: what was found, and what to do.
type Fault struct{ Found, Do string }

// Pitch is the side of a pixel in millimetres.
func (s Screen) Pitch() float64 {
	return s.Inches * 25.4 / math.Hypot(float64(s.Width), float64(s.Height))
}

// Millimetres is the length of so many pixels on the glass.
func (s Screen) Millimetres(pixels float64) float64 { return pixels * s.Pitch() }

// Pixels is how many pixels a length takes.
func (s Screen) Pixels(millimetres float64) float64 { return millimetres / s.Pitch() }

// Degrees is the angle of a capital H of a letter size in pixels, seen from the distance.
func (s Screen) Degrees(font float64) float64 {
	return 2 * math.Atan(s.Millimetres(font)*CapHeight/2/s.Distance) * 180 / math.Pi
}

// Font is the letter size in pixels whose capital H is seen under an angle.
func (s Screen) Font(degrees float64) float64 {
	return s.Pixels(2*s.Distance*math.Tan(degrees*math.Pi/360)) / CapHeight
}

// Line is how many pixels below the upper edge a height above the floor lies; negative is above the picture.
func (s Screen) Line(height float64) float64 { return s.Pixels(s.Top - height) }

// Faults says what of a description cannot be a screen; the key is that of the configuration.
func (s Screen) Faults() map[string]string {
	list := map[string]string{}
	if s.Inches < 5 || s.Inches > 120 {
		list["inches"] = fmt.Sprintf("%g is not a diagonal in inches from 5 to 120", s.Inches)
	}
	if s.Width < 320 || s.Width > 16384 || s.Height < 320 || s.Height > 16384 {
		list["width"] = fmt.Sprintf("%d × %d are not the pixels of a screen", s.Width, s.Height)
	}
	if s.Distance < 200 || s.Distance > 60000 {
		list["distance"] = fmt.Sprintf("%g is not a distance in millimetres from 200 to 60000", s.Distance)
	}
	if s.Top != 0 && (s.Top < 500 || s.Top > 4000) {
		list["top"] = fmt.Sprintf("%g is not a height in millimetres from 500 to 4000", s.Top)
	}
	if s.Margin < 0 || s.Margin > 10 {
		list["margin"] = fmt.Sprintf("%g is not a margin from 0 to 10 hundredths", s.Margin)
	}
	return list
}

// inWords writes numbers as they are written in Portuguese, with a decimal comma.
func inWords(format string, args ...any) string {
	return strings.ReplaceAll(fmt.Sprintf(format, args...), ".", ",")
}
