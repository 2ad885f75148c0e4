package site_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/site"
	"balcao/internal/branch"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// daylight is a Day without a journal.
type daylight struct{ day *queue.Day }

var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func (d daylight) Do(_ context.Context, _ string, cmd queue.Command) (engine.Answer, error) {
	var a engine.Answer
	if _, err := d.day.Handle(cmd, nine); err != nil {
		a.Refused = queue.Refusal(err.Error())
	}
	return a, nil
}

func (d daylight) Read(_ context.Context, look func(*queue.Day, time.Time)) error {
	look(d.day, nine)
	return nil
}

// FuzzWhatNodesSay asks a branch anything, and tells it anything of a node's health. Every answer can be read, and is of
// bounded size.
func FuzzWhatNodesSay(f *testing.F) {
	for _, q := range []string{
		`{"req":"r1","boot":"b","svc":"cc","class":"walkin","lang":"pt"}`, `{"kind":"lease","epoch":7,"hold":[{"day":"2026-11-23","div":"a","to":99}]}`,
		`{"kind":"daykey","req":"r1","pub":"AA=="}`, `{"req":"r1","checkin":{"code":"123456"}}`, `{"devices":[{"id":"printer"}]}`, `null`, `[]`,
	} {
		f.Add([]byte(q))
	}
	b := &branch.Branch{
		ID: "L901", Zone: "UTC", Divisions: []branch.Division{{ID: "a", Prefix: "A"}}, Services: []branch.Service{{ID: "cc", Division: "a"}},
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > wire.MaxPayload {
			return // wire refuses it
		}
		day := queue.NewDay(b.Catalogue(), 0)
		if _, err := day.Handle(queue.OpenDay{Day: "2026-11-23"}, nine); err != nil {
			t.Fatal(err)
		}
		s := site.New(site.Config{
			Branch: func() *branch.Branch { return b }, Commands: daylight{day}, Waits: told{}, Epoch: 1, Now: func() time.Time { return nine },
			Log: slog.New(slog.DiscardHandler),
		})
		s.Health("L901-K01", wire.Sample{Data: data})
		answer := s.Handle(t.Context(), "L901-K01", wire.Request{ID: "r1", TTL: 700, Data: data})
		if answer == nil {
			return
		}
		if !json.Valid(answer) || len(answer) > wire.MaxPayload {
			t.Errorf("answered %d bytes that are no JSON: %.80s", len(answer), answer)
		}
	})
}
