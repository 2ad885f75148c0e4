package sqlite

import (
	"context"
	"fmt"
)

// shrinkPages is how many pages one step of Shrink gives back, so that nobody
// waits long behind it.
const shrinkPages = 2000

// Shrink gives the pages that deleted rows left back to the file system, and
// brings the write-ahead log back to nothing.
func (d *DB) Shrink(ctx context.Context) error {
	if d.writer == nil {
		return fmt.Errorf("shrink %s: opened for reading only", d.path)
	}
	for {
		var before, after int
		if err := d.writer.QueryRowContext(ctx, "PRAGMA freelist_count").Scan(&before); err != nil {
			return fmt.Errorf("shrink %s: %w", d.path, named(err))
		}
		if before == 0 {
			break
		}
		err := d.vacuum(ctx)
		if err == nil {
			err = d.writer.QueryRowContext(ctx, "PRAGMA freelist_count").Scan(&after)
		}
		if err != nil {
			return fmt.Errorf("shrink %s: %w", d.path, named(err))
		}
		if after == 0 || after >= before {
			break
		}
	}
	if _, err := d.writer.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return fmt.Errorf("shrink %s: %w", d.path, named(err))
	}
	return nil
}

// vacuum gives some pages back: the pragma works as its rows are read.
func (d *DB) vacuum(ctx context.Context) error {
	rows, err := d.writer.QueryContext(ctx, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", shrinkPages))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		continue
	}
	return rows.Err()
}
