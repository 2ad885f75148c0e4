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

// Seed 10014 of the simulator: a kiosk that was put back from an old copy counted its slips of the day from where the copy
// stood, and two people held K8-1. Once the copy lacks what the branch has acknowledged, once it does not.
func TestAFilePutBackFromAnOldCopyGivesNoNameOfASlipTwice(t *testing.T) {
	for _, acknowledged := range []bool{true, false} {
		path := filepath.Join(t.TempDir(), "kiosk.db")
		at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
		seen := map[string]string{}
		life := func(requests ...string) {
			t.Helper()
			s, err := store.Open(t.Context(), path, machine.Minter())
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			for _, request := range requests {
				at = at.Add(time.Minute)
				if _, err := s.Ask(t.Context(), wire.TicketFact{Request: request, Service: "cc"}, at); err != nil {
					t.Fatal(err)
				}
				r, err := s.Slip(t.Context(), request, "L901-K08", "2026-11-23", func(name string) wire.Ticket {
					return wire.Ticket{Number: name, Slip: true}
				}, at)
				if err != nil {
					t.Fatal(err)
				}
				name := r.Ticket.Number
				if other, known := seen[name]; known || !wire.ValidSlipName(name) {
					t.Errorf("%s is the slip of %q and of %s", name, other, request)
				}
				seen[name] = request
			}
			if acknowledged {
				epoch, _, last, _, err := s.Position(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Acknowledged(t.Context(), epoch, last); err != nil {
					t.Fatal(err)
				}
			}
		}
		life("first")
		old, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, requests := range [][]string{{"second", "third"}, {"fourth", "fifth"}, {"sixth"}} {
			life(requests...)
			if err := os.WriteFile(path, old, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		life("seventh")
		life("eighth")
		if seen["K8-1"] != "first" || seen["K8-2"] != "second" {
			t.Errorf("the day did not begin with 1: %v", seen)
		}
	}
}
