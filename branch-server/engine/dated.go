package engine

import (
	"time"

	"balcao/internal/queue"
)

// How far the hour of a node's fact may be from what is possible, and how much it may have to be put right, until the
// times of what follows from it are left out of statistics.
const (
	longestWait = 24 * time.Hour
	doubtful    = 5 * time.Minute
)

// dated puts the hour right at which a citizen asked a node whose clock is not this one's. An hour that cannot be is
// none: then they came when the branch heard of it. The order of a journal never comes from time, so a wrong clock spoils
// a statistic at the most, and such a visit is in none.
func (e *Engine) dated(c queue.ReserveAlone, at time.Time) queue.ReserveAlone {
	if c.Asked.IsZero() {
		c.Doubtful = true
		return c
	}
	if e.cfg.Ahead != nil {
		ahead := e.cfg.Ahead(string(c.Kiosk))
		c.Asked = c.Asked.Add(ahead)
		c.Doubtful = ahead.Abs() > doubtful
	}
	if early := at.Sub(c.Asked); early > longestWait || early < -doubtful {
		c.Asked, c.Doubtful = time.Time{}, true
	}
	return c
}
