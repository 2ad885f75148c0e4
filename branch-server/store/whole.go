package store

import "context"

// Unread reports that the check of the file after an unclean stop had no time to read all of it: Check it while the
// branch works.
func (s *Store) Unread() bool { return s.db.Unread() }

// Check reads the whole file beside whoever works with it; sqlite.ErrDamaged if it does not hold together.
func (s *Store) Check(ctx context.Context) error { return s.db.Check(ctx) }
