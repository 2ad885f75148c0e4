package store

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"balcao/internal/sqlite"
)

// Pseudonym returns the name under which a person may stand in a fact of this month: random, one a person and month, and
// only this file knows whose it is, until Retire forgets it.
func (s *Store) Pseudonym(ctx context.Context, person string, at time.Time) (string, error) {
	if person == "" {
		return "", errors.New("make a pseudonym: of nobody")
	}
	month := at.UTC().Format("2006-01")
	var name string
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		var b [5]byte
		_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
		fresh := "p-" + strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
		if _, err := tx.ExecContext(ctx, `INSERT INTO pseudonyms (person, month, name) VALUES (?, ?, ?) ON CONFLICT (person, month) DO NOTHING`,
			person, month, fresh); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT name FROM pseudonyms WHERE person = ? AND month = ?`, person, month).Scan(&name)
	})
	if err != nil {
		return "", fmt.Errorf("make a pseudonym: %w", err)
	}
	return name, nil
}

// Retire destroys every link between people and what they did before a moment: pseudonyms of months that ended before
// it, sign-ins that ended, who imported bookings, who published a description of the branch, and who changed whose rights. The journal keeps its pseudonyms, which then stand for nobody. What
// is deleted is overwritten in the file, not only unlinked.
func (s *Store) Retire(ctx context.Context, before time.Time) error {
	month := before.UTC().Format("2006-01")
	err := s.db.Forget(ctx, func(tx *sqlite.Tx) error {
		for _, step := range []struct {
			query string
			arg   any
		}{
			{`DELETE FROM pseudonyms WHERE month < ?`, month},
			{`DELETE FROM sessions WHERE expires < ?`, before.UnixMilli()},
			{`DELETE FROM user_changes WHERE at < ?`, before.UnixMilli()},
			{`UPDATE descriptions SET author = '-' WHERE at < ? AND author NOT IN ('', '-')`, before.UnixMilli()},
			{`UPDATE booking_imports SET person = '' WHERE at < ? AND person <> ''`, before.UnixMilli()},
		} {
			if _, err := tx.ExecContext(ctx, step.query, step.arg); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("retire pseudonyms: %w", err)
	}
	return nil
}
