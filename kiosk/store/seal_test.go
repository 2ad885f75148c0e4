package store_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"balcao/internal/eventlog"
	"balcao/internal/machine"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
	"balcao/kiosk/store"
)

// TestWhatTheDiskGivesBackOtherwiseIsNotSent: whoever was sent it would take the log for another one, and set it in quarantine.
func TestWhatTheDiskGivesBackOtherwiseIsNotSent(t *testing.T) {
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "kiosk.db"), machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 3 {
		if err := s.Note(t.Context(), wire.TypePrinterState, map[string]string{"dev": "printer", "state": "paper_low"}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Check(t.Context()); err != nil {
		t.Fatalf("untouched: %v", err)
	}
	db := s.Database()
	if err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE journal SET raw = CAST(replace(CAST(raw AS TEXT), 'paper_low', 'paper_loz') AS BLOB) WHERE seq = 2`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if records, _, err := s.After(t.Context(), 0, 10, 1<<20); !errors.Is(err, eventlog.ErrSeal) || records != nil {
		t.Errorf("%d records are to be sent, %v", len(records), err)
	}
	select {
	case <-db.Doubted():
	default:
		t.Error("nobody was told that the file should be read whole")
	}
	if p, f := db.Pace(), db.Failures(); p.Failed == 0 || f.Content == 0 {
		t.Errorf("the disk is not said to fail: %+v, %+v", p, f)
	}
	if err := s.Check(t.Context()); !sqlite.IsDamaged(err) {
		t.Errorf("read whole: %v", err)
	}
}
