package replay_test

import (
	"bytes"
	"math"
	"testing"

	"balcao/branch-server/replay"
	"balcao/internal/trace"
)

// TestCallsAreThoseOfTheReference holds the calling rule to the logs of four example days.
func TestCallsAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	for _, name := range []string{trace.LojaA1, trace.LojaA2, trace.EspacoB1, trace.EspacoB2} {
		day, err := trace.BuiltIn(name)
		if err != nil {
			t.Fatal(err)
		}
		ref, err := trace.BuiltInLog(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := replay.Run(day)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		c := replay.Compare(got.Events, ref)
		t.Logf("%s: %s", name, c)
		if c.Share() < 0.99 || c.Mine != c.Calls {
			t.Errorf("%s: only %d of %d calls identical: %q", name, c.Identical, c.Calls, c.First)
		}
		for _, w := range c.Waits {
			if math.Abs(w.Off()) > 0.01 {
				t.Errorf("%s: mean wait of %s is %.1f s, the reference's %.1f s", name, w.Class, w.Mine, w.Ref)
			}
		}
	}
}

// TestALogReadsBack writes a log in the format of the reference and reads it again.
func TestALogReadsBack(t *testing.T) {
	t.Parallel()
	day, err := trace.BuiltIn(trace.EspacoB1)
	if err != nil {
		t.Fatal(err)
	}
	got, err := replay.Run(day)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := day.WriteLog(&out, got.Events); err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{`"speed"`, `"off"`, `"pat"`, `"seed":7101`} {
		if bytes.Contains(out.Bytes(), []byte(hidden)) {
			t.Errorf("the log tells %s", hidden)
		}
	}
	again, err := trace.ParseLog(out.Bytes())
	if err != nil || len(again) != len(got.Events) {
		t.Errorf("%d events read back of %d: %v", len(again), len(got.Events), err)
	}
}
