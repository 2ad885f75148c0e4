package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"balcao/hq/app/enginetest"
	"balcao/hq/ingest"
	"balcao/hq/network"
	"balcao/hq/store"
	"balcao/internal/carrier"
	"balcao/internal/replica"
	"balcao/internal/wire"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

func open(t *testing.T, path string) (*store.Store, *network.Network, *ingest.Ingest) {
	t.Helper()
	s, err := enginetest.Open(t.Context(), path, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	n := network.New(network.Options{Zone: time.UTC, Target: time.Hour, Silence: time.Minute, Limit: 10})
	i, err := ingest.New(t.Context(), s, n, clock, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s, n, i
}

// log writes facts of a branch, given as type and body in turn.
func log(facts ...string) []wire.Record {
	var records []wire.Record
	for i := 0; i < len(facts); i += 2 {
		seq := uint64(i/2 + 1)
		raw, err := wire.EncodeEvent(wire.Event{
			Seq: seq, ID: fmt.Sprint(seq), Type: facts[i], Version: 1, TS: noon.Add(-time.Hour).UnixMilli(), CQ: wire.ClockOK, Data: []byte(facts[i+1]),
		})
		if err != nil {
			panic(err)
		}
		records = append(records, wire.Record{Seq: seq, Raw: raw})
	}
	return records
}

func batch(epoch uint64, records []wire.Record, from, to int) wire.Batch {
	return wire.Batch{Node: "L901", Epoch: epoch, Prev: wire.Hash{}.Chain(records[:from-1]), Records: records[from-1 : to]}
}

func take(t *testing.T, i *ingest.Ingest, b ...wire.Batch) []replica.Decision {
	t.Helper()
	d, err := i.AcceptAll(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var day = log(
	"day.opened", `{"day":"2026-11-23"}`,
	"counter.opened", `{"counter":"7"}`,
	"ticket.reserved", `{"visit":1,"tk":{"p":"A","n":1},"svc":"cc","body":"irn","req":"r1"}`,
	"ticket.issued", `{"visit":1,"tk":{"p":"A","n":1},"print":"printed"}`,
	"future.fact", `{"x":1}`,
	"ticket.called", `{"visit":1,"counter":"7"}`,
)

func summary(t *testing.T, n *network.Network) network.Summary {
	t.Helper()
	d, known := n.Branch("L901", noon)
	if !known {
		t.Fatal("the branch is not known")
	}
	return d.Summary
}

func TestNothingIsShownThatIsNotCommitted(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		s, n, i := open(t, place(t))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := i.AcceptAll(t.Context(), []wire.Batch{batch(1, day, 1, 6)}); err == nil {
			t.Fatal("a closed store took a batch in")
		}
		if _, known := n.Branch("L901", noon); known {
			t.Error("what failed to commit is shown")
		}
	})
}

func TestDoublesAndGapsChangeNothing(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		_, n, i := open(t, place(t))
		take(t, i, batch(1, day, 1, 4))
		take(t, i, batch(1, day, 6, 6), batch(1, day, 1, 4), batch(1, day, 2, 3))
		if s := summary(t, n); s.Waiting != 1 || s.Log.HWM != 4 || s.Issued != 1 {
			t.Errorf("summary = %+v", s)
		}
		take(t, i, batch(1, day, 3, 6))
		if s := summary(t, n); s.Called != 1 || s.Log.HWM != 6 || s.Counters != 1 {
			t.Errorf("summary = %+v", s)
		}
	})
}

func TestARestartShowsWhatWasShown(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		path := place(t)
		s, n, i := open(t, path)
		take(t, i, batch(1, day, 1, 6))
		before := summary(t, n)
		i.Presence(carrier.Presence{Node: "L901", Online: true, Software: "1"})
		i.Live("L901", wire.Sample{TS: noon.UnixMilli(), Data: []byte(`{"branch":"L901","name":"Loja Um"}`)})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := i.Run(ctx); err != nil { // writes down what is left
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s, n, _ = open(t, path)
		after := summary(t, n)
		if after.Figures != before.Figures || after.Log != before.Log || after.Day != before.Day || after.Presence == wire.Online {
			t.Errorf("before %+v\nafter  %+v", before, after)
		}
		if facts := n.Facts(10, network.Sight{}); len(facts) != 4 || facts[0].Number.String() != "A001" {
			t.Errorf("facts = %+v", facts)
		}
		if links, err := s.Links(t.Context(), "L901", 5); err != nil || len(links) != 1 || links[0].State != wire.Online {
			t.Errorf("links = %+v, %v", links, err)
		}
	})
}

func TestADayGoesOnInANewEpoch(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		path := place(t)
		s, n, i := open(t, path)
		second := log("ticket.started", `{"visit":1,"counter":"7"}`)
		take(t, i, batch(1, day, 1, 6))
		take(t, i, batch(2, second, 1, 1))
		want := summary(t, n)
		if want.Serving != 1 || want.Log.Epoch != 2 || want.Log.HWM != 1 {
			t.Errorf("summary = %+v", want)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		_, n, _ = open(t, path)
		if got := summary(t, n); got.Figures != want.Figures || got.Log.Epoch != 2 {
			t.Errorf("after the restart: %+v", got)
		}
	})
}

func TestAForkIsShownAndTheOthersGoOn(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		_, n, i := open(t, place(t))
		take(t, i, batch(1, day, 1, 4))
		forged := log("counter.opened", `{"counter":"9"}`, "day.opened", `{"day":"2026-11-23"}`, "a", `{}`, "b", `{}`, "c", `{}`)
		if d := take(t, i, batch(1, forged, 3, 5)); d[0].Verdict != replica.Fork {
			t.Errorf("verdict = %v, want a fork", d[0].Verdict)
		}
		if s := summary(t, n); !s.Log.Quarantined || s.Waiting != 1 || s.State != network.Out {
			t.Errorf("summary = %+v", s)
		}
	})
}

func TestSamplesOfOthersAreRefused(t *testing.T) {
	for node, data := range map[wire.NodeID]string{
		"L901":     `{"branch":"L902"}`,
		"L901-K01": `{}`,
		"L903":     `[1,2]`,
	} {
		if _, err := ingest.DecodeLive(node, wire.Sample{Data: []byte(data)}); err == nil {
			t.Errorf("figures %s of %s were taken", data, node)
		}
	}
	if _, err := ingest.DecodeHealth("L901-K01", wire.Sample{Data: []byte(`{}`)}); err == nil {
		t.Error("health of a kiosk was taken at headquarters")
	}
	l, err := ingest.DecodeLive("L901", wire.Sample{TS: 42, Data: []byte(`{"waiting":1}`)})
	if err != nil || l.AtMS != 42 {
		t.Errorf("figures without a moment = %+v, %v; want the sample's", l, err)
	}
}

func FuzzSamples(f *testing.F) {
	f.Add("L901", int64(1), []byte(`{"branch":"L901","waiting":3,"queues":[{"svc":"cc","body":"irn","waiting":3,"longest":60}]}`))
	f.Add("L901", int64(-1), []byte(`{"kiosks":[{"n":"L901-K01","on":true,"dev":{"printer":"ready"}}]}`))
	f.Add("L901-K01", int64(0), []byte(`null`))
	f.Fuzz(func(t *testing.T, id string, ts int64, data []byte) {
		node, err := wire.ParseNodeID(id)
		if err != nil {
			return
		}
		s := wire.Sample{TS: ts, Data: data}
		if l, err := ingest.DecodeLive(node, s); err == nil && l.Branch != "" && l.Branch != id {
			t.Errorf("figures of %s taken for %s", l.Branch, id)
		}
		if _, err := ingest.DecodeHealth(node, s); err == nil && node != node.Branch() {
			t.Errorf("health of %s was taken", id)
		}
	})
}

var errDisk = errors.New("disk full")

// fullDisk takes batches and refuses notes.
type fullDisk struct{ *store.Store }

func (fullDisk) Note(context.Context, []network.Seen, []network.LinkChange) error { return errDisk }

func TestAFullDiskForNotesStopsNothing(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		s, n, _ := open(t, place(t))
		i, err := ingest.New(t.Context(), fullDisk{s}, n, clock, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		i.Presence(carrier.Presence{Node: "L901", Online: true})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := i.Run(ctx); err != nil {
			t.Errorf("run = %v, want to go on", err)
		}
		take(t, i, batch(1, day, 1, 6))
	})
}
