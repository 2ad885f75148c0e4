package store_test

import (
	"context"
	"database/sql"
	"os"
	"slices"
	"strings"
	"testing"

	"balcao/hq/postgres"
)

// ofPostgres are tables that only several programs on one database need.
var ofPostgres = []string{"peer", "peer_word"}

// ofSQLite are tables that only a file needs.
var ofSQLite = []string{"archive_month", "archive_log"}

// TestBothEnginesHaveTheSameTables holds the two schemas together: whoever adds a table or a column writes a migration for
// both, in hq/store/migrations and in hq/postgres/migrations.
func TestBothEnginesHaveTheSameTables(t *testing.T) {
	var all [2][]string
	onEach(t, func(t *testing.T, file place) {
		path := file(t)
		s := open(t, path)
		query, which := `SELECT m.name || '.' || c.name || ' ' || CASE c.type WHEN 'INTEGER' THEN 'number' WHEN 'REAL' THEN 'number' ELSE lower(c.type) END ||
			CASE WHEN c."notnull" = 1 OR c.pk > 0 THEN '' ELSE ' null' END
			FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1`, 0
		var rows func(context.Context, string, ...any) (*sql.Rows, error)
		if file := s.Database(); file != nil {
			rows = file.Query
		} else {
			db, err := postgres.Open(t.Context(), postgres.Config{URL: path}, clock())
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			query, which = `SELECT table_name || '.' || column_name || ' ' ||
				CASE data_type WHEN 'bigint' THEN 'number' WHEN 'double precision' THEN 'number' WHEN 'boolean' THEN 'number' WHEN 'bytea' THEN 'blob' ELSE data_type END ||
				CASE is_nullable WHEN 'NO' THEN '' ELSE ' null' END
				FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
				WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name !~ '^event_[0-9]{6}$' ORDER BY 1`, 1
			rows = db.Query
		}
		found, err := rows(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer found.Close()
		for found.Next() {
			var column string
			if err := found.Scan(&column); err != nil {
				t.Fatal(err)
			}
			if name, _, _ := strings.Cut(column, "."); !slices.Contains(ofPostgres, name) && !slices.Contains(ofSQLite, name) {
				all[which] = append(all[which], column)
			}
		}
		if err := found.Err(); err != nil {
			t.Fatal(err)
		}
	})
	if len(all[1]) == 0 && os.Getenv("BALCAO_REQUIRE_REAL") == "" {
		t.Skip("PostgreSQL is not installed")
	}
	for _, column := range all[0] {
		if !slices.Contains(all[1], column) {
			t.Errorf("only SQLite has %s: write the migration for PostgreSQL too, in hq/postgres/migrations", column)
		}
	}
	for _, column := range all[1] {
		if !slices.Contains(all[0], column) {
			t.Errorf("only PostgreSQL has %s: write the migration for SQLite too, in hq/store/migrations", column)
		}
	}
}
