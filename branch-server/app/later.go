package app

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/store"
	"balcao/internal/checkup"
)

// openToday opens the present Day. What nodes told an older version of this program, and this one understands, is made up
// for first, so that it still finds the Day that it is of; a Day of which the numbers are not known is recovered before.
func (a *App) openToday(ctx context.Context) error {
	due, err := a.store.Recovery(ctx)
	if err != nil {
		return err
	}
	if !due {
		if err := a.foldLater(ctx); err != nil {
			return err
		}
	}
	if err := a.engine.Today(ctx); err != nil {
		return err
	}
	if err := a.recoverDay(ctx); err != nil || !due {
		return err
	}
	return a.foldLater(ctx)
}

func (a *App) foldLater(ctx context.Context) error {
	folded, left, err := a.engine.Fold(ctx, a.store)
	if err != nil {
		return err
	}
	if folded > 0 {
		a.log.Info("facts that an older version could not read are the branch's now", "facts", folded)
	}
	if left > 0 {
		a.log.Warn("facts of nodes wait for a newer version of this program", "facts", left)
	}
	return nil
}

// countPatience bounds how long facts are counted for a sample.
const countPatience = 2 * time.Second

// later is how many facts of nodes wait for a newer version; 0 also where they cannot be counted now.
func (a *App) later(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, countPatience)
	defer cancel()
	all, err := a.store.LaterFacts(ctx)
	if err != nil {
		return 0
	}
	n := 0
	for _, l := range all {
		if !engine.Understands(l.Type, l.Version) {
			n += l.Facts
		}
	}
	return n
}

// laterWords says what waits for a newer version; empty for nothing. Facts that this version understands are made up for at
// its next start, and wait for another of their request alone.
func laterWords(all []store.Later) string {
	n, kinds := 0, []string{}
	for _, l := range all {
		if engine.Understands(l.Type, l.Version) {
			continue
		}
		n += l.Facts
		name := fmt.Sprintf("%s v%d", l.Type, l.Version)
		if l.Type == "" {
			name = "ilegível"
		}
		if len(kinds) < mostKinds {
			kinds = append(kinds, name)
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return "1 registo de uma versão mais nova, guardado para quando este programa o perceber: " + kinds[0]
	}
	return fmt.Sprintf("%d registos de uma versão mais nova, guardados para quando este programa os perceber: %s", n, strings.Join(kinds, ", "))
}

// mostKinds is how many types of facts are named.
const mostKinds = 8

// lookAtLater notes what waits in the database for a newer version.
func (c *Config) lookAtLater(ctx context.Context, r *checkup.Report) {
	all, err := store.LaterIn(ctx, filepath.Join(c.Data, "branch.db"))
	if err != nil {
		return // the look at the database has said why, or it is of a version before there were such
	}
	if words := laterWords(all); words != "" {
		r.Notice("versões", "atualize este programa; nada se perde entretanto", "%s", words)
	}
}
