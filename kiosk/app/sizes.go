package app

import (
	"context"
	"maps"
	"slices"

	"balcao/internal/checkup"
	"balcao/internal/config"
	"balcao/internal/glass"
)

// touching is how the touch face is drawn on the configured screen.
func (s Screen) touching() glass.Touching {
	t, _ := s.Glass.Or(glass.Touch()).Touching()
	return t
}

// showing is how the callboard is drawn on the configured screen.
func (s Screen) showing() glass.Showing {
	w, _ := s.Hall.Or(glass.Hall()).Showing()
	return w
}

// takeover is how many seconds a new call fills the callboard: longer where no voice is heard.
func (c *Config) takeover() int {
	if c.Screen.Takeover == 0 && c.Sound.Backend == soundOff {
		return silentTakeover
	}
	return c.Screen.Takeover
}

// silentTakeover is for halls without a voice: whoever looks away for a moment still sees the call.
const silentTakeover = 15

// checkSizes names what cannot be a screen.
func (s Screen) checkSizes(faults *config.Faults) {
	for _, part := range []struct {
		key    string
		screen glass.Screen
	}{{"screen.glass", s.Glass.Or(glass.Touch())}, {"screen.hall", s.Hall.Or(glass.Hall())}} {
		wrong := part.screen.Faults()
		for _, key := range slices.Sorted(maps.Keys(wrong)) {
			faults.Add(part.key+"."+key, "%s", wrong[key])
		}
	}
}

// unsuited is what a person at the configured screens cannot read or reach, by the key of the configuration. The program
// works all the same: a screen that hangs already is better than none.
func (c *Config) unsuited() map[string][]glass.Fault {
	found := map[string][]glass.Fault{}
	if c.shows(FaceTouch) {
		_, found["screen.glass"] = c.Screen.Glass.Or(glass.Touch()).Touching()
	}
	if c.shows(FaceCallboard) {
		_, found["screen.hall"] = c.Screen.Hall.Or(glass.Hall()).Showing()
	}
	return found
}

// lookAtSizes notes what people cannot read or reach at the configured screens, or how large things are.
func (c *Config) lookAtSizes(_ context.Context, r *checkup.Report) {
	found := c.unsuited()
	for _, key := range slices.Sorted(maps.Keys(found)) {
		for _, f := range found[key] {
			r.Notice("tamanhos", f.Do, "%s (%s)", f.Found, key)
		}
	}
	if t := c.Screen.touching(); c.shows(FaceTouch) && len(found["screen.glass"]) == 0 {
		r.Good("tamanhos", "quiosque: %s", t.Words())
	}
	if w := c.Screen.showing(); c.shows(FaceCallboard) && len(found["screen.hall"]) == 0 {
		r.Good("tamanhos", "painel: %s", w.Words())
	}
}
