package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"balcao/branch-server/engine"
	"balcao/internal/replica"
	"balcao/internal/sqlite"
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

// Mark returns how far a node's epoch was taken in; only the epoch is set where nothing was.
func (s *Store) Mark(ctx context.Context, node string, epoch uint64) (replica.Position, error) {
	p := replica.Position{Epoch: epoch}
	var seq int64
	var head []byte
	err := s.db.QueryRow(ctx, `SELECT seq, head, forked, lifted <> 0 FROM marks WHERE node = ? AND epoch = ?`, node, int64(epoch)).
		Scan(&seq, &head, &p.Quarantined, &p.Renew)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	if err != nil {
		return replica.Position{}, fmt.Errorf("read mark of %s: %w", node, err)
	}
	p.HWM = uint64(seq)
	copy(p.Head[:], head)
	return p, nil
}
