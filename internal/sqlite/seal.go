package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
)

// Seal turns a closed database into one file that is only read from now on: without a write-ahead log beside it, on disk,
// and writable by nobody.
func Seal(ctx context.Context, path string) error {
	if err := seal(ctx, path); err != nil {
		return fmt.Errorf("seal %s: %w", path, named(err))
	}
	return nil
}

func seal(ctx context.Context, path string) error {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?mode=rw&_synchronous=FULL"
	db, err := sql.Open("sqlite3", dsn)
	if err != nil {
		return err
	}
	var mode string
	err = db.QueryRowContext(ctx, "PRAGMA journal_mode = DELETE").Scan(&mode)
	if closed := db.Close(); err == nil {
		err = closed
	}
	if err == nil && mode != "delete" {
		err = fmt.Errorf("its write-ahead log stays: %s", mode)
	}
	if err != nil {
		return err
	}
	_ = os.Remove(path + ".lock")
	f, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // the file just written
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Chmod(0o440)
}
