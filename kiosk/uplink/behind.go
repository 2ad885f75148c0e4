package uplink

import (
	"sync"
	"time"

	"balcao/internal/wire"
)

// Stale is how long a board may be older than the branch's beats say before it counts as stale.
const Stale = 10 * time.Second

// behind says since when the board that is shown is older than the newest one, by what the branch's beats say.
type behind struct {
	now func() time.Time

	mu    sync.Mutex
	epoch uint64
	seq   uint64    // of the board shown
	since time.Time // it is behind since then; zero while it is not
	told  bool      // that it is stale
}

// board notes which board is shown; true means that it was stale and is no more.
func (b *behind) board(w wire.Board) (changed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.epoch, b.seq, b.since = w.Epoch, w.Seq, time.Time{}
	changed, b.told = b.told, false
	return changed
}

// beat compares; true means that the board has just become stale, or is it no more.
func (b *behind) beat(w wire.Beat) (changed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if w.Epoch < b.epoch || (w.Epoch == b.epoch && w.Seq <= b.seq) {
		changed, b.told, b.since = b.told, false, time.Time{}
		return changed
	}
	if b.since.IsZero() {
		b.since = b.now()
	}
	if b.told || b.now().Sub(b.since) < Stale {
		return false
	}
	b.told = true
	return true
}

// Board tells which board is shown, and since when it is stale: zero while it is not.
func (u *Uplink) Board() (epoch, seq uint64, stale time.Time) {
	b := u.behind
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.told {
		stale = b.since
	}
	return b.epoch, b.seq, stale
}
