package sim

import (
	"time"

	"balcao/internal/wire"
)

// mood is how a link treats messages.
type mood struct {
	lose, double int // of a hundred
	delay        time.Duration
}

// The moods of a link. A liar confirms everything and keeps nothing to its word (issue 6: 20 % drop, 20 % duplicate,
// delays of up to 5 s, which reorder whatever is on its way).
var (
	honest = mood{delay: 15 * time.Millisecond}
	slow   = mood{lose: 2, double: 1, delay: 900 * time.Millisecond}
	liar   = mood{lose: 20, double: 20, delay: 5 * time.Second}
)

// link is the way between a child and its parent, over a broker.
type link struct {
	w      *world
	child  *child
	parent *parent
	mood   mood
	cut    bool
	up     bool // a connection stands
	conns  int
}

// send gives a message to the way. It arrives while both ends live and a connection stands, be it another one.
func (l *link) send(to *program, deliver func() error) {
	if !l.up || l.cut || l.w.chance(l.mood.lose) {
		return
	}
	copies := 1
	if l.w.chance(l.mood.double) {
		copies = 2
	}
	for range copies {
		l.w.after(time.Millisecond+l.w.between(0, l.mood.delay), func() error {
			if !to.up || !l.up || l.cut {
				return nil
			}
			return deliver()
		})
	}
}

// connect makes a connection soon, if nothing stands against it.
func (l *link) connect() {
	l.w.after(l.w.between(10*time.Millisecond, 2*time.Second), func() error {
		if l.up || l.cut || !l.child.up || !l.parent.up {
			return nil
		}
		l.up = true
		l.conns++
		return l.child.connected()
	})
}

// lost ends the connection; the child notices it, if it lives, and tries again.
func (l *link) lost() error {
	if !l.up {
		return nil
	}
	l.up = false
	if l.child.up {
		l.child.disconnected()
	}
	l.connect()
	return nil
}

// sever cuts the way for a while. The ends notice by their keep-alive.
func (l *link) sever(d time.Duration) {
	if l.cut {
		return
	}
	l.cut = true
	l.w.witness.cuts++
	l.w.tell("%s is cut off", l.child.node)
	l.w.after(l.w.between(0, 20*time.Second), func() error {
		if l.cut {
			return l.lost()
		}
		return nil
	})
	l.w.after(d, func() error { return l.mend() })
}

func (l *link) mend() error {
	if !l.cut {
		return nil
	}
	l.cut = false
	l.w.tell("%s is joined again", l.child.node)
	l.connect()
	return nil
}

// up sends a message of the child.
func (l *link) upward(channel wire.Channel, payload []byte) {
	l.send(l.parent.program, func() error { return l.parent.hear(l, channel, payload) })
}

// downward sends a message of the parent.
func (l *link) downward(channel wire.Channel, payload []byte) {
	l.send(l.child.program, func() error { return l.child.hear(channel, payload) })
}
