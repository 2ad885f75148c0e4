package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"balcao/hq/command"
	"balcao/hq/store"
	"balcao/internal/wire"
)

// afar is a desk over a real database, and a branch at its end that says whatever the test has it say.
type afar struct {
	t      *testing.T
	store  *store.Store
	desk   *command.Desk
	at     time.Time
	away   bool
	health *wire.CommandHealth
	got    []wire.Command
	number []uint64
}

func newAfar(t *testing.T, path string) *afar {
	t.Helper()
	a := &afar{t: t, at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), health: &wire.CommandHealth{Knows: wire.Commands()}}
	s, err := openAt(t.Context(), path, func() time.Time { return a.at })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	a.store = s
	a.start()
	return a
}

// start is headquarters after a kill: nothing but the database is left.
func (a *afar) start() {
	a.desk = command.NewDesk(a.store, a, func() time.Time { return a.at }, slog.New(slog.DiscardHandler))
}

func (a *afar) Branch(id wire.NodeID) (command.Branch, bool) {
	b := command.Branch{Linked: !a.away, Health: a.health}
	if a.away {
		b.Health = nil
	}
	return b, id == "L901"
}

func (a *afar) Here(wire.NodeID) bool { return !a.away }

func (a *afar) Sign(_ wire.NodeID, number uint64, body []byte) ([]byte, error) {
	a.number = append(a.number, number)
	return body, nil
}

func (a *afar) Send(_ wire.NodeID, sealed []byte) error {
	c, err := wire.DecodeCommand(sealed)
	a.got = append(a.got, c)
	return err
}

func (a *afar) Name(person string) string { return "Dona " + person }

func (a *afar) give(id, do string, life time.Duration) error {
	c := command.Command{ID: id, Branch: "L901", Do: do, By: "duarte", Until: a.at.Add(life)}
	if do == wire.CommandMessage {
		c.Text = "Bom dia"
	}
	return a.desk.Give(a.t.Context(), c)
}

func (a *afar) tick(after time.Duration) {
	a.t.Helper()
	a.at = a.at.Add(after)
	if err := a.desk.Tick(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
}

func (a *afar) says(node wire.NodeID, id, state, why string) error {
	raw, err := wire.EncodeCommandResult(wire.CommandResult{ID: id, State: state, Why: why, Words: "Assim foi.", AtMS: a.at.UnixMilli()})
	if err != nil {
		a.t.Fatal(err)
	}
	return a.desk.Hear(a.t.Context(), node, raw)
}

func (a *afar) is(id string, want command.State) command.Command {
	a.t.Helper()
	c, there, err := a.desk.One(a.t.Context(), "L901", id)
	if err != nil || !there || c.State != want {
		a.t.Errorf("%s is %q (%v), want %q", id, c.State, err, want)
	}
	return c
}

func TestACommandIsSentUntilItHasAnAnswer(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		a := newAfar(t, file(t))
		for range 2 { // pressed twice
			if err := a.give("command-one", wire.CommandBackup, time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		a.is("command-one", command.Waiting)
		a.tick(0)
		a.tick(time.Second) // too soon for another
		if len(a.got) != 1 || a.got[0].By != "Dona duarte" || a.got[0].Do != wire.CommandBackup || a.got[0].Ask {
			t.Fatalf("the branch was sent %+v", a.got)
		}
		a.is("command-one", command.Sent)
		a.start()
		a.health.Highest = 1 << 52 // an older copy of headquarters must go on above it
		a.tick(3 * time.Second)
		if len(a.number) != 2 || a.number[1] != 1<<52+1 {
			t.Fatalf("numbers %v", a.number)
		}
		if err := a.says("L901", "command-one", wire.CommandReceived, ""); err != nil {
			t.Fatal(err)
		}
		a.is("command-one", command.Received)
		a.tick(time.Hour)
		if last := a.got[len(a.got)-1]; !last.Ask || last.Do != "" {
			t.Errorf("one that the branch has is given again: %+v", last)
		}
		if err := a.says("L902", "command-one", wire.CommandDone, ""); !errors.Is(err, command.ErrStranger) {
			t.Errorf("another branch answers: %v", err)
		}
		for range 2 {
			if err := a.says("L901", "command-one", wire.CommandDone, ""); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.says("L901", "command-one", wire.CommandFailed, "fault"); err != nil {
			t.Fatal(err)
		}
		c := a.is("command-one", command.Done)
		if c.Words != "Assim foi." || c.Sent.IsZero() || c.Came.IsZero() || c.Ended.IsZero() {
			t.Errorf("kept: %+v", c)
		}
		before := len(a.got)
		a.tick(time.Hour)
		if len(a.got) != before {
			t.Error("one that is done is sent again")
		}
		if !slices.IsSorted(a.number) {
			t.Errorf("numbers go back: %v", a.number)
		}
	})
}

func TestACommandWaitsForABranchThatIsAwayUntilItsTimeIsOver(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		a := newAfar(t, file(t))
		a.away = true
		for i, life := range []time.Duration{time.Hour, 4 * time.Hour, 4 * time.Hour} {
			if err := a.give(fmt.Sprintf("command-%d", i), wire.CommandReport, life); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.desk.Withdraw(t.Context(), "L901", "command-2"); err != nil {
			t.Fatal(err)
		}
		a.tick(2 * time.Hour)
		a.is("command-0", command.Expired)
		a.is("command-1", command.Waiting)
		a.is("command-2", command.Withdrawn)
		a.away = false
		a.tick(time.Second)
		if len(a.got) != 1 || a.got[0].ID != "command-1" {
			t.Fatalf("when it is back it is sent %+v", a.got)
		}
		if err := a.desk.Withdraw(t.Context(), "L901", "command-1"); !errors.Is(err, command.ErrGone) {
			t.Errorf("one that was sent is withdrawn: %v", err)
		}
	})
}

// TestOneThatExpiredOnItsWayIsAskedAbout: the branch may have done it.
func TestOneThatExpiredOnItsWayIsAskedAbout(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		a := newAfar(t, file(t))
		for _, id := range []string{"command-done", "command-lost"} {
			if err := a.give(id, wire.CommandBackup, time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		a.tick(0)
		a.away = true
		a.tick(2 * time.Hour)
		a.is("command-done", command.Expired)
		a.away, a.got = false, nil
		a.tick(time.Second)
		if len(a.got) != 2 || !a.got[0].Ask || !a.got[1].Ask {
			t.Fatalf("asked: %+v", a.got)
		}
		if err := errors.Join(a.says("L901", "command-done", wire.CommandDone, ""), a.says("L901", "command-lost", wire.CommandUnknown, "")); err != nil {
			t.Fatal(err)
		}
		a.is("command-done", command.Done)
		if c := a.is("command-lost", command.Expired); c.Why != wire.CommandTooLate {
			t.Errorf("one that never came: %+v", c)
		}
		a.got = nil
		a.tick(time.Hour)
		if len(a.got) != 0 {
			t.Errorf("asked again: %+v", a.got)
		}
	})
}

func TestWhatMakesNoSenseIsNotGiven(t *testing.T) {
	a := newAfar(t, file(t))
	long := make([]rune, wire.MaxCommandText+1)
	for i := range long {
		long[i] = 'á'
	}
	hour := a.at.Add(time.Hour)
	for want, c := range map[error]command.Command{
		command.ErrKind: {ID: "command-a", Branch: "L901", Do: "dance", Until: hour},
		command.ErrNode: {ID: "command-b", Branch: "L901", Do: wire.CommandRestart, Node: "L902-K01", Until: hour},
		command.ErrText: {ID: "command-c", Branch: "L901", Do: wire.CommandMessage, Text: string(long), Until: hour},
		command.ErrTime: {ID: "command-d", Branch: "L901", Do: wire.CommandBackup, Until: a.at.Add(30 * 24 * time.Hour)},
	} {
		if err := a.desk.Give(t.Context(), c); !errors.Is(err, want) {
			t.Errorf("%+v: %v, want %v", c, err, want)
		}
	}
	a.health.Knows = []string{wire.CommandCheck}
	if err := a.give("command-e", wire.CommandBackup, time.Hour); !errors.Is(err, command.ErrOld) {
		t.Errorf("a branch whose program does not know it: %v", err)
	}
	a.health.Knows = wire.Commands()
	var err error
	for i := 0; err == nil && i < 50; i++ {
		err = a.give(fmt.Sprintf("command-many-%d", i), wire.CommandCheck, time.Hour)
	}
	if !errors.Is(err, command.ErrMany) {
		t.Errorf("fifty at once: %v", err)
	}
	raw, _ := json.Marshal(wire.CommandResult{ID: "command-a", State: wire.CommandDone})
	if err := a.desk.Hear(t.Context(), "L901", raw); !errors.Is(err, command.ErrStranger) {
		t.Errorf("an answer to nothing: %v", err)
	}
	if err := a.desk.Hear(t.Context(), "L901", []byte("{")); !errors.Is(err, wire.ErrMalformed) {
		t.Errorf("an answer that cannot be read: %v", err)
	}
}

func TestCommandsOfLongAgoAreForgotten(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		a := newAfar(t, file(t))
		if err := a.give("command-one", wire.CommandMessage, time.Hour); err != nil {
			t.Fatal(err)
		}
		if err := a.store.ForgetCommands(t.Context(), a.at.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if all, err := a.desk.Of(t.Context(), "L901", 10); err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}
