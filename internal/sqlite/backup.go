package sqlite

import (
	"context"
	"fmt"
	"os"
)

// CopyTo writes a whole, compact copy of the database to a new file while the
// program that owns it goes on working, checks it, and runs mark on it. The
// file appears under its name only when all of that is on disk.
func (d *DB) CopyTo(ctx context.Context, path string, mark func(tx *Tx) error) error {
	part := path + ".part"
	if err := os.Remove(part); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("back up %s: %w", d.path, err)
	}
	conn, err := d.readers.Conn(ctx)
	if err != nil {
		return fmt.Errorf("back up %s: %w", d.path, named(err))
	}
	defer conn.Close()
	// The source is only read; the pragma would forbid the new file as well.
	if _, err := conn.ExecContext(ctx, "PRAGMA query_only = 0"); err != nil {
		return fmt.Errorf("back up %s: %w", d.path, named(err))
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO ?", part)
	if _, err := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA query_only = 1"); err != nil {
		return fmt.Errorf("back up %s: %w", d.path, named(err))
	}
	if err == nil {
		err = finish(ctx, part, mark)
	}
	if err != nil {
		_ = os.Remove(part) // it says nothing that is worth keeping
		return fmt.Errorf("back up %s: %w", d.path, named(err))
	}
	return os.Rename(part, path)
}

func finish(ctx context.Context, path string, mark func(tx *Tx) error) error {
	c, err := Open(ctx, path, Options{Readers: 1})
	if err != nil {
		return err
	}
	err = c.Check(ctx)
	if err == nil {
		err = c.Write(ctx, mark)
	}
	if closed := c.Close(); err == nil {
		err = closed
	}
	_ = os.Remove(path + ".lock")
	if err != nil {
		return err
	}
	f, err := os.Open(path) //nolint:gosec // the copy just made
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
