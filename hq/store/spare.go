package store

import (
	"context"
	"fmt"
	"time"

	"balcao/internal/sqlite"
)

// Database is the file, for whoever watches over its disk; nil where the database is no file.
func (s *Store) Database() *sqlite.DB { return s.file }

// ForgetLinks takes away when links came and went before a moment: it is what branches can best do without.
func (s *Store) ForgetLinks(ctx context.Context, before time.Time) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM link WHERE at < ?`, before.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("forget old links: %w", err)
	}
	return nil
}

// ForgetNotices takes away what became of telling alerts that were closed before a moment; the alerts stay.
func (s *Store) ForgetNotices(ctx context.Context, before time.Time) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM notice WHERE next = 0 AND of IN (SELECT id FROM alert_case WHERE closed > 0 AND closed < ?)`,
			before.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("forget old notices: %w", err)
	}
	return nil
}
