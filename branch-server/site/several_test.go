package site_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/site"
	"balcao/branch-server/store"
	"balcao/internal/branch"
	"balcao/internal/config"
	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

const severalDescribed = `id: L901
name: Loja
zone: Europe/Lisbon
bodies: [{id: irn, short: IRN, name: {pt: Registos}}]
divisions: [{id: a, body: irn, prefix: A, place: Piso 0}, {id: b, body: irn, prefix: B, place: Piso 1}]
services: [{id: cc, division: a, name: {pt: Cartão}}, {id: cert, division: b, name: {pt: Certidões}}]
counters: [{id: "1", label: Balcão 1, primary: [cc]}, {id: "2", label: Balcão 2, primary: [cert]}]
supply:
  services: [{service: cert, hours: [{days: sun-sat, spans: ["14:00-17:00"]}]}]
`

// TestAKioskTakesOneNumberForSeveralServices: the ticket names what follows; a service that gives no numbers now refuses
// the visit; and the citizen is told where to wait for the service that is next.
func TestAKioskTakesOneNumberForSeveralServices(t *testing.T) {
	var b branch.Branch
	if err := config.Decode("branch.yaml", []byte(severalDescribed), &b); err != nil {
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
	at.set(time.Date(2026, 11, 23, 10, 0, 0, 0, zone))
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
	ask := func(request string, then ...string) wire.TicketReply {
		t.Helper()
		data, err := json.Marshal(wire.TicketRequest{Request: request, Boot: "b", Service: "cc", Then: then, Class: "walkin", Lang: "pt"})
		if err != nil {
			t.Fatal(err)
		}
		var reply wire.TicketReply
		if err := json.Unmarshal(place.Handle(context.WithoutCancel(t.Context()), "L901-K01", wire.Request{ID: request, Data: data}), &reply); err != nil {
			t.Fatal(err)
		}
		return reply
	}
	if got := ask("r1", "cert"); got.Refused != wire.RefusedClosed {
		t.Errorf("with a service outside its hours: %+v", got)
	}
	at.set(time.Date(2026, 11, 23, 14, 30, 0, 0, zone))
	got := ask("r2", "cert")
	if got.Ticket == nil || !slices.Equal(got.Ticket.Then, []string{"cert"}) || got.Ticket.Place != "Piso 0" {
		t.Fatalf("the ticket: %+v", got)
	}
	for _, cmd := range []queue.Command{
		queue.ConfirmPrint{Request: "r2"}, queue.OpenCounter{Counter: "1"}, queue.CallNext{Counter: "1"}, queue.Start{Counter: "1"}, queue.Finish{Counter: "1"},
	} {
		if a, err := e.Do(t.Context(), "", cmd); err != nil || a.Refused != "" {
			t.Fatalf("%T: %+v, %v", cmd, a, err)
		}
	}
	if err := e.Read(t.Context(), func(d *queue.Day, _ time.Time) {
		v, _ := d.Requested("r2")
		if now := b.Ticket(d, v); now.Service != "cert" || now.Place != "Piso 1" || len(now.Then) != 0 {
			t.Errorf("after the first service the ticket says %+v", now)
		}
	}); err != nil {
		t.Fatal(err)
	}
}
