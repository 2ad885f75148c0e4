package screen

import (
	"encoding/json"
	"time"

	"balcao/internal/wire"
	"balcao/kiosk/flow"
)

// boardFace is the state of the callboard's page; look/callboard.js says what
// each key means.
type boardFace struct {
	Board *wire.Board `json:"board"`
	Link  linkFace    `json:"link"`
	Say   *sayFace    `json:"say"`
	Zone  string      `json:"zone,omitempty"`
	Place string      `json:"place,omitempty"`

	fresh []int // visits whose call the gallery shows as new
}

type linkFace struct {
	Up      bool  `json:"up"`
	SinceMS int64 `json:"since"`
}

type sayFace struct {
	Text string `json:"text"`
	Lang string `json:"lang,omitempty"`
}

// clocks remembers when each running clock of the touch face was first shown,
// so that a page that connects later sees what is left and not the whole.
type clocks struct {
	id    int
	since time.Time
}

func (c *clocks) note(v flow.View, now time.Time) {
	id := 0
	if v.Timer != nil {
		id = v.Timer.ID
	}
	if v.Warning != nil {
		id = v.Warning.Timer.ID
	}
	if id != c.id {
		*c = clocks{id: id, since: now}
	}
}

// stampNow adds this machine's clock, for the clock on the page.
func (s *Screen) stampNow(snapshot map[string]json.RawMessage) {
	if b, err := json.Marshal(s.cfg.Now().UnixMilli()); err == nil {
		snapshot["now"] = b
	}
}

// stampTouch adds the clock and takes from running times what has passed.
func (s *Screen) stampTouch(snapshot map[string]json.RawMessage) {
	s.stampNow(snapshot)
	s.mu.Lock()
	shown := s.shown
	s.mu.Unlock()
	passed := s.cfg.Now().Sub(shown.since).Milliseconds()
	var timer flow.Clock
	if json.Unmarshal(snapshot["timer"], &timer) == nil && timer.ID == shown.id {
		timer.Millis = max(0, timer.Millis-passed)
		put(snapshot, "timer", timer)
	}
	var warning flow.Warning
	if json.Unmarshal(snapshot["warning"], &warning) == nil && warning.Timer.ID == shown.id {
		warning.Timer.Millis = max(0, warning.Timer.Millis-passed)
		put(snapshot, "warning", warning)
	}
}

func put(m map[string]json.RawMessage, key string, v any) {
	if b, err := json.Marshal(v); err == nil {
		m[key] = b
	}
}
