package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// Command is what headquarters asked of this branch, and what became of it.
type Command struct {
	ID     string
	Do     string // what is asked, as wire names it
	Node   string
	Text   string
	By     string // who gave it
	Given  time.Time
	Came   time.Time
	State  string // one of the states of wire.CommandResult
	Why    string
	Words  string // what became of it
	Report string
	Ended  time.Time // zero while it is not
}

const commandColumns = `id, name, node, words, by, given, came, state, why, result, report, ended`

func scanCommand(scan func(...any) error) (c Command, err error) {
	var given, came, ended int64
	if err := scan(&c.ID, &c.Do, &c.Node, &c.Text, &c.By, &given, &came, &c.State, &c.Why, &c.Words, &c.Report, &ended); err != nil {
		return Command{}, err
	}
	c.Given, c.Came = time.UnixMilli(given).UTC(), time.UnixMilli(came).UTC()
	if ended > 0 {
		c.Ended = time.UnixMilli(ended).UTC()
	}
	return c, nil
}

// Commands returns the last commands, newest first.
func (s *Store) Commands(ctx context.Context, limit int) ([]Command, error) {
	return s.readCommands(ctx, `SELECT `+commandColumns+` FROM commands ORDER BY came DESC, id DESC LIMIT ?`, limit)
}

// UnderWay returns the commands that were begun and have not ended, oldest first.
func (s *Store) UnderWay(ctx context.Context) ([]Command, error) {
	return s.readCommands(ctx, `SELECT `+commandColumns+` FROM commands WHERE state = ? ORDER BY came, id`, wire.CommandReceived)
}

func (s *Store) readCommands(ctx context.Context, query string, args ...any) ([]Command, error) {
	rows, err := s.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read commands: %w", err)
	}
	defer rows.Close()
	var all []Command
	for rows.Next() {
		c, err := scanCommand(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("read commands: %w", err)
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// Command returns one command; false where it never came.
func (s *Store) Command(ctx context.Context, id string) (Command, bool, error) {
	c, err := scanCommand(s.db.QueryRow(ctx, `SELECT `+commandColumns+` FROM commands WHERE id = ?`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Command{}, false, nil
	}
	if err != nil {
		return Command{}, false, fmt.Errorf("read command: %w", err)
	}
	return c, true, nil
}

// PutCommand writes a command down before anything is done; false if it came before.
func (s *Store) PutCommand(ctx context.Context, c Command) (fresh bool, err error) {
	err = s.db.Write(ctx, func(tx *sqlite.Tx) error {
		var ended int64
		if !c.Ended.IsZero() {
			ended = c.Ended.UnixMilli()
		}
		r, err := tx.ExecContext(ctx, `INSERT INTO commands (`+commandColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			c.ID, c.Do, c.Node, c.Text, c.By, c.Given.UnixMilli(), c.Came.UnixMilli(), c.State, c.Why, c.Words, c.Report, ended)
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		fresh = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("keep command: %w", err)
	}
	return fresh, nil
}

// EndCommand writes down what became of a command that is under way; one that has ended stays as it is.
func (s *Store) EndCommand(ctx context.Context, c Command) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE commands SET state = ?, why = ?, result = ?, report = ?, ended = ? WHERE id = ? AND state = ?`,
			c.State, c.Why, c.Words, c.Report, c.Ended.UnixMilli(), c.ID, wire.CommandReceived)
		return err
	})
	if err != nil {
		return fmt.Errorf("end command: %w", err)
	}
	return nil
}

// ForgetCommands takes commands away that ended before a moment, and overwrites them in the file: who gave them, and what
// they wrote to people.
func (s *Store) ForgetCommands(ctx context.Context, before time.Time) error {
	err := s.db.Forget(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM commands WHERE ended > 0 AND ended < ?`, before.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("forget commands: %w", err)
	}
	return nil
}

// metaCommand holds the highest number of a sealed command that was believed.
const metaCommand = "command-number"

// CommandNumber returns the highest number of a sealed command that was believed; 0 where none was.
func (s *Store) CommandNumber(ctx context.Context) (uint64, error) {
	text, err := s.meta(ctx, metaCommand)
	if err != nil || text == "" {
		return 0, err
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read the number of the last command: %w", err)
	}
	return n, nil
}

// KeepCommandNumber puts the highest number on disk.
func (s *Store) KeepCommandNumber(ctx context.Context, highest uint64) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error { return setMeta(ctx, tx, metaCommand, strconv.FormatUint(highest, 10)) })
}

// Copy writes a whole, checked copy of the database to a new file while the branch works. Whoever opens it knows that it is a
// copy.
func (s *Store) Copy(ctx context.Context, path string, now time.Time) error {
	return s.db.CopyTo(ctx, path, func(tx *sqlite.Tx) error { return setMeta(ctx, tx, metaCopy, now.UTC().Format(time.RFC3339)) })
}
