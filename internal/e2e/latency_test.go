package e2e

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"balcao/internal/machine"
	"balcao/internal/mqttlink"
	"balcao/internal/wire"
	"balcao/kiosk/store"
)

// commitsOnTheWay is how many synchronous=FULL commits lie between a touch and the first byte: the kiosk's wish, the
// branch's number, and the kiosk's word that it will print.
const commitsOnTheWay = 3

// BenchmarkTouchToFirstByte measures a ticket from the touch that reaches the kiosk to the first byte on the serial
// line, over the branch's own broker and three disks' worth of commits, beside its floor in the same run: one QoS 1
// round trip through the same kind of broker and the commits on the way, each counted.
//
// Metrics: p50-ms and p99-ms of the way, floor-ms (medians added up), and x-floor, the ratio of the two medians.
func BenchmarkTouchToFirstByte(b *testing.B) {
	h := newHouse(b)
	floor := roundTrip(b) + commitsOnTheWay*commit(b)
	for b.Loop() {
		h.ticket(b, "cc")
	}
	var all []time.Duration
	for _, t := range h.kiosk.Latencies() {
		all = append(all, t.FirstByte)
	}
	slices.Sort(all)
	at := func(q float64) time.Duration { return all[int(q*float64(len(all)-1))] }
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	b.ReportMetric(ms(at(0.5)), "p50-ms")
	b.ReportMetric(ms(at(0.99)), "p99-ms")
	b.ReportMetric(ms(floor), "floor-ms")
	b.ReportMetric(float64(at(0.5))/float64(floor), "x-floor")
	b.ReportMetric(0, "ns/op")
}

const samples = 200

// commit returns the median time of the smallest commit of a kiosk's memory: one fact.
func commit(b *testing.B) time.Duration {
	b.Helper()
	s, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "floor.db"), machine.Minter())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	return median(func() {
		if err := s.Note(b.Context(), "floor", struct{}{}, time.Now()); err != nil {
			b.Fatal(err)
		}
	})
}

// roundTrip returns the median time of a QoS 1 message to another client of a broker and of its answer.
func roundTrip(b *testing.B) time.Duration {
	b.Helper()
	a := branchOn(b, "", "")
	const topic = wire.Root + "/L901-K09/up/health"
	link, err := mqttlink.New(mqttlink.Config{
		Brokers: []string{"tcp://" + a.BrokerAddr()}, ClientID: "L901-K09",
	})
	if err != nil {
		b.Fatal(err)
	}
	inBackground(b, link.Run)
	for !link.State().Up {
		rest(b.Context(), 10*time.Millisecond)
	}
	return median(func() {
		ctx, cancel := context.WithTimeout(b.Context(), patience)
		defer cancel()
		// There and back: a publish that the broker confirms is one way, and so is the answer.
		for range 2 {
			if err := link.Publish(ctx, mqttlink.Message{Topic: topic, QoS: 1, Payload: []byte(`{"ts":1,"unsent":0,"d":{}}`)}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func median(do func()) time.Duration {
	all := make([]time.Duration, samples)
	for i := range all {
		began := time.Now()
		do()
		all[i] = time.Since(began)
	}
	slices.Sort(all)
	return all[len(all)/2]
}
