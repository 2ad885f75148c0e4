package network

import (
	"time"

	"balcao/hq/alert"
	"balcao/hq/visit"
	"balcao/internal/wire"
)

// Word is what one process of headquarters tells the others of a branch that is connected to it: last value wins.
type Word struct {
	Node     wire.NodeID
	Online   bool
	Lost     bool // went without a farewell
	Since    time.Time
	Software string
	Live     []byte // a wire.Sample as JSON; nil for none
	Health   []byte
}

// Peer is a Word as it was heard from a process.
type Peer struct {
	Word

	Process string
}

// Rewind forgets what logs told, because what is committed of them may have gone back. Restore, Replay and Restored follow,
// as after a start; what branches say of this second stays.
func (n *Network) Rewind() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, b := range n.order {
		b.visits = visit.NewBranch(b.Zone)
		b.epoch, b.hwm, b.quarantined, b.received = 0, 0, false, 0
	}
	n.recent = nil
}

// TakeOver begins the book of alerts anew with those that are open, whatever was found before: another process looked after
// them until now.
func (n *Network) TakeOver(open []alert.Alert) {
	n.mu.Lock()
	n.book = alert.NewBook()
	n.mu.Unlock()
	n.GoOn(open)
}
