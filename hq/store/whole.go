package store

import (
	"context"
	"fmt"

	"balcao/internal/sqlite"
)

// Check reads the whole file, and reckons the chains of all logs in it: a page may hold together and not say what came in. It
// returns sqlite.ErrDamaged for both; records that are not here, and not in the archive, are no damage. It is for a Store on
// a file.
func (s *Store) Check(ctx context.Context) error {
	if err := s.file.Check(ctx); err != nil {
		return err
	}
	return s.VerifyJournals(ctx, "", func(v JournalVerdict) error {
		for _, f := range v.Faults {
			if f.What == FaultPoint || f.What == FaultEnd {
				return fmt.Errorf("%w: the log of %s up to %d is not what came in", sqlite.ErrDamaged, v.Node, f.Seq)
			}
		}
		return ctx.Err()
	})
}
