package postgres

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/jackc/pgx/v5"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date: each migration once, in a transaction of its own, whichever program comes first.
func (d *DB) migrate(ctx context.Context) error {
	scripts, err := scripts()
	if err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	for {
		done, err := d.step(ctx, scripts)
		if err != nil {
			return fmt.Errorf("migrate the database: %w", plain(err))
		}
		if done {
			return nil
		}
	}
}

// step runs the next migration, or reports that there is none.
func (d *DB) step(ctx context.Context, scripts []string) (done bool, err error) {
	err = pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(lockMigrate)); err != nil {
			return err
		}
		var there bool
		if err := tx.QueryRow(ctx, `SELECT to_regclass('meta') IS NOT NULL`).Scan(&there); err != nil {
			return err
		}
		version := 0
		if there {
			if err := tx.QueryRow(ctx, `SELECT value::int FROM meta WHERE key = 'schema'`).Scan(&version); err != nil {
				return err
			}
		}
		switch {
		case version > len(scripts):
			return fmt.Errorf("%w: its schema is %d, this program knows %d", ErrNewerSchema, version, len(scripts))
		case version == len(scripts):
			done = true
			return nil
		}
		if _, err := tx.Exec(ctx, scripts[version]); err != nil {
			return fmt.Errorf("to schema %d: %w", version+1, err)
		}
		_, err := tx.Exec(ctx, `INSERT INTO meta (key, value) VALUES ('schema', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
			fmt.Sprint(version+1))
		return err
	})
	return done, err
}

// Schema returns how many migrations the database has seen, and how many this program knows.
func (d *DB) Schema(ctx context.Context) (version, known int, err error) {
	all, err := scripts()
	if err != nil {
		return 0, 0, err
	}
	var there bool
	if err := d.pool.QueryRow(ctx, `SELECT to_regclass('meta') IS NOT NULL`).Scan(&there); err != nil || !there {
		return 0, len(all), plain(err)
	}
	err = d.pool.QueryRow(ctx, `SELECT value::int FROM meta WHERE key = 'schema'`).Scan(&version)
	return version, len(all), plain(err)
}

func scripts() ([]string, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	all := make([]string, len(names))
	for i, name := range names {
		raw, err := fs.ReadFile(migrations, name)
		if err != nil {
			return nil, err
		}
		all[i] = string(raw)
	}
	return all, nil
}
