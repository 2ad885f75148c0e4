package store

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"strconv"
	"time"

	"balcao/internal/eventlog"
	"balcao/internal/rebuild"
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
	if d.Aside, _, err = rebuild.SetAside(path, now); err != nil {
		return d, err
	}
	epoch, rest := rescue(d.Aside, g)
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

// rescue finds what of a damaged log the branch is not known to have, page by page, up to the first record that is not
// there or does not fit the chain.
func rescue(path string, g guard) (epoch uint64, rest []saved) {
	src, err := rebuild.Open(path)
	if err != nil {
		return 0, nil
	}
	defer src.Close()
	if epoch = src.Epoch(); epoch == 0 {
		epoch = g.Epoch
	}
	if epoch == 0 {
		return 0, nil
	}
	after := uint64(0)
	if g.Epoch == epoch {
		after = g.Seq
	}
	for _, island := range rebuild.Chain(src.Pieces(), nil) {
		if island.Before.Seq > after {
			break // what is missing before it was perhaps never told
		}
		for _, p := range island.Pieces {
			if p.Seq > after {
				rest = append(rest, saved{seq: p.Seq, kind: p.Type, raw: p.Raw, head: p.Head[:]})
			}
		}
		if len(rest) > 0 {
			break
		}
	}
	return epoch, rest
}

// Rebuild sets a file aside and begins another with what can be saved of it, as the next start does by itself with one that
// is damaged. A file that is whole is left alone. The program must not be running.
func Rebuild(ctx context.Context, path string, now time.Time) (Damage, error) {
	if err := sqlite.Free(path); err != nil {
		return Damage{}, err
	}
	if whole(ctx, path) {
		return Damage{}, nil
	}
	return replace(ctx, path, now)
}

func whole(ctx context.Context, path string) bool {
	db, err := sqlite.Open(ctx, path, sqlite.Options{Readers: 1})
	if err != nil {
		return false
	}
	err = db.CheckWhole(ctx)
	return errors.Join(err, db.Close()) == nil
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
