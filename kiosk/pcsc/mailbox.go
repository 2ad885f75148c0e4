package pcsc

import (
	"context"
	"slices"
	"sync"
)

// mailbox holds events until somebody takes them, so that the Watcher never
// waits for its audience. Opposite events that nobody saw cancel each other,
// which bounds the queue by what is plugged in.
type mailbox struct {
	wake chan struct{} // one token: there may be something to take

	mu    sync.Mutex
	queue []Event
}

func (m *mailbox) put(e Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.IndexFunc(m.queue, func(old Event) bool { return undoes(e, old) }); i >= 0 {
		m.queue = slices.Delete(m.queue, i, i+1)
		return
	}
	m.queue = append(m.queue, e)
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// undoes says whether e takes back an event that nobody has seen yet.
func undoes(e, old Event) bool {
	switch e.Kind {
	case CardRemoved:
		return old.Kind == CardInserted && old.Session == e.Session
	case ReaderLeft:
		return old.Kind == ReaderArrived && old.Reader == e.Reader
	case ReaderArrived:
		return old.Kind == ReaderLeft && old.Reader == e.Reader
	case ServiceDown:
		return old.Kind == ServiceUp
	case ServiceUp:
		return old.Kind == ServiceDown
	default:
		return false
	}
}

func (m *mailbox) take() (Event, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.queue) == 0 {
		return Event{}, false
	}
	e := m.queue[0]
	m.queue = slices.Delete(m.queue, 0, 1)
	return e, true
}

// deliver hands events out until the context ends.
func (m *mailbox) deliver(ctx context.Context, out chan<- Event) {
	for {
		e, ok := m.take()
		if !ok {
			select {
			case <-m.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		select {
		case out <- e:
		case <-ctx.Done():
			return
		}
	}
}
