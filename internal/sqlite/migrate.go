package sqlite

import (
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
)

var migrationName = regexp.MustCompile(`^([0-9]{4})_[a-z0-9_]+\.sql$`)

// Migrate brings the schema up to date. Files holds one migration a file,
// named 0001_first.sql, 0002_next.sql and so on without gaps, in its top
// directory; each runs in a transaction of its own, once. A database that has
// seen more migrations than files holds is left alone with ErrNewerSchema.
func (d *DB) Migrate(ctx context.Context, files fs.FS) error { return d.MigrateTo(ctx, files, 0) }

// MigrateTo is Migrate up to a schema of an earlier version; 0 is the present
// one.
func (d *DB) MigrateTo(ctx context.Context, files fs.FS, most int) error {
	scripts, err := migrations(files)
	if err != nil {
		return fmt.Errorf("migrate %s: %w", d.path, err)
	}
	if most > len(scripts) {
		return d.older(most, len(scripts))
	}
	if most > 0 {
		scripts = scripts[:most]
	}
	version, err := d.Schema(ctx)
	if err != nil {
		return err
	}
	if err := d.older(version, len(scripts)); err != nil {
		return err
	}
	for i := version; i < len(scripts); i++ {
		err := d.Write(ctx, func(tx *Tx) error {
			if _, err := tx.ExecContext(ctx, scripts[i]); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, "PRAGMA user_version = "+strconv.Itoa(i+1))
			return err
		})
		if err != nil {
			return fmt.Errorf("migrate %s to schema %d: %w", d.path, i+1, err)
		}
	}
	return nil
}

// Understands returns ErrNewerSchema if the database has seen more migrations
// than files holds, and changes nothing.
func (d *DB) Understands(ctx context.Context, files fs.FS) error {
	scripts, err := migrations(files)
	if err != nil {
		return fmt.Errorf("read the schema of %s: %w", d.path, err)
	}
	version, err := d.Schema(ctx)
	if err != nil {
		return err
	}
	return d.older(version, len(scripts))
}

func (d *DB) older(version, known int) error {
	if version > known {
		return fmt.Errorf("open %s: %w: its schema is %d, this program knows %d", d.path, ErrNewerSchema, version, known)
	}
	return nil
}

// Schema returns how many migrations the database has seen.
func (d *DB) Schema(ctx context.Context) (int, error) {
	var version int
	if err := d.QueryRow(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return 0, fmt.Errorf("read schema version of %s: %w", d.path, named(err))
	}
	return version, nil
}

func migrations(files fs.FS) ([]string, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	scripts := make([]string, 0, len(names))
	for i, name := range names {
		m := migrationName.FindStringSubmatch(name)
		if m == nil {
			return nil, fmt.Errorf("%s is not named like 0001_first.sql", name)
		}
		if n, err := strconv.Atoi(m[1]); err != nil || n != i+1 {
			return nil, fmt.Errorf("%s stands where migration %d should", name, i+1)
		}
		script, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		scripts = append(scripts, string(script))
	}
	if len(scripts) == 0 {
		return nil, fmt.Errorf("no migrations: %w", fs.ErrNotExist)
	}
	return scripts, nil
}

// SchemaOf opens an existing database beside the program that owns it and returns how many migrations it has seen;
// ErrNewerSchema if they are more than files holds in its directory migrations. It changes nothing.
func SchemaOf(ctx context.Context, path string, files fs.FS) (int, error) {
	known, err := fs.Sub(files, "migrations")
	if err != nil {
		return 0, fmt.Errorf("find migrations: %w", err)
	}
	db, err := Open(ctx, path, Options{ReadOnly: true, Readers: 1})
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if err := db.Understands(ctx, known); err != nil {
		return 0, err
	}
	return db.Schema(ctx)
}
