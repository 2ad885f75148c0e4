package site_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/forecast"
	"balcao/branch-server/site"
	"balcao/branch-server/store"
	"balcao/internal/branch"
	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// patience is how long a test waits for what must come, on a slow machine.
const patience = 60 * time.Second

// place is a branch of one service and one counter towards its nodes, on a real journal.
type place struct {
	*site.Site
	engine *engine.Engine
	blind  atomic.Bool // the Day cannot be read
}

type audience struct{}

func (audience) Hear([]queue.Entry) {}

func (p *place) Do(ctx context.Context, key string, cmd queue.Command) (engine.Answer, error) {
	return p.engine.Do(ctx, key, cmd)
}

func (p *place) Read(ctx context.Context, look func(d *queue.Day, at time.Time)) error {
	if p.blind.Load() {
		return engine.ErrUnavailable
	}
	return p.engine.Read(ctx, look)
}

func newPlace(t *testing.T) *place {
	t.Helper()
	b := &branch.Branch{
		ID: "L901", Name: "Loja de ensaio", Zone: "UTC",
		Bodies:    []branch.Body{{ID: "irn", Short: "IRN", Name: wire.Text{"pt": "Registos"}}},
		Divisions: []branch.Division{{ID: "cc", Body: "irn", Prefix: "A"}},
		Services:  []branch.Service{{ID: "cc", Division: "cc", Name: wire.Text{"pt": "Cartão de Cidadão"}, Mean: 10 * time.Minute}},
		Counters:  []branch.Counter{{ID: "1", Label: "Balcão 1", Primary: []string{"cc"}}},
	}
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "branch.db"), machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	p := &place{}
	p.engine, err = engine.New(t.Context(), engine.Config{
		Catalogue: b.Catalogue(), Zone: time.UTC, Journal: s, Audience: audience{}, Now: time.Now, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.engine.Today(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.Site = site.New(site.Config{
		Branch: func() *branch.Branch { return b }, Commands: p, Epoch: 7, Now: time.Now, Log: log,
		Waits: forecast.NewShown(&forecast.Queue{Usual: b.Usual, Services: b.ServiceIDs}),
	})
	return p
}

func (p *place) do(t *testing.T, cmd queue.Command) {
	t.Helper()
	if a, err := p.Do(t.Context(), "", cmd); err != nil || a.Refused != "" {
		t.Fatalf("%T: %v %v", cmd, a.Refused, err)
	}
}

// TestTheNumberKeepsWhatItsCitizenWasTold: what the slip says of the wait is recorded with the number, and said again
// however often the kiosk asks.
func TestTheNumberKeepsWhatItsCitizenWasTold(t *testing.T) {
	p := newPlace(t)
	ask := func(id string) wire.Ticket {
		t.Helper()
		data, err := json.Marshal(wire.TicketRequest{Request: id, Boot: "b", Service: "cc", Lang: "pt"})
		if err != nil {
			t.Fatal(err)
		}
		var r wire.TicketReply
		if err := json.Unmarshal(p.Handle(t.Context(), "L901-K01", wire.Request{ID: id, Data: data}), &r); err != nil || r.Ticket == nil {
			t.Fatalf("%s: %+v, %v", id, r, err)
		}
		return *r.Ticket
	}
	if alone := ask("nobody serves"); alone.Wait.Known() {
		t.Errorf("no counter serves, but the slip says %+v", alone.Wait)
	}
	p.do(t, queue.OpenCounter{Counter: "1"})
	for i := range 6 {
		p.do(t, queue.Issue{Request: queue.RequestID(fmt.Sprint("w", i)), Service: "cc", Class: queue.ClassWalkIn})
	}
	first := ask("one")
	if !first.Wait.Known() || first.Wait.Low < 20 || first.Wait.Over() {
		t.Errorf("with six before it the slip says %+v", first.Wait)
	}
	for range 5 {
		p.do(t, queue.CallNext{Counter: "1"})
		p.do(t, queue.Start{Counter: "1"})
		p.do(t, queue.Finish{Counter: "1"})
	}
	if again := ask("one"); again.Wait != first.Wait {
		t.Errorf("asked again, it says %+v and not %+v", again.Wait, first.Wait)
	}
	if err := p.Read(t.Context(), func(d *queue.Day, _ time.Time) {
		v, _ := d.Requested("one")
		if v.Told == nil || v.Told.Low != first.Wait.Low || v.Told.High != first.Wait.High || v.Told.Service != "cc" || v.Told.Mid <= 0 {
			t.Errorf("recorded %+v, told %+v", v.Told, first.Wait)
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// wires is a publisher that hands on what it is given.
type wires chan string

func (w wires) PublishSite(name string, _ bool, payload []byte) error {
	w <- name + " " + string(payload)
	return nil
}

func (w wires) PublishTo(n wire.NodeID, channel wire.Channel, _ bool, payload []byte) error {
	w <- string(n) + " " + string(channel) + " " + string(payload)
	return nil
}

// TestNodesHearABeatForAsLongAsTheDayCanBeRead: a branch that cannot read its Day is not there.
func TestNodesHearABeatForAsLongAsTheDayCanBeRead(t *testing.T) {
	p := newPlace(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out := make(wires, 1000)
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx, out) }()
	for beats := 0; beats < 2; { // the first at once, the second in its time
		select {
		case said := <-out:
			var b wire.Beat
			if n, err := fmt.Sscanf(said, "beat {\"e\":%d,\"s\":%d,", &b.Epoch, &b.Seq); err == nil && n == 2 {
				beats++
				if b.Epoch != 7 || b.Seq == 0 {
					t.Errorf("beat %+v", b)
				}
			}
		case <-ctx.Done():
			t.Fatalf("%d beats", beats)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}

	p.blind.Store(true)
	over, end := context.WithCancel(t.Context())
	end()
	blind := make(wires, 1000)
	if err := p.Run(over, blind); err != nil { // says what it says at once, and ends
		t.Fatal(err)
	}
	for len(blind) > 0 {
		t.Errorf("said without a Day: %s", <-blind)
	}
}
