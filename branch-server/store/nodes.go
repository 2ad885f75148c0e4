package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"balcao/branch-server/engine"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// storeDelivery keeps a run of a node's log verbatim and moves its mark, in the transaction of what followed from it.
func storeDelivery(ctx context.Context, tx *sqlite.Tx, d engine.Delivery) error {
	for _, r := range d.Records {
		if _, err := tx.ExecContext(ctx, `INSERT INTO mirror (node, epoch, seq, raw) VALUES (?, ?, ?, ?)`,
			d.Node, int64(d.Epoch), int64(r.Seq), r.Raw); err != nil {
			return fmt.Errorf("mirror %s %d: %w", d.Node, r.Seq, err)
		}
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO marks (node, epoch, seq, head) VALUES (?, ?, ?, ?)
		ON CONFLICT (node, epoch) DO UPDATE SET seq = excluded.seq, head = excluded.head`,
		d.Node, int64(d.Epoch), int64(d.Last), d.Head[:]); err != nil {
		return fmt.Errorf("move mark of %s: %w", d.Node, err)
	}
	return nil
}

// Mark is how far an epoch of a node's log was taken in.
type Mark struct {
	Epoch  uint64
	Seq    uint64
	Head   wire.Hash
	Forked bool
}

// Mark returns the mark of a node's epoch; the zero position if none of it was taken in.
func (s *Store) Mark(ctx context.Context, node string, epoch uint64) (Mark, error) {
	m := Mark{Epoch: epoch}
	var seq int64
	var head []byte
	err := s.db.QueryRow(ctx, `SELECT seq, head, forked FROM marks WHERE node = ? AND epoch = ?`, node, int64(epoch)).
		Scan(&seq, &head, &m.Forked)
	if errors.Is(err, sql.ErrNoRows) {
		return m, nil
	}
	if err != nil {
		return Mark{}, fmt.Errorf("read mark of %s: %w", node, err)
	}
	m.Seq = uint64(seq)
	copy(m.Head[:], head)
	return m, nil
}

// Quarantine marks an epoch of a node as having two contents: no more of it is taken in.
func (s *Store) Quarantine(ctx context.Context, node string, epoch uint64) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO marks (node, epoch, seq, head, forked) VALUES (?, ?, 0, zeroblob(32), 1)
			ON CONFLICT (node, epoch) DO UPDATE SET forked = 1`, node, int64(epoch))
		return err
	})
}
