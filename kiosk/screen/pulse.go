package screen

import (
	"encoding/json"
	"net/http"
	"time"
)

// Pulse is how the page on the screen fares, as GET /pulse says for whoever keeps the browser running.
type Pulse struct {
	// AgeMS is how many milliseconds ago a page last proved that it draws; -1 before the first time.
	AgeMS int64 `json:"age_ms"`
}

// heardPulse takes a page's proof: its scripts run and it was given a frame to draw.
func (s *Screen) heardPulse(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	s.beat = s.cfg.Now()
	s.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

func (s *Screen) tellPulse(w http.ResponseWriter, _ *http.Request) {
	p := Pulse{AgeMS: -1}
	if at := s.Beaten(); !at.IsZero() {
		p.AgeMS = max(0, s.cfg.Now().Sub(at).Milliseconds())
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(p) // whoever asked may have gone
}

// Beaten returns when a page last proved that it works; zero before the first time.
func (s *Screen) Beaten() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.beat
}
