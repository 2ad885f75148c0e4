package store_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/store"
	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

func catalogue() queue.Catalogue {
	return queue.Catalogue{
		Divisions: []queue.Division{{ID: "a", Body: "irn", Prefix: "A", First: 1}},
		Services:  []queue.Service{{ID: "cc", Body: "irn", Division: "a"}},
		Counters:  []queue.Counter{{ID: "1", Primary: []queue.ServiceID{"cc"}}, {ID: "2", Primary: []queue.ServiceID{"cc"}}},
		Policy:    queue.DefaultPolicy(),
	}
}

type audience struct {
	mu      sync.Mutex
	entries []queue.Entry
}

func (a *audience) Hear(es []queue.Entry) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.entries = append(a.entries, es...)
}

// branch is a store with an engine on it.
type branch struct {
	store  *store.Store
	engine *engine.Engine
	heard  *audience
}

func open(t testing.TB, path string) branch {
	t.Helper()
	s, err := store.Open(t.Context(), path, machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	b := branch{store: s, heard: &audience{}}
	b.engine, err = engine.New(t.Context(), b.config())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.engine.Today(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b branch) config() engine.Config {
	return engine.Config{
		Catalogue: catalogue(), Zone: time.UTC, Journal: b.store, Adopted: b.store.Adopted, Audience: b.heard, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}
}

func (b branch) do(t testing.TB, key string, cmd queue.Command) engine.Answer {
	t.Helper()
	a, err := b.engine.Do(t.Context(), key, cmd)
	if err != nil {
		t.Fatalf("%T: %v", cmd, err)
	}
	return a
}

func kioskRecord(t *testing.T, seq uint64, kind string, fact any) wire.Record {
	t.Helper()
	data, err := json.Marshal(fact)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := wire.EncodeEvent(wire.Event{Seq: seq, ID: "01J", Type: kind, Version: 1, TS: 1, CQ: wire.ClockOK, Data: data})
	if err != nil {
		t.Fatal(err)
	}
	return wire.Record{Seq: seq, Raw: raw}
}

func TestReopenedBranchIsWhereItWas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "branch.db")
	b := open(t, path)
	b.do(t, "", queue.OpenCounter{Counter: "1"})
	b.do(t, "k1", queue.Issue{Request: "r1", Service: "cc", Class: queue.ClassWalkIn})
	called := b.do(t, "k2", queue.CallNext{Counter: "1"})
	refused := b.do(t, "k3", queue.CallNext{Counter: "2"})
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, path)
	if got := again.do(t, "k2", queue.CallNext{Counter: "1"}); got.Number != called.Number || got.Seq != called.Seq {
		t.Errorf("same key after restart answers %+v, want %+v", got, called)
	}
	again.do(t, "", queue.OpenCounter{Counter: "2"})
	if got := again.do(t, "k3", queue.CallNext{Counter: "2"}); got.Refused != refused.Refused || got.Refused == "" {
		t.Errorf("retried refusal answers %q, want %q", got.Refused, refused.Refused)
	}
	if err := again.engine.Read(t.Context(), func(d *queue.Day, _ time.Time) {
		if v, known := d.Requested("r1"); !known || v.State != queue.StateCalled || v.Number.String() != "A001" {
			t.Errorf("visit after restart: %+v", v)
		}
	}); err != nil {
		t.Fatal(err)
	}
}

func TestKioskFactsAndTheirMarkAreOneCommit(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "branch.db"))
	b.do(t, "r1", queue.Reserve{Request: "r1", Service: "cc", Class: queue.ClassWalkIn, Kiosk: "L901-K01"})
	records := []wire.Record{
		kioskRecord(t, 1, wire.TypeTicketRequested, wire.TicketFact{Request: "r1"}),
		kioskRecord(t, 2, wire.TypePrintStarted, wire.TicketFact{Request: "r1"}),
		kioskRecord(t, 3, wire.TypeTicketPrinted, wire.TicketFact{Request: "r1", Ticket: "A001"}),
		kioskRecord(t, 4, wire.TypePrinterState, map[string]string{"dev": "printer", "state": "near_end", "name": "Maria"}),
		kioskRecord(t, 5, "future.kind", map[string]string{"x": "y"}),
	}
	var head wire.Hash
	for _, r := range records {
		head = head.Next(r)
	}
	err := b.engine.Adopt(t.Context(), []engine.Delivery{{Node: "L901-K01", Epoch: 9, Last: 5, Head: head, Records: records}})
	if err != nil {
		t.Fatal(err)
	}
	mark, err := b.store.Mark(t.Context(), "L901-K01", 9)
	if err != nil || mark.HWM != 5 || mark.Head != head {
		t.Errorf("mark %+v, %v", mark, err)
	}
	if err := b.engine.Read(t.Context(), func(d *queue.Day, _ time.Time) {
		if v, _ := d.Requested("r1"); v.State != queue.StateWaiting || v.Print != queue.PrintConfirmed {
			t.Errorf("visit after printing: %s, %s", v.State, v.Print)
		}
	}); err != nil {
		t.Fatal(err)
	}
	all, _, err := b.store.After(t.Context(), 0, 100, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	last := string(all[len(all)-1].Raw)
	if e, err := wire.DecodeEvent(all[len(all)-1].Raw); err != nil || e.Type != wire.TypePrinterState || e.Via == nil || e.Via.Seq != 4 {
		t.Errorf("last journal entry %s, %v", last, err)
	}
	for _, r := range all {
		if string(r.Raw) == "" || containsCanary(r.Raw) {
			t.Errorf("a field outside the allow-list reached the journal: %s", r.Raw)
		}
	}
}

func containsCanary(raw []byte) bool {
	for i := 0; i+5 <= len(raw); i++ {
		if string(raw[i:i+5]) == "Maria" {
			return true
		}
	}
	return false
}

// TestNobodyHearsWhatIsNotOnDisk closes the file under the engine: the command fails, the audience hears nothing.
func TestNobodyHearsWhatIsNotOnDisk(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "branch.db"))
	before := len(b.heard.entries)
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.engine.Do(t.Context(), "k", queue.Issue{Request: "r1", Service: "cc", Class: queue.ClassWalkIn}); err == nil {
		t.Fatal("a command was answered without a journal")
	}
	if len(b.heard.entries) != before {
		t.Errorf("heard %d entries that are not on disk", len(b.heard.entries)-before)
	}
}

func TestTwoClerksAtOnceGetTwoPeople(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "branch.db"))
	for i := range 2 {
		b.do(t, "", queue.OpenCounter{Counter: queue.CounterID(fmt.Sprint(i + 1))})
	}
	for i := range 20 {
		b.do(t, "", queue.Issue{Request: queue.RequestID(fmt.Sprint("r", i)), Service: "cc", Class: queue.ClassWalkIn})
	}
	for round := range 10 {
		answers := make([]engine.Answer, 4)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() { // two tabs of each clerk press with the same key
				counter := queue.CounterID(fmt.Sprint(i%2 + 1))
				answers[i] = b.do(t, fmt.Sprint("next-", round, "-", counter), queue.CallNext{Counter: counter})
			})
		}
		wg.Wait()
		if answers[0].Number == answers[1].Number || answers[0].Number != answers[2].Number || answers[1].Number != answers[3].Number {
			t.Fatalf("round %d: %+v", round, answers)
		}
		for i := range 2 {
			b.do(t, "", queue.NoShow{Counter: queue.CounterID(fmt.Sprint(i + 1))})
		}
	}
}
