package app

import (
	"context"
	"encoding/json"
	"fmt"

	"balcao/branch-server/store"
	"balcao/branch-server/web"
	"balcao/internal/signin"
)

// sessions keeps the sign-ins of the pages in the store.
type sessions struct{ store *store.Store }

// All returns every session stored; one that cannot be read is left out, its person signs in again.
func (s sessions) All(ctx context.Context) ([]web.Session, error) {
	stored, err := s.store.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	var all []web.Session
	for _, one := range stored {
		var session web.Session
		if json.Unmarshal(one.Body, &session) == nil {
			all = append(all, session)
		}
	}
	return all, nil
}

// Put stores a session.
func (s sessions) Put(ctx context.Context, one web.Session) error {
	body, err := json.Marshal(one)
	if err != nil {
		return fmt.Errorf("encode session: %w", err)
	}
	return s.store.PutSession(ctx, store.StoredSession{Token: one.Token, Expires: one.Expires, Body: body})
}

// Delete forgets a session.
func (s sessions) Delete(ctx context.Context, token signin.TokenHash) error {
	return s.store.DeleteSession(ctx, token)
}
