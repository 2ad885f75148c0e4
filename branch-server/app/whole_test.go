package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

func TestAFileThatWasNotReadWholeIsReadWhileTheBranchWorks(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	for name, c := range map[string]struct {
		due   bool
		ctx   context.Context //nolint:containedctx // of one row
		err   error
		reads int
		want  string
	}{
		"read at the start":       {ctx: t.Context(), want: wire.DiskOK},
		"sound":                   {due: true, ctx: t.Context(), reads: 1, want: wire.DiskOK},
		"damaged":                 {due: true, ctx: t.Context(), err: fmt.Errorf("check: %w", sqlite.ErrDamaged), reads: 1, want: wire.DiskDamaged},
		"the program ended":       {due: true, ctx: ended, err: context.Canceled, reads: 1, want: wire.DiskChecking},
		"it could not be read so": {due: true, ctx: t.Context(), err: errors.New("busy"), reads: 1, want: wire.DiskOK},
	} {
		reads := 0
		w := newWhole(c.due, func(context.Context) error { reads++; return c.err }, slog.New(slog.DiscardHandler))
		if before := w.code(wire.DiskOK); c.due != (before == wire.DiskChecking) {
			t.Errorf("%s: %s before", name, before)
		}
		if w.run(c.ctx); reads != c.reads || w.code(wire.DiskOK) != c.want {
			t.Errorf("%s: %s after %d reads, want %s", name, w.code(wire.DiskOK), reads, c.want)
		}
		if got := w.code(wire.DiskLow); got != wire.DiskLow {
			t.Errorf("%s: a disk without room is %s", name, got)
		}
	}
}
