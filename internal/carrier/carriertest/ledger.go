package carriertest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"

	"balcao/internal/replica"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// Ledger is a carrier.Ledger on an SQLite file in a temporary directory.
type Ledger struct {
	db *sqlite.DB

	mu      sync.Mutex
	before  func(batches []wire.Batch) error
	after   func() error
	changed chan struct{}
}

var schema = fstest.MapFS{"0001_ledger.sql": {Data: []byte(`
CREATE TABLE record (
	node TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, raw BLOB NOT NULL,
	PRIMARY KEY (node, epoch, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE position (
	node TEXT NOT NULL, epoch INTEGER NOT NULL, hwm INTEGER NOT NULL, head TEXT NOT NULL, quarantined INTEGER NOT NULL, renew INTEGER NOT NULL,
	PRIMARY KEY (node, epoch)
) STRICT, WITHOUT ROWID;
`)}}

// NewLedger returns an empty ledger that closes with the test.
func NewLedger(t testing.TB) *Ledger {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context(), schema); err != nil {
		t.Fatal(err)
	}
	return &Ledger{db: db, changed: make(chan struct{}, 1)}
}

// Before is called before each transaction; an error makes it fail.
func (l *Ledger) Before(f func(batches []wire.Batch) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.before = f
}

// After is called after each commit; an error makes it look failed.
func (l *Ledger) After(f func() error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.after = f
}

// Changed receives a value after commits.
func (l *Ledger) Changed() <-chan struct{} { return l.changed }

// Position implements carrier.Ledger.
func (l *Ledger) Position(ctx context.Context, node wire.NodeID, epoch uint64) (p replica.Position, err error) {
	err = l.db.Read(ctx, func(tx *sqlite.Tx) error {
		p, err = shelf{ctx, tx}.Load(node, epoch)
		return err
	})
	return p, err
}

// AcceptAll implements carrier.Ledger.
func (l *Ledger) AcceptAll(ctx context.Context, batches []wire.Batch) (ds []replica.Decision, err error) {
	l.mu.Lock()
	before, after := l.before, l.after
	l.mu.Unlock()
	if before != nil {
		if err := before(batches); err != nil {
			return nil, err
		}
	}
	err = l.db.Write(ctx, func(tx *sqlite.Tx) error {
		ds, err = replica.AcceptAll(shelf{ctx, tx}, batches)
		return err
	})
	if err != nil {
		return nil, err
	}
	select {
	case l.changed <- struct{}{}:
	default:
	}
	if after != nil {
		if err := after(); err != nil {
			return nil, err
		}
	}
	return ds, nil
}

// Rebase implements carrier.Rebaser.
func (l *Ledger) Rebase(ctx context.Context, node wire.NodeID, epoch uint64, base wire.Base) (p replica.Position, err error) {
	err = l.db.Write(ctx, func(tx *sqlite.Tx) error {
		s := shelf{ctx, tx}
		held, err := s.Load(node, epoch)
		if err != nil {
			return err
		}
		after, changed := replica.Rebase(held, base)
		if p = after; !changed {
			return nil
		}
		return s.Keep(node, nil, after)
	})
	return p, err
}

// Quarantine implements carrier.Quarantiner.
func (l *Ledger) Quarantine(ctx context.Context, node wire.NodeID, epoch uint64) error {
	return l.mark(ctx, node, epoch, func(p *replica.Position) { p.Quarantined = true })
}

// Lift lets a node whose epoch is in quarantine begin a new one.
func (l *Ledger) Lift(ctx context.Context, node wire.NodeID, epoch uint64) error {
	return l.mark(ctx, node, epoch, func(p *replica.Position) { p.Renew = p.Quarantined })
}

func (l *Ledger) mark(ctx context.Context, node wire.NodeID, epoch uint64, change func(*replica.Position)) error {
	return l.db.Write(ctx, func(tx *sqlite.Tx) error {
		s := shelf{ctx, tx}
		p, err := s.Load(node, epoch)
		if err != nil {
			return err
		}
		change(&p)
		return s.Keep(node, nil, p)
	})
}

// StoreUnchecked stores a batch in one transaction without deciding about it:
// what any receiver's speed is measured against.
func (l *Ledger) StoreUnchecked(ctx context.Context, b wire.Batch) error {
	return l.db.Write(ctx, func(tx *sqlite.Tx) error {
		return shelf{ctx, tx}.Keep(b.Node, b.Records, replica.Position{Epoch: b.Epoch, HWM: b.Last()})
	})
}

// Records returns what is held of one epoch of a node.
func (l *Ledger) Records(ctx context.Context, node wire.NodeID, epoch uint64) ([]wire.Record, error) {
	rows, err := l.db.Query(ctx, "SELECT seq, raw FROM record WHERE node = ? AND epoch = ? ORDER BY seq", node, epoch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []wire.Record
	for rows.Next() {
		var r wire.Record
		if err := rows.Scan(&r.Seq, &r.Raw); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// shelf is the ledger inside one transaction.
type shelf struct {
	ctx context.Context //nolint:containedctx // lives as long as one call
	tx  *sqlite.Tx
}

func (s shelf) Load(node wire.NodeID, epoch uint64) (replica.Position, error) {
	p := replica.Position{Epoch: epoch}
	var head string
	err := s.tx.QueryRowContext(s.ctx, "SELECT hwm, head, quarantined, renew FROM position WHERE node = ? AND epoch = ?", node, epoch).
		Scan(&p.HWM, &head, &p.Quarantined, &p.Renew)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("read position of %s: %w", node, err)
	}
	return p, p.Head.UnmarshalText([]byte(head))
}

func (s shelf) Keep(node wire.NodeID, records []wire.Record, after replica.Position) error {
	for _, r := range records {
		if _, err := s.tx.ExecContext(s.ctx, "INSERT INTO record VALUES (?, ?, ?, ?)", node, after.Epoch, r.Seq, r.Raw); err != nil {
			return fmt.Errorf("insert record %d of %s: %w", r.Seq, node, err)
		}
	}
	_, err := s.tx.ExecContext(s.ctx, "INSERT OR REPLACE INTO position VALUES (?, ?, ?, ?, ?, ?)",
		node, after.Epoch, after.HWM, after.Head.String(), after.Quarantined, after.Renew)
	if err != nil {
		return fmt.Errorf("set position of %s: %w", node, err)
	}
	return nil
}
