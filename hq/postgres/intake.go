package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"balcao/hq/network"
	"balcao/internal/replica"
	"balcao/internal/wire"
)

// errAgain means that another program made the row of a log between our look and our word: the whole is done again.
var errAgain = errors.New("another program was first")

// attempts bounds how often a commit is begun again because another program was first.
const attempts = 5

// AcceptAll takes in what fits of some batches, in one transaction, and returns what was decided on each, as the store says.
// The rows of the logs are locked before anything is decided on, in the same order by every program, so that two to which
// a branch is connected at once never take the same record in.
func (d *DB) AcceptAll(ctx context.Context, batches []wire.Batch, rx time.Time) (decisions []replica.Decision, err error) {
	if err := d.ready(ctx, rx); err != nil {
		return nil, err
	}
	for range attempts {
		err = pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
			s := &shelf{ctx: ctx, tx: tx, rx: rx.UnixMilli(), logs: map[logKey]*logRow{}, reads: d.reads}
			if err := s.lock(batches); err != nil {
				return err
			}
			if decisions, err = replica.AcceptAll(s, batches); err != nil {
				return err
			}
			return s.flush()
		})
		if !errors.Is(err, errAgain) {
			break
		}
	}
	if err != nil {
		d.forgetMonths() // should its place have gone
		return nil, fmt.Errorf("take in batches: %w", plain(err))
	}
	return decisions, nil
}

type logKey struct {
	node  wire.NodeID
	epoch uint64
}

// logRow is a log inside the transaction.
type logRow struct {
	id    int64 // 0 before it has a row
	pos   replica.Position
	moved bool
}

// shelf is the database inside one transaction of taking batches in: it gathers what to write, and writes it at the end
// with one statement a table.
type shelf struct {
	ctx  context.Context //nolint:containedctx // lives inside one call of AcceptAll
	tx   pgx.Tx
	rx   int64
	logs map[logKey]*logRow

	events events
	faults faults
	alarms []logKey

	anchors []anchor

	reads func(kind string, version int) bool
	later later
}

// anchor is where a log stands after a batch that opened a Day.
type anchor struct {
	of   logKey
	seq  uint64
	head wire.Hash
	at   int64
}

// events are rows to be written, by column.
type events struct {
	log, seq, version, ts []int64
	id, kind              []string
	raw                   [][]byte
}

type faults struct {
	log, seq            []int64
	node, device, state []string
}

// lock locks the rows of all logs that the batches are of, as far as they have one.
func (s *shelf) lock(batches []wire.Batch) error {
	var nodes []string
	var epochs []int64
	for _, b := range batches {
		key := logKey{b.Node, b.Epoch}
		if s.logs[key] == nil {
			s.logs[key] = &logRow{pos: replica.Position{Epoch: b.Epoch}}
			nodes, epochs = append(nodes, string(b.Node)), append(epochs, int64(b.Epoch)) //nolint:gosec // below 2^53
		}
	}
	rows, err := s.tx.Query(s.ctx, `SELECT l.id, l.node, l.epoch, l.hwm, l.head, l.quarantined, l.lifted
		FROM log l JOIN unnest($1::text[], $2::bigint[]) AS w (node, epoch) ON l.node = w.node AND l.epoch = w.epoch
		ORDER BY l.node, l.epoch FOR UPDATE OF l`, nodes, epochs)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, quarantined, lifted int64
		var node string
		var p replica.Position
		var head []byte
		if err := rows.Scan(&id, &node, &p.Epoch, &p.HWM, &head, &quarantined, &lifted); err != nil {
			return err
		}
		copy(p.Head[:], head)
		p.Quarantined, p.Renew = quarantined != 0, lifted != 0
		if l := s.logs[logKey{wire.NodeID(node), p.Epoch}]; l != nil {
			l.id, l.pos = id, p
		}
	}
	return rows.Err()
}

// Load implements replica.Shelf.
func (s *shelf) Load(node wire.NodeID, epoch uint64) (replica.Position, error) {
	return s.logs[logKey{node, epoch}].pos, nil
}

// Keep implements replica.Shelf.
func (s *shelf) Keep(node wire.NodeID, records []wire.Record, after replica.Position) error {
	key := logKey{node, after.Epoch}
	l := s.logs[key]
	if l.id == 0 {
		err := s.tx.QueryRow(s.ctx, `INSERT INTO log (node, epoch, first_rx, last_rx) VALUES ($1, $2, $3, $3)
			ON CONFLICT (node, epoch) DO NOTHING RETURNING id`, string(node), int64(after.Epoch), s.rx).Scan(&l.id) //nolint:gosec // below 2^53
		if errors.Is(err, pgx.ErrNoRows) {
			return errAgain
		}
		if err != nil {
			return fmt.Errorf("keep the log of %s: %w", node, err)
		}
	}
	l.pos = after
	if after.Quarantined {
		s.alarms = append(s.alarms, key)
		return nil
	}
	l.moved = true
	for _, r := range records {
		// A record of a form that this version cannot read is kept all the same: refusing it would stop the log for ever.
		e, _ := wire.DecodeEvent(r.Raw)
		s.events.add(l.id, r, e)
		if !s.reads(e.Type, e.Version) {
			s.later.add(l.id, r.Seq, e)
			continue
		}
		if e.Type == "day.opened" {
			s.anchors = append(s.anchors, anchor{key, after.HWM, after.Head, e.TS})
		}
		if e.Type == wire.TypeDeviceFault {
			s.faults.add(l.id, node, e)
		}
	}
	return nil
}

func (a *events) add(log int64, r wire.Record, e wire.Event) {
	a.log, a.seq, a.version, a.ts = append(a.log, log), append(a.seq, int64(r.Seq)), append(a.version, int64(e.Version)), append(a.ts, e.TS) //nolint:gosec // below 2^53
	a.id, a.kind, a.raw = append(a.id, text(e.ID)), append(a.kind, text(e.Type)), append(a.raw, r.Raw)
}

// later are facts that this program cannot read, by column.
type later struct {
	log, seq, version []int64
	kind              []string
}

func (w *later) add(log int64, seq uint64, e wire.Event) {
	w.log, w.seq = append(w.log, log), append(w.seq, int64(seq)) //nolint:gosec // below 2^53
	w.kind, w.version = append(w.kind, text(e.Type)), append(w.version, int64(e.Version))
}

func (f *faults) add(log int64, node wire.NodeID, e wire.Event) {
	device, state, ok := network.FaultOf(e)
	if !ok {
		return
	}
	if e.Via != nil {
		node = e.Via.Node
	}
	f.log, f.seq, f.node = append(f.log, log), append(f.seq, int64(e.Seq)), append(f.node, text(string(node))) //nolint:gosec // below 2^53
	f.device, f.state = append(f.device, text(device)), append(f.state, text(state))
}

// flush writes what was gathered.
func (s *shelf) flush() error {
	if err := s.events.write(s); err != nil {
		return fmt.Errorf("keep records: %w", err)
	}
	if f := s.faults; len(f.log) > 0 {
		if _, err := s.tx.Exec(s.ctx, `INSERT INTO device_fault (log, seq, node, device, state, at)
			SELECT log, seq, node, device, state, $6 FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[]) AS f (log, seq, node, device, state)
			ON CONFLICT DO NOTHING`, f.log, f.seq, f.node, f.device, f.state, s.rx); err != nil {
			return fmt.Errorf("keep faults of devices: %w", err)
		}
	}
	if w := s.later; len(w.log) > 0 {
		if _, err := s.tx.Exec(s.ctx, `INSERT INTO unfolded (log, seq, type, v, at)
			SELECT log, seq, type, v, $5 FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[]) AS w (log, seq, type, v)
			ON CONFLICT DO NOTHING`, w.log, w.seq, w.kind, w.version, s.rx); err != nil {
			return fmt.Errorf("keep facts for a later version: %w", err)
		}
	}
	if err := s.move(); err != nil {
		return fmt.Errorf("keep how far logs are held: %w", err)
	}
	if err := keepAnchors(s); err != nil {
		return fmt.Errorf("keep heads of logs: %w", err)
	}
	for _, key := range s.alarms {
		l := s.logs[key]
		if _, err := s.tx.Exec(s.ctx, `UPDATE log SET quarantined = $2 WHERE id = $1`, l.id, s.rx); err != nil {
			return fmt.Errorf("quarantine %s: %w", key.node, err)
		}
		if _, err := s.tx.Exec(s.ctx, `INSERT INTO alarm (node, epoch, seq, kind, at) VALUES ($1, $2, $3, $4, $5)`,
			string(key.node), int64(key.epoch), int64(l.pos.HWM), network.AlarmFork, s.rx); err != nil { //nolint:gosec // below 2^53
			return fmt.Errorf("raise the alarm for %s: %w", key.node, err)
		}
	}
	return nil
}

// copyFrom is from how many rows on COPY is quicker than a statement, which takes one question to the server less.
const copyFrom = 50

func (a *events) write(s *shelf) error {
	switch {
	case len(a.log) == 0:
		return nil
	case len(a.log) >= copyFrom:
		_, err := s.tx.Conn().PgConn().CopyFrom(s.ctx, bytes.NewReader(a.encode(s.rx)), copyEvents)
		return err
	}
	_, err := s.tx.Exec(s.ctx, `INSERT INTO event (log, seq, id, type, v, ts, rx, raw)
		SELECT log, seq, id, type, v, ts, $8, raw
		FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bytea[]) AS e (log, seq, id, type, v, ts, raw)`,
		a.log, a.seq, a.id, a.kind, a.version, a.ts, a.raw, s.rx)
	return err
}

// move writes how far the logs are held now.
func (s *shelf) move() error {
	var ids, hwms []int64
	var heads [][]byte
	for _, l := range s.logs {
		if l.moved {
			ids, hwms, heads = append(ids, l.id), append(hwms, int64(l.pos.HWM)), append(heads, slices.Clone(l.pos.Head[:])) //nolint:gosec // below 2^53
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := s.tx.Exec(s.ctx, `UPDATE log SET hwm = m.hwm, head = m.head, last_rx = $4
		FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS m (id, hwm, head) WHERE log.id = m.id`, ids, hwms, heads, s.rx)
	return err
}
