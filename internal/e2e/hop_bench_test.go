package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/site"
	branchstore "balcao/branch-server/store"
	"balcao/hq/ingest"
	"balcao/hq/network"
	hqstore "balcao/hq/store"
	"balcao/internal/broker/brokertest"
	"balcao/internal/carrier"
	"balcao/internal/machine"
	"balcao/internal/mqttlink"
	"balcao/internal/queue"
	"balcao/internal/replica"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
	kioskstore "balcao/kiosk/store"
)

// The benchmarks of the two hops: what a receiver takes in beside the raw rate of the same rows, how soon an event is
// acknowledged, what a great backlog costs in memory, and how long a backlog of three days takes over sockets while the
// figures of the moment go on. Compare ratios: the raw rate is measured in the same run.

const benchEvents = 20_000

// batches cuts a log of so many events of a device into batches of the size that travels.
func batches(tb testing.TB, node wire.NodeID, events int) []wire.Batch {
	tb.Helper()
	var all []wire.Batch
	var head wire.Hash
	for seq := uint64(1); seq <= uint64(events); {
		batch := wire.Batch{Node: node, Epoch: 7, Prev: head}
		for range min(wire.MaxBatchEvents, events-int(seq)+1) {
			raw, err := wire.EncodeEvent(wire.Event{
				Seq: seq, ID: fmt.Sprintf("01K%023d", seq), Type: wire.TypePrinterState, Version: 1, TS: 1795305600123, CQ: wire.ClockOK,
				Data: []byte(`{"dev":"printer","state":"near_end_of_paper_as_long_as_a_common_event_of_a_branch"}`),
			})
			if err != nil {
				tb.Fatal(err)
			}
			r := wire.Record{Seq: seq, Raw: raw}
			batch.Records = append(batch.Records, r)
			head = head.Next(r)
			seq++
		}
		all = append(all, batch)
	}
	return all
}

// receiver is a hop's real receiving end over a new file, and the raw way to store the same rows in the same tables.
type receiver struct {
	node   wire.NodeID
	ledger carrier.Ledger
	close  func() error
	raw    func(ctx context.Context, tx *sqlite.Tx, b wire.Batch) error
}

type nobodyHears struct{}

// Hear implements engine.Audience.
func (nobodyHears) Hear([]queue.Entry) {}

func quietly() *slog.Logger { return slog.New(slog.DiscardHandler) }

func headquarters(tb testing.TB, path string) receiver {
	tb.Helper()
	s, err := hqstore.Open(tb.Context(), path, time.Now)
	if err != nil {
		tb.Fatal(err)
	}
	in, err := ingest.New(tb.Context(), s, network.New(network.Options{Zone: time.UTC, Limit: 100}), time.Now, quietly())
	if err != nil {
		tb.Fatal(err)
	}
	return receiver{node: "L901", ledger: in, close: s.Close, raw: func(ctx context.Context, tx *sqlite.Tx, b wire.Batch) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO log (id, node, epoch, first_rx, last_rx) VALUES (1, 'L901', 7, 1, 1) ON CONFLICT DO NOTHING`); err != nil {
			return err
		}
		for _, r := range b.Records {
			if _, err := tx.ExecContext(ctx, `INSERT INTO event (log, seq, id, type, v, ts, rx, raw) VALUES (1, ?, ?, ?, 1, 1, 1, ?)`,
				int64(r.Seq), fmt.Sprintf("01K%023d", r.Seq), wire.TypePrinterState, r.Raw); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `UPDATE log SET hwm = ?, head = ? WHERE id = 1`, int64(b.Last()), make([]byte, 32))
		return err
	}}
}

func branchServer(tb testing.TB, path string) receiver {
	tb.Helper()
	s, err := branchstore.Open(tb.Context(), path, machine.Minter())
	if err != nil {
		tb.Fatal(err)
	}
	e, err := engine.New(tb.Context(), engine.Config{Zone: time.UTC, Journal: s, Audience: nobodyHears{}, Now: time.Now, Log: quietly()})
	if err != nil {
		tb.Fatal(err)
	}
	ledger := site.Ledger{Adopter: e, Marks: s}
	return receiver{node: "L901-K01", ledger: ledger, close: s.Close, raw: func(ctx context.Context, tx *sqlite.Tx, b wire.Batch) error {
		for _, r := range b.Records { // each is kept as it came, and once more as the branch's own
			if _, err := tx.ExecContext(ctx, `INSERT INTO mirror (node, epoch, seq, raw) VALUES ('L901-K01', 7, ?, ?)`, int64(r.Seq), r.Raw); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO journal (seq, type, raw, head) VALUES (?, ?, ?, ?)`,
				int64(r.Seq), wire.TypePrinterState, r.Raw, make([]byte, 32)); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO marks (node, epoch, seq, head) VALUES ('L901-K01', 7, ?, ?)
			ON CONFLICT (node, epoch) DO UPDATE SET seq = excluded.seq`, int64(b.Last()), make([]byte, 32))
		return err
	}}
}

// BenchmarkReceiver takes 20,000 events in, eight batches of a hundred a commit as eight credits bring them, in turn with
// the raw rate of the same rows into the same tables with the same indexes, commits and durability.
func BenchmarkReceiver(b *testing.B) {
	for name, open := range map[string]func(testing.TB, string) receiver{"hq": headquarters, "branch": branchServer} {
		b.Run(name, func(b *testing.B) {
			var taken, stored, worked time.Duration
			rounds := 0
			for b.Loop() {
				rounds++
				dir := b.TempDir()
				r := open(b, filepath.Join(dir, "a.db"))
				all := batches(b, r.node, benchEvents)
				began, before := time.Now(), processorTime(b)
				for i := 0; i < len(all); i += 8 {
					if _, err := r.ledger.AcceptAll(b.Context(), all[i:min(len(all), i+8)]); err != nil {
						b.Fatal(err)
					}
				}
				taken += time.Since(began)
				worked += processorTime(b) - before
				empty := open(b, filepath.Join(dir, "raw.db"))
				if err := empty.close(); err != nil {
					b.Fatal(err)
				}
				stored += rawly(b, filepath.Join(dir, "raw.db"), r, all)
				if err := r.close(); err != nil {
					b.Fatal(err)
				}
			}
			rate := float64(rounds*benchEvents) / taken.Seconds()
			b.ReportMetric(rate, "events/s")
			b.ReportMetric(float64(rounds*benchEvents)/worked.Seconds(), "events/cpu-s")
			b.ReportMetric(float64(rounds*benchEvents)/stored.Seconds(), "raw-events/s")
			b.ReportMetric(stored.Seconds()/taken.Seconds(), "x-raw")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// processorTime is how long this process has worked on any processor: on a machine that others use it says more than the
// time that passed.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func rawly(b *testing.B, path string, r receiver, all []wire.Batch) time.Duration {
	b.Helper()
	db, err := sqlite.Open(b.Context(), path, sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	began := time.Now()
	for i := 0; i < len(all); i += 8 {
		if err := db.Write(b.Context(), func(tx *sqlite.Tx) error {
			for _, batch := range all[i:min(len(all), i+8)] {
				if err := r.raw(b.Context(), tx, batch); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began)
}

// runPart runs a part of a hop until the benchmark ends.
func runPart(b *testing.B, run func(context.Context) error) {
	b.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.Context()))
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
}

func hopParent(b *testing.B, server *brokertest.Broker, l carrier.Ledger, live func(wire.NodeID, wire.Sample)) {
	b.Helper()
	p, err := carrier.NewParent(carrier.ParentConfig{
		Boot: "p", Incarnation: "p", Ledger: l, OnLive: live, Now: time.Now, Log: quietly(),
		Link: mqttlink.Config{Brokers: []string{server.URL}, Password: server.HostPassword, TLS: server.TLS(wire.HostClient)},
	})
	if err != nil {
		b.Fatal(err)
	}
	runPart(b, p.Run)
}

func hopChild(b *testing.B, server *brokertest.Broker, node wire.NodeID, s carrier.Source) *carrier.Child {
	b.Helper()
	c, err := carrier.NewChild(carrier.ChildConfig{
		Node: node, Boot: "c", Source: s, Now: time.Now, Log: quietly(), Sender: replica.SenderConfig{},
		Link: mqttlink.Config{Brokers: []string{server.URL}, TLS: server.TLS(string(node))},
	})
	if err != nil {
		b.Fatal(err)
	}
	runPart(b, c.Run)
	return c
}

// heard is a kiosk's log that says when the branch's word of it came.
type heard struct {
	*kioskstore.Store

	mu   sync.Mutex
	at   map[uint64]time.Time // committed
	took []time.Duration
	next uint64
}

// Acknowledged implements carrier.Source.
func (h *heard) Acknowledged(ctx context.Context, epoch, seq uint64) error {
	now := time.Now()
	h.mu.Lock()
	for ; h.next <= seq; h.next++ {
		if at, known := h.at[h.next]; known {
			h.took = append(h.took, now.Sub(at))
			delete(h.at, h.next)
		}
	}
	h.mu.Unlock()
	return h.Store.Acknowledged(ctx, epoch, seq)
}

// BenchmarkCommitToAck logs 200 facts a second at a kiosk and measures from each commit to the branch's acknowledgement of
// it, over the broker, with the branch's own commit between. One iteration is one fact.
func BenchmarkCommitToAck(b *testing.B) {
	server := brokertest.Embedded(b)
	dir := b.TempDir()
	branch := branchServer(b, filepath.Join(dir, "branch.db"))
	b.Cleanup(func() { _ = branch.close() })
	s, err := kioskstore.Open(b.Context(), filepath.Join(dir, "kiosk.db"), machine.Minter())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	h := &heard{Store: s, at: map[uint64]time.Time{}, next: 1}
	hopParent(b, server, branch.ledger, nil)
	child := hopChild(b, server, branch.node, h)
	tick := time.NewTicker(time.Second / 200)
	defer tick.Stop()
	seq := uint64(0)
	for b.Loop() {
		<-tick.C
		seq++
		if err := s.Note(b.Context(), wire.TypePrinterState, wire.DeviceFact{Device: "printer", State: "ready"}, time.Now()); err != nil {
			b.Fatal(err)
		}
		h.mu.Lock()
		if h.next <= seq {
			h.at[seq] = time.Now()
		}
		h.mu.Unlock()
		child.Nudge()
	}
	waitFor(b, "every fact to be acknowledged", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.next > seq
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	b.ReportMetric(ms(quantile(h.took, 0.5)), "p50-ms")
	b.ReportMetric(ms(quantile(h.took, 0.99)), "p99-ms")
	b.ReportMetric(0, "ns/op")
}

// journalOf fills a branch's journal with so many entries.
func journalOf(b *testing.B, path string, entries int) *branchstore.Store {
	b.Helper()
	s, err := branchstore.Open(b.Context(), path, machine.Minter())
	if err != nil {
		b.Fatal(err)
	}
	for seq := 1; seq <= entries; {
		var batch engine.Batch
		for range min(2000, entries-seq+1) {
			batch.Entries = append(batch.Entries, queue.Entry{Seq: uint64(seq), At: time.UnixMilli(1795305600123), Event: queue.Noted{
				Type: wire.TypePrinterState, Version: 1, Data: []byte(`{"dev":"printer","state":"ready"}`),
				From: queue.Origin{Node: "L901-K01", Epoch: 7, Seq: uint64(seq)},
			}})
			seq++
		}
		if err := s.Append(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

func waitFor(b *testing.B, what string, holds func() bool) {
	b.Helper()
	deadline := time.After(10 * time.Minute)
	every := time.NewTicker(10 * time.Millisecond)
	defer every.Stop()
	for !holds() {
		select {
		case <-every.C:
		case <-deadline:
			b.Fatalf("waited ten minutes for %s", what)
		}
	}
}

// backlog sends a branch's journal of so many entries to headquarters over sockets, and reports how long that took, how
// old the figures of the moment were at the most meanwhile, and the most memory that this process, both ends of the hop
// and the broker, held.
func backlog(b *testing.B, entries int) {
	for b.Loop() {
		dir := b.TempDir()
		s := journalOf(b, filepath.Join(dir, "branch.db"), entries)
		hq := headquarters(b, filepath.Join(dir, "hq.db"))
		server := brokertest.Embedded(b)
		var mu sync.Mutex
		var last time.Time
		var oldest time.Duration
		child := hopChild(b, server, "L901", s)
		look := func() {
			mu.Lock()
			defer mu.Unlock()
			if !last.IsZero() {
				oldest = max(oldest, time.Since(last))
			}
		}
		began := time.Now()
		hopParent(b, server, hq.ledger, func(_ wire.NodeID, sample wire.Sample) {
			look()
			mu.Lock()
			defer mu.Unlock()
			last = time.UnixMilli(sample.TS) // the figures are of when they were sent
		})
		memory := machine.Resident()
		second := time.Now()
		waitFor(b, "headquarters to have everything", func() bool {
			if time.Since(second) >= time.Second {
				second = time.Now()
				child.Live([]byte(`{"waiting":3}`))
			}
			look()
			memory = max(memory, machine.Resident())
			p, err := hq.ledger.Position(b.Context(), "L901", s.Epoch())
			if err != nil {
				b.Fatal(err)
			}
			return p.HWM == uint64(entries)
		})
		b.ReportMetric(time.Since(began).Seconds(), "s")
		b.ReportMetric(float64(entries)/time.Since(began).Seconds(), "events/s")
		b.ReportMetric(ms(oldest), "live-age-ms")
		b.ReportMetric(float64(memory)/(1<<20), "MiB")
		b.ReportMetric(0, "ns/op")
		b.Cleanup(func() {
			_ = hq.close()
			_ = s.Close()
		})
	}
}

// BenchmarkBacklogOfThreeDays is what a large branch has to tell after 72 hours alone.
func BenchmarkBacklogOfThreeDays(b *testing.B) { backlog(b, 60_000) }

// BenchmarkAMillionWaiting is for the memory. Run it alone, in a process of its own.
func BenchmarkAMillionWaiting(b *testing.B) { backlog(b, 1_000_000) }
