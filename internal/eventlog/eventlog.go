// Package eventlog keeps a node's append-only, hash-chained log in the node's own SQLite file: the branch's journal
// and a kiosk's log are the same thing. Records are appended inside the caller's transaction, so that whatever
// belongs to a fact is stored with it or not at all; they are read back verbatim to be sent upward.
package eventlog

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"balcao/internal/queue"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// Config lends a log what it may not take by itself: an epoch for a new file, ids, and the machine's uptime in
// milliseconds.
//
// Now may be nil where nothing that is written says when by itself.
type Config struct {
	Now       func() time.Time
	MintEpoch func() uint64
	MintID    func(at time.Time) string // a ULID
	Uptime    func() int64
}

// Log is one log. The file's migrations must have made the tables journal (seq, type, raw, head) and meta (key,
// value). A file holds one log.
type Log struct {
	db    *sqlite.DB
	cfg   Config
	epoch uint64

	acknowledged atomic.Uint64
	quality      atomic.Pointer[func() wire.ClockQuality]
	again        chan struct{} // closed by Wish
	wished       sync.Once
}

// Fact is what is to be logged: a type with its version and JSON body, when it happened, and where it was first
// written down if that was elsewhere.
type Fact struct {
	At      time.Time
	Type    string
	Version int
	Data    []byte
	From    queue.Origin
}

// Position is the end of a log.
type Position struct {
	Seq  uint64
	Head wire.Hash
}

// Open takes over the log in a file, and gives a new one its epoch.
func Open(ctx context.Context, db *sqlite.DB, cfg Config) (*Log, error) {
	l := &Log{db: db, cfg: cfg, again: make(chan struct{})}
	err := db.Write(ctx, func(tx *sqlite.Tx) error {
		minted := strconv.FormatUint(cfg.MintEpoch(), 10)
		if _, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('epoch', ?) ON CONFLICT DO NOTHING`, minted); err != nil {
			return err
		}
		var kept string
		err := tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'epoch'`).Scan(&kept)
		if err != nil {
			return err
		}
		l.epoch, err = strconv.ParseUint(kept, 10, 64)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	return l, nil
}

// OpenFile opens or creates a node's file, brings its schema up to date with the migrations below the folder
// "migrations", and takes over the log in it.
func OpenFile(ctx context.Context, path string, schema fs.FS, cfg Config) (*sqlite.DB, *Log, error) {
	files, err := fs.Sub(schema, "migrations")
	if err != nil {
		return nil, nil, fmt.Errorf("find migrations: %w", err)
	}
	db, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return nil, nil, err
	}
	var l *Log
	if err = db.Migrate(ctx, files); err == nil {
		l, err = Open(ctx, db, cfg)
	}
	if err != nil {
		_ = db.Close() // the open has failed already
		return nil, nil, err
	}
	return db, l, nil
}

// Database is the file that holds the log, for whoever watches over its disk.
func (l *Log) Database() *sqlite.DB { return l.db }

// Judge has every fact written from now on say how good the clock is; without it all say that it is right.
func (l *Log) Judge(quality func() wire.ClockQuality) { l.quality.Store(&quality) }

func (l *Log) clock() wire.ClockQuality {
	if quality := l.quality.Load(); quality != nil {
		return (*quality)()
	}
	return wire.ClockOK
}

// Epoch identifies this log: it was minted when the file was created.
func (l *Log) Epoch() uint64 { return l.epoch }

// End returns the end of the log as a transaction sees it.
func End(ctx context.Context, tx *sqlite.Tx) (Position, error) {
	var p Position
	var head []byte
	err := tx.QueryRowContext(ctx, `SELECT seq, head FROM journal ORDER BY seq DESC LIMIT 1`).Scan(&p.Seq, &head)
	if errors.Is(err, sql.ErrNoRows) {
		return Position{}, nil
	}
	if err != nil {
		return Position{}, fmt.Errorf("read the end of the log: %w", err)
	}
	copy(p.Head[:], head)
	return p, nil
}

// Append adds facts to the end of the log inside a transaction and returns the new end.
func (l *Log) Append(ctx context.Context, tx *sqlite.Tx, facts ...Fact) (Position, error) {
	end, err := End(ctx, tx)
	if err != nil {
		return Position{}, err
	}
	for _, f := range facts {
		event := wire.Event{
			Seq: end.Seq + 1, ID: l.cfg.MintID(f.At), Type: f.Type, Version: f.Version,
			TS: f.At.UnixMilli(), Up: l.cfg.Uptime(), CQ: l.clock(), Data: f.Data,
		}
		if f.From.Node != "" {
			event.Via = &wire.Via{Node: wire.NodeID(f.From.Node), Epoch: f.From.Epoch, Seq: f.From.Seq}
		}
		raw, err := wire.EncodeEvent(event)
		if err != nil {
			return Position{}, err
		}
		end.Seq, end.Head = event.Seq, end.Head.Next(wire.Record{Seq: event.Seq, Raw: raw})
		if _, err := tx.ExecContext(ctx, `INSERT INTO journal (seq, type, raw, head) VALUES (?, ?, ?, ?)`,
			int64(end.Seq), f.Type, raw, end.Head[:]); err != nil {
			return Position{}, fmt.Errorf("append %s: %w", f.Type, err)
		}
	}
	return end, nil
}

// Position tells what the log holds: its epoch, the first and last sequence numbers and the chain's hash after the
// last.
func (l *Log) Position(ctx context.Context) (epoch, first, last uint64, head wire.Hash, err error) {
	err = l.db.Read(ctx, func(tx *sqlite.Tx) error {
		end, err := End(ctx, tx)
		if err != nil {
			return err
		}
		base, err := baseOf(ctx, tx)
		first, last, head = base.Seq+1, end.Seq, end.Head
		return err
	})
	return l.epoch, first, last, head, err
}

// ErrSeal means that a record is not what was sealed when it was written.
var ErrSeal = fmt.Errorf("%w: a record is not what was sealed", sqlite.ErrDamaged)

// After returns records from seq+1 on, in order, and the chain's hash before the first of them: at most so many, and at most
// so many bytes with a line end each, but at least one if there is any. What a disk gave back otherwise than it was written is
// ErrSeal, and nothing of it is returned: whoever was sent it would take this log for another one.
func (l *Log) After(ctx context.Context, seq uint64, maxEvents, maxBytes int) ([]wire.Record, wire.Hash, error) {
	var records []wire.Record
	var before wire.Hash
	err := l.db.Read(ctx, func(tx *sqlite.Tx) error {
		base, err := baseOf(ctx, tx)
		switch {
		case err != nil:
			return err
		case seq < base.Seq:
			return fmt.Errorf("read the log after %d: it was compacted up to %d", seq, base.Seq)
		case seq == base.Seq:
			before = base.Head
		default:
			var head []byte
			err := tx.QueryRowContext(ctx, `SELECT head FROM journal WHERE seq = ?`, int64(seq)).Scan(&head)
			if err != nil {
				return fmt.Errorf("read the log after %d: %w", seq, err)
			}
			copy(before[:], head)
		}
		records, err = read(ctx, tx, seq, before, maxEvents, maxBytes)
		return err
	})
	if errors.Is(err, ErrSeal) {
		l.db.Doubt()
	}
	if err != nil {
		return nil, wire.Hash{}, err
	}
	return records, before, nil
}

func read(ctx context.Context, tx *sqlite.Tx, seq uint64, head wire.Hash, maxEvents, maxBytes int) ([]wire.Record, error) {
	rows, err := tx.QueryContext(ctx, `SELECT seq, raw, head FROM journal WHERE seq > ? ORDER BY seq LIMIT ?`, int64(seq), maxEvents)
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	defer rows.Close()
	var records []wire.Record
	size := 0
	for rows.Next() {
		var r wire.Record
		var sealed sql.RawBytes
		if err := rows.Scan(&r.Seq, &r.Raw, &sealed); err != nil {
			return nil, fmt.Errorf("read the log: %w", err)
		}
		size += len(r.Raw) + 1
		if len(records) > 0 && size > maxBytes {
			break
		}
		if head = head.Next(r); !bytes.Equal(head[:], sealed) {
			return nil, fmt.Errorf("read the log: %w: %d", ErrSeal, r.Seq)
		}
		records = append(records, r)
	}
	return records, rows.Err()
}

// Acknowledged remembers how far the parent has the log, for as long as the program runs: what to send next always
// comes from the parent itself.
func (l *Log) Acknowledged(_ context.Context, epoch, seq uint64) error {
	if epoch == l.epoch {
		l.acknowledged.Store(seq)
	}
	return nil
}

// Sent returns how far the parent is known to have the log since the program started.
func (l *Log) Sent() uint64 { return l.acknowledged.Load() }
