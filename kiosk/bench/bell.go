package bench

import "sync"

// bell tells pages that something changed. A page that did not look yet is told once.
type bell struct {
	mu        sync.Mutex
	listeners map[chan struct{}]struct{}
}

func newBell() *bell { return &bell{listeners: map[chan struct{}]struct{}{}} }

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for l := range b.listeners {
		select {
		case l <- struct{}{}:
		default:
		}
	}
}

func (b *bell) listen() (rung <-chan struct{}, cancel func()) {
	l := make(chan struct{}, 1) // one is enough: it says "look again"
	b.mu.Lock()
	defer b.mu.Unlock()
	b.listeners[l] = struct{}{}
	return l, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.listeners, l)
	}
}
