package store_test

import (
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"balcao/hq/network"
	"balcao/hq/network/report"
	"balcao/hq/store"
	"balcao/hq/visit/rollup"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// region is branches of two districts with some months of Days, straight in the roll-ups.
type region struct {
	t     *testing.T
	store *store.Store
	live  *network.Network
	dice  *rand.Rand
}

func newRegion(t *testing.T, at place) *region {
	t.Helper()
	s, err := openAt(t.Context(), at(t), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	r := &region{t: t, store: s, dice: dice()}
	r.live = network.New(network.Options{Zone: time.UTC, Limit: 20, Known: []network.Known{
		{ID: "L001", District: "Faro"}, {ID: "L002", District: "Faro"}, {ID: "L003", District: "Braga"},
	}})
	for _, id := range []wire.NodeID{"L001", "L002", "L003"} {
		for month := 7; month <= 9; month++ {
			r.month(id, month, 31)
		}
	}
	return r
}

func dice() *rand.Rand { return rand.New(rand.NewPCG(5, 6)) }

// month keeps some Days of a month anew.
func (r *region) month(id wire.NodeID, month, days int) {
	r.t.Helper()
	var all []report.Day
	for d := range days {
		date := time.Date(2026, time.Month(month), d+1, 0, 0, 0, 0, time.UTC)
		if int(date.Month()) != month || date.Weekday() == time.Sunday {
			continue
		}
		day := report.Day{Date: date.Format(time.DateOnly), Epoch: 3, Seq: uint64(month*100 + d)} //nolint:gosec // small
		for s := range 3 {
			day.Lines = append(day.Lines, r.line(queue.ServiceID(fmt.Sprintf("s%d", s)), queue.BodyID([]string{"irn", "at", "irn"}[s])))
		}
		places := rollup.Line{Sum: rollup.Sum{Halves: new([rollup.HalfHours]rollup.Half)}}
		places.OpenSeconds, places.BusySeconds = 8*3600, int64(r.dice.IntN(7*3600))
		day.Lines = append(day.Lines, places)
		all = append(all, day)
	}
	if err := r.store.KeepDays(r.t.Context(), report.Mark{Branch: id, Epoch: 3, At: time.Now()}, all); err != nil {
		r.t.Fatal(err)
	}
}

func (r *region) line(service queue.ServiceID, body queue.BodyID) rollup.Line {
	l := rollup.Line{Service: service, Body: body, Sum: rollup.Sum{Halves: new([rollup.HalfHours]rollup.Half)}}
	for range 1 + r.dice.IntN(9) {
		wait, half := time.Duration(r.dice.IntN(4000))*time.Second, &l.Halves[18+r.dice.IntN(16)]
		l.Issued, l.Called, half.Issued, half.Called = l.Issued+1, l.Called+1, half.Issued+1, half.Called+1
		l.Wait.Add(wait)
		half.Wait.Add(wait)
	}
	return l
}

func (r *region) look() {
	r.t.Helper()
	if err := report.NewKeeper(r.store, r.live, time.Hour, time.Now, slog.New(slog.DiscardHandler)).Look(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// answers are those to every kind of question, with Days at both ends.
func (r *region) answers() []report.Answer {
	r.t.Helper()
	at := func(month, day int) time.Time { return time.Date(2026, time.Month(month), day, 0, 0, 0, 0, time.UTC) }
	var all []report.Answer
	for _, group := range report.Groups() {
		for _, q := range []report.Question{
			{},
			{District: "Faro"},
			{Body: "irn"},
			{Service: "s1"},
			{Branch: "L002"},
			{Sees: func(d string) bool { return d == "Braga" }},
			{Serves: func(b queue.BodyID) bool { return b == "at" }},
		} {
			q.From, q.To, q.Group, q.Target = at(7, 6), at(9, 20), group, 20*time.Minute
			a, err := report.NewDesk(r.store, r.live).Ask(r.t.Context(), q)
			if err != nil {
				r.t.Fatal(err)
			}
			for i := range a.Rows { // the order of rows is the engine's, and sums of fractions know it
				for _, f := range []*float64{&a.Rows[i].Level, &a.Rows[i].Expected, &a.Rows[i].Low, &a.Rows[i].High} {
					*f = math.Round(*f*1e9) / 1e9
				}
			}
			a.Total.Level = math.Round(a.Total.Level*1e9) / 1e9
			all = append(all, a)
		}
	}
	return all
}

func (r *region) stale() int {
	r.t.Helper()
	all, err := r.store.Stale(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return len(all)
}

func TestSumsOfDistrictsAnswerAsTheLinesOfTheirBranchesDo(t *testing.T) {
	onEach(t, func(t *testing.T, at place) {
		r := newRegion(t, at)
		lines := r.answers()
		if r.stale() == 0 {
			t.Fatal("sums nobody made are said to be made")
		}
		r.look()
		if n := r.stale(); n != 0 {
			t.Fatalf("%d Days and months are not summed", n)
		}
		if sums := r.answers(); !reflect.DeepEqual(sums, lines) {
			t.Error("the sums of districts answer something else")
		}
		// One branch's Days change: they count at once, from their lines, and are summed again at the next look.
		r.month("L003", 9, 10)
		if n := r.stale(); n == 0 || n > 11 {
			t.Fatalf("%d Days and months are stale after ten changed", n)
		}
		changed := r.answers()
		if reflect.DeepEqual(changed, lines) {
			t.Error("what changed is not seen")
		}
		r.look()
		if sums := r.answers(); !reflect.DeepEqual(sums, changed) {
			t.Error("the sums of what changed answer something else")
		}
	})
}

func TestABranchThatMovesIsSummedInItsNewDistrict(t *testing.T) {
	onEach(t, func(t *testing.T, at place) {
		r := newRegion(t, at)
		r.look()
		r.live.Register(network.Known{ID: "L002", District: "Braga"})
		r.look()
		a, err := report.NewDesk(r.store, r.live).Ask(t.Context(), report.Question{
			From: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC), Group: report.ByDistrict,
		})
		if err != nil || len(a.Rows) != 2 || a.Rows[0].Key != "Braga" || a.Rows[0].Branches != 2 || a.Rows[1].Branches != 1 {
			t.Errorf("%+v, %v", a.Rows, err)
		}
	})
}

func TestASumThatBeganBeforeAChangeDoesNotHideIt(t *testing.T) {
	onEach(t, func(t *testing.T, at place) {
		r := newRegion(t, at)
		before, err := r.store.Stale(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r.month("L001", 9, 31) // while somebody sums what was
		for _, s := range before {
			if err := r.store.KeepAreas(t.Context(), s, nil); err != nil {
				t.Fatal(err)
			}
		}
		after, err := r.store.Stale(t.Context())
		if err != nil || len(after) != 27 || after[0].Date != "2026-09" {
			t.Errorf("%d stale, want September and its 26 Days: %+v, %v", len(after), after, err)
		}
	})
}
