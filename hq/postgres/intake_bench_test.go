package postgres_test

import (
	"fmt"
	"sync"
	"testing"

	"balcao/hq/postgres"
	"balcao/hq/postgres/postgrestest"
	"balcao/internal/wire"
)

// One commit of the benchmarks: what hq takes in at once when many branches have much to tell.
const (
	benchBranches = 64
	benchRecords  = 25
)

// writers are branches that have more to tell all the time.
type writers struct {
	nodes []wire.NodeID
	heads []wire.Hash
	next  uint64
}

func newWriters(from int) *writers {
	w := &writers{next: 1, heads: make([]wire.Hash, benchBranches)}
	for i := range benchBranches {
		w.nodes = append(w.nodes, wire.NodeID(fmt.Sprintf("L%04d", from+i)))
	}
	return w
}

// commit is the next commit's batches.
func (w *writers) commit(b *testing.B) []wire.Batch {
	var records []wire.Record
	for i := range uint64(benchRecords) {
		seq := w.next + i
		raw, err := wire.EncodeEvent(wire.Event{
			Seq: seq, ID: fmt.Sprintf("01K%023d", seq), Type: "ticket.called", Version: 1, TS: clock().UnixMilli(), CQ: wire.ClockOK, Up: 123456789,
			Data: fmt.Appendf(nil, `{"visit":%d,"counter":"7","reason":{"tier":"walk_in","waited":%d,"own":true},"tk":{"p":"A","n":%d}}`, seq, seq*7, seq%999),
		})
		if err != nil {
			b.Fatal(err)
		}
		records = append(records, wire.Record{Seq: seq, Raw: raw})
	}
	batches := make([]wire.Batch, len(w.nodes))
	for i, node := range w.nodes {
		batches[i] = wire.Batch{Node: node, Epoch: epoch, Prev: w.heads[i], Records: records}
		w.heads[i] = w.heads[i].Chain(records)
	}
	w.next += benchRecords
	return batches
}

// commits are as many as the benchmark takes in, made beforehand.
func (w *writers) commits(b *testing.B) [][]wire.Batch {
	all := make([][]wire.Batch, b.N)
	for i := range all {
		all[i] = w.commit(b)
	}
	return all
}

// BenchmarkIntake takes commits of 64 branches with 25 records each in, on a server that waits for its disk: by one program,
// by two at once, and the same rows by the engine alone (raw), with the same tables, indexes, batches and durability.
func BenchmarkIntake(b *testing.B) {
	server := postgrestest.Start(b, postgrestest.Options{Durable: true})
	rate := func(b *testing.B, commits int) {
		b.ReportMetric(float64(commits*benchBranches*benchRecords)/b.Elapsed().Seconds(), "events/s")
	}
	b.Run("raw", func(b *testing.B) {
		db, all := open(b, server.Fresh(b)), newWriters(0).commits(b)
		b.ResetTimer()
		for _, batches := range all {
			if err := postgres.InsertRaw(b.Context(), db, batches, clock()); err != nil {
				b.Fatal(err)
			}
		}
		rate(b, b.N)
	})
	for _, programs := range []int{1, 2} {
		b.Run(fmt.Sprintf("programs=%d", programs), func(b *testing.B) {
			url := server.Fresh(b)
			dbs, all := make([]*postgres.DB, programs), make([][][]wire.Batch, programs)
			for i := range dbs {
				dbs[i], all[i] = open(b, url), newWriters(i*benchBranches).commits(b)
			}
			b.ResetTimer()
			var at sync.WaitGroup
			for i := range dbs {
				at.Go(func() {
					for _, batches := range all[i] {
						if d, err := dbs[i].AcceptAll(b.Context(), batches, clock()); err != nil || len(d[0].Records) != benchRecords {
							b.Errorf("%+v, %v", d, err)
							return
						}
					}
				})
			}
			at.Wait()
			rate(b, b.N*programs)
		})
	}
}
