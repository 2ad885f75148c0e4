package engine

// Queued tells tests how many jobs wait for the next commit.
func (e *Engine) Queued() int {
	e.waitingMu.Lock()
	defer e.waitingMu.Unlock()
	return len(e.waiting)
}
