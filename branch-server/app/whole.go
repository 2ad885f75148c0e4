package app

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// whole reads the branch's file to its end while the branch works, where the check after an unclean stop had no time for
// all of it: people wait for the program to begin.
type whole struct {
	check func(context.Context) error
	log   *slog.Logger
	state atomic.Value // code of the disk, as health names it; a string
}

// newWhole returns what reads the file; due says whether it has to be read.
func newWhole(due bool, check func(context.Context) error, log *slog.Logger) *whole {
	w := &whole{check: check, log: log}
	w.state.Store(wire.DiskOK)
	if due {
		w.state.Store(wire.DiskChecking)
	}
	return w
}

// code is how the file is, unless the disk has something worse to say.
func (w *whole) code(disk string) string {
	if state, is := w.state.Load().(string); is && disk == wire.DiskOK {
		return state
	}
	return disk
}

// run reads the file once, if it is due, and returns. What it finds is a state, and no reason to end.
func (w *whole) run(ctx context.Context) {
	if w.state.Load() != wire.DiskChecking {
		return
	}
	w.log.Info("the file is read whole while the branch works: there was no time for it at the start")
	if err := w.check(ctx); ctx.Err() == nil {
		w.found(err)
	}
}

// found notes what came of reading the file whole.
func (w *whole) found(err error) {
	switch {
	case err == nil:
		w.state.Store(wire.DiskOK)
		w.log.Info("the file holds together")
	case errors.Is(err, sqlite.ErrDamaged):
		w.state.Store(wire.DiskDamaged)
		w.log.Error("the file is damaged: stop the branch server out of hours and rebuild it (docs/storage.md)", "err", err)
	default:
		w.state.Store(wire.DiskOK)
		w.log.Warn("the file could not be read whole", "err", err)
	}
}
