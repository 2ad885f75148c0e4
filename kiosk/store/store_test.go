package store_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"balcao/internal/machine"
	"balcao/internal/wire"
	"balcao/kiosk/store"
)

var morning = time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)

func open(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), path, machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func types(t *testing.T, s *store.Store) []string {
	t.Helper()
	records, _, err := s.After(t.Context(), 0, 100, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range records {
		e, err := wire.DecodeEvent(r.Raw)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Type)
	}
	return all
}

func TestRequestIsLoggedOnceAndItsLifeInOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kiosk.db")
	s := open(t, path)
	asked := wire.TicketFact{Request: "r1", Service: "cc"}
	for range 2 {
		if _, err := s.Ask(t.Context(), asked, morning); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Begin(t.Context(), "r1", wire.Ticket{Number: "A001"}, morning); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = open(t, path)
	left, err := s.Unfinished(t.Context())
	if err != nil || len(left) != 1 || left[0].State != store.Printing || left[0].Ticket.Number != "A001" {
		t.Fatalf("unfinished after a restart: %+v, %v", left, err)
	}
	if err := s.End(t.Context(), "r1", store.Unknown, "restart", 0, morning); err != nil {
		t.Fatal(err)
	}
	if err := s.End(t.Context(), "r1", store.Printed, "", time.Second, morning); err != nil {
		t.Fatal("a late confirmation is a fact:", err)
	}
	if err := s.End(t.Context(), "r1", store.Failed, "", 0, morning); !errors.Is(err, store.ErrSettled) {
		t.Errorf("after printed: %v", err)
	}
	want := []string{wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketUnknown, wire.TypeTicketPrinted}
	got := types(t, s)
	if len(got) != len(want) {
		t.Fatalf("log holds %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("log holds %v, want %v", got, want)
		}
	}
	if left, err := s.Unfinished(t.Context()); err != nil || len(left) != 0 {
		t.Errorf("unfinished at the end: %+v, %v", left, err)
	}
}

func TestKeptIsTheLast(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "kiosk.db"))
	if got, err := s.Kept(t.Context(), "offer"); err != nil || got != nil {
		t.Errorf("nothing kept: %q, %v", got, err)
	}
	for _, p := range []string{"one", "two"} {
		if err := s.Keep(t.Context(), "offer", []byte(p)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Kept(t.Context(), "offer"); err != nil || string(got) != "two" {
		t.Errorf("kept %q, %v", got, err)
	}
}
