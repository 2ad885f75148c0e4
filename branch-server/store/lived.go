package store

import (
	"context"

	"balcao/internal/queue"
	"balcao/internal/sqlite"
)

// metaLived is the last Day that was lived before this journal was put back from an older copy, while its clock has not come
// beyond it: whatever Day is opened up to it may have given numbers that the journal does not know.
const metaLived = "lived"

// keepLived notes, in the transaction that begins the new epoch, what the guard file knows of Days lived.
func keepLived(ctx context.Context, tx *sqlite.Tx, day string) error {
	if day == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES (?, ?)
		ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)`, metaLived, day)
	return err
}

// Lived returns the epoch of this journal for a Day that may have been lived before it was put back, and 0 for any other.
func (s *Store) Lived(day queue.Date) uint64 {
	s.guardMu.Lock()
	defer s.guardMu.Unlock()
	if s.lived == "" || string(day) > s.lived {
		return 0
	}
	return s.Epoch()
}

// outlive forgets it once a later Day was opened: from then on the journal knows every number.
func (s *Store) outlive(ctx context.Context, tx *sqlite.Tx, entries []queue.Entry) error {
	s.guardMu.Lock()
	upto := s.lived
	s.guardMu.Unlock()
	for _, e := range entries {
		if opened, is := e.Event.(queue.DayOpened); is && upto != "" && string(opened.Day) > upto {
			if _, err := tx.ExecContext(ctx, `DELETE FROM meta WHERE key = ?`, metaLived); err != nil {
				return err
			}
		}
	}
	return nil
}
