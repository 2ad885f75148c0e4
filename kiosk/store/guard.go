package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"balcao/internal/eventlog"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// guard is how far the branch is known to hold this log, in a file beside the database that is in no backup of it. A
// database that knows less was put back from an old copy: what it would write next has been written before, with other
// words (sync-protocol §3).
type guard struct {
	Epoch uint64 `json:"epoch"`
	Seq   uint64 `json:"seq"`
	// Start is random, of the program's last start, and Before of the one before it, while the database may not know
	// the last. A copy that knows all that was acknowledged is told from the disk by it: what it would write next was
	// perhaps sent before, with other words (internal/replica/testdata/model/replication.pml).
	Start  string `json:"start,omitempty"`
	Before string `json:"before,omitempty"`
	// Last is how far the log had come when a number or a slip was last given alone. A copy of the same life that knows
	// less would give it again, although the branch has not heard of anything that is missing.
	Last uint64 `json:"last,omitempty"`
}

func guardOf(path string) string { return path + ".guard" }

// readGuard returns what the guard file says; a file that is missing or unreadable says nothing.
func readGuard(path string) guard {
	var g guard
	raw, err := os.ReadFile(guardOf(path)) //nolint:gosec // beside the database
	if err != nil || json.Unmarshal(raw, &g) != nil {
		return guard{}
	}
	return g
}

// write replaces the guard file. A power cut may lose the last of it, which only makes it less watchful.
func (g guard) write(path string) error {
	raw, err := json.Marshal(g)
	if err != nil {
		return err
	}
	name := guardOf(path)
	if err := os.WriteFile(name+".new", raw, 0o600); err != nil {
		return fmt.Errorf("write the guard file: %w", err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		return fmt.Errorf("write the guard file: %w", err)
	}
	return nil
}

// keep is write for what must be there after a power cut.
func (g guard) keep(path string) error {
	raw, err := json.Marshal(g)
	if err == nil {
		err = sqlite.WriteFile(guardOf(path), raw)
	}
	if err != nil {
		return fmt.Errorf("write the guard file: %w", err)
	}
	return nil
}

// copied reports whether a database that knows a start as the last one is not what the last start left.
func (g guard) copied(epoch uint64, known string) bool {
	return g.Start != "" && g.Epoch == epoch && known != g.Start && (g.Before == "" || known != g.Before)
}

// begin writes this start into the guard file and the database, and goes on in a new epoch where the database is a copy
// of an earlier state: all that it holds is told again, and the numbers lent to it are nobody's.
func (s *Store) begin(ctx context.Context, g guard) error {
	var known string
	err := s.db.QueryRow(ctx, `SELECT value FROM meta WHERE key = 'start'`).Scan(&known)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var copied int // the file is a backup: see internal/backup
	if err := s.db.QueryRow(ctx, `SELECT count(*) FROM meta WHERE key = 'copy'`).Scan(&copied); err != nil {
		return err
	}
	_, _, last, _, err := s.Position(ctx)
	if err != nil {
		return err
	}
	if copied > 0 || g.copied(s.Epoch(), known) || g.Epoch == s.Epoch() && g.Last > last {
		why := eventlog.Renewal{Why: wire.AmnesiaFact{Epoch: s.Epoch(), Last: last, HWM: g.Seq}, Carry: 1, Above: g.Epoch}
		if err := s.Wish(ctx, why); err != nil {
			return err
		}
	}
	if err := s.beginAgain(ctx); err != nil {
		return err
	}
	another := g.Epoch != 0 && g.Epoch != s.Epoch() // this file was begun in the place of one that is gone
	if g.Epoch != s.Epoch() {
		g = guard{Epoch: s.Epoch()}
	}
	var fresh [12]byte
	if _, err := rand.Read(fresh[:]); err != nil {
		return err
	}
	g.Before, g.Start = known, hex.EncodeToString(fresh[:])
	if err := g.keep(s.path); err != nil {
		return err
	}
	err = s.db.Write(ctx, func(tx *sqlite.Tx) error {
		if another {
			if err := jump(ctx, tx); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('start', ?)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value`, g.Start)
		return err
	})
	if err != nil {
		return err
	}
	g.Before = ""
	s.guard = g
	return g.keep(s.path)
}

// forgot reports whether the log lacks what the branch holds of it.
func (g guard) forgot(ctx context.Context, l *eventlog.Log) (bool, error) {
	epoch, _, last, _, err := l.Position(ctx)
	return err == nil && g.Epoch == epoch && g.Seq > last, err
}

// setAside gives a database that forgot another name, so that a new one begins in its place.
func setAside(path string, g guard) error {
	aside := fmt.Sprintf("%s.forgot-%d-%d", path, g.Epoch, g.Seq)
	for _, part := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(path+part, aside+part); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("set an old copy of the log aside: %w", err)
		}
	}
	return nil
}

// Acknowledged notes how far the branch holds the log, here and in the guard file.
func (s *Store) Acknowledged(ctx context.Context, epoch, seq uint64) error {
	if err := s.Log.Acknowledged(ctx, epoch, seq); err != nil {
		return err
	}
	return s.reguard(func(g *guard) bool {
		if epoch != g.Epoch || seq <= g.Seq {
			return false
		}
		g.Seq = seq
		return true
	})
}

// gave notes in the guard file that a number was given alone, before its paper moves.
func (s *Store) gave(ctx context.Context) error {
	_, _, last, _, err := s.Position(ctx)
	if err != nil {
		return err
	}
	return s.reguard(func(g *guard) bool {
		if last <= g.Last {
			return false
		}
		g.Last = last
		return true
	})
}

// reguard writes the guard file where something in it changes.
func (s *Store) reguard(change func(g *guard) bool) error {
	s.guardMu.Lock()
	defer s.guardMu.Unlock()
	g := s.guard
	if !change(&g) {
		return nil
	}
	if err := g.write(s.path); err != nil {
		return err
	}
	s.guard = g
	return nil
}

// Forgot returns what the file had lost when it was opened; a new log was begun then, and the numbers lent to the old
// one are nobody's. The zero value means nothing.
func (s *Store) Forgot() wire.AmnesiaFact { return s.forgot }
