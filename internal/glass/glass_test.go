package glass_test

import (
	"math"
	"strings"
	"testing"

	"balcao/internal/glass"
)

func upright(inches, distance float64) glass.Screen {
	return glass.Screen{Inches: inches, Width: 1080, Height: 1920, Distance: distance}
}

func TestSizesAgreeWithTheTablesOfTheStandard(t *testing.T) {
	// Worked by hand for upright screens of 1080 × 1920: millimetres of a pixel, pixels of 20 mm, letter size for 0.7°.
	for _, c := range []struct{ inches, distance, pitch, touch, font float64 }{
		{21.5, 600, 0.248, 81, 41}, {27, 600, 0.311, 64, 33}, {32, 500, 0.369, 54, 23}, {43, 600, 0.496, 40, 21},
	} {
		s := upright(c.inches, c.distance)
		if got := s.Pitch(); math.Abs(got-c.pitch) > 0.001 {
			t.Errorf("%v inches: a pixel is %.4f mm, want %.3f", c.inches, got, c.pitch)
		}
		if got := s.Pixels(20); math.Abs(got-c.touch) > 1 {
			t.Errorf("%v inches: 20 mm are %.1f px, want %.0f", c.inches, got, c.touch)
		}
		if got := s.Font(glass.Legible); math.Abs(got-c.font) > 1 {
			t.Errorf("%v inches at %v mm: 0.7° are %.1f px, want %.0f", c.inches, c.distance, got, c.font)
		}
		if got := s.Degrees(s.Font(0.5)); math.Abs(got-0.5) > 1e-9 {
			t.Errorf("there and back is %.6f°", got)
		}
	}
}

func TestTheTouchFaceMeetsTheSizesOrSaysWhatToDo(t *testing.T) {
	for _, c := range []struct {
		name   string
		screen glass.Screen
		tight  bool
		fault  string
	}{
		{"27 inches, as drawn", upright(27, 600), false, ""},
		{"32 inches", upright(32, 600), false, ""},
		{"43 inches", upright(43, 600), false, ""},
		{"21.5 inches shows fewer things, larger", upright(21.5, 600), true, ""},
		{"27 inches of 2160 × 3840", glass.Screen{Inches: 27, Width: 2160, Height: 3840, Distance: 600}, false, ""},
		{"15.6 inches cannot", upright(15.6, 600), true, "pelo menos"},
		{"27 inches from a metre cannot", upright(27, 1000), true, "ecrã maior"},
		{"27 inches too high", withTop(upright(27, 600), 1600), false, "baixe o ecrã"},
		{"27 inches low enough", withTop(upright(27, 600), 1447), false, ""},
		{"43 inches on the floor", withTop(upright(43, 600), 1000), false, "suba o ecrã"},
	} {
		touching, faults := c.screen.Touching()
		if touching.Tight != c.tight {
			t.Errorf("%s: tight is %v (grown %.2f times)", c.name, touching.Tight, touching.Growth)
		}
		said := words(faults)
		if (c.fault == "") != (said == "") || !strings.Contains(said, c.fault) {
			t.Errorf("%s: says %q, want %q", c.name, said, c.fault)
		}
		if c.fault == "" && (touching.Text < 0.699 || touching.Target < 19.9) {
			t.Errorf("%s: letters of %.2f°, buttons of %.1f mm", c.name, touching.Text, touching.Target)
		}
	}
}

func words(faults []glass.Fault) string {
	var all []string
	for _, f := range faults {
		all = append(all, f.Found+": "+f.Do)
	}
	return strings.Join(all, "; ")
}

func withTop(s glass.Screen, top float64) glass.Screen {
	s.Top = top
	return s
}

func TestTheCallboardIsReadFromFarOrSaysWhatToDo(t *testing.T) {
	tv := func(inches, metres float64) glass.Screen {
		return glass.Screen{Inches: inches, Width: 1920, Height: 1080, Distance: 1000 * metres}
	}
	for _, c := range []struct {
		name    string
		screen  glass.Screen
		earlier int
		fault   string
	}{
		{"55 inches at 15 m", tv(55, 15), 3, ""},
		{"55 inches at 10 m", tv(55, 10), 5, ""},
		{"55 inches at 5 m", tv(55, 5), 5, ""},
		{"43 inches at 10 m", tv(43, 10), 3, ""},
		{"a cheap television of 720 lines is no smaller", glass.Screen{Inches: 55, Width: 1280, Height: 720, Distance: 15000}, 3, ""},
		{"55 inches upright at 10 m", glass.Screen{Inches: 55, Width: 1080, Height: 1920, Distance: 10000}, 4, ""},
		{"32 inches at 15 m cannot", tv(32, 15), 2, "segundo"},
		{"edges cut off cost distance", glass.Screen{Inches: 55, Width: 1920, Height: 1080, Distance: 15000, Margin: 5}, 3, "polegadas"},
	} {
		showing, faults := c.screen.Showing()
		if showing.Earlier != c.earlier {
			t.Errorf("%s: %d earlier calls of %.1f units, want %d", c.name, showing.Earlier, showing.Font, c.earlier)
		}
		said := words(faults)
		if (c.fault == "") != (said == "") || !strings.Contains(said, c.fault) {
			t.Errorf("%s: says %q, want %q (%.2f°, %.2f°)", c.name, said, c.fault, showing.Now, showing.Before)
		}
	}
}

func TestWhatIsNoScreenIsNamed(t *testing.T) {
	faults := glass.Screen{Inches: 2, Width: 10, Height: 10, Distance: 1, Top: 9000, Margin: 40}.Faults()
	for _, key := range []string{"inches", "width", "distance", "top", "margin"} {
		if faults[key] == "" {
			t.Errorf("%s is accepted", key)
		}
	}
	if got := glass.Touch().Faults(); len(got) != 0 {
		t.Errorf("the usual screen has faults: %v", got)
	}
	if got := (glass.Screen{Inches: 43}).Or(glass.Hall()); got.Width != 1920 || got.Inches != 43 || got.Distance != 15000 {
		t.Errorf("what is not said is %+v", got)
	}
}
