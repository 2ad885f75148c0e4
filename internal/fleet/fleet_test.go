package fleet

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"balcao/internal/eventlog"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

var today = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

func alone(t *testing.T, branches, days int) *Fleet {
	t.Helper()
	epoch, id := uint64(7), 0
	f, err := New(t.Context(), Config{
		Branches: branches, Alone: days, Zone: time.UTC, Now: func() time.Time { return today },
		Boot: func() string { return "boot" }, Uptime: func() int64 { return 1 }, Mint: machineless(&epoch, &id),
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func everything(t *testing.T, j *journal) []wire.Record {
	t.Helper()
	var all []wire.Record
	var head wire.Hash
	for {
		records, prev, err := j.After(t.Context(), uint64(len(all)), wire.MaxBatchEvents, wire.MaxBatchBytes)
		if err != nil {
			t.Fatal(err)
		}
		if prev != head {
			t.Fatalf("the hash before record %d is not that of the chain", len(all)+1)
		}
		if len(records) == 0 {
			return all
		}
		head = head.Chain(records)
		all = append(all, records...)
	}
}

func TestADayAloneIsAWholeDayThatReplays(t *testing.T) {
	f := alone(t, 3, 2)
	for _, b := range f.branches {
		last, head, _, _ := b.log.end()
		records := everything(t, &b.log)
		if uint64(len(records)) != last || (wire.Hash{}).Chain(records) != head {
			t.Errorf("%s: %d records of %d, or another chain", b.id, len(records), last)
		}
		day := queue.NewDay(b.catalogue(), 0)
		opened, counts := 0, map[string]int{}
		for _, r := range records {
			e, err := wire.DecodeEvent(r.Raw)
			if err != nil || e.Seq != r.Seq {
				t.Fatalf("record %d: %v", r.Seq, err)
			}
			fact, err := wire.DecodeFact(e.Type, e.Version, e.Data)
			if err != nil {
				t.Fatal(err)
			}
			counts[e.Type]++
			if _, is := fact.(queue.DayOpened); is {
				opened++
			}
			day.Apply(queue.Entry{Seq: e.Seq, At: time.UnixMilli(e.TS), Event: fact})
		}
		if opened != 2 || day.Open() || day.Date() != "2026-11-23" {
			t.Errorf("%s: %d Days, the last is %s, open %v", b.id, opened, day.Date(), day.Open())
		}
		if n := counts["ticket.issued"]; n < 2*b.citizens/2 || counts["ticket.called"] < n*8/10 || counts["ticket.ended"] < n*6/10 {
			t.Errorf("%s of %d citizens a Day: %v", b.id, b.citizens, counts)
		}
	}
}

func TestWorkingDaysLeaveTheWeekendOut(t *testing.T) {
	days := workingDays("2026-11-24", 3) // a Tuesday
	want := []string{"2026-11-19", "2026-11-20", "2026-11-23"}
	for i, d := range days {
		if d.Format(time.DateOnly) != want[i] {
			t.Errorf("day %d = %s, want %s", i, d.Format(time.DateOnly), want[i])
		}
	}
}

func TestWhatIsAcknowledgedIsLetGoAndTheRestStaysReadable(t *testing.T) {
	f := alone(t, 1, 1)
	j := &f.branches[0].log
	all := everything(t, j)
	after := uint64(stretch + 7)
	if err := j.Acknowledged(t.Context(), j.epoch, after); err != nil {
		t.Fatal(err)
	}
	if len(j.pieces) == 0 || j.pieces[0].after != stretch {
		t.Error("what headquarters holds is kept")
	}
	records, prev, err := j.After(t.Context(), after, 5, wire.MaxBatchBytes)
	if err != nil || len(records) != 5 || records[0].Seq != after+1 || prev != (wire.Hash{}).Chain(all[:after]) {
		t.Errorf("after %d: %d records, %v", after, len(records), err)
	}
	if l := j.summary("S001"); l.Acked != after || l.AckedHead != prev || l.Last != uint64(len(all)) {
		t.Errorf("summary = %+v", l)
	}
}

func TestLengthsAreCountedInSmallSteps(t *testing.T) {
	var d Delays
	for i := range 100 {
		d.Note(time.Duration(i+1) * time.Millisecond)
	}
	if p := d.Quantile(0.5); p < 48*time.Millisecond || p > 53*time.Millisecond {
		t.Errorf("p50 = %v, want about 50 ms", p)
	}
	if n, most := d.Count(); n != 100 || most != 100*time.Millisecond || d.Quantile(1) != most {
		t.Errorf("%d counted, most %v, p100 %v", n, most, d.Quantile(1))
	}
}

func TestDevicesAreTheSameAtEveryStart(t *testing.T) {
	one, err := json.Marshal(alone(t, 5, 0).branches[4].machines)
	if err != nil {
		t.Fatal(err)
	}
	if two, _ := json.Marshal(alone(t, 5, 0).branches[4].machines); string(one) != string(two) {
		t.Error("a branch has other devices at the next start")
	}
}

// machineless makes epochs and ids without a machine.
func machineless(epoch *uint64, id *int) eventlog.Config {
	var mu sync.Mutex
	return eventlog.Config{
		MintEpoch: func() uint64 { *epoch++; return *epoch },
		MintID: func(time.Time) string {
			mu.Lock()
			defer mu.Unlock()
			*id++
			return fmt.Sprintf("01K%023d", *id)
		},
	}
}

func TestANumberGivenBeforeABranchWasConnectedIsToldFromThenOn(t *testing.T) {
	f := alone(t, 2, 0)
	type told struct {
		total uint64
		at    time.Time
	}
	var heard []told
	f.cfg.Gave = func(total uint64, at time.Time) { heard = append(heard, told{total, at}) }
	now := today
	f.cfg.Now = func() time.Time { return now }
	f.branches[1].reached(true)
	f.gave(f.branches[0], today)
	f.gave(f.branches[1], today.Add(time.Second))
	f.connected()
	now = today.Add(5 * time.Second)
	f.branches[0].reached(false)
	f.connected()
	f.branches[0].reached(true)
	now = today.Add(9 * time.Second)
	f.branches[0].reached(true) // again
	f.connected()
	f.gave(f.branches[0], now)
	want := []told{{1, today.Add(time.Second)}, {2, today.Add(5 * time.Second)}, {3, today.Add(9 * time.Second)}}
	if !slices.Equal(heard, want) {
		t.Errorf("told %v, want %v", heard, want)
	}
}
