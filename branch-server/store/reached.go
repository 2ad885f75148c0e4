package store

import (
	"context"

	"balcao/internal/queue"
	"balcao/internal/sqlite"
)

// Reached returns the last Day that was opened, as the guard file has it: later than the journal's own where that was put
// back from an older copy. Empty if none is known.
func (s *Store) Reached() queue.Date {
	s.guardMu.Lock()
	defer s.guardMu.Unlock()
	return queue.Date(max(s.guard.Opened, s.lived))
}

// reach has the guard file know a Day, and a block of numbers of it, before they are in the journal.
func (s *Store) reach(ctx context.Context, entries []queue.Entry) error {
	day := ""
	for _, e := range entries {
		var err error
		if opened, is := e.Event.(queue.DayOpened); is {
			day, err = string(opened.Day), s.keepOpened(opened.Day)
		}
		if begun, is := e.Event.(queue.Recovered); is && !begun.Lends {
			if day == "" { // not what the guard file says was opened: a copy was put back, and the clock may stand before that
				day, err = s.lastOpened(ctx)
			}
			if err == nil {
				err = s.keepBegun(day, begun.Block)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) keepOpened(day queue.Date) error {
	s.guardMu.Lock()
	defer s.guardMu.Unlock()
	if s.guard.Opened == string(day) {
		return nil
	}
	g := s.guard
	g.Opened = string(day)
	if err := g.write(s.path); err != nil {
		return err
	}
	s.guard = g
	return nil
}

// lastOpened returns the last Day of the journal itself; empty if it holds none.
func (s *Store) lastOpened(ctx context.Context) (day string, err error) {
	err = s.db.Read(ctx, func(tx *sqlite.Tx) error {
		all, err := spans(ctx, tx)
		if len(all) > 0 {
			day = string(all[len(all)-1].day)
		}
		return err
	})
	return day, err
}
