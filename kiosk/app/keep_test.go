package app

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"balcao/internal/machine"
	"balcao/kiosk/store"
)

// TestWhatIsSaidWhileTheDiskIsSlowIsKeptAtTheEnd: the program ends while an older word is being written.
func TestWhatIsSaidWhileTheDiskIsSlowIsKeptAtTheEnd(t *testing.T) {
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "kiosk.db"), machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }() // the test ends
	ctx, end := context.WithCancel(t.Context())
	k := newKeeper(s, time.Millisecond, slog.New(slog.DiscardHandler))
	looks := 0
	k.spare = func() bool { // asked as a write begins
		if looks++; looks == 1 {
			k.keep("slip", []byte("newer"))
			end()
			return true
		}
		return false
	}
	k.keep("slip", []byte("older"))
	if err := k.run(ctx); err != nil {
		t.Fatal(err)
	}
	if raw, err := s.Kept(t.Context(), "slip"); err != nil || string(raw) != "newer" {
		t.Errorf("kept %q, %v", raw, err)
	}
}
