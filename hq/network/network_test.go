package network_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"balcao/hq/network"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newNetwork(known ...network.Known) *network.Network {
	return network.New(network.Options{
		Zone: time.UTC, Known: known, Target: 30 * time.Minute, Silence: 15 * time.Second, Limit: 5,
		Simulated: func(id wire.NodeID) bool { return id[0] == 'S' },
	})
}

// log writes facts as records, the first at noon and one a minute.
func log(from uint64, facts ...queue.Event) []wire.Record {
	records := make([]wire.Record, len(facts))
	for i, f := range facts {
		kind, version, data, err := wire.EncodeFact(f)
		if err != nil {
			panic(err)
		}
		seq := from + uint64(i)
		raw, err := wire.EncodeEvent(wire.Event{
			Seq: seq, ID: fmt.Sprint(seq), Type: kind, Version: version, TS: noon.Add(time.Duration(seq-1) * time.Minute).UnixMilli(), CQ: wire.ClockOK, Data: data,
		})
		if err != nil {
			panic(err)
		}
		records[i] = wire.Record{Seq: seq, Raw: raw}
	}
	return records
}

func waiting(n int) []queue.Event {
	facts := []queue.Event{queue.DayOpened{Day: "2026-11-23"}}
	for id := queue.VisitID(1); int(id) <= n; id++ {
		facts = append(facts,
			queue.Reserved{Visit: id, Number: queue.Number{Prefix: "A", N: int(id)}, Service: "cc", Body: "irn", Request: queue.RequestID(fmt.Sprint(id))},
			queue.Issued{Visit: id, Print: queue.PrintConfirmed})
	}
	return facts
}

func one(t *testing.T, n *network.Network, id wire.NodeID, now time.Time) network.Summary {
	t.Helper()
	d, known := n.Branch(id, now)
	if !known {
		t.Fatalf("%s is not known", id)
	}
	return d.Summary
}

func TestTheLogIsShownWhenItIsWholeAndTheLiveFiguresWhenItIsNot(t *testing.T) {
	n := newNetwork()
	n.Present("L901", network.Presence{Online: true}, noon)
	n.Commit("L901", 1, log(1, waiting(2)...), noon.Add(5*time.Minute))
	now := noon.Add(6 * time.Minute)
	n.Live("L901", wire.Live{AtMS: now.UnixMilli(), Seq: 5, Open: true, Day: "2026-11-23", Waiting: 99}, 0, now)
	if s := one(t, n, "L901", now); s.Source != network.FromLog || s.Waiting != 2 || s.Longest != 4*time.Minute || s.Ticket != "A001" {
		t.Errorf("whole log: %+v", s)
	}
	n.Live("L901", wire.Live{AtMS: now.UnixMilli(), Seq: 8, Open: true, Day: "2026-11-23", Waiting: 3, WaitNow: 90}, 3, now)
	if s := one(t, n, "L901", now); s.Source != network.FromLive || s.Waiting != 3 || s.Longest != 90*time.Second || s.Log.Behind() != 3 {
		t.Errorf("three facts behind: %+v", s)
	}
	n.Commit("L901", 1, log(6, queue.Noted{Type: "a", Version: 1}, queue.Noted{Type: "b", Version: 1}, queue.DayClosed{}), now)
	if s := one(t, n, "L901", now); s.Source != network.FromLog || s.Waiting != 2 || s.State != network.Closed {
		t.Errorf("caught up: %+v", s)
	}
}

func TestWaitsAreMeasuredOnTheBranchsClock(t *testing.T) {
	n := newNetwork()
	n.Commit("L901", 1, log(1, waiting(1)...), noon)
	// Our clock is an hour behind the branch's.
	ours := noon.Add(12*time.Minute - time.Hour)
	n.Live("L901", wire.Live{AtMS: noon.Add(12 * time.Minute).UnixMilli(), Seq: 3, Open: true}, 0, ours)
	if s := one(t, n, "L901", ours); s.Longest != 10*time.Minute {
		t.Errorf("longest wait = %v, want 10m", s.Longest)
	}
}

func TestStatesFollowWaitsDevicesAndSilence(t *testing.T) {
	n := newNetwork(network.Known{ID: "L902", Name: "Loja por ligar"})
	n.Commit("L901", 1, log(1, waiting(1)...), noon)
	at := noon
	live := func(minutes int) {
		at = noon.Add(2*time.Minute + time.Duration(minutes)*time.Minute)
		n.Live("L901", wire.Live{AtMS: at.UnixMilli(), Seq: 3, Open: true}, 0, at)
	}
	printer := func(states ...string) {
		var kiosks []wire.KioskHealth
		for i, s := range states {
			kiosks = append(kiosks, wire.KioskHealth{Node: fmt.Sprintf("L901-K%02d", i+1), Online: s != "gone", Devices: map[string]string{"printer": s}})
		}
		n.Health("L901", wire.Health{Kiosks: kiosks}, 0, at)
	}
	want := func(state network.State, cause network.Cause) {
		t.Helper()
		if s := one(t, n, "L901", at); s.State != state || s.Cause != cause {
			t.Errorf("state %d because of %q, want %d because of %q", s.State, s.Cause, state, cause)
		}
	}
	live(10)
	want(network.Fine, "")
	printer("ready", "paper-near-end")
	want(network.Watch, network.CauseDevice)
	printer("ready", "gone")
	want(network.Watch, network.CauseDevice)
	printer("paper-out", "gone")
	want(network.Out, network.CauseNoPaper)
	printer("ready", "ready")
	live(31)
	want(network.Watch, network.CauseWait)
	live(46)
	want(network.Out, network.CauseWait)
	at = at.Add(16 * time.Second)
	want(network.Unlinked, "")
	if s := one(t, n, "L902", at); s.State != network.Never || s.Name != "Loja por ligar" {
		t.Errorf("a branch that never connected: %+v", s)
	}
	n.Quarantine("L901", 1)
	want(network.Out, network.CauseFork)
}

func TestSumsLeaveOutWhoIsSilent(t *testing.T) {
	n := newNetwork()
	for i, id := range []wire.NodeID{"L901", "S001"} {
		n.Commit(id, 1, log(1, waiting(i+1)...), noon)
		n.Present(id, network.Presence{Online: true}, noon)
	}
	_, sum := n.Overview(noon.Add(time.Second), network.Sight{})
	if sum.Reporting != 2 || sum.Waiting != 3 || sum.Simulated != 1 {
		t.Errorf("both there: %+v", sum)
	}
	n.Present("S001", network.Presence{Lost: true}, noon.Add(time.Second))
	_, sum = n.Overview(noon.Add(2*time.Second), network.Sight{})
	if sum.Reporting != 1 || sum.Waiting != 1 || sum.Unlinked != 1 || sum.Branches != 2 {
		t.Errorf("one gone: %+v", sum)
	}
}

func TestMemoryIsBoundedWhoeverConnects(t *testing.T) {
	n := newNetwork()
	for i := range 100 {
		n.Live(wire.NodeID(fmt.Sprintf("L%03d", i)), wire.Live{}, 0, noon)
		n.Live(wire.NodeID(fmt.Sprintf("L901-K%02d", i)), wire.Live{}, 0, noon)
	}
	if all, _ := n.Overview(noon, network.Sight{}); len(all) != 5 {
		t.Errorf("%d branches are followed, want the 5 allowed", len(all))
	}
	huge := wire.Health{}
	devices := map[string]string{}
	for i := range 1000 {
		devices[fmt.Sprint(i)] = "ready"
	}
	for i := range 1000 {
		huge.Kiosks = append(huge.Kiosks, wire.KioskHealth{Node: fmt.Sprintf("L000-K%03d", i), Devices: devices})
	}
	n.Health("L000", huge, 0, noon)
	d, _ := n.Branch("L000", noon)
	if len(d.Devices) > 129 || len(d.Devices[1].Parts) > 16 {
		t.Errorf("%d devices with %d parts are kept", len(d.Devices), len(d.Devices[1].Parts))
	}
}

func TestEveryPlausibleStateOfADeviceHasALevel(t *testing.T) {
	for code, want := range map[string]network.Level{
		"ready": network.LevelFine, "paper-near-end": network.LevelWatch, "near_end": network.LevelWatch, "paper-out": network.LevelFault,
		"absent": network.LevelFault, "recoverable_error": network.LevelFault, "head_hot": network.LevelWatch, "never-heard-of": network.LevelFault, "": network.LevelFine,
	} {
		if _, got := network.Judge(code); got != want {
			t.Errorf("%q is %d, want %d", code, got, want)
		}
	}
}

// FuzzCommit lets a hostile branch write whatever the wire lets through.
func FuzzCommit(f *testing.F) {
	for _, r := range log(1, append(waiting(2), queue.Called{Visit: 1, Counter: "1"}, queue.Noted{Type: "device.fault", Version: 1, Data: []byte(`{"dev":"printer"}`)})...) {
		f.Add(r.Raw, []byte(`{"waiting":-5,"queues":[{"svc":"x","longest":-1}]}`), []byte(`{"kiosks":[{"n":"L901-K01","dev":{"printer":"x"}}]}`))
	}
	f.Add([]byte(`{"s":1,"t":"ticket.called","v":1,"d":{"visit":-1,"counter":"\u0000"}}`), []byte(`{"at":-9223372036854775808}`), []byte(`null`))
	f.Fuzz(func(t *testing.T, raw, live, health []byte) {
		n := newNetwork()
		n.Commit("L901", 1, log(1, waiting(2)...), noon)
		n.Commit("L901", 1, []wire.Record{{Seq: 6, Raw: raw}}, noon)
		var l wire.Live
		var h wire.Health
		if json.Unmarshal(live, &l) == nil {
			n.Live("L901", l, 0, noon)
		}
		if json.Unmarshal(health, &h) == nil {
			n.Health("L901", h, 0, noon)
		}
		all, sum := n.Overview(noon.Add(time.Second), network.Sight{})
		if len(all) != 1 || sum.Waiting < 0 || all[0].Longest < 0 {
			t.Errorf("overview = %+v, %+v", all, sum)
		}
		if d, known := n.Branch("L901", noon); !known || d.Waiting < 0 {
			t.Errorf("branch = %+v", d)
		}
	})
}
