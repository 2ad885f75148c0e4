package screen

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"balcao/internal/glass"
)

// sheetOf serves a style sheet that is made, not kept.
func sheetOf(sheet string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader([]byte(sheet)))
	})
}

// touchSizes is what the configured screen changes of the touch face's sizes. The least side of a target is told in the
// unit that fits 120 across, so that it shrinks with the window as all else does.
func touchSizes(t glass.Touching) string {
	if t.Growth == 0 {
		return ""
	}
	return fmt.Sprintf(":root.kiosk { --grow: %.4f; --least: calc(%.3f * var(--fit)); }\n", t.Growth, t.LeastUnits)
}

// sampleGlass is the screen that the gallery is asked to show on: ?inches=21.5&distance=600 upright, 27 inches without.
func sampleGlass(q url.Values) glass.Touching {
	s := glass.Touch()
	ask(q, "inches", &s.Inches)
	ask(q, "distance", &s.Distance)
	t, _ := s.Touching()
	return t
}

// sampleHall is the same for the callboard, with ?margin=5 for what a television cuts off.
func sampleHall(q url.Values) glass.Showing {
	s := glass.Hall()
	s.Distance = 10_000
	ask(q, "inches", &s.Inches)
	ask(q, "distance", &s.Distance)
	ask(q, "margin", &s.Margin)
	w, _ := s.Showing()
	return w
}

func ask(q url.Values, key string, into *float64) {
	if v, err := strconv.ParseFloat(q.Get(key), 64); err == nil && v > 0 && v < 60_000 {
		*into = v
	}
}
