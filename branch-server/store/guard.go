package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"balcao/internal/carrier"
	"balcao/internal/eventlog"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// guard is what is known of this journal beside its database, in a file that is in no backup of it: which start of the
// program wrote last, and about how far (sync-protocol §3). A database that does not know that start was put back from
// an older copy: numbers that it does not remember may be in people's hands.
type guard struct {
	Epoch  uint64 `json:"epoch"`
	Seq    uint64 `json:"seq"`
	Start  string `json:"start"`            // random, of the last start
	Before string `json:"before,omitempty"` // of the one before it, while the database may not know the last
	// The blocks of numbers that were begun on recovered Days, of the last two of them. Day and Blocks are what earlier
	// versions wrote and read: the last of those Days, and its highest block.
	Begun  map[string][]int `json:"begun,omitempty"`
	Day    string           `json:"day,omitempty"`
	Blocks int              `json:"blocks,omitempty"`
	// The last Day that was opened. It stands here before a number of that Day is given.
	Opened string `json:"opened,omitempty"`
}

func guardOf(path string) string { return path + ".guard" }

// readGuard returns what the guard file says; a file that is missing or unreadable says nothing.
func readGuard(path string) guard {
	var g guard
	raw, err := os.ReadFile(guardOf(path)) //nolint:gosec // beside the database
	if err != nil || json.Unmarshal(raw, &g) != nil {
		return guard{}
	}
	g.understood()
	return g
}

// write replaces the guard file and returns once it is on disk.
func (g guard) write(path string) error {
	raw, err := json.Marshal(g)
	if err != nil {
		return err
	}
	name := guardOf(path)
	if err := sqlite.WriteFile(name, raw); err != nil {
		return fmt.Errorf("write the guard file: %w", err)
	}
	return nil
}

// Keys of the table meta.
const (
	metaStart   = "start"   // the last start that the database knows
	metaCopy    = "copy"    // set in every backup: whoever opens it works on a copy
	metaRecover = "recover" // set while the Day has yet to be recovered; see Recovery
)

func (s *Store) meta(ctx context.Context, key string) (string, error) {
	var v string
	err := s.db.QueryRow(ctx, `SELECT value FROM meta WHERE key = ?`, key).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return v, err
}

func setMeta(ctx context.Context, tx *sqlite.Tx, key, value string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES (?, ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return err
}

// watchOver compares the database with its guard file, begins a new epoch where it is an older copy or where one was
// wished for, and writes this start into both.
func (s *Store) watchOver(ctx context.Context) error {
	g := readGuard(s.path)
	known, err := s.meta(ctx, metaStart)
	if err != nil {
		return err
	}
	if err := s.renew(ctx, g, known); err != nil {
		return err
	}
	if s.lived, err = s.meta(ctx, metaLived); err != nil {
		return err
	}
	var fresh [12]byte
	if _, err := rand.Read(fresh[:]); err != nil {
		return err
	}
	g.Epoch, g.Before, g.Start = s.Epoch(), known, hex.EncodeToString(fresh[:])
	_, _, g.Seq, _, err = s.Position(ctx)
	if err == nil && g.Opened == "" { // a file of an earlier version, or none
		g.Opened, err = s.lastOpened(ctx)
	}
	if err == nil {
		err = g.write(s.path)
	}
	if err == nil {
		err = s.db.Write(ctx, func(tx *sqlite.Tx) error { return setMeta(ctx, tx, metaStart, g.Start) })
	}
	if err != nil {
		return err
	}
	g.Before = ""
	s.guard = g
	return g.write(s.path)
}

// renew begins a new epoch where one is due.
func (s *Store) renew(ctx context.Context, g guard, known string) error {
	why, due, err := s.Wished(ctx)
	if err != nil {
		return err
	}
	_, _, last, _, err := s.Position(ctx)
	if err != nil {
		return err
	}
	if !due {
		copied, err := s.meta(ctx, metaCopy)
		if err != nil {
			return err
		}
		why.Why = wire.AmnesiaFact{Epoch: s.Epoch(), Last: last, HWM: max(g.Seq, last)}
		due = copied != "" || known != "" && g.lost(s.Epoch(), last, known)
	}
	if !due {
		return nil
	}
	opened, err := s.opened(ctx)
	if err != nil {
		return err
	}
	if why.Carry = min(why.Carry, opened); why.Carry == 0 {
		why.Carry = opened
	}
	if opened == 0 {
		why.Carry = last + 1 // no Day was ever opened: nothing is told again
	}
	// What ended Days were is folded for the reports before their entries are set aside.
	if err := s.FoldDays(ctx); err != nil {
		return err
	}
	s.renewed, why.Above = why.Why, g.Epoch
	return s.Renew(ctx, why, func(tx *sqlite.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM meta WHERE key = ?`, metaCopy); err != nil {
			return err
		}
		if why.Why.Fork { // nothing was forgotten
			return nil
		}
		if err := keepLived(ctx, tx, g.Opened); err != nil {
			return err
		}
		return setMeta(ctx, tx, metaRecover, "due")
	})
}

// lost reports whether a database that knows a start as the last one is older than this file.
func (g guard) lost(epoch, last uint64, known string) bool {
	switch {
	case g.Start == "":
		return true // the file was not brought along: nobody knows
	case g.Epoch != epoch || g.Seq > last:
		return true
	case known == g.Start:
		return false
	}
	return g.Before == "" || known != g.Before
}

func (s *Store) opened(ctx context.Context) (uint64, error) {
	var seq uint64
	err := s.db.QueryRow(ctx, `SELECT coalesce(max(seq), 0) FROM journal WHERE type = 'day.opened'`).Scan(&seq)
	return seq, err
}

// OpenEpoch implements carrier.EpochOpener: headquarters holds other records than this journal, which goes on in a new
// epoch once the program begins again.
func (s *Store) OpenEpoch(ctx context.Context, why carrier.Amnesia) error {
	r := eventlog.Renewal{Why: wire.AmnesiaFact{Epoch: why.OldEpoch, Last: why.MyLast, HWM: why.ParentHWM, Fork: why.Fork}}
	if why.Fork {
		var err error
		if r.Carry, err = s.Missing(ctx, why.ParentHWM, why.ParentHead); err != nil {
			return err
		}
	}
	if err := s.Wish(ctx, r); err != nil {
		return err
	}
	return carrier.ErrNextStart
}

// Renewed returns why this start of the program began a new epoch of the journal; the zero value if it did not.
func (s *Store) Renewed() wire.AmnesiaFact { return s.renewed }

// Recovery reports whether this journal was put back from an older copy, so that the Day has to be told before anybody is
// served. It goes on saying so until Recovered.
func (s *Store) Recovery(ctx context.Context) (bool, error) {
	text, err := s.meta(ctx, metaRecover)
	return text != "", err
}

// Recovered notes that the Day was told.
func (s *Store) Recovered(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM meta WHERE key = ?`, metaRecover)
		return err
	})
}

// Watch writes into the guard file about how far the journal has come. The program calls it now and then.
func (s *Store) Watch(ctx context.Context) error {
	_, _, last, _, err := s.Position(ctx)
	if err != nil {
		return err
	}
	s.guardMu.Lock()
	defer s.guardMu.Unlock()
	if last == s.guard.Seq {
		return nil
	}
	s.guard.Seq = last
	return s.guard.write(s.path)
}
