package store_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"balcao/internal/machine"
	"balcao/internal/wire"
	"balcao/kiosk/store"
)

// TestACopyOfTheSameLifeGivesNoNumberTwice is seed 10307 of the proving ground: a copy is made while the kiosk works, it
// gives a number alone that nobody hears of, and is put back from the copy without having been started in between.
func TestACopyOfTheSameLifeGivesNoNumberTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kiosk.db")
	open := func() *store.Store {
		t.Helper()
		s, err := store.Open(t.Context(), path, machine.Minter())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	alone := func(s *store.Store, request string) error {
		t.Helper()
		if _, err := s.Ask(t.Context(), wire.TicketFact{Request: request, Service: "cc"}, time.Now()); err != nil {
			t.Fatal(err)
		}
		_, err := s.Alone(t.Context(), request, "a", "2026-11-25", func(prefix string, n int) wire.Ticket {
			return wire.Ticket{Number: wire.NumberText(prefix, n)}
		}, time.Now())
		return err
	}
	s := open()
	first := s.Epoch()
	if err := s.Lend(t.Context(), []wire.LeasedRange{{Day: "2026-11-25", Division: "a", Prefix: "B", From: 1360, To: 1419}}, "2026-11-25"); err != nil {
		t.Fatal(err)
	}
	if err := alone(s, "zeroth"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s = open(); s.Epoch() != first {
		t.Fatal("a restart began a new log")
	}
	copied := map[string][]byte{}
	for _, part := range []string{"", "-wal"} {
		body, err := os.ReadFile(path + part)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		copied[part] = body
	}
	if err := alone(s, "first"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for part, body := range copied {
		if err := os.WriteFile(path+part, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = open()
	if err := alone(s, "second"); !errors.Is(err, store.ErrNoNumbers) || s.Epoch() == first {
		t.Errorf("a copy gives of the numbers lent before it: %v; epoch %d after %d", err, s.Epoch(), first)
	}
}
