package liar

import (
	"context"
	"testing"
	"time"

	"balcao/internal/faultproxy"
)

// TestALyingBrokerLosesAndDoublesNothing is the short form of `prove liar`: the same faults, less late.
func TestALyingBrokerLosesAndDoublesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for messages that come late: not with -short")
	}
	const events = 3000
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	r, err := Run(ctx, Config{
		Kiosks: 6, Events: events, Restart: time.Second, Seed: 1, Dir: t.TempDir(),
		Faults: faultproxy.Faults{Drop: 0.2, Double: 0.2, Reorder: 64, Delay: 200 * time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(r)
	if r.Events != events || r.Lost+r.Doubled+r.Disorder > 0 {
		t.Errorf("%s; want all of %d once and in order", r, events)
	}
	if r.Faults.Dropped == 0 || r.Faults.Doubled == 0 {
		t.Errorf("the cable did not lie: %s", r)
	}
}
