package store

import (
	"context"
	"fmt"

	"balcao/branch-server/engine"
	"balcao/internal/sqlite"
)

// storeWaiting keeps facts that a later version of this program may understand, and lets go of those that were folded, in
// the transaction of what followed from them.
func storeWaiting(ctx context.Context, tx *sqlite.Tx, more, folded []engine.Waiting) error {
	for _, w := range more {
		// A node whose mark was lost with a damaged file tells again what waits already.
		if _, err := tx.ExecContext(ctx, `INSERT INTO unfolded (node, epoch, seq, type, v, raw) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			w.From.Node, int64(w.From.Epoch), int64(w.From.Seq), w.Type, w.Version, w.Raw); err != nil {
			return fmt.Errorf("keep fact %d of %s for a later version: %w", w.From.Seq, w.From.Node, err)
		}
	}
	for _, w := range folded {
		if _, err := tx.ExecContext(ctx, `DELETE FROM unfolded WHERE place = ?`, w.Place); err != nil {
			return fmt.Errorf("let go of fact %d of %s: %w", w.From.Seq, w.From.Node, err)
		}
	}
	return nil
}

// Waiting returns at most so many facts of nodes that wait for a later version of this program, behind a place, in the order
// in which they came.
func (s *Store) Waiting(ctx context.Context, after int64, limit int) ([]engine.Waiting, error) {
	rows, err := s.db.Query(ctx, `SELECT place, node, epoch, seq, type, v, raw FROM unfolded WHERE place > ? ORDER BY place LIMIT ?`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read facts that wait: %w", err)
	}
	defer rows.Close()
	var all []engine.Waiting
	for rows.Next() {
		var w engine.Waiting
		if err := rows.Scan(&w.Place, &w.From.Node, &w.From.Epoch, &w.From.Seq, &w.Type, &w.Version, &w.Raw); err != nil {
			return nil, fmt.Errorf("read facts that wait: %w", err)
		}
		all = append(all, w)
	}
	return all, rows.Err()
}

// Later is how many facts of one type and version wait.
type Later struct {
	Type    string // empty where not even that can be read
	Version int
	Facts   int
}

// LaterFacts counts the facts that wait, by type and version.
func (s *Store) LaterFacts(ctx context.Context) ([]Later, error) { return laterIn(ctx, s.db) }

// LaterIn counts them in a file, beside the program that may be running on it.
func LaterIn(ctx context.Context, path string) ([]Later, error) {
	db, err := sqlite.Open(ctx, path, sqlite.Options{ReadOnly: true, Readers: 1})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return laterIn(ctx, db)
}

func laterIn(ctx context.Context, db *sqlite.DB) ([]Later, error) {
	rows, err := db.Query(ctx, `SELECT type, v, count(*) FROM unfolded GROUP BY type, v ORDER BY type, v`)
	if err != nil {
		return nil, fmt.Errorf("count facts that wait: %w", err)
	}
	defer rows.Close()
	var all []Later
	for rows.Next() {
		var u Later
		if err := rows.Scan(&u.Type, &u.Version, &u.Facts); err != nil {
			return nil, fmt.Errorf("count facts that wait: %w", err)
		}
		all = append(all, u)
	}
	return all, rows.Err()
}
