package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"balcao/hq/command"
	"balcao/internal/wire"
)

const commandColumns = `id, branch, name, node, words, by, given, until, state, why, result, report, number, sent, came, ended`

func scanCommand(scan func(...any) error) (c command.Command, err error) {
	var given, until, number, sent, came, ended int64
	err = scan(&c.ID, &c.Branch, &c.Do, &c.Node, &c.Text, &c.By, &given, &until, &c.State, &c.Why, &c.Words, &c.Report, &number, &sent, &came, &ended)
	if err != nil {
		return command.Command{}, err
	}
	c.Given, c.Until, c.Number = time.UnixMilli(given), time.UnixMilli(until), uint64(number) //nolint:gosec // never negative
	c.Sent, c.Came, c.Ended = momentOf(sent), momentOf(came), momentOf(ended)
	return c, nil
}

// momentOf reads a moment; 0 is none.
func momentOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// msOf writes a moment; none is 0.
func msOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// PutCommand keeps a command; one with a known id changes nothing.
func (s *Store) PutCommand(ctx context.Context, c command.Command) error {
	err := s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO command (`+commandColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			c.ID, string(c.Branch), c.Do, c.Node, c.Text, c.By, c.Given.UnixMilli(), c.Until.UnixMilli(), string(c.State), c.Why, c.Words, c.Report,
			int64(c.Number), msOf(c.Sent), msOf(c.Came), msOf(c.Ended)) //nolint:gosec // numbers count statements
		return err
	})
	if err != nil {
		return fmt.Errorf("keep command for %s: %w", c.Branch, err)
	}
	return nil
}

// Commands returns the last commands of a branch, newest first.
func (s *Store) Commands(ctx context.Context, branch wire.NodeID, limit int) ([]command.Command, error) {
	return s.readCommands(ctx, `SELECT `+commandColumns+` FROM command WHERE branch = ? ORDER BY given DESC, id DESC LIMIT ?`, string(branch), limit)
}

// OpenCommands returns those that wait for an answer, and those that expired after a moment without one.
func (s *Store) OpenCommands(ctx context.Context, expiredAfter time.Time) ([]command.Command, error) {
	return s.readCommands(ctx, `SELECT `+commandColumns+` FROM command WHERE state IN (?, ?, ?) OR state = ? AND why = '' AND sent > 0 AND until > ? ORDER BY given, id`,
		string(command.Waiting), string(command.Sent), string(command.Received), string(command.Expired), expiredAfter.UnixMilli())
}

func (s *Store) readCommands(ctx context.Context, query string, args ...any) ([]command.Command, error) {
	rows, err := s.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read commands: %w", err)
	}
	defer rows.Close()
	var all []command.Command
	for rows.Next() {
		c, err := scanCommand(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("read commands: %w", err)
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// Command returns one command; false where there is none.
func (s *Store) Command(ctx context.Context, id string) (command.Command, bool, error) {
	c, err := scanCommand(s.db.QueryRow(ctx, `SELECT `+commandColumns+` FROM command WHERE id = ?`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return command.Command{}, false, nil
	}
	if err != nil {
		return command.Command{}, false, fmt.Errorf("read command: %w", err)
	}
	return c, true, nil
}

// SendCommand gives a command that has no answer the next number of its branch, above least; false if it has ended.
func (s *Store) SendCommand(ctx context.Context, id string, least uint64, at time.Time) (number uint64, send bool, err error) {
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		var next int64
		err := tx.QueryRowContext(ctx, `UPDATE command SET number = 1 + (SELECT CASE WHEN max(o.number) > ?1 THEN max(o.number) ELSE ?1 END FROM command AS o WHERE o.branch = command.branch),
			state = CASE WHEN state = ?2 THEN ?3 ELSE state END, sent = CASE WHEN sent = 0 THEN ?4 ELSE sent END
			WHERE id = ?5 AND (state IN (?2, ?3, ?6) OR state = ?7 AND why = '') RETURNING number`,
			int64(least), string(command.Waiting), string(command.Sent), at.UnixMilli(), id, string(command.Received), string(command.Expired)).Scan(&next) //nolint:gosec // below 2⁵³
		send = err == nil
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		number = uint64(next) //nolint:gosec // never negative
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("number command %s: %w", id, err)
	}
	return number, send, nil
}

// AnswerCommand notes what a branch says of a command; false if it has ended otherwise meanwhile.
func (s *Store) AnswerCommand(ctx context.Context, c command.Command) (changed bool, err error) {
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		var id string
		err := tx.QueryRowContext(ctx, `UPDATE command SET state = ?, why = ?, result = ?, report = ?, came = ?, ended = ?
			WHERE id = ? AND state IN (?, ?, ?, ?) RETURNING id`,
			string(c.State), c.Why, c.Words, c.Report, msOf(c.Came), msOf(c.Ended), c.ID,
			string(command.Waiting), string(command.Sent), string(command.Received), string(command.Expired)).Scan(&id)
		changed = err == nil
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("note the answer to command %s: %w", c.ID, err)
	}
	return changed, nil
}

// ExpireCommands ends those whose time is over and that a branch is not known to have, and those begun too long ago.
func (s *Store) ExpireCommands(ctx context.Context, at, begunBefore time.Time) error {
	var due int
	if err := s.db.QueryRow(ctx, `SELECT count(*) FROM command WHERE state IN (?, ?) AND until < ? OR state = ? AND came < ?`,
		string(command.Waiting), string(command.Sent), at.UnixMilli(), string(command.Received), begunBefore.UnixMilli()).Scan(&due); err != nil {
		return fmt.Errorf("look for commands whose time is over: %w", err)
	}
	if due == 0 {
		return nil // nothing is written every second
	}
	err := s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE command SET state = ?, ended = ? WHERE state IN (?, ?) AND until < ? OR state = ? AND came < ?`,
			string(command.Expired), at.UnixMilli(), string(command.Waiting), string(command.Sent), at.UnixMilli(), string(command.Received), begunBefore.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("end commands whose time is over: %w", err)
	}
	return nil
}

// WithdrawCommand ends a command that was not sent; false if it was.
func (s *Store) WithdrawCommand(ctx context.Context, id string, at time.Time) (took bool, err error) {
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		var found string
		err := tx.QueryRowContext(ctx, `UPDATE command SET state = ?, ended = ? WHERE id = ? AND state = ? RETURNING id`,
			string(command.Withdrawn), at.UnixMilli(), id, string(command.Waiting)).Scan(&found)
		took = err == nil
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("withdraw command %s: %w", id, err)
	}
	return took, nil
}

// ForgetCommands takes commands away that were given before a moment.
func (s *Store) ForgetCommands(ctx context.Context, before time.Time) error {
	err := s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM command WHERE given < ?`, before.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("forget commands: %w", err)
	}
	return nil
}
