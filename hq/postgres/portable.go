package postgres

import (
	"context"
	"database/sql/driver"
	"reflect"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
)

// portable gives connections that understand statements as the store writes them.
type portable struct{ driver.Connector }

// Connect implements driver.Connector.
func (p portable) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return conn{c.(*stdlib.Conn)}, nil //nolint:forcetypeassert // the connector's own
}

// conn is a connection that turns ? and ?1 into $1, and strings into what a text of PostgreSQL can hold.
type conn struct{ *stdlib.Conn }

// Prepare implements driver.Conn.
func (c conn) Prepare(query string) (driver.Stmt, error) { return c.Conn.Prepare(dollars(query)) }

// PrepareContext implements driver.ConnPrepareContext.
func (c conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.Conn.PrepareContext(ctx, dollars(query))
}

// ExecContext implements driver.ExecerContext.
func (c conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.Conn.ExecContext(ctx, dollars(query), args)
}

// QueryContext implements driver.QueryerContext.
func (c conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.Conn.QueryContext(ctx, dollars(query), args)
}

// CheckNamedValue implements driver.NamedValueChecker.
func (c conn) CheckNamedValue(v *driver.NamedValue) error {
	if r := reflect.ValueOf(v.Value); r.Kind() == reflect.String {
		v.Value = text(r.String())
	}
	return nil
}

// text is a string as a column can hold it: what branches say may have anything in it, and one zero byte must not keep a
// whole commit out.
func text(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}

// dollars writes ? as $1, $2 and so on in turn and ?7 as $7, outside of quotes.
func dollars(query string) string {
	if !strings.Contains(query, "?") {
		return query
	}
	var out strings.Builder
	out.Grow(len(query) + 16)
	next, quote := 0, byte(0)
	for i := 0; i < len(query); i++ {
		b := query[i]
		switch {
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '\'' || b == '"':
			quote = b
		case b == '?':
			end := i + 1
			for end < len(query) && query[end] >= '0' && query[end] <= '9' {
				end++
			}
			if end > i+1 {
				out.WriteString("$" + query[i+1:end])
			} else {
				next++
				out.WriteString("$" + strconv.Itoa(next))
			}
			i = end - 1
			continue
		}
		out.WriteByte(b)
	}
	return out.String()
}
