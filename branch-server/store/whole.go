package store

// Unread reports that the check of the file after an unclean stop had no time to read all of it: Check it while the
// branch works.
func (s *Store) Unread() bool { return s.db.Unread() }
