package store_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/hq/network"
	"balcao/hq/store"
	"balcao/internal/replica"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

const epoch = 117657147847123

func clock() time.Time { return time.Date(2026, 11, 23, 10, 47, 0, 0, time.UTC) }

func open(t testing.TB, path string) *store.Store {
	t.Helper()
	s, err := openAt(t.Context(), path, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func record(seq uint64, kind, data string) wire.Record {
	raw, err := wire.EncodeEvent(wire.Event{
		Seq: seq, ID: fmt.Sprintf("01K%023d", seq), Type: kind, Version: 1, TS: clock().UnixMilli(), CQ: wire.ClockOK, Data: []byte(data),
	})
	if err != nil {
		panic(err)
	}
	return wire.Record{Seq: seq, Raw: raw}
}

// journal is a branch's log as the branch holds it.
func journal(n uint64) []wire.Record {
	var all []wire.Record
	for seq := uint64(1); seq <= n; seq++ {
		all = append(all, record(seq, "counter.opened", fmt.Sprintf(`{"counter":"%d"}`, seq)))
	}
	return all
}

func batch(node wire.NodeID, log []wire.Record, from, to uint64) wire.Batch {
	return wire.Batch{Node: node, Epoch: epoch, Prev: wire.Hash{}.Chain(log[:from-1]), Records: log[from-1 : to]}
}

func accept(t testing.TB, s *store.Store, batches ...wire.Batch) []replica.Decision {
	t.Helper()
	decisions, err := s.AcceptAll(t.Context(), batches)
	if err != nil {
		t.Fatal(err)
	}
	return decisions
}

func held(t testing.TB, s *store.Store, node wire.NodeID) []wire.Record {
	t.Helper()
	var all []wire.Record
	for r, err := range s.Records(t.Context(), node, epoch, 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func same(a, b []wire.Record) bool {
	return slices.EqualFunc(a, b, func(x, y wire.Record) bool { return x.Seq == y.Seq && string(x.Raw) == string(y.Raw) })
}

func TestEventsAreHeldVerbatimWhateverArrives(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		s := open(t, file(t))
		log := journal(30)
		for _, step := range []struct {
			from, to, hwm uint64
			verdict       replica.Verdict
		}{
			{1, 10, 10, replica.Accept},
			{15, 20, 10, replica.Gap},
			{1, 10, 10, replica.Duplicate},
			{5, 14, 14, replica.Accept},
			{3, 8, 14, replica.Duplicate},
			{15, 30, 30, replica.Accept},
		} {
			d := accept(t, s, batch("L901", log, step.from, step.to))[0]
			if d.Verdict != step.verdict || d.Position.HWM != step.hwm {
				t.Errorf("batch %d-%d: %v, held to %d; want %v, %d", step.from, step.to, d.Verdict, d.Position.HWM, step.verdict, step.hwm)
			}
		}
		if !same(held(t, s, "L901"), log) {
			t.Error("what is held is not what the branch has")
		}
		p, err := s.Position(t.Context(), "L901", epoch)
		if err != nil || p.HWM != 30 || p.Head != (wire.Hash{}).Chain(log) {
			t.Errorf("position = %+v, %v", p, err)
		}
	})
}

func TestOneCommitTakesSeveralBranches(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		s := open(t, file(t))
		log := journal(20)
		decisions := accept(t, s, batch("L901", log, 1, 10), batch("L902", log, 1, 5), batch("L901", log, 11, 20))
		if decisions[0].Position.HWM != 10 || decisions[1].Position.HWM != 5 || decisions[2].Position.HWM != 20 {
			t.Errorf("decisions = %+v", decisions)
		}
		logs, err := s.Logs(t.Context())
		if err != nil || len(logs) != 2 || logs[0].HWM != 20 || logs[1].HWM != 5 || logs[1].Node != "L902" {
			t.Errorf("logs = %+v, %v", logs, err)
		}
	})
}

func TestAForkIsQuarantinedAndChangesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		path := file(t)
		s := open(t, path)
		log := journal(10)
		accept(t, s, batch("L901", log, 1, 8))
		other := slices.Clone(log)
		other[6] = record(7, "counter.opened", `{"counter":"forged"}`)
		d := accept(t, s, batch("L901", other, 5, 10), batch("L902", log, 1, 3))
		if d[0].Verdict != replica.Fork || !d[0].Position.Quarantined || d[1].Verdict != replica.Accept {
			t.Errorf("verdicts = %v, %v; want fork, accept", d[0].Verdict, d[1].Verdict)
		}
		if d := accept(t, s, batch("L901", log, 9, 10)); d[0].Verdict != replica.Refused {
			t.Errorf("after the fork: %v, want refused", d[0].Verdict)
		}
		if !same(held(t, s, "L901"), log[:8]) {
			t.Error("the fork changed what was held")
		}
		alarms, err := s.Alarms(t.Context(), 10)
		if err != nil || len(alarms) != 1 || alarms[0].Node != "L901" || alarms[0].Kind != network.AlarmFork {
			t.Errorf("alarms = %+v, %v; want one fork of L901", alarms, err)
		}
		if p, err := s.Position(t.Context(), "L901", epoch); err != nil || !p.Quarantined {
			t.Errorf("position = %+v, %v", p, err)
		}
	})
}

func TestUnknownTypesAndUnreadableRecordsAreKept(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		s := open(t, file(t))
		log := []wire.Record{
			record(1, "future.thing", `{"a":[1,2]}`),
			{Seq: 2, Raw: []byte(`{"s":2,"t":"","v":-4,"strange":true}`)},
		}
		accept(t, s, batch("L901", log, 1, 2))
		if !same(held(t, s, "L901"), log) {
			t.Error("not kept as they came")
		}
	})
}

func TestAFailedCommitLeavesNothingBehind(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		s := open(t, file(t))
		log := journal(10)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.AcceptAll(ctx, []wire.Batch{batch("L901", log, 1, 10)}); err == nil {
			t.Fatal("a commit that was cancelled says it happened")
		}
		if got := held(t, s, "L901"); len(got) != 0 {
			t.Errorf("%d records stayed", len(got))
		}
		if d := accept(t, s, batch("L901", log, 1, 10))[0]; d.Verdict != replica.Accept {
			t.Errorf("afterwards: %v", d.Verdict)
		}
	})
}

func TestIncarnationIsTheFilesOwn(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		path := file(t)
		first := open(t, path)
		name := first.Incarnation()
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		if again := open(t, path); again.Incarnation() != name || len(name) != 32 {
			t.Errorf("incarnation %q, then %q", name, again.Incarnation())
		}
		if other := open(t, file(t)); other.Incarnation() == name {
			t.Error("two files share an incarnation")
		}
	})
}

func TestARestartReadsFromTheDay(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		s := open(t, file(t))
		log := []wire.Record{
			record(1, "day.opened", `{"day":"2026-11-22"}`),
			record(2, "counter.opened", `{"counter":"1"}`),
			record(3, "ticket.called", `{}`),
			record(4, "counter.closed", `{"counter":"1"}`),
			record(5, "day.opened", `{"day":"2026-11-23"}`),
			record(6, "counter.opened", `{"counter":"2"}`),
		}
		accept(t, s, batch("L901", log, 1, 6))
		if before, opened, err := s.DayStart(t.Context(), "L901", epoch); err != nil || !opened || before != 4 {
			t.Errorf("before %d, %v; want 4", before, err)
		}
		if before, opened, err := s.DayStart(t.Context(), "L777", epoch); err != nil || opened || before != 0 {
			t.Errorf("a branch never seen: %d, %v", before, err)
		}
	})
}

func TestNotesAreKeptAndBounded(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		s := open(t, file(t))
		ctx := t.Context()
		for i := range 3 {
			var links []network.LinkChange
			for n := range 100 {
				links = append(links, network.LinkChange{Node: "L901", At: clock().Add(time.Duration(i*100+n) * time.Second), State: wire.Online})
			}
			if err := s.Note(ctx, []network.Seen{{Node: "L901", Name: []string{"Loja Um", "", "Loja Dois"}[i], At: clock().Add(time.Duration(i) * time.Hour)}}, links); err != nil {
				t.Fatal(err)
			}
			if i == 1 {
				if b, err := s.Branches(ctx); err != nil || b[0].Name != "Loja Um" {
					t.Errorf("branches = %+v, %v; an empty name replaced the known one", b, err)
				}
			}
		}
		b, err := s.Branches(ctx)
		if err != nil || len(b) != 1 || b[0].Name != "Loja Dois" || !b[0].First.Equal(clock()) || !b[0].Last.Equal(clock().Add(2*time.Hour)) {
			t.Errorf("branches = %+v, %v", b, err)
		}
		l, err := s.Links(ctx, "L901", 1000)
		if err != nil || len(l) != 200 || !l[0].At.Equal(clock().Add(299*time.Second)) {
			t.Errorf("%d links, newest %v, %v; want 200, the last", len(l), l[0].At, err)
		}
	})
}

// TestNothingAcknowledgedIsLostWhenTheProgramIsKilled kills a writer that tells every mark only after its commit.
func TestNothingAcknowledgedIsLostWhenTheProgramIsKilled(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		if path := os.Getenv("HQ_STORE_WRITER"); path != "" {
			s := open(t, path)
			log := journal(4000)
			p, err := s.Position(t.Context(), "L901", epoch)
			if err != nil {
				t.Fatal(err)
			}
			for seq := p.HWM + 1; seq+4 < 4000; seq += 5 {
				d := accept(t, s, batch("L901", log, seq, seq+4))
				fmt.Printf("acked %d\n", d[0].Position.HWM)
			}
			return
		}
		path := file(t)
		for range 3 {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestNothingAcknowledgedIsLostWhenTheProgramIsKilled$/^"+filepath.Base(t.Name())+"$")
			cmd.Env = append(os.Environ(), "HQ_STORE_WRITER="+path)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var acked uint64
			buf := make([]byte, 4096)
			var text strings.Builder
			for strings.Count(text.String(), "acked") < 10 {
				n, err := out.Read(buf)
				text.Write(buf[:n])
				if err != nil {
					break
				}
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			for line := range strings.Lines(text.String()) {
				_, _ = fmt.Sscanf(line, "acked %d\n", &acked)
			}
			if acked == 0 {
				t.Fatalf("the writer acknowledged nothing: %s", text.String())
			}
			s := open(t, path)
			p, err := s.Position(t.Context(), "L901", epoch)
			if err != nil || p.HWM < acked {
				t.Errorf("held to %d (%v), acknowledged to %d", p.HWM, err, acked)
			}
			log := journal(4000)
			if !same(held(t, s, "L901"), log[:p.HWM]) || p.Head != (wire.Hash{}).Chain(log[:p.HWM]) {
				t.Error("events and high-water mark do not belong together")
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestTwoProgramsNeverShareTheFile(t *testing.T) {
	path := file(t)
	open(t, path)
	if _, err := store.Open(t.Context(), path, clock); err == nil || !strings.Contains(err.Error(), sqlite.ErrInUse.Error()) {
		t.Errorf("second opening: %v, want %v", err, sqlite.ErrInUse)
	}
}
