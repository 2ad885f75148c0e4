package site_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"balcao/branch-server/engine"
	"balcao/branch-server/site"
	"balcao/branch-server/store"
	"balcao/internal/branch"
	"balcao/internal/config"
	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

const described = `id: L901
name: Loja
zone: Atlantic/Azores
bodies: [{id: irn, short: IRN, name: {pt: Registos}}]
divisions: [{id: a, body: irn, prefix: A}]
services: [{id: cc, division: a, name: {pt: Cartão}}, {id: cert, division: a, name: {pt: Certidões}}]
counters: [{id: "1", label: Balcão 1, primary: [cc, cert]}]
supply:
  hours: [{days: sun-sat, spans: ["09:00-17:00"]}]
  occupancy: 2
  services: [{service: cert, quota: 1}]
`

// clock is moved by the test and read by the engine.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

type nobody struct{}

func (nobody) Hear([]queue.Entry) {}

// told tells nobody how long a wait is.
type told struct{ branch.Waits }

func (told) Told(*queue.Day, time.Time, queue.ServiceID, queue.ClassID, time.Time) *queue.Told {
	return nil
}

// A kiosk's request is refused with a code for each reason why no number is given, and granted when the hour has come.
func TestAKioskIsToldWhyThereIsNoNumber(t *testing.T) {
	var b branch.Branch
	if err := config.Decode("branch.yaml", []byte(described), &b); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(b.Zone)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "branch.db"), machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	at := &clock{}
	hour := func(h, m int) { at.set(time.Date(2026, 11, 23, h, m, 0, 0, zone)) }
	hour(8, 59)
	log := slog.New(slog.DiscardHandler)
	e, err := engine.New(t.Context(), engine.Config{
		Catalogue: b.Catalogue(), Zone: zone, Supply: func() engine.Supply { return &b }, Journal: s, Audience: nobody{}, Now: at.now, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Today(t.Context()); err != nil {
		t.Fatal(err)
	}
	place := site.New(site.Config{Branch: func() *branch.Branch { return &b }, Commands: e, Waits: told{}, Epoch: 1, Now: at.now, Log: log})
	ask := func(request, service, want string) {
		t.Helper()
		data, err := json.Marshal(wire.TicketRequest{Request: request, Boot: "b", Service: service, Class: "walkin", Lang: "pt"})
		if err != nil {
			t.Fatal(err)
		}
		var reply wire.TicketReply
		if err := json.Unmarshal(place.Handle(context.WithoutCancel(t.Context()), "L901-K01", wire.Request{ID: request, Data: data}), &reply); err != nil {
			t.Fatal(err)
		}
		got := reply.Refused
		if reply.Ticket != nil {
			got = reply.Ticket.Number
		}
		if got != want {
			t.Errorf("%s for %s: %q, want %q", request, service, got, want)
		}
	}
	ask("r1", "cc", wire.RefusedClosed)
	hour(9, 0)
	ask("r1", "cc", wire.RefusedClosed) // the same request keeps its answer
	ask("r2", "cc", "A001")
	if _, err := e.Do(t.Context(), "", queue.SuspendService{Service: "cc", Cause: branch.CauseStaff}); err != nil {
		t.Fatal(err)
	}
	ask("r3", "cc", wire.RefusedSuspended)
	ask("r4", "cert", "A002")
	ask("r5", "cert", wire.RefusedSoldOut)
	if _, err := e.Do(t.Context(), "", queue.ReopenService{Service: "cc"}); err != nil {
		t.Fatal(err)
	}
	ask("r6", "cc", wire.RefusedFull)
	hour(17, 0)
	ask("r7", "cc", wire.RefusedClosed)
	ask("r2", "cc", "A001")
}
