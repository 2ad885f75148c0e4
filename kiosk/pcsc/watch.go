package pcsc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/ebfe/scard"

	"balcao/kiosk/card"
)

// The way back to a service that is gone.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 2 * time.Second
)

// pnp is the pseudo reader that stands for "readers come and go".
const pnp = `\\?PnP?\Notification`

// Run watches until the context ends and returns nil once all sessions are
// over and everything is closed. It fails only if it cannot even begin. It may
// be called once.
func (w *Watcher) Run(ctx context.Context) error {
	defer close(w.events)
	if err := w.setSocket(); err != nil {
		return fmt.Errorf("watch card readers: %w", err)
	}
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { w.mail.deliver(ctx, w.events) })

	pause, told := firstPause, false
	for ctx.Err() == nil {
		l, err := w.dialer.open()
		if err == nil {
			t := &turn{w: w, link: l, sessions: &all}
			err = t.watch(ctx)
			t.endAll()
			l.close()
			told = told && !t.up
			if t.waited {
				pause = firstPause
			}
		}
		if ctx.Err() != nil {
			break
		}
		if !told {
			told = true
			w.log.Warn("card service down", "err", err)
			w.mail.put(Event{Kind: ServiceDown, Err: err})
		}
		sleep(ctx, pause/2+rand.N(pause/2))
		pause = min(2*pause, lastPause)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// turn is the watch over one life of the service: from a context that works to
// the error that ends it. A context never recovers from a restart of pcscd,
// and IsValid goes on saying that it is valid.
type turn struct {
	w        *Watcher
	link     *link
	sessions *sync.WaitGroup
	states   []scard.ReaderState // the pseudo reader first, then slots in order
	slots    []*slot
	up       bool // readers could be listed
	waited   bool // and waited for
}

// slot is one reader and what is known about it.
type slot struct {
	name     string
	session  *Session // of the card inside, nil when empty
	counter  uint16   // card events of this reader, modulo 65536
	powering int      // turns for which the card inside has had no ATR
}

// watch returns with the error that ends the service's life, or nil when the
// context ends.
func (t *turn) watch(ctx context.Context) error {
	stop := context.AfterFunc(ctx, t.link.retire)
	defer stop()
	t.states = []scard.ReaderState{{Reader: pnp}}
	idle := 0
	for ctx.Err() == nil {
		if err := t.list(); err != nil {
			return err
		}
		changed, err := t.wait()
		if err != nil {
			return err
		}
		t.waited = true
		// Some services answer at once for ever: do not spin with them.
		if idle++; changed {
			idle = 0
		}
		if idle > 8 {
			sleep(ctx, 100*time.Millisecond)
		}
	}
	return nil
}

// list asks for all readers: arrivals between two waits are not notified.
func (t *turn) list() error {
	var names []string
	err := t.link.call(t.w.dialer.serviceTime, func(c *scard.Context) (err error) {
		names, err = c.ListReaders()
		return err
	})
	switch {
	case errors.Is(err, scard.ErrNoReadersAvailable):
		names = nil
	case errors.Is(err, scard.ErrInsufficientBuffer):
		return nil // a reader came while the names were copied
	case errors.Is(err, errCut):
		return fmt.Errorf("list readers: %w: %w", ErrService, err)
	case err != nil:
		return fmt.Errorf("list readers: %w", translate(err))
	}
	if !t.up {
		t.up = true
		t.w.log.Info("card service up")
		t.w.mail.put(Event{Kind: ServiceUp})
	}
	for _, s := range slices.Clone(t.slots) {
		if !slices.Contains(names, s.name) {
			t.leave(s)
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(t.slots, func(s *slot) bool { return s.name == name }) {
			t.arrive(name)
		}
	}
	return nil
}

func (t *turn) arrive(name string) {
	t.slots = append(t.slots, &slot{name: name})
	t.states = append(t.states, scard.ReaderState{Reader: name})
	t.w.log.Info("card reader arrived", "reader", name)
	t.w.mail.put(Event{Kind: ReaderArrived, Reader: name, Make: t.ask(name)})
}

func (t *turn) leave(s *slot) {
	i := slices.Index(t.slots, s)
	t.slots = slices.Delete(t.slots, i, i+1)
	t.states = slices.Delete(t.states, i+1, i+2)
	t.remove(s, fmt.Errorf("reader unplugged: %w", card.ErrRemoved))
	t.w.log.Warn("card reader left", "reader", s.name)
	t.w.mail.put(Event{Kind: ReaderLeft, Reader: s.name})
}

// wait waits for a change of any reader and acts on it; changed is false when
// nothing was different.
func (t *turn) wait() (changed bool, err error) {
	for i := range t.states {
		t.states[i].Atr = nil // the library would leave that of the card before
	}
	err = t.link.call(t.w.relist+t.w.dialer.serviceTime, func(c *scard.Context) error {
		return c.GetStatusChange(t.states, t.w.relist)
	})
	switch {
	case errors.Is(err, scard.ErrTimeout):
		return true, nil // it did wait
	case errors.Is(err, scard.ErrUnknownReader), errors.Is(err, scard.ErrCancelled):
		return false, nil // listing comes next
	case errors.Is(err, errCut):
		return false, fmt.Errorf("wait for cards: %w: %w", ErrService, err)
	case err != nil:
		return false, fmt.Errorf("wait for cards: %w", translate(err))
	}
	for i := range t.states {
		state := &t.states[i]
		now := state.EventState &^ scard.StateChanged
		changed = changed || now != state.CurrentState
		state.CurrentState = now
		if i == 0 {
			continue
		}
		if again := t.see(t.slots[i-1], now, state.Atr); again {
			state.CurrentState = scard.StateUnaware
		}
	}
	return changed, nil
}

// atrTurns is for how many turns, 400 ms each, a card may be present without
// an ATR before it counts as mute.
const atrTurns = 3

// see compares what a reader shows with what is known. again asks to look at
// the reader once more without waiting for a change.
func (t *turn) see(s *slot, state scard.StateFlag, atr []byte) (again bool) {
	counter := uint16(state >> 16)
	if state&scard.StatePresent == 0 {
		s.counter, s.powering = counter, 0
		t.remove(s, card.ErrRemoved)
		return false
	}
	mute := state&scard.StateMute != 0 || s.powering >= atrTurns
	if len(atr) == 0 && !mute {
		s.powering++
		return true
	}
	s.powering = 0
	if s.session != nil {
		// Pulled and put in again, perhaps another one, between two looks: the
		// flags are the same, only the counter tells.
		if s.counter == counter && bytes.Equal(s.session.atr, atr) {
			return false
		}
		t.remove(s, card.ErrRemoved)
	}
	s.counter = counter
	s.session = newSession(s.name, atr, t.w.answerTime)
	session := s.session
	t.sessions.Go(func() { session.serve(&t.w.dialer) })
	t.w.mail.put(Event{Kind: CardInserted, Reader: s.name, Session: session})
	return false
}

func (t *turn) remove(s *slot, reason error) {
	if s.session == nil {
		return
	}
	s.session.finish(reason)
	t.w.mail.put(Event{Kind: CardRemoved, Reader: s.name, Session: s.session})
	s.session = nil
}

// endAll ends what the service took with it.
func (t *turn) endAll() {
	for _, s := range slices.Clone(t.slots) {
		t.remove(s, ErrService)
		t.w.mail.put(Event{Kind: ReaderLeft, Reader: s.name})
	}
}
