package app

import (
	"context"
	"sync"
	"time"

	"balcao/branch-server/store"
	"balcao/branch-server/web"
	"balcao/internal/wire"
)

// messages is what the coordination says on the callboards: kept in the store, held in memory for whoever paints.
type messages struct {
	store   *store.Store
	now     func() time.Time
	changed func() // tells the painters

	mu  sync.Mutex
	all []web.Message
}

// newMessages reads what was said before the program started.
func newMessages(ctx context.Context, s *store.Store, now func() time.Time, changed func()) (*messages, error) {
	m := &messages{store: s, now: now, changed: changed}
	return m, m.read(ctx)
}

func (m *messages) read(ctx context.Context) error {
	stored, err := m.store.BoardMessages(ctx, m.now())
	if err != nil {
		return err
	}
	all := make([]web.Message, len(stored))
	for i, one := range stored {
		all[i] = web.Message{ID: one.ID, Text: wire.Text{"pt": one.PT}, Zone: one.Zone, Until: one.Until}
		if one.EN != "" {
			all[i].Text["en"] = one.EN
		}
	}
	m.mu.Lock()
	m.all = all
	m.mu.Unlock()
	return nil
}

// All returns the messages that have not ended.
func (m *messages) All() []web.Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []web.Message
	for _, one := range m.all {
		if one.Until.After(m.now()) {
			all = append(all, one)
		}
	}
	return all
}

// Put says something on the boards; the same message put twice is said once.
func (m *messages) Put(ctx context.Context, one web.Message) error {
	err := m.store.PutBoardMessage(ctx, store.BoardMessage{
		ID: one.ID, PT: one.Text["pt"], EN: one.Text["en"], Zone: one.Zone, Until: one.Until,
	}, m.now())
	return m.renew(ctx, err)
}

// Remove takes a message from the boards.
func (m *messages) Remove(ctx context.Context, id string) error {
	return m.renew(ctx, m.store.DeleteBoardMessage(ctx, id))
}

func (m *messages) renew(ctx context.Context, err error) error {
	if err == nil {
		err = m.read(ctx)
	}
	if err == nil {
		m.changed()
	}
	return err
}

// notes returns the messages as boards are told them.
func (m *messages) notes() []wire.BoardNote {
	var notes []wire.BoardNote
	for _, one := range m.All() {
		n := wire.BoardNote{Text: one.Text, UntilMS: one.Until.UnixMilli()}
		if one.Zone != "" {
			n.Zones = []string{one.Zone}
		}
		notes = append(notes, n)
	}
	return notes
}
