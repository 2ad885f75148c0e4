package app

import (
	"context"
	"encoding/json"
	"fmt"

	"balcao/branch-server/branch"
	"balcao/branch-server/branch/setup"
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
