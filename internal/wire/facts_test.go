package wire_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

var newFacts = flag.Bool("new-facts", false, "write samples of facts that have none; never changes one that is there")

// examples is one fact of each type, every field filled.
func examples() []queue.Event {
	at := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	number := queue.Number{Prefix: "A", N: 23}
	done := []queue.Delivered{{Service: "cc-renew", Quantity: 2, Outcome: "done"}}
	return []queue.Event{
		queue.DayOpened{Day: "2026-11-23"},
		queue.DayClosed{Day: "2026-11-23", Totals: queue.Totals{Reserved: 9, Issued: 8, Voided: 1, Finished: 5, NoShows: 1, Open: 1, Cancelled: 1}},
		queue.Reserved{
			Visit: 23, Number: number, Division: "a", Service: "cc-renew", Body: "irn", Class: queue.ClassBooked, Slot: at,
			Lang: "pt", Request: "r-1", Kiosk: "L901-K01", Boot: "b-1", Day: "2026-11-23",
		},
		queue.Issued{Visit: 23, Number: number, Print: queue.PrintConfirmed, Revived: true},
		queue.PrintKnown{Visit: 23, Print: queue.PrintAccepted},
		queue.PrintFailure{Visit: 23, Cause: "paper_out", Until: at},
		queue.Voided{Visit: 23, Number: number, Cause: "print_failed"},
		queue.RequestClosed{Request: "r-1"},
		queue.Called{Visit: 23, Number: number, Service: "cc-renew", Counter: "3", Why: queue.Why{
			Rule: queue.RuleChosen, Tier: 1, Penalty: 1, Key: at, Waited: time.Minute, Others: 4, Passed: 20, PassedTkt: "A020",
			Secondary: true, Basis: queue.BasisLaw, Reason: "coordinator", Unlawful: true,
		}},
		queue.Recalled{Visit: 23, Counter: "3", Count: 1},
		queue.Started{Visit: 23, Counter: "3"},
		queue.Finished{Visit: 23, Counter: "3", Delivered: done, Outcome: "done"},
		queue.NotShown{Visit: 23, Counter: "3"},
		queue.PrioritySet{Visit: 23, Class: queue.ClassLaw, Reason: "claimed_at_counter"},
		queue.CounterOpened{Counter: "3"},
		queue.CounterClosed{Counter: "3"},
		queue.TakenBack{Visit: 23, Counter: "3", Service: "cc-renew", Body: "irn"},
		queue.AlarmRaised{Counter: "3"},
		queue.AlarmAnswered{Counter: "3", By: "4"},
		queue.Forwarded{
			Visit: 23, Number: number, Counter: "3", Service: "tax", Body: "at", Class: queue.ClassWalkIn,
			Place: queue.PlaceAfter, NotBefore: at, Delivered: done,
		},
		queue.Transferred{Visit: 23, Number: number, From: "cc-renew", Service: "tax", Body: "at", Class: queue.ClassWalkIn},
		queue.Held{Visit: 23, Counter: "3", Reason: "copies"},
		queue.Resumed{Visit: 23, Counter: "4"},
		queue.Cancelled{Visit: 23, Number: number, Cause: "left"},
		queue.Revived{Visit: 23, Number: number},
		queue.Postponed{Visit: 23, Counter: "3", Service: "cc-pickup", Body: "irn", Class: queue.ClassWalkIn, Delivered: done},
		queue.Returned{Visit: 23, Number: number},
		queue.Walked{Visit: 23, Number: number, Counter: "3"},
		queue.InaccurateSet{Visit: 23, Inaccurate: true},
		queue.BreakDue{Counter: "3", Reason: "lunch", Planned: true},
		queue.BreakStarted{Counter: "3", Reason: "lunch", Planned: true},
		queue.BreakEnded{Counter: "3"},
		queue.ServiceSuspended{Service: "cc-renew", Cause: "full"},
		queue.ServiceReopened{Service: "cc-renew"},
		queue.SkillsSet{Counter: "3", Primary: []queue.ServiceID{"cc-renew"}, Secondary: []queue.ServiceID{"tax"}},
		queue.Supervised{Action: "end_visit", By: "p-4f2a91c0", Reason: "left", Visit: 23, Counter: "3", Service: "cc-renew", Entries: 2},
		queue.ShareHeld{Division: "a", Numbers: 12},
		queue.Recovered{Epoch: 9, Block: 1, From: 6000},
		queue.Leased{Holder: "L901-K01", Epoch: 7, Day: "2026-11-24", Division: "a", Prefix: "A", From: 600, To: 649},
		queue.QuotaSet{Service: "cc-renew", Division: "a", Quota: 40, By: "p-7"},
		queue.DayReopened{Day: "2026-11-23", By: "p-7"},
		queue.NumbersBlocked{Division: "a", First: 950, Last: 999, By: "p-7"},
		queue.NumbersReleased{Division: "a", First: 950, By: "p-7"},
		queue.ThenSet{Visit: 23, Then: []queue.ServiceID{"tax", "cc-pickup"}, By: "p-7"},
		queue.PaperEntered{Visit: 23, Number: number, Counter: "3", Outcome: queue.StateFinished, Delivered: done, By: "p-7"},
		queue.PaperCorrected{
			Visit: 23, Number: number, Was: queue.StateNoShow, Outcome: queue.StateFinished, Service: "cc-renew", Body: "irn", Counter: "3",
			Delivered: done, By: "p-7",
		},
	}
}

// factSample is how a fact lies under testdata/v1.
type factSample struct {
	Type    string          `json:"type"`
	Version int             `json:"v"`
	Data    json.RawMessage `json:"data"`
}

func factSamples(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("testdata/v1/fact-*.json")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = raw
	}
	return all
}

// TestEverySampleOfAFactReadsBack: what was written once is read for ever, and written again as it was.
func TestEverySampleOfAFactReadsBack(t *testing.T) {
	samples := factSamples(t)
	if len(samples) < len(examples()) && !*newFacts {
		t.Fatalf("%d samples for %d types", len(samples), len(examples()))
	}
	for name, raw := range samples {
		var s factSample
		if err := json.Unmarshal(raw, &s); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		fact, err := wire.DecodeFact(s.Type, s.Version, s.Data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, unknown := fact.(queue.Noted); unknown {
			t.Errorf("%s: type %s is not known any more", name, s.Type)
			continue
		}
		kind, version, data, err := wire.EncodeFact(fact)
		if err != nil || kind != s.Type || version != s.Version || !bytes.Equal(data, s.Data) {
			t.Errorf("%s became %s v%d %s, %v", name, kind, version, data, err)
		}
	}
}

// TestEveryTypeOfFactHasASample also proves that encoding loses no field.
func TestEveryTypeOfFactHasASample(t *testing.T) {
	for _, e := range examples() {
		kind, version, data, err := wire.EncodeFact(e)
		if err != nil {
			t.Fatal(err)
		}
		again, err := wire.DecodeFact(kind, version, data)
		if err != nil || !reflect.DeepEqual(again, e) {
			t.Errorf("%s: %+v became %+v, %v", kind, e, again, err)
		}
		name := "testdata/v1/fact-" + strings.ReplaceAll(kind, ".", "-") + ".json"
		if _, err := os.Stat(name); err == nil {
			continue
		}
		if !*newFacts {
			t.Errorf("%s has no sample; write it with -new-facts", kind)
			continue
		}
		raw, err := json.Marshal(factSample{kind, version, data})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, append(raw, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFactsOfTheFirstReleaseKeepTheirMeaning reads bodies as the first version wrote them, without later fields.
func TestFactsOfTheFirstReleaseKeepTheirMeaning(t *testing.T) {
	fact, err := wire.DecodeFact(wire.TypeFinished, 1, []byte(`{"visit":23,"counter":"3"}`))
	if err != nil || !reflect.DeepEqual(fact, queue.Finished{Visit: 23, Counter: "3"}) {
		t.Errorf("%+v, %v", fact, err)
	}
	kind, version, data, err := wire.EncodeFact(fact)
	if err != nil || kind != wire.TypeFinished || version != 1 || string(data) != `{"visit":23,"counter":"3"}` {
		t.Errorf("%s v%d %s, %v", kind, version, data, err)
	}
}

func FuzzDecodeFact(f *testing.F) {
	for _, raw := range factSamples(f) {
		var s factSample
		if err := json.Unmarshal(raw, &s); err != nil {
			f.Fatal(err)
		}
		f.Add(s.Type, s.Version, []byte(s.Data))
	}
	f.Add("ticket.called", 9, []byte(`{`))
	f.Fuzz(func(t *testing.T, kind string, version int, data []byte) {
		fact, err := wire.DecodeFact(kind, version, data)
		if err != nil {
			return
		}
		k, v, again, err := wire.EncodeFact(fact)
		if err != nil {
			return // a moment that JSON cannot write
		}
		if k != kind || v != version {
			t.Fatalf("%s v%d became %s v%d", kind, version, k, v)
		}
		if _, err := wire.DecodeFact(k, v, again); err != nil {
			t.Fatalf("%s does not read back: %v", again, err)
		}
	})
}
