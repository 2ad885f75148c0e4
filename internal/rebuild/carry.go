package rebuild

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"balcao/internal/salvage"
	"balcao/internal/sqlite"
)

// Carried is what became of one table.
type Carried struct {
	Table string
	Rows  int // that are in the new file
	Lost  salvage.Loss
}

// lot is how many rows one transaction carries.
const lot = 4000

// Carry copies every row that can be read into the new file, table by table, but for those left out. A row that does not
// fit the new file's rules counts as lost. Without the head of the damaged file nothing is carried.
func (s *Source) Carry(ctx context.Context, to *sqlite.DB, leave ...string) ([]Carried, error) {
	tables, _ := s.Tables()
	names, err := order(ctx, to)
	if err != nil {
		return nil, fmt.Errorf("list the tables of the new file: %w", err)
	}
	var all []Carried
	for _, name := range names {
		at := slices.IndexFunc(tables, func(t salvage.Table) bool { return t.Name == name })
		if at < 0 || slices.Contains(leave, name) {
			continue
		}
		one, err := s.carry(ctx, to, tables[at])
		if err != nil {
			return all, fmt.Errorf("carry %s over: %w", name, err)
		}
		all = append(all, one)
	}
	return all, nil
}

// order returns the tables of the new file, in the order in which they were made: what others refer to comes first.
func order(ctx context.Context, db *sqlite.DB) ([]string, error) {
	rows, err := db.Query(ctx, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		all = append(all, name)
	}
	return all, rows.Err()
}

// layout says in which order the values of a table's rows are stored.
type layout struct {
	columns []string
	alias   int // the column that is the row id; -1 for none
}

func layoutOf(ctx context.Context, db *sqlite.DB, t salvage.Table) (layout, error) {
	l := layout{alias: -1}
	rows, err := db.Query(ctx, `SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid`, t.Name)
	if err != nil {
		return l, err
	}
	defer rows.Close()
	type column struct {
		name, kind string
		key        int
	}
	var all []column
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.name, &c.kind, &c.key); err != nil {
			return l, err
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		return l, err
	}
	apart := strings.Contains(strings.ToUpper(t.SQL), "WITHOUT ROWID")
	keys := 0
	for _, c := range all {
		keys = max(keys, c.key)
	}
	if apart { // the key comes first
		slices.SortStableFunc(all, func(a, b column) int {
			rank := func(c column) int {
				if c.key == 0 {
					return keys + 1
				}
				return c.key
			}
			return rank(a) - rank(b)
		})
	}
	for i, c := range all {
		l.columns = append(l.columns, `"`+c.name+`"`)
		if !apart && keys == 1 && c.key == 1 && strings.EqualFold(c.kind, "INTEGER") {
			l.alias = i
		}
	}
	return l, nil
}

func (s *Source) carry(ctx context.Context, to *sqlite.DB, t salvage.Table) (Carried, error) {
	c := Carried{Table: t.Name}
	l, err := layoutOf(ctx, to, t)
	if err != nil {
		return c, err
	}
	var waiting []salvage.Row
	var failed error
	flush := func() {
		if failed == nil && len(waiting) > 0 {
			var n int
			n, failed = l.insert(ctx, to, t.Name, waiting)
			c.Rows += n
			c.Lost.Rows += len(waiting) - n
		}
		waiting = waiting[:0]
	}
	lost := s.Rows(t.Root, func(r salvage.Row) {
		if waiting = append(waiting, r); len(waiting) == lot {
			flush()
		}
	})
	flush()
	c.Lost.Pages, c.Lost.Rows = c.Lost.Pages+lost.Pages, c.Lost.Rows+lost.Rows
	return c, failed
}

// insert writes rows in one transaction and returns how many the new file took.
func (l layout) insert(ctx context.Context, to *sqlite.DB, table string, rows []salvage.Row) (n int, err error) {
	err = to.Write(ctx, func(tx *sqlite.Tx) error {
		n = 0
		statements := map[int]*sql.Stmt{}
		for _, r := range rows {
			values := r.Values
			if len(values) == 0 || len(values) > len(l.columns) {
				continue
			}
			if l.alias >= 0 && l.alias < len(values) {
				values[l.alias] = r.ID
			}
			st := statements[len(values)]
			if st == nil {
				var err error
				// Columns that were added later are missing at the end of older rows and take their default.
				st, err = tx.PrepareContext(ctx, fmt.Sprintf(`INSERT INTO "%s" (%s) VALUES (%s)`, table,
					strings.Join(l.columns[:len(values)], ", "), strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")))
				if err != nil {
					return err
				}
				defer st.Close()
				statements[len(values)] = st
			}
			_, err := st.ExecContext(ctx, values...)
			switch {
			case sqlite.IsRefused(err):
				continue
			case err != nil:
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}
