package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// Deed is one record of the audit. Whoever did it stands there under the pseudonym that facts use, which Retire makes
// nobody's in the end; the chain stays whole.
type Deed struct {
	AtMS int64  `json:"at"`
	Who  string `json:"who,omitempty"`  // pseudonym; empty for a stranger
	Role string `json:"role,omitempty"` // their role at the time
	Act  string `json:"act"`            // what was done, such as POST /coordenacao/{action}
	What string `json:"what,omitempty"` // to what, where the act leaves that open
	How  string `json:"how"`            // how it ended: done, refused, locked, or a status
}

// Audit writes one record down, chained to the last.
func (s *Store) Audit(ctx context.Context, d Deed) error {
	raw, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("write the audit: %w", err)
	}
	err = s.db.Write(ctx, func(tx *sqlite.Tx) error {
		seq, head, err := auditHead(tx.QueryRowContext(ctx, lastAudit))
		if err != nil {
			return err
		}
		head = head.Next(wire.Record{Seq: seq + 1, Raw: raw})
		_, err = tx.ExecContext(ctx, `INSERT INTO audit (seq, raw, head) VALUES (?, ?, ?)`, int64(seq+1), raw, head[:])
		return err
	})
	if err != nil {
		return fmt.Errorf("write the audit: %w", err)
	}
	return nil
}

const lastAudit = `SELECT seq, head FROM audit ORDER BY seq DESC LIMIT 1`

func auditHead(row *sql.Row) (seq uint64, head wire.Hash, err error) {
	var n int64
	var h []byte
	switch err := row.Scan(&n, &h); {
	case errors.Is(err, sql.ErrNoRows):
		return 0, wire.Hash{}, nil
	case err != nil:
		return 0, wire.Hash{}, err
	case len(h) != len(head):
		return 0, wire.Hash{}, sqlite.ErrDamaged
	}
	return uint64(n), wire.Hash(h), nil
}

// AuditHead returns the last record's number and the chain's hash after it; 0 before the first.
func (s *Store) AuditHead(ctx context.Context) (seq uint64, head wire.Hash, err error) {
	if seq, head, err = auditHead(s.db.QueryRow(ctx, lastAudit)); err != nil {
		return 0, wire.Hash{}, fmt.Errorf("read the audit's head: %w", err)
	}
	return seq, head, nil
}

// KeepAuditSeal keeps a head as headquarters signed it.
func (s *Store) KeepAuditSeal(ctx context.Context, h wire.AuditHead, seal []byte) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO audit_seals (epoch, seq, day, head, seal) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (epoch, seq) DO UPDATE SET seal = excluded.seal`, int64(h.Epoch), int64(h.Seq), h.Day, h.Head[:], seal)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the seal of the audit: %w", err)
	}
	return nil
}

// AuditRecord is one record as it lies in the file.
type AuditRecord struct {
	Seq  uint64
	Raw  []byte
	Head wire.Hash
}

// AuditSeal is a head that headquarters signed.
type AuditSeal struct {
	wire.AuditHead

	Seal []byte
}

// Audit returns every record, in order, and every seal.
func (r *Reader) Audit(ctx context.Context) (records []AuditRecord, seals []AuditSeal, err error) {
	rows, err := r.db.Query(ctx, `SELECT seq, raw, head FROM audit ORDER BY seq`)
	if err != nil {
		return nil, nil, fmt.Errorf("read the audit: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var one AuditRecord
		var seq int64
		var head []byte
		if err := rows.Scan(&seq, &one.Raw, &head); err != nil {
			return nil, nil, fmt.Errorf("read the audit: %w", err)
		}
		one.Seq = uint64(seq)
		copy(one.Head[:], head)
		records = append(records, one)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("read the audit: %w", err)
	}
	signed, err := r.db.Query(ctx, `SELECT epoch, seq, day, head, seal FROM audit_seals ORDER BY epoch, seq`)
	if err != nil {
		return nil, nil, fmt.Errorf("read the seals of the audit: %w", err)
	}
	defer signed.Close()
	for signed.Next() {
		var one AuditSeal
		var epoch, seq int64
		var head []byte
		if err := signed.Scan(&epoch, &seq, &one.Day, &head, &one.Seal); err != nil {
			return nil, nil, fmt.Errorf("read the seals of the audit: %w", err)
		}
		one.Kind, one.Epoch, one.Seq = wire.KindAudit, uint64(epoch), uint64(seq)
		copy(one.Head[:], head)
		seals = append(seals, one)
	}
	return records, seals, signed.Err()
}
