package carrier_test

import (
	"testing"

	"balcao/internal/broker/brokertest"
	"balcao/internal/carrier/carriertest"
	"balcao/internal/wire"
)

// The three benchmarks store the same rows under the same keys with the same
// durability; compare their records/s in one run. Raw stores batches of 100,
// the largest that travel, without deciding anything; Decided also follows the
// hash chain; Replicated brings them through a child, a broker and a parent.
const benchRecords = 20_000

func benchLog(b *testing.B) (*carriertest.Log, []wire.Batch) {
	b.Helper()
	log := carriertest.NewLog(7)
	log.Append(benchRecords, "two hundred bytes are what a common event of a branch has, more or less, as it is stored")
	_, records := log.Records()
	var batches []wire.Batch
	var head wire.Hash
	for len(records) > 0 {
		n := min(len(records), wire.MaxBatchEvents)
		batches = append(batches, wire.Batch{Node: "L017", Epoch: 7, Prev: head, Records: records[:n]})
		head = head.Chain(records[:n])
		records = records[n:]
	}
	return log, batches
}

func report(b *testing.B) {
	b.ReportMetric(float64(b.N)*benchRecords/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkRaw(b *testing.B) {
	_, batches := benchLog(b)
	for b.Loop() {
		b.StopTimer()
		ledger := carriertest.NewLedger(b)
		b.StartTimer()
		for _, batch := range batches {
			if err := ledger.StoreUnchecked(b.Context(), batch); err != nil {
				b.Fatal(err)
			}
		}
	}
	report(b)
}

func BenchmarkDecided(b *testing.B) {
	_, batches := benchLog(b)
	for b.Loop() {
		b.StopTimer()
		ledger := carriertest.NewLedger(b)
		b.StartTimer()
		for i := range batches {
			if _, err := ledger.AcceptAll(b.Context(), batches[i:i+1]); err != nil {
				b.Fatal(err)
			}
		}
	}
	report(b)
}

func BenchmarkReplicated(b *testing.B) {
	for _, kind := range []func(testing.TB) *brokertest.Broker{brokertest.Embedded, brokertest.Mosquitto} {
		server := kind(b)
		b.Run(server.Name, func(b *testing.B) {
			log, _ := benchLog(b)
			for b.Loop() {
				b.StopTimer()
				ledger := carriertest.NewLedger(b)
				stopParent := start(b, newParent(b, server, ledger))
				child := newChild(b, server, "L017", log)
				b.StartTimer()
				stopChild := start(b, child)
				for done := false; !done; {
					<-ledger.Changed()
					p, err := ledger.Position(b.Context(), "L017", 7)
					if err != nil {
						b.Fatal(err)
					}
					done = p.HWM == benchRecords
				}
				b.StopTimer()
				stopChild()
				stopParent()
				b.StartTimer()
			}
			report(b)
		})
	}
}
