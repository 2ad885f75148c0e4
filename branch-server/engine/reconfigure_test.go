package engine_test

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/internal/queue"
)

func publication(version int, c queue.Catalogue) engine.Publication {
	return engine.Publication{Version: version, Hash: "h", Document: []byte("x"), Author: "joana", Catalogue: c}
}

// TestADayGoesOnUnderANewCatalogue: what waits is called under the new rules, and a replay gives the same Day.
func TestADayGoesOnUnderANewCatalogue(t *testing.T) {
	j := &memory{}
	e, _ := start(t, j, 2)
	do(t, e, "", queue.OpenDay{Day: "2026-11-23"})
	do(t, e, "", ticket("r-1"))
	do(t, e, "", queue.Reserve{Request: "r-2", Service: "cc", Class: queue.ClassWalkIn, Kiosk: "L901-K01", Boot: "b"})
	c := branchOf(3)
	c.Policy.Silence = 45 * time.Second
	inForce := 0
	if _, err := e.Reconfigure(t.Context(), "k-1", publication(1, c), func() { inForce++ }); err != nil {
		t.Fatal(err)
	}
	if again, err := e.Reconfigure(t.Context(), "k-1", publication(1, c), func() { inForce++ }); err != nil || again.Key != "k-1" || inForce != 1 {
		t.Errorf("the same key again: %+v, %v, in force %d times", again, err, inForce)
	}
	do(t, e, "", queue.OpenCounter{Counter: "3"})
	if a := do(t, e, "", queue.CallNext{Counter: "3"}); a.Refused != "" || a.Counter != "3" {
		t.Errorf("the new counter called %+v", a)
	}
	day, _, err := j.Replay(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Read(t.Context(), func(d *queue.Day, _ time.Time) {
		if !reflect.DeepEqual(d.Visits(), day.Visits()) || !reflect.DeepEqual(d.Calls(), day.Calls()) || !d.Due().Equal(day.Due()) {
			t.Errorf("replayed %+v\nlived %+v", day.Visits(), d.Visits())
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// TestReplayEqualsLivingOverRandomPublications: whatever is pressed between publications, a replay is the Day that was
// lived.
func TestReplayEqualsLivingOverRandomPublications(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // a test wants the same days again
		j := &memory{}
		e, _ := start(t, j, 3)
		do(t, e, "", queue.OpenDay{Day: "2026-11-23"})
		version, c := 0, branchOf(3)
		for i := range 200 {
			counter := queue.CounterID([]string{"1", "2", "3"}[r.IntN(3)])
			id := string(rune('a'+i%26)) + string(rune('a'+i/26))
			var cmd queue.Command
			switch r.IntN(7) {
			case 0, 1:
				cmd = ticket(id)
			case 2:
				cmd = queue.Reserve{Request: queue.RequestID(id), Service: "cc", Class: queue.ClassWalkIn, Kiosk: "L901-K01", Boot: "b"}
			case 3:
				cmd = queue.CallNext{Counter: counter}
			case 4:
				cmd = queue.OpenCounter{Counter: counter}
			case 5:
				cmd = queue.CloseCounter{Counter: counter}
			default:
				next := branchOf(2 + r.IntN(3))
				next.Policy.Guard = time.Duration(15+r.IntN(60)) * time.Minute
				next.Policy.Silence = time.Duration(5+r.IntN(60)) * time.Second
				_, err := e.Reconfigure(t.Context(), "", publication(version+1, next), nil)
				if _, left := errors.AsType[engine.LeftError](err); err != nil && !left {
					t.Fatal(err)
				}
				if err == nil {
					version, c = version+1, next
				}
				continue
			}
			if _, err := e.Do(t.Context(), "", cmd); err != nil {
				t.Fatal(err)
			}
		}
		day, _, err := j.Replay(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Read(t.Context(), func(d *queue.Day, _ time.Time) {
			if !reflect.DeepEqual(d.Visits(), day.Visits()) || !d.Due().Equal(day.Due()) || version == 0 {
				t.Errorf("seed %d: the replay is not the Day that was lived (%d publications)", seed, version)
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAPublicationThatLosesSomebodyIsRefused(t *testing.T) {
	j := &memory{}
	e, _ := start(t, j, 2)
	do(t, e, "", queue.OpenDay{Day: "2026-11-23"})
	do(t, e, "", ticket("r-1"))
	do(t, e, "", ticket("r-2"))
	without := branchOf(1)
	without.Services[0].ID = "other"
	for i := range without.Counters {
		without.Counters[i].Primary = []queue.ServiceID{"other"}
	}
	_, err := e.Reconfigure(t.Context(), "", publication(1, without), func() { t.Error("it came into force") })
	left, is := errors.AsType[engine.LeftError](err)
	if !is || left.Tickets() != 2 {
		t.Errorf("err = %v, want two tickets named", err)
	}
	do(t, e, "", queue.OpenCounter{Counter: "2"})
	_, err = e.Reconfigure(t.Context(), "", publication(1, branchOf(1)), nil)
	if left, is = errors.AsType[engine.LeftError](err); !is || len(left.Counters) != 1 || left.Counters[0] != "2" {
		t.Errorf("err = %v, want the open counter named", err)
	}
	swapped := branchOf(2)
	swapped.Divisions[0].ID = "new"
	swapped.Services[0].Division = "new"
	_, err = e.Reconfigure(t.Context(), "", publication(1, swapped), nil)
	if left, is = errors.AsType[engine.LeftError](err); !is || len(left.Letters) != 1 {
		t.Errorf("err = %v, want the letter in use named", err)
	}
	_, err = e.Reconfigure(t.Context(), "", publication(1, queue.Catalogue{Policy: queue.Policy{}}), nil)
	if _, is := errors.AsType[engine.FaultsError](err); !is {
		t.Errorf("err = %v, want faults", err)
	}
	if _, err := e.Reconfigure(t.Context(), "", publication(7, branchOf(2)), nil); !errors.Is(err, engine.ErrVersion) {
		t.Errorf("err = %v, want ErrVersion", err)
	}
}

func TestAPublicationThatIsNotOnDiskIsNotInForce(t *testing.T) {
	j := &memory{}
	e, _ := start(t, j, 2)
	do(t, e, "", queue.OpenDay{Day: "2026-11-23"})
	j.breakDown(errors.New("disk full"))
	_, err := e.Reconfigure(t.Context(), "k-1", publication(1, branchOf(3)), func() { t.Error("it came into force") })
	if !errors.Is(err, engine.ErrUnavailable) {
		t.Fatalf("err = %v", err)
	}
	j.breakDown(nil)
	if a := do(t, e, "", queue.OpenCounter{Counter: "3"}); a.Refused != queue.ErrUnknownCounter {
		t.Errorf("the Day runs under a catalogue that is not on disk: %+v", a)
	}
	if _, err := e.Reconfigure(t.Context(), "k-1", publication(1, branchOf(3)), nil); err != nil {
		t.Errorf("the same wish again: %v", err)
	}
}
