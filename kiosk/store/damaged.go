package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"

	"balcao/internal/eventlog"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// Damage says that the file did not hold together when it was opened: it was set aside, and another begun with what of it
// could be read and the branch is not known to have.
type Damage struct {
	Aside string // where the damaged file lies now; empty where nothing was damaged
	Told  int    // facts that were saved and are told again
}

// Damaged returns what was damaged when the file was opened.
func (s *Store) Damaged() Damage { return s.damage }

// replace sets a damaged file aside and makes a new one from it. What it holds is what the branch has not acknowledged as
// far as the chain proves that nothing of it changed; it goes on in a new epoch, and numbers lent before are nobody's.
func replace(ctx context.Context, path string, now time.Time) (d Damage, err error) {
	g := readGuard(path)
	d.Aside = fmt.Sprintf("%s.damaged-%s", path, now.UTC().Format("20060102T150405"))
	for _, part := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(path+part, d.Aside+part); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return d, fmt.Errorf("set a damaged file aside: %w", err)
		}
	}
	epoch, rest := rescue(ctx, d.Aside, g)
	if d.Told = len(rest); d.Told == 0 {
		return d, nil
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return d, err
	}
	db, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return d, err
	}
	if err = db.Migrate(ctx, files); err == nil {
		err = seed(ctx, db, epoch, g, rest)
	}
	return d, errors.Join(err, db.Close())
}

// saved is one record that could be read.
type saved struct {
	seq       uint64
	kind      string
	raw, head []byte
}

// rescue reads what of a damaged log the branch is not known to have, up to the first record that cannot be read or
// does not fit the chain.
func rescue(ctx context.Context, path string, g guard) (epoch uint64, rest []saved) {
	db, err := sqlite.Open(ctx, path, sqlite.Options{ReadOnly: true, Readers: 1})
	if err != nil {
		return 0, nil
	}
	defer db.Close()
	var kept string
	if db.QueryRow(ctx, `SELECT value FROM meta WHERE key = 'epoch'`).Scan(&kept) != nil {
		return 0, nil
	}
	if epoch, err = strconv.ParseUint(kept, 10, 64); err != nil {
		return 0, nil
	}
	after := uint64(0)
	if g.Epoch == epoch {
		after = g.Seq
	}
	rows, err := db.Query(ctx, `SELECT seq, type, raw, head FROM journal WHERE seq >= ? ORDER BY seq`, int64(after))
	if err != nil {
		return epoch, nil
	}
	defer rows.Close()
	var head wire.Hash
	var last uint64
	for rows.Next() {
		var r saved
		if rows.Scan(&r.seq, &r.kind, &r.raw, &r.head) != nil {
			return epoch, rest
		}
		fits := last == 0 || r.seq == last+1
		if next := head.Next(wire.Record{Seq: r.seq, Raw: r.raw}); (last > 0 || r.seq == 1) && !bytes.Equal(next[:], r.head) {
			fits = false
		}
		if !fits {
			return epoch, rest
		}
		copy(head[:], r.head)
		if last = r.seq; r.seq > after {
			rest = append(rest, r)
		}
	}
	_ = rows.Err() // what was read until then is worth as much
	return epoch, rest
}

// seed writes the rest of a log into a new file, and the wish that it goes on in a new epoch.
func seed(ctx context.Context, db *sqlite.DB, epoch uint64, g guard, rest []saved) error {
	first, last := rest[0].seq, rest[len(rest)-1].seq
	renew, err := json.Marshal(eventlog.Renewal{
		Why: wire.AmnesiaFact{Epoch: epoch, Last: last, HWM: max(g.Seq, first-1)}, Carry: first, Above: max(epoch, g.Epoch),
	})
	if err != nil {
		return err
	}
	base, err := json.Marshal(wire.Base{Seq: first - 1})
	if err != nil {
		return err
	}
	return db.Write(ctx, func(tx *sqlite.Tx) error {
		for _, r := range rest {
			if _, err := tx.ExecContext(ctx, `INSERT INTO journal (seq, type, raw, head) VALUES (?, ?, ?, ?)`, int64(r.seq), r.kind, r.raw, r.head); err != nil {
				return err
			}
		}
		for key, value := range map[string]string{"epoch": strconv.FormatUint(epoch, 10), "renew": string(renew), "base": string(base)} {
			if _, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES (?, ?)`, key, value); err != nil {
				return err
			}
		}
		return nil
	})
}
