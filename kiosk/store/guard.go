package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"balcao/internal/eventlog"
	"balcao/internal/wire"
)

// guard is how far the branch is known to hold this log, in a file beside the database that is in no backup of it. A
// database that knows less was put back from an old copy: what it would write next has been written before, with other
// words (sync-protocol §3).
type guard struct {
	Epoch uint64 `json:"epoch"`
	Seq   uint64 `json:"seq"`
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
	if g := (guard{Epoch: epoch, Seq: seq}); epoch == s.Epoch() && seq > s.guarded.Load() {
		if err := g.write(s.path); err != nil {
			return err
		}
		s.guarded.Store(seq)
	}
	return nil
}

// Forgot returns what the file had lost when it was opened; a new log was begun then, and the numbers lent to the old
// one are nobody's. The zero value means nothing.
func (s *Store) Forgot() wire.AmnesiaFact { return s.forgot }
