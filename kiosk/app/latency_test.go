package app

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"balcao/internal/machine"
	"balcao/internal/wire"
	"balcao/kiosk/store"
	"balcao/kiosk/uplink"
)

// BenchmarkTapToFirstByte measures from a touch over HTTP to the first byte on the serial line, with everything on
// disk that has to be, and beside it, in the same run, the floor under it: one question and answer over the broker
// (QoS 1 both ways) and three commits with synchronous=FULL, the wish and the number here and the reservation there.
func BenchmarkTapToFirstByte(b *testing.B) {
	br := newBranch(b)
	disk := memory(b)
	br.lock(func() { br.commit = func() { commit(b, disk) } })
	printer := virtualPrinter(b)
	cfg := touchConfig(b, br, printer.Path())
	out := make(chan time.Time, 1)
	cfg.Trace = func(step Step, _ string) {
		if step == StepFirstByte {
			out <- time.Now()
		}
	}
	k := start(b, cfg).ready(b)
	asker := floorUplink(b, br)

	var tickets, floors []time.Duration
	n := 0
	for b.Loop() {
		n++
		began := time.Now()
		k.page.press(b, fmt.Sprintf("touch-%06d", n), "home", "service", "cc")
		tickets = append(tickets, (<-out).Sub(began))
		k.page.wait(b, "the printed ticket", func(s state) bool { return s.text("screen") == "ticket" && s.says(`"finish"`) })
		k.page.press(b, fmt.Sprintf("touch-end-%06d", n), "ticket", "finish", "")
		k.page.screen(b, "home")
		floors = append(floors, floor(b, asker, disk, n))
	}
	b.ReportMetric(ms(tickets, 0.5), "p50-ms")
	b.ReportMetric(ms(tickets, 0.99), "p99-ms")
	b.ReportMetric(ms(floors, 0.5), "floor-p50-ms")
	b.ReportMetric(ms(floors, 0.99), "floor-p99-ms")
	b.ReportMetric(ms(tickets, 0.99)/ms(floors, 0.99), "p99/floor-p99")
}

func memory(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "floor.db"), machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func commit(t testing.TB, s *store.Store) {
	if err := s.Note(context.Background(), wire.TypeTicketRequested, wire.TicketFact{Request: "floor"}, time.Now()); err != nil {
		t.Error(err)
	}
}

// floorUplink is a bare way to the branch, without a kiosk.
func floorUplink(t testing.TB, br *branch) *uplink.Uplink {
	t.Helper()
	up := make(chan struct{}, 1)
	u, err := uplink.New(uplink.Config{
		Node: "L901-K02", Boot: machine.NewBoot(), Brokers: []string{br.url()}, Source: memory(t), Now: time.Now, Log: discard(),
		OnOffer: func(wire.Offer) {}, OnBoard: func(wire.Board) {}, Keep: func(string, []byte) {},
		OnLink: func(bool, time.Time) {
			select {
			case up <- struct{}{}:
			default:
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	background(t, u.Run)
	<-up
	return u
}

func floor(t testing.TB, u *uplink.Uplink, disk *store.Store, n int) time.Duration {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	began := time.Now()
	commit(t, disk)
	if _, err := u.Reserve(ctx, wire.TicketRequest{Request: fmt.Sprintf("floor-%d", n), Service: "cc"}); err != nil { // one commit there
		t.Error(err)
	}
	commit(t, disk)
	return time.Since(began)
}

func ms(all []time.Duration, q float64) float64 {
	slices.Sort(all)
	return float64(all[int(q*float64(len(all)-1))].Microseconds()) / 1000
}

func TestLatencyIsToldInQuantiles(t *testing.T) {
	l := newLatency()
	at := time.Now()
	for i := range manyDone + 10 {
		request := fmt.Sprint(i)
		l.note(StepTap, request, at)
		for n, step := range []Step{StepAsked, StepReserved, StepBegun, StepFirstByte} {
			l.note(step, request, at.Add(time.Duration(n+1)*time.Millisecond))
		}
		l.note(StepEnded, request, at)
	}
	l.note(StepFirstByte, "a reprint without a touch", at)
	raw, err := json.Marshal(figures(l.done))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"asked":{"max":1000,"p50":1000,"p99":1000},"begun":{"max":3000,"p50":3000,"p99":3000},` +
		`"first_byte":{"max":4000,"p50":4000,"p99":4000},"reserved":{"max":2000,"p50":2000,"p99":2000},"tickets":1000}`
	if string(raw) != want {
		t.Errorf("figures = %s, want %s", raw, want)
	}
	if len(l.open) != 0 {
		t.Errorf("%d requests are still open", len(l.open))
	}
}
