package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"balcao/hq/network"
	"balcao/internal/replica"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

const selectLog = `SELECT id, hwm, head, quarantined, lifted FROM log WHERE node = ? AND epoch = ?`

// Position returns how far an epoch of a node's log is held; a log never seen is held to 0.
func (s *Store) Position(ctx context.Context, node wire.NodeID, epoch uint64) (replica.Position, error) {
	_, p, err := scanLog(s.db.QueryRow(ctx, selectLog, node, int64(epoch)), epoch)
	if errors.Is(err, sql.ErrNoRows) {
		return replica.Position{Epoch: epoch}, nil
	}
	if err != nil {
		return replica.Position{}, fmt.Errorf("read how far %s is held: %w", node, err)
	}
	return p, nil
}

func scanLog(row *sql.Row, epoch uint64) (id int64, p replica.Position, err error) {
	p.Epoch = epoch
	var head []byte
	var quarantined, lifted int64
	if err := row.Scan(&id, &p.HWM, &head, &quarantined, &lifted); err != nil {
		return 0, p, err
	}
	copy(p.Head[:], head)
	p.Quarantined, p.Renew = quarantined != 0, lifted != 0
	return id, p, nil
}

// AcceptAll takes in what fits of some batches, in one transaction, and returns what was decided on each. Records
// already held are passed over; records beyond the next sequence are not taken; a batch that contradicts what is held
// puts its epoch in quarantine with an alarm, and the others go on. When an error is returned nothing of any batch
// happened.
func (s *Store) AcceptAll(ctx context.Context, batches []wire.Batch) (decisions []replica.Decision, err error) {
	if own, has := s.db.(Intake); has {
		return own.AcceptAll(ctx, batches, s.now())
	}
	err = s.db.Write(ctx, func(tx *sqlite.Tx) error {
		// The engine's driver starts a goroutine for each statement that could be cancelled, which costs as much as the
		// statement. A whole commit takes milliseconds; ctx ends it between two.
		ctx := context.WithoutCancel(ctx)
		insert, err := tx.PrepareContext(ctx, `INSERT INTO event (log, seq, id, type, v, ts, rx, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
		if err != nil {
			return fmt.Errorf("take in batches: %w", err)
		}
		defer insert.Close()
		decisions, err = replica.AcceptAll(shelf{ctx: ctx, tx: tx, insert: insert, rx: s.now().UnixMilli(), reads: s.reads}, batches)
		return err
	})
	if err != nil {
		return nil, err
	}
	return decisions, nil
}

// shelf is the file inside one transaction of taking batches in.
type shelf struct {
	ctx    context.Context //nolint:containedctx // lives inside one call of AcceptAll
	tx     *sqlite.Tx
	insert *sql.Stmt
	rx     int64
	reads  func(kind string, version int) bool
}

// Load implements replica.Shelf.
func (s shelf) Load(node wire.NodeID, epoch uint64) (replica.Position, error) {
	_, p, err := scanLog(s.tx.QueryRowContext(s.ctx, selectLog, node, int64(epoch)), epoch)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return p, fmt.Errorf("read how far %s is held: %w", node, err)
	}
	return p, nil
}

// Keep implements replica.Shelf.
func (s shelf) Keep(node wire.NodeID, records []wire.Record, after replica.Position) error {
	id, err := s.log(node, after.Epoch)
	if err != nil {
		return fmt.Errorf("keep the log of %s: %w", node, err)
	}
	if after.Quarantined {
		return s.quarantine(id, node, after)
	}
	opened := int64(0)
	for _, r := range records {
		// A record of a form that this version cannot read is kept all the same: refusing it would stop the log for ever.
		e, _ := wire.DecodeEvent(r.Raw)
		if _, err := s.insert.ExecContext(s.ctx, id, int64(r.Seq), e.ID, e.Type, e.Version, e.TS, s.rx, r.Raw); err != nil {
			return fmt.Errorf("keep record %d of %s: %w", r.Seq, node, err)
		}
		if !s.reads(e.Type, e.Version) {
			if err := s.wait(id, e, r.Seq); err != nil {
				return fmt.Errorf("keep record %d of %s: %w", r.Seq, node, err)
			}
			continue
		}
		if e.Type == "day.opened" {
			opened = e.TS
		}
		if e.Type == wire.TypeDeviceFault {
			if err := s.fault(id, node, e); err != nil {
				return fmt.Errorf("keep record %d of %s: %w", r.Seq, node, err)
			}
		}
	}
	if opened != 0 {
		if err := s.anchor(node, after.Epoch, after.HWM, after.Head, opened); err != nil {
			return fmt.Errorf("keep the log of %s: %w", node, err)
		}
	}
	_, err = s.tx.ExecContext(s.ctx, `UPDATE log SET hwm = ?, head = ?, last_rx = ? WHERE id = ?`,
		int64(after.HWM), after.Head[:], s.rx, id)
	if err != nil {
		return fmt.Errorf("keep the log of %s: %w", node, err)
	}
	return nil
}

// hold keeps other programs from the row of a log until the transaction ends.
func (s shelf) hold(node wire.NodeID, epoch uint64) error {
	if _, err := s.tx.ExecContext(s.ctx, `UPDATE log SET last_rx = last_rx WHERE node = ? AND epoch = ?`, node, int64(epoch)); err != nil {
		return fmt.Errorf("hold the log of %s: %w", node, err)
	}
	return nil
}

// log returns the row of a log, made when it is the first time.
func (s shelf) log(node wire.NodeID, epoch uint64) (int64, error) {
	if _, err := s.tx.ExecContext(s.ctx, `INSERT INTO log (node, epoch, first_rx, last_rx) VALUES (?1, ?2, ?3, ?3)
		ON CONFLICT (node, epoch) DO NOTHING`, node, int64(epoch), s.rx); err != nil {
		return 0, err
	}
	id, _, err := scanLog(s.tx.QueryRowContext(s.ctx, selectLog, node, int64(epoch)), epoch)
	return id, err
}

func (s shelf) quarantine(id int64, node wire.NodeID, p replica.Position) error {
	if _, err := s.tx.ExecContext(s.ctx, `UPDATE log SET quarantined = ? WHERE id = ?`, s.rx, id); err != nil {
		return fmt.Errorf("quarantine %s: %w", node, err)
	}
	if _, err := s.tx.ExecContext(s.ctx, `INSERT INTO alarm (node, epoch, seq, kind, at) VALUES (?, ?, ?, ?, ?)`,
		node, int64(p.Epoch), int64(p.HWM), network.AlarmFork, s.rx); err != nil {
		return fmt.Errorf("raise the alarm for %s: %w", node, err)
	}
	return nil
}
