package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"balcao/internal/machine"
	"balcao/internal/wire"
	"balcao/kiosk/store"
)

func TestAFilePutBackFromAnOldCopyBeginsANewLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kiosk.db")
	open := func() *store.Store {
		t.Helper()
		s, err := store.Open(t.Context(), path, machine.Minter())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	note := func(s *store.Store, n int) {
		t.Helper()
		for range n {
			if err := s.Note(t.Context(), wire.TypeNodeStarted, wire.NodeFact{Boot: "b"}, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
	}
	end := func(s *store.Store) {
		t.Helper()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}

	s := open()
	note(s, 3)
	first := s.Epoch()
	if err := s.Lend(t.Context(), []wire.LeasedRange{{Day: "2026-11-23", Division: "a", Prefix: "A", From: 600, To: 609}}, "2026-11-23"); err != nil {
		t.Fatal(err)
	}
	end(s)
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	s = open()
	note(s, 4)
	if err := s.Acknowledged(t.Context(), first, 7); err != nil {
		t.Fatal(err)
	}
	end(s)

	s = open() // nothing was lost
	if s.Epoch() != first || s.Forgot() != (wire.AmnesiaFact{}) {
		t.Fatalf("epoch %d after %d, forgot %+v", s.Epoch(), first, s.Forgot())
	}
	end(s)

	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	s = open()
	defer s.Close()
	if s.Epoch() == first || s.Forgot() != (wire.AmnesiaFact{Epoch: first, HWM: 7, Last: 3}) {
		t.Errorf("epoch %d after %d, forgot %+v", s.Epoch(), first, s.Forgot())
	}
	if lent, err := s.Lent(t.Context()); err != nil || len(lent) != 0 {
		t.Errorf("numbers lent to the old log are still there: %+v, %v", lent, err)
	}
	if aside, err := filepath.Glob(path + ".forgot-*"); err != nil || len(aside) == 0 {
		t.Errorf("the old copy is gone: %v", err)
	}
}

// This is a counter-example of the model: the branch may hold what the copy does not know, unacknowledged, and the copy
// would write other facts under the same numbers.
func TestACopyThatKnowsAllThatWasAcknowledgedBeginsANewLogToo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kiosk.db")
	open := func() *store.Store {
		t.Helper()
		s, err := store.Open(t.Context(), path, machine.Minter())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	write := func(s *store.Store) {
		t.Helper()
		if err := s.Note(t.Context(), wire.TypeNodeStarted, wire.NodeFact{Boot: "b"}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	s := open()
	write(s)
	first := s.Epoch()
	if err := s.Acknowledged(t.Context(), first, 1); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s = open()
	write(s) // on its way to the branch when the disk died
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	s = open()
	epoch, from, last, _, err := s.Position(t.Context())
	if err != nil || epoch == first || from != 1 || last != 2 {
		t.Errorf("goes on in epoch %d (before: %d) with %d to %d, want node.amnesia and the fact told again; %v", epoch, first, from, last, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open()
	defer s.Close()
	if s.Epoch() != epoch {
		t.Error("a plain restart begins a new log")
	}
}
