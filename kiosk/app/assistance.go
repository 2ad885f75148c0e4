package app

import (
	"sync"
	"time"

	"balcao/kiosk/flow"
)

// assistanceLasts is how long a wish for somebody stays on the staff's screens: they know of it by then, and whoever
// still needs them asks again.
const assistanceLasts = 3 * time.Minute

// assistance is the last wish of a citizen for somebody to come to the kiosk. It is part of the kiosk's health: what it
// says is of this moment, and nobody keeps it.
type assistance struct {
	app *App

	mu  sync.Mutex
	who flow.Staff
	at  time.Time
}

func (s *assistance) call(who flow.Staff) {
	s.mu.Lock()
	s.who, s.at = who, s.app.clock.Now()
	s.mu.Unlock()
	s.app.health.ring()
}

// wished is who is wished for now, and since when in Unix milliseconds.
func (s *assistance) wished() (string, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.who == "" || s.app.clock.Now().Sub(s.at) >= assistanceLasts {
		return "", 0
	}
	return string(s.who), s.at.UnixMilli()
}
