package network

import (
	"time"

	"balcao/internal/wire"
)

// LiveAge returns how old the oldest figures of a branch are that is connected and has sent some since: they come every
// second and wait for no log. It is 0 where there is none.
func (n *Network) LiveAge(now time.Time) time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	var oldest time.Duration
	for _, b := range n.order {
		if b.presence == wire.Online && !b.liveAt.IsZero() && now.Sub(b.heard) < n.opt.Silence {
			oldest = max(oldest, now.Sub(b.liveAt))
		}
	}
	return oldest
}
