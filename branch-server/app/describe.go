package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"balcao/branch-server/branch"
	"balcao/branch-server/store"
	"balcao/internal/config"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// describe finds the description in force. While nobody has published one in the browser the file's is, and a changed
// file is a new version; afterwards the last one published is, whatever the file says.
func (a *App) describe(ctx context.Context) (version int, marked bool, err error) {
	document := config.Encode(&a.cfg.Branch)
	sum := sha256.Sum256(document)
	fromFile := store.Description{At: a.clock.Now(), Hash: hex.EncodeToString(sum[:]), Body: document}
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
		a.log.Warn("the file's description of the branch is not the one in force", "version", held.Version, "at", held.At)
		if b, err = readDescription(held); err != nil {
			return 0, false, err
		}
		b.ID, b.Zone = a.cfg.Branch.ID, a.cfg.Branch.Zone // of the machine: the file alone says them
	}
	a.branch.Store(&b)
	return held.Version, seeded && held.Version > 1, nil
}

// readDescription reads a stored version with the rules of this program.
func readDescription(d store.Description) (branch.Branch, error) {
	var held described
	if err := config.Decode(fmt.Sprintf("version %d of the description", d.Version), d.Body, &held); err != nil {
		return branch.Branch{}, err
	}
	return held.Branch, nil
}

// described is a document that is a description and nothing else.
type described struct{ branch.Branch }

// Check names every fault of the description.
func (d *described) Check(faults *config.Faults) { d.Branch.Check("", faults) }

// mark writes into the journal from where on a description of the file holds.
func (a *App) mark(ctx context.Context) error {
	held, _, err := a.store.LatestDescription(ctx)
	if err != nil {
		return err
	}
	data, err := json.Marshal(wire.ConfigFact{Version: held.Version, Hash: held.Hash})
	if err != nil {
		return fmt.Errorf("encode the publication: %w", err)
	}
	_, err = a.engine.Do(ctx, "", queue.Note{Fact: queue.Noted{Type: wire.TypeConfigPublished, Version: 1, Data: data}})
	return err
}
