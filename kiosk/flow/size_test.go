package flow

import (
	"math"
	"testing"
)

// The sizes that the sheets in kiosk/screen/pages/touch are built on: 1u is a 120th of
// the screen's width, the smallest text 4u, the smallest target 7.8u.
const (
	smallestText   = 4.0
	smallestTarget = 7.8
	capHeight      = 0.714 // of Noto Sans, in em
)

// screen is a portrait screen of 9:16 by its diagonal in inches.
func unitMillimetres(inches float64) float64 {
	return inches * 25.4 * 9 / math.Hypot(9, 16) / 120
}

func TestSizesInMillimetresAndDegreesOnEveryScreen(t *testing.T) {
	for _, s := range []struct{ inches, distance, target float64 }{{27, 600, 20}, {32, 600, 20}, {43, 600, 20}, {21.5, 450, 16}} {
		u := unitMillimetres(s.inches)
		if got := 2 * math.Atan(smallestText*u*capHeight/2/s.distance) * 180 / math.Pi; got < 0.7 {
			t.Errorf("%.1f inches from %.0f mm: a capital is %.2f°, want 0.7° (EN 301 549, 5.1.4)", s.inches, s.distance, got)
		}
		if got := smallestTarget * u; got < s.target {
			t.Errorf("%.1f inches: the smallest target is %.1f mm, want %.0f mm", s.inches, got, s.target)
		}
		if gap := 1.1 * u; gap < 2.4 {
			t.Errorf("%.1f inches: %.1f mm between targets", s.inches, gap)
		}
	}
}
