package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"balcao/branch-server/store"
	"balcao/internal/branch"
	"balcao/internal/branch/setup"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// describe finds the description in force. While nobody has published one in the browser the file's is, and a changed
// file is a new version; afterwards the last one published is, whatever the file says.
func (a *App) describe(ctx context.Context) (version int, marked bool, err error) {
	document := setup.Write(&a.cfg.Branch)
	fromFile := setup.Version{At: a.clock.Now(), Hash: setup.Hash(document), Document: document}
	seeded, err := a.store.SeedDescription(ctx, fromFile)
	if err != nil {
		return 0, false, err
	}
	held, _, err := a.store.LatestDescription(ctx)
	if err != nil {
		return 0, false, err
	}
	b := a.cfg.Branch
	if held.Hash != fromFile.Hash {
		a.log.Warn("the file's description of the branch is not the one in force", "version", held.Number, "at", held.At)
		if b, err = readDescription(held); err != nil {
			return 0, false, err
		}
		b.ID, b.Zone = a.cfg.Branch.ID, a.cfg.Branch.Zone // of the machine: the file alone says them
	}
	a.branch.Store(&b)
	return held.Number, seeded && held.Number > 1, nil
}

// readDescription reads a stored version with the rules of this program.
func readDescription(d setup.Version) (branch.Branch, error) {
	r := setup.Read(d.Document)
	if len(r.Faults) > 0 {
		f := r.Faults[0]
		return branch.Branch{}, fmt.Errorf("version %d of the description: %d faults, the first in line %d, %s: %s", d.Number, len(r.Faults), f.Line, f.Path, f.Text)
	}
	return r.Branch, nil
}

// mark writes into the journal from where on a description of the file holds.
func (a *App) mark(ctx context.Context) error {
	held, _, err := a.store.LatestDescription(ctx)
	if err != nil {
		return err
	}
	data, err := json.Marshal(wire.ConfigFact{Version: held.Number, Hash: held.Hash})
	if err != nil {
		return fmt.Errorf("encode the publication: %w", err)
	}
	_, err = a.engine.Do(ctx, "", queue.Note{Fact: queue.Noted{Type: wire.TypeConfigPublished, Version: 1, Data: data}})
	return err
}

// CheckInForce says which description would be in force under a checked configuration: that of the file, or one that was
// published in the browser. A published one that this program no longer takes is an error: the program would not start.
func CheckInForce(ctx context.Context, cfg Config, out io.Writer) error {
	path := filepath.Join(cfg.Data, "branch.db")
	if _, err := os.Stat(path); err != nil {
		return nil //nolint:nilerr // nothing was ever published there
	}
	r, err := store.OpenReader(ctx, path)
	if err != nil {
		return fmt.Errorf("read the description in force: %w", err)
	}
	held, known, err := r.InForce(ctx)
	if err = errors.Join(err, r.Close()); err != nil || !known || held.Author == "" {
		return err
	}
	if _, err := readDescription(held); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "in force: version %d of the branch's description, published %s; the file's own is not used\n",
		held.Number, held.At.Format("2006-01-02 15:04 MST"))
	return err
}
