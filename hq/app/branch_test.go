package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"balcao/internal/carrier"
	"balcao/internal/mqttlink"
	"balcao/internal/queue"
	"balcao/internal/replica"
	"balcao/internal/wire"
)

// branch plays a branch server: a real Day, its journal in memory, and the real way up.
type branch struct {
	t     *testing.T
	id    wire.NodeID
	epoch uint64
	child *carrier.Child

	mu      sync.Mutex
	day     *queue.Day
	records []wire.Record
	heads   []wire.Hash
	acked   uint64
}

var catalogue = queue.Catalogue{
	Divisions: []queue.Division{{ID: "a", Body: "irn", Prefix: "A", First: 1}, {ID: "f", Body: "at", Prefix: "F", First: 1}},
	Services:  []queue.Service{{ID: "cc-renew", Body: "irn", Division: "a"}, {ID: "tax", Body: "at", Division: "f"}},
	Counters:  []queue.Counter{{ID: "1", Primary: []queue.ServiceID{"cc-renew"}, Secondary: []queue.ServiceID{"tax"}}},
	Policy:    queue.DefaultPolicy(),
}

func newBranch(t *testing.T, id wire.NodeID) *branch {
	return &branch{
		t: t, id: id, epoch: replica.MintEpoch(time.Now().Unix(), 7), day: queue.NewDay(catalogue, 0), heads: []wire.Hash{{}},
	}
}

// connect starts the way up and returns how to end it.
func (b *branch) connect(broker string) (disconnect func()) {
	b.t.Helper()
	child, err := carrier.NewChild(carrier.ChildConfig{
		Node: b.id, Boot: fmt.Sprint("boot", time.Now().UnixNano()), Software: "0.1.0", Source: b, Now: time.Now,
		Link: mqttlink.Config{Brokers: []string{"tcp://" + broker}, RetryMin: 20 * time.Millisecond, RetryMax: 200 * time.Millisecond},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.child = child
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := child.Run(ctx); err != nil && ctx.Err() == nil {
			b.t.Errorf("the way up ended: %v", err)
		}
	}()
	end := sync.OnceFunc(func() { cancel(); <-done })
	b.t.Cleanup(end)
	return end
}

// do has the Day decide, writes it down and tells the way up.
func (b *branch) do(commands ...queue.Command) {
	b.t.Helper()
	b.mu.Lock()
	for _, c := range commands {
		entries, err := b.day.Handle(c, time.Now())
		if err != nil {
			b.t.Fatalf("%T: %v", c, err)
		}
		for _, e := range entries {
			b.write(e.Event, e.At)
		}
	}
	b.mu.Unlock()
	if b.child != nil {
		b.child.Nudge()
	}
}

// write appends one fact as the branch's journal does. The lock is held.
func (b *branch) write(fact queue.Event, at time.Time) {
	kind, version, data, err := wire.EncodeFact(fact)
	if err != nil {
		b.t.Fatal(err)
	}
	seq := uint64(len(b.records) + 1)
	raw, err := wire.EncodeEvent(wire.Event{
		Seq: seq, ID: fmt.Sprintf("01K%023d", seq), Type: kind, Version: version, TS: at.UnixMilli(), CQ: wire.ClockOK, Data: data,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	r := wire.Record{Seq: seq, Raw: raw}
	b.records, b.heads = append(b.records, r), append(b.heads, b.heads[seq-1].Next(r))
}

// note writes a fact that the Day only carries.
func (b *branch) note(kind, data string) {
	b.mu.Lock()
	b.write(queue.Noted{Type: kind, Version: 1, Data: []byte(data)}, time.Now())
	b.day.Apply(queue.Entry{Seq: uint64(len(b.records)), At: time.Now(), Event: queue.Noted{Type: kind, Version: 1}})
	b.mu.Unlock()
	if b.child != nil {
		b.child.Nudge()
	}
}

func (b *branch) journal() []wire.Record {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]wire.Record(nil), b.records...)
}

// live sends figures of this second, which may differ from those of the log.
func (b *branch) live(l wire.Live) {
	b.t.Helper()
	l.Branch, l.AtMS = string(b.id), time.Now().UnixMilli()
	data, err := json.Marshal(l)
	if err != nil {
		b.t.Fatal(err)
	}
	b.child.Live(data)
}

func (b *branch) health(kiosks ...wire.KioskHealth) {
	b.t.Helper()
	data, err := json.Marshal(wire.Health{Node: string(b.id), AtMS: time.Now().UnixMilli(), Kiosks: kiosks})
	if err != nil {
		b.t.Fatal(err)
	}
	b.child.Health(data)
}

// Position implements carrier.Source.
func (b *branch) Position(context.Context) (epoch, first, last uint64, head wire.Hash, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.epoch, 1, uint64(len(b.records)), b.heads[len(b.records)], nil
}

// After implements carrier.Source.
func (b *branch) After(_ context.Context, seq uint64, maxEvents, maxBytes int) ([]wire.Record, wire.Hash, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []wire.Record
	for _, r := range b.records[min(seq, uint64(len(b.records))):] {
		if maxBytes -= len(r.Raw) + 1; len(out) == maxEvents || maxBytes < 0 && len(out) > 0 {
			break
		}
		out = append(out, r)
	}
	return out, b.heads[min(seq, uint64(len(b.records)))], nil
}

// Acknowledged implements carrier.Source.
func (b *branch) Acknowledged(_ context.Context, _, seq uint64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.acked = seq
	return nil
}
