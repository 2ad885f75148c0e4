package web

import (
	"context"
	"fmt"
	"html/template"
	"log/slog"
	"os"
	"syscall"
	"testing"
	"time"

	"balcao/hq/atlas"
	"balcao/hq/network"
	"balcao/hq/people"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// country is a live network of so many branches, each with a morning of visits behind it and some who wait.
func country(b testing.TB, branches int, at time.Time) *network.Network {
	b.Helper()
	land := atlas.Portugal()
	n := network.New(network.Options{
		Zone: time.UTC, Target: 20 * time.Minute, Silence: time.Hour, Limit: branches,
		Simulated: func(wire.NodeID) bool { return true },
		Invent:    func(id wire.NodeID) (atlas.Position, string) { return land.Invent(string(id)) },
	})
	for i := range branches {
		id := wire.NodeID(fmt.Sprintf("S%03d", i+1))
		visits := 24
		if i%431 < 31 {
			visits = 250
		}
		n.Present(id, network.Presence{Online: true}, at)
		n.Commit(id, 1, morning(b, visits, at), at)
		n.Live(id, liveOf(id, at), 0, at)
	}
	return n
}

// liveOf are figures of a branch whose log is ahead of what is held here by nothing.
func liveOf(id wire.NodeID, at time.Time) wire.Live {
	return wire.Live{Branch: string(id), Name: "Espaço Cidadão " + string(id) + " (simulação)", AtMS: at.UnixMilli(), Open: true, Seq: 1}
}

// morning is the log of a Day with so many visits of which the last eighth waits.
func morning(b testing.TB, visits int, at time.Time) []wire.Record {
	b.Helper()
	var all []wire.Record
	add := func(e queue.Event, at time.Time) {
		kind, v, data, err := wire.EncodeFact(e)
		if err != nil {
			b.Fatal(err)
		}
		raw, err := wire.EncodeEvent(wire.Event{
			Seq: uint64(len(all) + 1), ID: fmt.Sprint(len(all)), Type: kind, Version: v, TS: at.UnixMilli(), CQ: wire.ClockOK, Data: data,
		})
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, wire.Record{Seq: uint64(len(all) + 1), Raw: raw})
	}
	opened := at.Add(-4 * time.Hour)
	add(queue.DayOpened{Day: queue.DateOf(at, time.UTC)}, opened)
	add(queue.CounterOpened{Counter: "1"}, opened)
	for i := range visits {
		id, number := queue.VisitID(i+1), queue.Number{Prefix: "A", N: i + 1}
		came := opened.Add(time.Duration(i) * 4 * time.Hour / time.Duration(visits))
		add(queue.Reserved{Visit: id, Number: number, Division: "A", Service: "service-A", Body: "body-A", Class: queue.ClassWalkIn, Request: queue.RequestID(fmt.Sprint(i)), Day: queue.DateOf(at, time.UTC)}, came)
		add(queue.Issued{Visit: id, Number: number, Print: queue.PrintConfirmed}, came)
		if i < visits-visits/8 {
			add(queue.Called{Visit: id, Number: number, Service: "service-A", Counter: "1"}, came.Add(time.Minute))
			add(queue.Started{Visit: id, Counter: "1"}, came.Add(time.Minute))
			add(queue.Finished{Visit: id, Counter: "1"}, came.Add(2*time.Minute))
		}
	}
	return all
}

// scales are one branch in each of the networks that the refresh is measured with.
func scales() []int {
	if os.Getenv("BALCAO_SOAK") != "" {
		return []int{1431, 2862, 5724, 14310}
	}
	return []int{431, 1431, 4310}
}

// spentSoFar is the processor time of this program.
func spentSoFar(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRefresh is one second of the national page: every branch has told new figures, a tenth of them a new fact,
// the picture is drawn and what changed of it is encoded for those who look.
func BenchmarkRefresh(b *testing.B) {
	for _, branches := range scales() {
		b.Run(fmt.Sprint(branches), func(b *testing.B) {
			at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
			n := country(b, branches, at)
			s, err := New(Options{Network: n, Zone: time.UTC, Target: 20 * time.Minute, Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				b.Fatal(err)
			}
			render := func(_ context.Context, now time.Time) view { return s.national(now, visitor{}) }
			told := render(b.Context(), at)
			b.ResetTimer()
			var spent time.Duration
			for range b.N {
				at = at.Add(time.Second)
				b.StopTimer()
				for i := range branches {
					id := wire.NodeID(fmt.Sprintf("S%03d", i+1))
					n.Live(id, liveOf(id, at), 0, at)
				}
				began := spentSoFar(b)
				b.StartTimer()
				now := render(b.Context(), at)
				difference(told, now)
				told = now
				spent += spentSoFar(b) - began
			}
			b.ReportMetric(float64(spent.Microseconds())/1000/float64(b.N), "cpu-ms/op") // which what runs beside it changes less
		})
	}
}

func TestPagesThatLookTogetherAreToldTheSameBytes(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	n := country(t, 40, at)
	s, err := New(Options{Network: n, Zone: time.UTC, Target: 20 * time.Minute, Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	first := s.national(at, visitor{})
	whole, err := s.encode(view{}, first, true)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := s.encode(first, first, true); len(again) == 0 || &again[0] != &whole[0] {
		t.Error("a second page that opens is told other bytes than the first")
	}
	n.Commit("S002", 1, morning(t, 25, at)[100:], at)
	at = at.Add(time.Second)
	second := s.national(at, visitor{})
	if second.id == first.id {
		t.Fatal("a second later the same picture is shown")
	}
	change, err := s.encode(first, second, false)
	if err != nil || len(change) == 0 {
		t.Fatalf("change = %s, %v", change, err)
	}
	if again, _ := s.encode(first, second, false); &again[0] != &change[0] {
		t.Error("a second page that looks on is told other bytes than the first")
	}
	if nothing, err := s.encode(second, second, false); err != nil || nothing != nil {
		t.Errorf("of the same picture is told %s, %v", nothing, err)
	}
	own := s.drawNational(at, visitor{person: &people.Person{Districts: []string{"nowhere"}}})
	if got, err := s.encode(view{}, own, true); err != nil || len(got) >= len(whole) {
		t.Errorf("who sees no district is told %d bytes, %v; everybody else %d", len(got), err, len(whole))
	}
	if got, err := s.encode(own, own, true); err != nil || len(got) >= len(whole) {
		t.Errorf("who sees no district is told %d bytes, %v; everybody else %d", len(got), err, len(whole))
	}
}

func TestAPartOfAPageIsMadeOnceForWhatItSays(t *testing.T) {
	var m memo[int]
	made := 0
	part := func() template.HTML { made++; return "x" }
	for range 3 {
		m.get(7, part)
	}
	if made != 1 {
		t.Errorf("made %d times, want once", made)
	}
	for i := range mostParts + 10 {
		m.get(i, part)
	}
	if len(m.made) > mostParts {
		t.Errorf("%d parts are remembered, at most %d are allowed", len(m.made), mostParts)
	}
}
