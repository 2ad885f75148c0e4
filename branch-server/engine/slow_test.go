package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/internal/queue"
)

// TestASlowDiskHoldsNobodyWhoHasGivenUp: one command is being written and the disk does not end. Who waits behind it and gives
// up is told at once, and what was asked for has no effect; whoever waits on is served by one commit.
func TestASlowDiskHoldsNobodyWhoHasGivenUp(t *testing.T) {
	t.Parallel()
	m := &memory{}
	e, _ := start(t, m, 1)
	do(t, e, "", queue.OpenDay{Day: "2026-11-23"})
	m.entered, m.release = make(chan struct{}), make(chan struct{})
	first := make(chan error)
	go func() {
		_, err := e.Do(t.Context(), "first", ticket("r-first"))
		first <- err
	}()
	<-m.entered // it is being written

	ctx, giveUp := context.WithCancel(t.Context())
	gone := make(chan error)
	for n := range 20 {
		go func() {
			_, err := e.Do(ctx, fmt.Sprint("gone-", n), ticket(fmt.Sprint("r-gone-", n)))
			gone <- err
		}()
	}
	look := make(chan error)
	go func() { look <- e.Read(ctx, func(*queue.Day, time.Time) {}) }()
	giveUp()
	for range 20 {
		if err := <-gone; !errors.Is(err, engine.ErrUnavailable) && !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up was told %v", err)
		}
	}
	if err := <-look; !errors.Is(err, context.Canceled) {
		t.Errorf("who only looked was told %v", err)
	}

	m.release <- struct{}{}
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	go func() {
		<-m.entered
		m.release <- struct{}{}
	}()
	a, err := e.Do(t.Context(), "after", ticket("r-after"))
	if err != nil {
		t.Fatal(err)
	}
	if a.Number != "A002" {
		t.Errorf("the next number is %s: what was given up had an effect", a.Number)
	}
}
