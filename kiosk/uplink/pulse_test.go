package uplink

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestABranchThatFallsSilentIsAwaySinceItWasLastHeard(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	start := now
	var told []string
	p := &pulse{now: func() time.Time { return now }, tell: func(up bool, since time.Time) {
		told = append(told, fmt.Sprintf("%v since %v at %v", up, since.Sub(start), now.Sub(start)))
	}}
	pass := func(d time.Duration) {
		for range int(d / time.Second) {
			now = now.Add(time.Second)
			p.look()
		}
	}
	p.link(true)
	pass(time.Minute) // an older branch does not beat: its connection is all there is
	p.hear(true)
	pass(5 * time.Second)
	p.hear(true)
	pass(20 * time.Second) // it hangs
	p.hear(false)          // a board
	pass(3 * time.Second)
	p.link(false)
	pass(20 * time.Second)
	p.link(true)
	want := []string{"true since 0s at 0s", "false since 1m5s at 1m12s", "true since 1m25s at 1m25s", "false since 1m28s at 1m28s", "true since 1m48s at 1m48s"}
	if !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}
