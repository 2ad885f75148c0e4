package journal_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/journal"
	"balcao/branch-server/replay"
	"balcao/internal/queue"
	"balcao/internal/trace"
	"balcao/internal/wire"
)

// TestEveryFactIsToldInWords tells each sample of a fact that a journal can hold.
func TestEveryFactIsToldInWords(t *testing.T) {
	samples, err := filepath.Glob("../../internal/wire/testdata/v1/fact-*.json")
	if err != nil || len(samples) < 30 {
		t.Fatalf("samples: %d, %v", len(samples), err)
	}
	for _, path := range samples {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var sample struct {
			Type    string          `json:"type"`
			Version int             `json:"v"`
			Data    json.RawMessage `json:"data"`
		}
		if err := json.Unmarshal(raw, &sample); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		fact, err := wire.DecodeFact(sample.Type, sample.Version, sample.Data)
		if err != nil {
			t.Fatal(err)
		}
		story := journal.NewStory(journal.Names{})
		story.Hear(queue.Entry{Seq: 1, At: time.Unix(0, 0), Event: fact})
		if line := story.String(story.Lines[0]); strings.Contains(line, "queue.") || strings.HasSuffix(line, "  ") {
			t.Errorf("%s is told as %q", sample.Type, line)
		}
	}
}

// rows writes entries as a journal holds them.
func rows(t *testing.T, entries []queue.Entry) []journal.Row {
	t.Helper()
	var all []journal.Row
	var head wire.Hash
	for _, e := range entries {
		kind, version, data, err := wire.EncodeFact(e.Event)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := wire.EncodeEvent(wire.Event{Seq: e.Seq, ID: "01J", Type: kind, Version: version, TS: e.At.UnixMilli(), CQ: wire.ClockOK, Data: data})
		if err != nil {
			t.Fatal(err)
		}
		head = head.Next(wire.Record{Seq: e.Seq, Raw: raw})
		all = append(all, journal.Row{Seq: e.Seq, Type: kind, Raw: raw, Head: head})
	}
	return all
}

// TestADayThatWasLivedIsLawful verifies a generated day, and then the same day with facts that no rule allows.
func TestADayThatWasLivedIsLawful(t *testing.T) {
	lived, err := replay.Run(trace.Generate(7))
	if err != nil {
		t.Fatal(err)
	}
	v := journal.NewVerifier()
	for _, r := range rows(t, lived.Entries) {
		v.Take(r)
	}
	if len(v.Faults) > 0 || v.Rows != len(lived.Entries) || v.Days != 1 {
		t.Errorf("%d of %d rows, %d days: %+v", v.Rows, len(lived.Entries), v.Days, v.Faults)
	}
	if _, whole := journal.Reconcile(lived.Day); !whole.Balanced() || whole.Given < 500 || whole.Still() > 0 {
		t.Errorf("accounts: %+v", whole)
	}
	last := lived.Entries[len(lived.Entries)-1]
	for name, event := range map[string]queue.Event{
		"a number twice":       queue.Reserved{Visit: queue.VisitID(len(lived.Day.Visits()) + 1), Number: queue.Number{Prefix: "A", N: 1}, Division: "0", Service: "0", Day: lived.Day.Date(), Request: "x"},
		"served and called":    queue.Called{Visit: 1, Counter: "1"},
		"a visit of nobody":    queue.Started{Visit: 9999, Counter: "1"},
		"a day that goes back": queue.DayOpened{Day: "2020-01-01"},
		"wrong totals":         queue.DayClosed{Day: lived.Day.Date(), Totals: queue.Totals{Reserved: 1}},
	} {
		v := journal.NewVerifier()
		for _, r := range rows(t, append(slices.Clip(lived.Entries), queue.Entry{Seq: last.Seq + 1, At: last.At, Event: event})) {
			v.Take(r)
		}
		if len(v.Faults) != 1 || v.Faults[0].Seq != last.Seq+1 || v.Faults[0].Torn {
			t.Errorf("%s: %+v", name, v.Faults)
		}
	}
}

func FuzzVerifierTakesAnything(f *testing.F) {
	f.Add(uint64(1), []byte(`{"s":1,"id":"01J","t":"ticket.called","v":1,"ts":1,"up":1,"cq":"ok","d":{"visit":1}}`))
	f.Add(uint64(7), []byte("{"))
	f.Fuzz(func(t *testing.T, seq uint64, raw []byte) {
		v := journal.NewVerifier()
		v.Take(journal.Row{Seq: seq, Raw: raw})
		v.Take(journal.Row{Seq: seq + 1, Raw: raw})
		if v.Rows != 2 {
			t.Fatal("a row was passed over")
		}
	})
}
