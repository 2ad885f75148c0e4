package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"balcao/internal/sqlite"
)

// OpenArchive opens the files of the archive to be read, once each was found to be the one that was written, ErrArchive
// where one is not. An archiving that was ended on its way is brought to its end first, so that no event is in two
// files. Closing them is the caller's.
func (s *Store) OpenArchive(ctx context.Context) (files []*sqlite.DB, err error) {
	months, err := s.Archived(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			for _, f := range files {
				_ = f.Close()
			}
			files = nil
		}
	}()
	pending := false
	for _, m := range months {
		path := filepath.Join(s.archive, m.File)
		if sum, _, err := sumOf(path); err != nil || sum != m.Sum {
			return files, errors.Join(fmt.Errorf("%s: %w", m.File, ErrArchive), err)
		}
		f, err := sqlite.Open(ctx, path, sqlite.Options{ReadOnly: true, Readers: 1})
		if err != nil {
			return files, errors.Join(fmt.Errorf("%s: %w", m.File, ErrArchive), err)
		}
		files = append(files, f)
		pending = pending || m.Cleared.IsZero()
	}
	if pending {
		_, err = s.ArchiveBefore(ctx, time.Time{})
	}
	return files, err
}
