package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// ErrAuditBehind means that a branch's audit cannot have grown out of what was signed before: records went or changed.
var ErrAuditBehind = errors.New("the audit contradicts what was signed before")

// NoteAudit keeps where a branch's audit stands, before it is signed; ErrAuditBehind where it cannot be so.
func (s *Store) NoteAudit(ctx context.Context, node wire.NodeID, h wire.AuditHead) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		var seq int64
		var head []byte
		err := tx.QueryRowContext(ctx, `SELECT seq, head FROM audit_heads WHERE node = ? AND epoch = ? ORDER BY seq DESC LIMIT 1`,
			node, int64(h.Epoch)).Scan(&seq, &head)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return err
		case h.Seq < uint64(seq), h.Seq == uint64(seq) && !bytes.Equal(head, h.Head[:]):
			return ErrAuditBehind
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO audit_heads (node, epoch, seq, day, head, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			node, int64(h.Epoch), int64(h.Seq), h.Day, h.Head[:], s.now().UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("note the audit of %s: %w", node, err)
	}
	return nil
}
