package network_test

import (
	"testing"
	"time"

	"balcao/hq/alert"
	"balcao/hq/network"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

func TestWhoWaitsWithoutACounterIsToldAndForgottenAgain(t *testing.T) {
	n := newNetwork()
	n.Present("L901", network.Presence{Online: true}, noon)
	n.Commit("L901", 1, log(1, queue.DayOpened{Day: "2026-11-23"},
		queue.Reserved{Visit: 1, Number: queue.Number{Prefix: "A", N: 1}, Service: "x", Body: "irn", Request: "r"},
		queue.Issued{Visit: 1, Print: queue.PrintConfirmed}), noon)
	at := noon
	look := func(minutes int) (opened, closed []alert.Alert) {
		for range minutes * 4 {
			at = at.Add(15 * time.Second)
			n.Live("L901", wire.Live{AtMS: at.UnixMilli(), Seq: 3}, 0, at)
			o, c := n.CheckAlerts(at)
			opened, closed = append(opened, o...), append(closed, c...)
		}
		return opened, closed
	}
	if opened, _ := look(3); len(opened) != 0 {
		t.Fatalf("told after less than three minutes: %+v", opened)
	}
	opened, _ := look(1)
	if len(opened) != 1 || opened[0].Rule != alert.NoCounter || len(n.Alerts()) != 1 {
		t.Fatalf("opened %+v, open %+v; want that nobody serves", opened, n.Alerts())
	}
	n.Commit("L901", 1, log(4, queue.CounterOpened{Counter: "1"}), at)
	if _, closed := look(1); len(closed) != 1 || len(n.Alerts()) != 0 {
		t.Errorf("closed %+v, still open %+v", closed, n.Alerts())
	}
	// Silence is its own cause and hides every other.
	at = at.Add(time.Minute)
	n.CheckAlerts(at)
	if opened, _ := n.CheckAlerts(at.Add(4 * time.Minute)); len(opened) != 0 {
		t.Errorf("opened %+v, want that a router may start anew", opened)
	}
	if opened, _ := n.CheckAlerts(at.Add(5 * time.Minute)); len(opened) != 1 || opened[0].Rule != alert.Offline {
		t.Errorf("opened %+v, want that the branch is gone", opened)
	}
}

// A branch that is closed by its hours is no branch in trouble; when it opens again, the night does not count as silence.
func TestAClosedBranchIsLeftInPeace(t *testing.T) {
	n := newNetwork()
	n.Present("L901", network.Presence{Online: true}, noon)
	n.Commit("L901", 1, log(1, queue.DayOpened{Day: "2026-11-23"}), noon)
	kiosk := []wire.KioskHealth{{Node: "L901-K01", Devices: map[string]string{"printer": "paper_out"}, Since: noon.Add(-time.Hour).UnixMilli()}}
	at := noon
	look := func(closed bool, next time.Time) (opened []alert.Alert) {
		for range 8 {
			at = at.Add(15 * time.Second)
			l := wire.Live{AtMS: at.UnixMilli(), Day: "2026-11-23", Open: true, Seq: 1, Closed: closed}
			if closed {
				l.NextMS = next.UnixMilli()
			}
			n.Live("L901", l, 0, at)
			n.Health("L901", wire.Health{Kiosks: kiosk}, 0, at)
			o, _ := n.CheckAlerts(at)
			opened = append(opened, o...)
		}
		return opened
	}
	opens := noon.Add(20 * time.Hour)
	if opened := look(true, opens); len(opened) != 0 {
		t.Errorf("told of a closed branch: %+v", opened)
	}
	if d, ok := n.Branch("L901", at); !ok || d.State != network.Closed || !d.Shut || !d.Next.Equal(opens) {
		t.Errorf("closed branch: state %v, shut %v, next %v", d.State, d.Shut, d.Next)
	}
	if opened := look(false, time.Time{}); len(opened) != 1 || opened[0].Rule != alert.SilentKiosk {
		t.Errorf("told of an open branch: %+v, want its silent kiosk", opened)
	}
}

// A callboard that shows old calls, by its own word, and one that is gone: the branch is told to look at them.
func TestABoardThatLagsOrIsGoneIsTold(t *testing.T) {
	n := newNetwork()
	n.Present("L901", network.Presence{Online: true}, noon)
	n.Commit("L901", 1, log(1, queue.DayOpened{Day: "2026-11-23"}, queue.CounterOpened{Counter: "1"}), noon)
	look := func(at time.Time, boxes ...wire.KioskHealth) (about []string) {
		for i := range boxes {
			boxes[i].Faces = []string{"callboard"}
		}
		n.Live("L901", wire.Live{AtMS: at.UnixMilli(), Seq: 2, Open: true, Day: "2026-11-23"}, 0, at)
		n.Health("L901", wire.Health{Kiosks: boxes}, 0, at)
		opened, _ := n.CheckAlerts(at)
		for _, a := range opened {
			about = append(about, string(a.Rule)+" "+a.About+" "+a.Words)
		}
		return about
	}
	stale, fresh := &wire.BoardShown{Epoch: 1, Seq: 1, StaleMS: noon.UnixMilli()}, &wire.BoardShown{Epoch: 1, Seq: 2}
	boxes := []wire.KioskHealth{
		{Node: "L901-D01", Online: true, Board: stale}, {Node: "L901-D02", Online: true, Board: fresh}, {Node: "L901-D03", Since: noon.UnixMilli()},
	}
	if got := look(noon.Add(15*time.Second), boxes...); got != nil {
		t.Errorf("told at the first look: %q", got)
	}
	if got := look(noon.Add(30*time.Second), boxes...); len(got) != 1 || got[0] != "stale_board Painel 1 Painel 1 não mostra as chamadas novas há 30 s." {
		t.Errorf("told %q, want that the first lags", got)
	}
	look(noon.Add(105*time.Second), boxes...)
	if got := look(noon.Add(2*time.Minute), boxes...); len(got) != 1 || got[0] != "stale_board Painel 3 Painel 3 sem sinal há 2 min." {
		t.Errorf("told %q, want that the third is gone", got)
	}
	boxes[0].Board, boxes[2].Online = fresh, true
	look(noon.Add(135*time.Second), boxes...)
	look(noon.Add(150*time.Second), boxes...)
	if open := n.Alerts(); len(open) != 0 {
		t.Errorf("all show the newest board again, and still open: %+v", open)
	}
}
