package app

import (
	"context"

	"balcao/branch-server/staff"
	"balcao/branch-server/store"
	"balcao/branch-server/web"
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
	return o.app.above.publish(ctx, key, v, draft, *b)
}

// Above tells what headquarters decides for this branch.
func (o *office) Above(ctx context.Context) (web.Above, error) { return o.app.above.above(ctx) }

// Users returns everybody who may or might sign in.
func (o *office) Users() []staff.User { return o.Roster.Users() }
