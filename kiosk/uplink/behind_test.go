package uplink

import (
	"testing"
	"time"

	"balcao/internal/wire"
)

func TestABoardIsStaleWhenTheBeatsHaveBeenAheadForTenSeconds(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	u := &Uplink{behind: &behind{now: func() time.Time { return at }}}
	board := func(seq uint64) bool { return u.behind.board(wire.Board{Epoch: 1, Seq: seq}) }
	beat := func(epoch, seq uint64) bool { return u.behind.beat(wire.Beat{Epoch: epoch, Seq: seq}) }
	stale := func() bool { _, _, since := u.Board(); return !since.IsZero() }
	board(5)
	if beat(1, 5) || beat(1, 4) || stale() {
		t.Error("the newest board is called stale")
	}
	beat(1, 6)
	at = at.Add(Stale - time.Second)
	if beat(1, 7) || stale() {
		t.Error("stale before ten seconds")
	}
	at = at.Add(time.Second)
	if !beat(1, 8) || !stale() {
		t.Error("not stale after ten seconds")
	}
	at = at.Add(time.Minute)
	if beat(1, 9) {
		t.Error("told twice")
	}
	if _, _, since := u.Board(); at.Sub(since) != 70*time.Second {
		t.Errorf("stale since %v, want 70 s ago", since)
	}
	if !board(9) || stale() {
		t.Error("still stale after the newest board")
	}
	beat(2, 1) // the branch began another journal, and its board has not come
	at = at.Add(Stale)
	if !beat(2, 1) || !stale() {
		t.Error("a board of the journal before is not stale")
	}
}
