package rollout_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/hq/app/enginetest"
	"balcao/hq/rollout"
	"balcao/hq/store"
	"balcao/internal/branch/above"
	"balcao/internal/wire"
)

// country is branches that take what they are sent as real ones do, and a desk over a real database.
type country struct {
	t        *testing.T
	file     string
	store    *store.Store
	desk     *rollout.Desk
	at       time.Time
	branches []rollout.Branch
	deaf     map[wire.NodeID]bool   // linked, and hears nothing
	refuses  map[wire.NodeID]string // rejects everything, with this sentence
	got      map[wire.NodeID][]int  // the numbers that each was sent
	serial   map[wire.NodeID]uint64 // sealed last
}

func newCountry(t *testing.T, place enginetest.Place, ids ...wire.NodeID) *country {
	t.Helper()
	c := &country{
		t: t, file: place(t), at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
		deaf: map[wire.NodeID]bool{}, refuses: map[wire.NodeID]string{}, got: map[wire.NodeID][]int{}, serial: map[wire.NodeID]uint64{},
	}
	for _, id := range ids {
		c.branches = append(c.branches, rollout.Branch{ID: id, Name: "Loja " + string(id), Linked: true, Config: &wire.ConfigHealth{}})
	}
	c.start()
	t.Cleanup(func() { _ = c.store.Close() })
	return c
}

// start opens headquarters, as after a kill: nothing but the database is left of before.
func (c *country) start() {
	c.t.Helper()
	if c.store != nil {
		if err := c.store.Close(); err != nil {
			c.t.Fatal(err)
		}
	}
	var err error
	if c.store, err = enginetest.Open(c.t.Context(), c.file, func() time.Time { return c.at }); err != nil {
		c.t.Fatal(err)
	}
	c.desk = rollout.NewDesk(c.store, c, func() bool { return true }, func() time.Time { return c.at }, slog.New(slog.DiscardHandler))
}

func (c *country) Branches() []rollout.Branch { return slices.Clone(c.branches) }

func (c *country) Sign(to wire.NodeID, serial uint64, body []byte) ([]byte, error) {
	c.serial[to] = serial
	return body, nil
}

func (c *country) Send(to wire.NodeID, sealed []byte) error {
	b := c.branch(to)
	said, _, err := wire.DecodeConfigDown(sealed)
	if err != nil {
		c.t.Fatal(err)
	}
	c.got[to] = append(c.got[to], said.Number)
	switch {
	case !b.Linked:
		return errors.New("no link")
	case c.deaf[to]:
		return nil
	}
	held := *b.Config
	held.Serial, held.Number, held.Hash, held.AtMS = c.serial[to], said.Number, said.Hash, c.at.UnixMilli()
	held.State, held.Text = wire.ConfigStateRejected, c.refuses[to]
	if held.Text == "" {
		held.State, held.Force, held.Runs = wire.ConfigStateApplied, said.Number, said.Hash
	}
	b.Config = &held
	return nil
}

func (c *country) branch(id wire.NodeID) *rollout.Branch {
	return &c.branches[slices.IndexFunc(c.branches, func(b rollout.Branch) bool { return b.ID == id })]
}

// later lets time pass, a second at a time.
func (c *country) later(d time.Duration) {
	c.t.Helper()
	for range int(d / time.Second) {
		c.at = c.at.Add(time.Second)
		if err := c.desk.Tick(c.t.Context()); err != nil {
			c.t.Fatal(err)
		}
	}
}

func (c *country) publish(plan rollout.Plan, layers ...above.Layer) int {
	c.t.Helper()
	for _, l := range layers {
		d, err := c.desk.Draft(c.t.Context())
		if err == nil {
			err = c.desk.Put(c.t.Context(), "eva", "texto", d.Revision, l)
		}
		if err != nil {
			c.t.Fatal(err)
		}
	}
	d, err := c.desk.Draft(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	number, err := c.desk.Publish(c.t.Context(), "eva", "", d.Revision, plan)
	if err != nil {
		c.t.Fatal(err)
	}
	return number
}

func (c *country) now() rollout.Now {
	c.t.Helper()
	n, err := c.desk.Look(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

// stands says how every branch stands, in one line.
func (c *country) stands() string {
	n := c.now()
	var all []string
	for _, b := range n.Branches {
		all = append(all, fmt.Sprintf("%s %s", b.ID, rollout.StandOf(n.Targets[b.ID], b)))
	}
	return strings.Join(all, ", ")
}

func (c *country) want(state rollout.State, ring int, stands string) {
	c.t.Helper()
	if p := c.now().Current; p.State != state || p.Ring != ring || c.stands() != stands {
		c.t.Fatalf("at %s: %s in ring %d (%s): %s; want %s in ring %d: %s", c.at.Format("15:04:05"), p.State, p.Ring, p.Why, c.stands(), state, ring, stands)
	}
}

func guard(minutes int) above.Layer {
	return above.Layer{ID: above.National, Text: fmt.Appendf(nil, "policy: {guard: %dm}\n", minutes)}
}

// piloted tries one branch first and watches it a minute.
func piloted(pilot wire.NodeID) rollout.Plan {
	return rollout.Plan{
		Rings: []rollout.Ring{{Name: "Piloto", Branches: []wire.NodeID{pilot}}, {Name: "Todas", Percent: 100}},
		Wait:  time.Minute, Patience: 5 * time.Minute,
	}
}

func TestARingOpensOnlyWhenTheOneBeforeWasWatched(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		c := newCountry(t, place, "L901", "L902", "L903")
		c.publish(piloted("L902"), guard(45))
		c.later(30 * time.Second)
		c.want(rollout.Running, 0, "L901 none, L902 right, L903 none")
		c.later(40 * time.Second)
		c.want(rollout.Running, 1, "L901 right, L902 right, L903 right")
		c.later(70 * time.Second)
		c.want(rollout.Done, 1, "L901 right, L902 right, L903 right")
		for id, got := range c.got {
			if !slices.Equal(got, []int{1}) {
				t.Errorf("%s was sent %v", id, got)
			}
		}
	})
}

// TestKilledHeadquartersGoesOn starts it again after every second of a roll-out, each time knowing no branch at first.
func TestKilledHeadquartersGoesOn(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		c := newCountry(t, place, "L901", "L902", "L903")
		c.deaf["L902"] = true
		c.publish(piloted("L902"), guard(45))
		known := c.branches
		for second := range 200 {
			c.start()
			c.branches = nil
			if err := c.desk.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.branches = known
			c.later(time.Second)
			if p := c.now().Current; p.Ring > 0 && (second <= 60 || c.deaf["L902"]) || p.State == rollout.Stopped {
				t.Fatalf("after %d s: %s in ring %d, %s", second, p.State, p.Ring, p.Why)
			}
			c.deaf["L902"] = second < 30
		}
		c.want(rollout.Done, 1, "L901 right, L902 right, L903 right")
		for _, id := range []wire.NodeID{"L901", "L903"} {
			if !slices.Equal(c.got[id], []int{1}) {
				t.Errorf("%s was sent %v", id, c.got[id])
			}
		}
	})
}

func TestABranchThatWasAwayGetsItWhenItIsBack(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		c := newCountry(t, place, "L901", "L902", "L903")
		c.branch("L903").Linked = false
		c.publish(piloted("L901"), guard(45))
		c.later(3 * time.Minute)
		c.want(rollout.Done, 1, "L901 right, L902 right, L903 away")
		if len(c.got["L903"]) > 0 {
			t.Error("something was sent to a branch that has no link")
		}
		c.branch("L903").Linked = true
		c.later(2 * time.Second)
		c.want(rollout.Done, 1, "L901 right, L902 right, L903 right")
	})
}

// TestABranchThatWasAwayGetsTheOneBeforeWhileTheNextIsTriedElsewhere: its ring has not come, and what the country runs is
// owed to it.
func TestABranchThatWasAwayGetsTheOneBeforeWhileTheNextIsTriedElsewhere(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		c := newCountry(t, place, "L901", "L902", "L903")
		c.branch("L903").Linked = false
		c.publish(piloted("L901"), guard(45))
		c.later(3 * time.Minute)
		c.publish(piloted("L901"), guard(50))
		c.refuses["L901"] = "não serve"
		c.later(10 * time.Second)
		c.want(rollout.Stopped, 0, "L901 rejected, L902 right, L903 away")
		c.branch("L903").Linked = true
		c.later(2 * time.Second)
		if c.want(rollout.Stopped, 0, "L901 rejected, L902 right, L903 right"); c.branch("L903").Config.Force != 1 {
			t.Errorf("it runs %+v", c.branch("L903").Config)
		}
	})
}

func TestTheGateStopsAtARejectionAndGoesOnAfterIt(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		c := newCountry(t, place, "L901", "L902", "L903")
		c.refuses["L902"] = "Serviço: não há."
		c.publish(piloted("L902"), guard(45))
		c.later(5 * time.Second)
		c.want(rollout.Stopped, 0, "L901 none, L902 rejected, L903 none")
		if why := c.now().Current.Why; why != "Loja L902 (L902) recusou: Serviço: não há." {
			t.Errorf("it says %q", why)
		}
		c.later(10 * time.Minute)
		c.want(rollout.Stopped, 0, "L901 none, L902 rejected, L903 none")
		delete(c.refuses, "L902")
		if err := c.desk.Resume(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		c.later(3 * time.Minute)
		c.want(rollout.Done, 1, "L901 right, L902 right, L903 right")
		if err := c.desk.Resume(t.Context(), 1); !errors.Is(err, rollout.ErrMeanwhile) {
			t.Errorf("what is done is resumed: %v", err)
		}
		if !slices.Equal(c.got["L902"], []int{1, 1}) {
			t.Errorf("it was sent %v", c.got["L902"])
		}
	})
}

// TestARejectionOfTheSameContentIsAskedAgain: the next publication says to that branch what the last one did, so that it
// has nothing new to say.
func TestARejectionOfTheSameContentIsAskedAgain(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		c := newCountry(t, place, "L901", "L902")
		c.refuses["L902"] = "não serve"
		c.publish(piloted("L902"), guard(45))
		c.later(5 * time.Second)
		c.publish(piloted("L902"), above.Layer{ID: "L901", Text: []byte("policy: {recalls: 2}\n")})
		c.later(5 * time.Second)
		c.want(rollout.Stopped, 0, "L901 none, L902 rejected")
		delete(c.refuses, "L902")
		if err := c.desk.Resume(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
		c.later(3 * time.Minute)
		c.want(rollout.Done, 1, "L901 right, L902 right")
	})
}

func TestTheGateIsHeldByANewSeriousAlert(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		c := newCountry(t, place, "L901", "L902")
		c.branch("L901").RedSince = c.at.Add(-time.Hour) // was red before: none of its business
		c.publish(piloted("L901"), guard(45))
		c.later(30 * time.Second)
		c.want(rollout.Running, 0, "L901 right, L902 none")
		c.branch("L901").RedSince = c.at
		c.later(time.Second)
		c.want(rollout.Stopped, 0, "L901 right, L902 none")
		if why := c.now().Current.Why; !strings.Contains(why, "alerta grave") {
			t.Errorf("it says %q", why)
		}
		if err := c.desk.Resume(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		c.later(3 * time.Minute)
		c.want(rollout.Done, 1, "L901 right, L902 right")
	})
}

func TestALinkThatIsLostWhileARingIsWatchedStopsAndResumeDoesNotWaitForIt(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		c := newCountry(t, place, "L901", "L902", "L903")
		c.publish(rollout.Plan{Rings: []rollout.Ring{{Name: "Piloto", Branches: []wire.NodeID{"L901", "L902"}}, {Name: "Todas", Percent: 100}}, Wait: time.Minute, Patience: 5 * time.Minute}, guard(45))
		c.later(30 * time.Second)
		c.branch("L901").Linked = false
		c.later(2 * time.Minute)
		c.want(rollout.Running, 0, "L901 right, L902 right, L903 none")
		c.later(4 * time.Minute)
		c.want(rollout.Stopped, 0, "L901 right, L902 right, L903 none")
		if err := c.desk.Resume(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		c.later(3 * time.Minute)
		c.want(rollout.Done, 1, "L901 away, L902 right, L903 right")
		c.branch("L901").Linked = true
		c.later(2 * time.Second)
		c.want(rollout.Done, 1, "L901 right, L902 right, L903 right")
	})
}

func TestARingOfNobodyWithALinkDoesNotPass(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		c := newCountry(t, place, "L901", "L902")
		c.branch("L901").Linked = false
		c.publish(piloted("L901"), guard(45))
		c.later(4 * time.Minute)
		c.want(rollout.Running, 0, "L901 away, L902 none")
		c.later(2 * time.Minute)
		c.want(rollout.Stopped, 0, "L901 away, L902 none")

		c = newCountry(t, place, "L902")
		c.publish(piloted("L901"), guard(45)) // a pilot that nobody knows
		c.later(6 * time.Minute)
		c.want(rollout.Stopped, 0, "L902 none")
	})
}

func TestADriftedBranchIsSentItAgainAboveWhatItBelieves(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		c := newCountry(t, place, "L901")
		c.publish(piloted("L901"), guard(45))
		c.later(3 * time.Minute)
		strange := *c.branch("L901").Config
		strange.Serial, strange.Runs = 900, "another"
		c.branch("L901").Config = &strange
		c.later(time.Minute)
		c.want(rollout.Done, 1, "L901 drifted")
		if err := c.desk.Again(t.Context(), "L901"); err != nil {
			t.Fatal(err)
		}
		c.later(2 * time.Second)
		if c.want(rollout.Done, 1, "L901 right"); c.serial["L901"] != 901 {
			t.Errorf("the serial is %d", c.serial["L901"])
		}
	})
}

func TestWhatIsNotAnsweredIsSentSeldomerAndStopsInTheEnd(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		c := newCountry(t, place, "L901", "L902")
		c.deaf["L901"] = true
		c.publish(piloted("L901"), guard(45))
		c.later(6 * time.Minute)
		c.want(rollout.Stopped, 0, "L901 sending, L902 none")
		if n := len(c.got["L901"]); n < 5 || n > 10 {
			t.Errorf("it was sent %d times in five minutes", n)
		}
	})
}

func TestGoingBackReachesAtOnceThoseItChanges(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		c := newCountry(t, place, "L901", "L902", "L903")
		c.publish(piloted("L901"), guard(45))
		c.later(3 * time.Minute)
		c.publish(piloted("L901"), guard(50))
		c.later(5 * time.Second)
		if number, err := c.desk.Back(t.Context(), "eva", 1); err != nil || number != 3 {
			t.Fatal(number, err)
		}
		c.later(5 * time.Second)
		c.want(rollout.Done, 0, "L901 right, L902 right, L903 right")
		if !slices.Equal(c.got["L901"], []int{1, 2, 3}) || !slices.Equal(c.got["L902"], []int{1}) {
			t.Errorf("they were sent %v", c.got)
		}
		if all, err := c.desk.History(t.Context(), 9); err != nil || len(all) != 3 || all[1].State != rollout.Left {
			t.Errorf("the history is %+v, %v", all, err)
		}
	})
}

// TestRingsShareTheBranchesAmongThem: every branch is in exactly one ring, and others go first the next time.
func TestRingsShareTheBranchesAmongThem(t *testing.T) {
	var all []rollout.Branch
	for i := range 40 {
		all = append(all, rollout.Branch{ID: wire.NodeID(fmt.Sprintf("L%03d", 100+i))})
	}
	plan := rollout.Plan{Rings: []rollout.Ring{{Branches: []wire.NodeID{"L107"}}, {Percent: 5}, {Percent: 50}, {Percent: 100}}}
	var first [2]string
	for number := range 2 {
		seen := map[wire.NodeID]bool{}
		for ring, want := range []int{1, 1, 18, 20} {
			members := rollout.Members(rollout.Publication{Number: number + 1, Plan: plan}, ring, all)
			for _, b := range members {
				if seen[b.ID] {
					t.Errorf("%s is in two rings", b.ID)
				}
				seen[b.ID] = true
				if ring == 2 {
					first[number] += string(b.ID)
				}
			}
			if len(members) != want {
				t.Errorf("ring %d has %d branches, want %d", ring, len(members), want)
			}
		}
		if len(seen) != len(all) {
			t.Errorf("%d branches are in a ring", len(seen))
		}
	}
	if first[0] == first[1] {
		t.Error("the same branches try first each time")
	}
}

func FuzzLayersAreReadOrRefused(f *testing.F) {
	raw, err := rollout.EncodeLayers([]above.Layer{guard(45), {ID: "L901", Text: []byte("x")}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`[{"ID":"\ud800"}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		layers, err := rollout.DecodeLayers(raw)
		if err != nil {
			return
		}
		again, err := rollout.EncodeLayers(layers)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rollout.DecodeLayers(again); err != nil || !json.Valid(again) {
			t.Errorf("%s: %v", again, err)
		}
	})
}
