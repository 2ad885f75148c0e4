package sqlite

import (
	"context"
	"database/sql/driver"

	"github.com/mattn/go-sqlite3"
)

// watched is a connection that notes whatever the disk does wrong, also in queries whose errors end elsewhere.
type watched struct {
	*sqlite3.SQLiteConn

	pace *pace
}

// ExecContext implements driver.ExecerContext.
func (c watched) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	r, err := c.SQLiteConn.ExecContext(ctx, query, args)
	c.pace.failed(err)
	return r, err
}

// QueryContext implements driver.QueryerContext.
func (c watched) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	r, err := c.SQLiteConn.QueryContext(ctx, query, args)
	return c.pace.rows(r, err)
}

// PrepareContext implements driver.ConnPrepareContext.
func (c watched) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.SQLiteConn.PrepareContext(ctx, query)
	c.pace.failed(err)
	if own, is := s.(*sqlite3.SQLiteStmt); is && err == nil {
		return watchedStmt{own, c.pace}, nil
	}
	return s, err
}

// BeginTx implements driver.ConnBeginTx.
func (c watched) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.SQLiteConn.BeginTx(ctx, opts)
	c.pace.failed(err)
	if err != nil {
		return nil, err
	}
	return watchedTx{tx, c.pace}, nil
}

type watchedTx struct {
	driver.Tx

	pace *pace
}

// Commit implements driver.Tx.
func (t watchedTx) Commit() error {
	err := t.Tx.Commit()
	t.pace.failed(err)
	return err
}

type watchedStmt struct {
	*sqlite3.SQLiteStmt

	pace *pace
}

// ExecContext implements driver.StmtExecContext.
func (s watchedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	r, err := s.SQLiteStmt.ExecContext(ctx, args)
	s.pace.failed(err)
	return r, err
}

// QueryContext implements driver.StmtQueryContext.
func (s watchedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	r, err := s.SQLiteStmt.QueryContext(ctx, args)
	return s.pace.rows(r, err)
}

type watchedRows struct {
	*sqlite3.SQLiteRows

	pace *pace
}

// rows watches over rows; a query that failed is noted.
func (p *pace) rows(r driver.Rows, err error) (driver.Rows, error) {
	p.failed(err)
	if own, is := r.(*sqlite3.SQLiteRows); is && err == nil {
		return watchedRows{own, p}, nil
	}
	return r, err
}

// Next implements driver.Rows.
func (r watchedRows) Next(dest []driver.Value) error {
	err := r.SQLiteRows.Next(dest)
	r.pace.failed(err)
	return err
}
