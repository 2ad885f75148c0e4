package app

import (
	"context"

	"balcao/branch-server/engine"
	"balcao/branch-server/staff"
	"balcao/branch-server/store"
	"balcao/internal/branch"
	"balcao/internal/branch/setup"
)

// office is what the set-up pages ask of the program: versions and the draft of the store, people, and publication.
type office struct {
	*store.Store
	*staff.Roster

	app *App
}

// Publish puts a description into force: the document, its mark in the journal and the answer are one commit.
func (o *office) Publish(ctx context.Context, key string, v setup.Version, draft int, b *branch.Branch) error {
	inForce := *b
	inForce.ID, inForce.Zone = o.app.cfg.Branch.ID, o.app.cfg.Branch.Zone
	_, err := o.app.engine.Reconfigure(ctx, key, engine.Publication{
		Version: v.Number, Hash: v.Hash, Document: v.Document, Author: v.Author, Note: v.Note, Draft: draft,
		Catalogue: inForce.Catalogue(),
	}, func() { o.app.branch.Store(&inForce) })
	return err
}

// Users returns everybody who may or might sign in.
func (o *office) Users() []staff.User { return o.Roster.Users() }
