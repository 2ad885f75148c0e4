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
// line, over the real branch and its own broker, and between tickets its floor: one QoS 1 round trip through the same
// broker and the commits on the way, each counted.
//
// Metrics: p50 and p99 of the way and of the floor, and the ratios of the two.
func BenchmarkTouchToFirstByte(b *testing.B) {
	h := newHouse(b)
	floor := newFloor(b, h.broker)
	var floors []time.Duration
	for b.Loop() {
		h.ticket(b, "cc")
		floors = append(floors, floor.once(b))
	}
	var all []time.Duration
	for _, t := range h.kiosk.Latencies() {
		all = append(all, t.FirstByte)
	}
	for name, q := range map[string]float64{"p50": 0.5, "p99": 0.99} {
		way, least := quantile(all, q), quantile(floors, q)
		b.ReportMetric(ms(way), name+"-ms")
		b.ReportMetric(ms(least), name+"-floor-ms")
		b.ReportMetric(float64(way)/float64(least), name+"-x-floor")
	}
	b.ReportMetric(0, "ns/op")
}

func quantile(all []time.Duration, q float64) time.Duration {
	slices.Sort(all)
	return all[int(q*float64(len(all)-1))]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// leastWay is what cannot be done without: a round trip and the commits.
type leastWay struct {
	link *mqttlink.Link
	disk *store.Store
}

func newFloor(b *testing.B, broker string) leastWay {
	b.Helper()
	f := leastWay{}
	var err error
	if f.disk, err = store.Open(b.Context(), filepath.Join(b.TempDir(), "floor.db"), machine.Minter()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = f.disk.Close() })
	if f.link, err = mqttlink.New(mqttlink.Config{Brokers: []string{broker}, ClientID: "L901-K09"}); err != nil {
		b.Fatal(err)
	}
	inBackground(b, f.link.Run)
	for !f.link.State().Up {
		rest(b.Context(), 10*time.Millisecond)
	}
	return f
}

// once goes the least way: a message that the broker confirms there, one back, and the commits.
func (f leastWay) once(b *testing.B) time.Duration {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), patience)
	defer cancel()
	began := time.Now()
	for range 2 {
		topic := wire.Topic("L901-K09", wire.ChannelHealth)
		if err := f.link.Publish(ctx, mqttlink.Message{Topic: topic, QoS: 1, Payload: []byte(`{"ts":1,"unsent":0,"d":{}}`)}); err != nil {
			b.Fatal(err)
		}
	}
	for range commitsOnTheWay {
		if err := f.disk.Note(ctx, "floor", struct{}{}, time.Now()); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began)
}
