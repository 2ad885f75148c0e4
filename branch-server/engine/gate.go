package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// gate is a lock whose waiting can end: a disk that takes seconds must not hold whoever has given up.
type gate chan struct{}

func newGate() gate { return make(gate, 1) }

// Lock waits for as long as it takes.
func (g gate) Lock() { g <- struct{}{} }

// Unlock lets the next one in.
func (g gate) Unlock() { <-g }

// lockIn waits until ctx ends; a gate that is free lets in whoever comes.
func (g gate) lockIn(ctx context.Context) error {
	select {
	case g <- struct{}{}:
		return nil
	default:
	}
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// What waits while a disk is slow: so many commands at most, and each so long at most for those before it. A command that
// is being written is waited for.
const (
	mostWaiting     = 2048
	commandPatience = 10 * time.Second
)

var (
	errCrowd   = errors.New("too many commands wait for the disk")
	errTooSlow = errors.New("the disk takes too long")
)

// queueUp puts a job behind those that wait.
func (e *Engine) queueUp(j *job, most int) error {
	e.waitingMu.Lock()
	defer e.waitingMu.Unlock()
	if most > 0 && len(e.waiting) >= most {
		return fmt.Errorf("%w: %w", ErrUnavailable, errCrowd)
	}
	e.waiting = append(e.waiting, j)
	return nil
}

// submitFor is submit for what is known by its key when it comes again: it waits neither in a crowd nor for long, nor when
// nobody wants to know any more. A command that is given up before its turn has no effect; one whose turn had come may have,
// and its key finds the answer.
func (e *Engine) submitFor(ctx context.Context, j *job) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := e.queueUp(j, mostWaiting); err != nil {
		return err
	}
	short, cancel := context.WithTimeoutCause(ctx, commandPatience, errTooSlow)
	defer cancel()
	if err := e.mu.lockIn(short); err != nil {
		e.waitingMu.Lock()
		defer e.waitingMu.Unlock()
		e.waiting = slices.DeleteFunc(e.waiting, func(other *job) bool { return other == j })
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer e.mu.Unlock()
	for !j.done {
		e.commit()
	}
	return j.err
}
