package engine

import (
	"time"

	"balcao/internal/queue"
)

// Queued tells tests how many jobs wait for the next commit.
func (e *Engine) Queued() int {
	e.waitingMu.Lock()
	defer e.waitingMu.Unlock()
	return len(e.waiting)
}

// Dater puts hours right as an engine does whose clock is so far ahead of its nodes'.
func Dater(ahead func(node string) time.Duration) func(queue.ReserveAlone, time.Time) queue.ReserveAlone {
	return (&Engine{cfg: Config{Ahead: ahead}}).dated
}
