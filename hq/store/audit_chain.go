package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"

	"balcao/hq/people"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// auditRow is a record of the audit as it is hashed.
type auditRow struct {
	ID    int64  `json:"id"`
	At    int64  `json:"at"`
	By    string `json:"by"`
	Act   string `json:"act"`
	About string `json:"about"`
	Words string `json:"words"`
}

func (r auditRow) next(head wire.Hash) (wire.Hash, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return head, err
	}
	return head.Next(wire.Record{Seq: uint64(max(0, r.ID)), Raw: raw}), nil //nolint:gosec // ids begin at 1
}

// Audit writes down what somebody did, chained to what was done before.
func (s *Store) Audit(ctx context.Context, d people.Deed) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		if err := chainAudit(ctx, tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO audit (id, at, by, act, about, words) VALUES ((SELECT coalesce(max(id), 0) + 1 FROM audit), ?, ?, ?, ?, ?)`,
			d.At.UnixMilli(), d.By, d.Act, d.About, d.Words)
		if err != nil {
			return err
		}
		return chainAudit(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("write the audit: %w", err)
	}
	return nil
}

// chainAudit chains the records at the end that are not chained yet.
func chainAudit(ctx context.Context, tx *sqlite.Tx) error {
	var head wire.Hash
	var last []byte
	var from int64
	err := tx.QueryRowContext(ctx, `SELECT id, head FROM audit WHERE length(head) > 0 ORDER BY id DESC LIMIT 1`).Scan(&from, &last)
	if err != nil && !sqlite.IsNotFound(err) {
		return err
	}
	copy(head[:], last)
	fresh, err := auditRows(ctx, tx, from)
	if err != nil {
		return err
	}
	for _, r := range fresh {
		if head, err = r.next(head); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE audit SET head = ? WHERE id = ?`, head[:], r.ID); err != nil {
			return err
		}
	}
	return nil
}

func auditRows(ctx context.Context, tx *sqlite.Tx, after int64) ([]auditRow, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, at, by, act, about, words FROM audit WHERE id > ? ORDER BY id`, after)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []auditRow
	for rows.Next() {
		var r auditRow
		if err := rows.Scan(&r.ID, &r.At, &r.By, &r.Act, &r.About, &r.Words); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// AuditHead returns the number of the last record of the audit and the chain's hash after it; 0 before the first.
func (s *Store) AuditHead(ctx context.Context) (id uint64, head wire.Hash, err error) {
	var last []byte
	err = s.db.QueryRow(ctx, `SELECT id, head FROM audit WHERE length(head) > 0 ORDER BY id DESC LIMIT 1`).Scan(&id, &last)
	if sqlite.IsNotFound(err) {
		return 0, head, nil
	}
	copy(head[:], last)
	if err != nil {
		return 0, head, fmt.Errorf("read the audit's head: %w", err)
	}
	return id, head, nil
}

// AuditFault is one thing that is wrong with an audit.
type AuditFault struct {
	ID   uint64
	Gone bool // a record before it is not there any more; else it was changed
}

// VerifyAudit reckons the chain of the audit in a file again, beside the running program. It returns how many records
// there are, the chain's hash after each of those wished for, and what is wrong.
func VerifyAudit(ctx context.Context, path string, wish []uint64) (count int, heads map[uint64]wire.Hash, faults []AuditFault, err error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return 0, nil, nil, err
	}
	db, err := sqlite.Open(ctx, path, sqlite.Options{ReadOnly: true, Readers: 1})
	if err != nil {
		return 0, nil, nil, err
	}
	defer db.Close()
	if err := db.Understands(ctx, files); err != nil {
		return 0, nil, nil, err
	}
	return verifyAudit(ctx, db, wish)
}

// VerifyAudit is VerifyAudit of an open database.
func (s *Store) VerifyAudit(ctx context.Context, wish []uint64) (count int, heads map[uint64]wire.Hash, faults []AuditFault, err error) {
	return verifyAudit(ctx, s.db, wish)
}

func verifyAudit(ctx context.Context, db Database, wish []uint64) (count int, heads map[uint64]wire.Hash, faults []AuditFault, err error) {
	heads = map[uint64]wire.Hash{}
	for _, id := range wish {
		heads[id] = wire.Hash{}
	}
	rows, err := db.Query(ctx, `SELECT id, at, by, act, about, words, head FROM audit ORDER BY id`)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("read the audit: %w", err)
	}
	defer rows.Close()
	var head wire.Hash
	for rows.Next() {
		var r auditRow
		var sealed []byte
		if err := rows.Scan(&r.ID, &r.At, &r.By, &r.Act, &r.About, &r.Words, &sealed); err != nil {
			return count, heads, faults, fmt.Errorf("read the audit: %w", err)
		}
		if count++; int64(count) != r.ID && len(faults) == 0 {
			faults = append(faults, AuditFault{ID: uint64(max(0, r.ID)), Gone: true}) //nolint:gosec // not negative
		}
		next, err := r.next(head)
		if err != nil {
			return count, heads, faults, err
		}
		if len(sealed) > 0 && !bytes.Equal(next[:], sealed) {
			faults = append(faults, AuditFault{ID: uint64(max(0, r.ID))}) //nolint:gosec // not negative
		}
		if head = next; len(sealed) > 0 {
			copy(head[:], sealed) // one change is told once
		}
		if _, wished := heads[uint64(max(0, r.ID))]; wished { //nolint:gosec // not negative
			heads[uint64(max(0, r.ID))] = head //nolint:gosec // not negative
		}
	}
	return count, heads, faults, rows.Err()
}
