// Package led drives one sign of LEDs: it keeps on the sign what the callboard says, newest call first, lets a new call
// flash for a while, notices when the cable or the sign is gone, and writes everything again when it is back. What the
// sign is told is the business of kiosk/alpha; this package holds the line and the time.
package led

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"balcao/kiosk/alpha"
)

// Transport is an open line to a sign. Read waits for bytes and ends with an error when the line is gone or closed.
type Transport interface {
	io.Reader
	io.Closer
	// Write sends all of b, or tells why not.
	Write(ctx context.Context, b []byte) (int, error)
}

// State is how a sign is.
type State string

// The states of a sign.
const (
	// Absent: the line cannot be opened, or hung up.
	Absent State = "absent"
	// NotConfirmed: it is written to, and has never said that it is there.
	NotConfirmed State = "not_confirmed"
	// Ready: it answers, or is known to be one that never does.
	Ready State = "ready"
	// Silent: it has answered before and does not any more.
	Silent State = "silent"
)

// Call is one call with its moment.
type Call struct {
	alpha.Call

	At time.Time
}

// Config says which sign it is and how it is reached.
type Config struct {
	// Open opens the line. It is called again whenever the line is gone.
	Open func(ctx context.Context) (Transport, error)
	// Type and Address are whom packets are for, Face how much the sign shows.
	Type    byte
	Address string
	Face    alpha.Face
	// Mute is true for a sign that is known never to answer: it is then not asked.
	Mute bool
	// Now is the clock.
	Now func() time.Time
	// Changed is told how the sign is and what it said of itself; it must not block.
	Changed func(State, alpha.Information)
	// Log receives what goes wrong; nil discards it.
	Log *slog.Logger
	// Times bend waits for tests; zero is the default.
	Times Times
}

// Times are the waits of a sign.
type Times struct {
	// New is for how long a call flashes; 10 s.
	New time.Duration
	// Gap is between two packets; 300 ms. Others measured that 250 ms are enough and 100 ms are not.
	Gap time.Duration
	// Ask is how often the sign is asked whether it is there; 2 min.
	Ask time.Duration
	// Answer is how long it may take to say so; 3 s.
	Answer time.Duration
	// Again is how often the text is written though it has not changed, for a sign that was switched off; 5 min.
	Again time.Duration
	// Retry is the first wait before the line is opened again; 1 s, growing to thirty times that.
	Retry time.Duration
}

func (t Times) withDefaults() Times {
	or := func(d *time.Duration, otherwise time.Duration) {
		if *d <= 0 {
			*d = otherwise
		}
	}
	or(&t.New, 10*time.Second)
	or(&t.Gap, 300*time.Millisecond)
	or(&t.Ask, 2*time.Minute)
	or(&t.Answer, 3*time.Second)
	or(&t.Again, 5*time.Minute)
	or(&t.Retry, time.Second)
	return t
}

// Sign is one sign of LEDs.
type Sign struct {
	cfg  Config
	wake chan struct{} // one is enough: it says "look"

	mu    sync.Mutex
	calls []Call

	// The rest belongs to Run.
	told     State
	info     alpha.Information
	answered bool // ever
	pending  int  // questions on this line that were not answered yet
}

// New returns a sign that nothing was written to; the line is opened by Run.
func New(cfg Config) *Sign {
	cfg.Times = cfg.Times.withDefaults()
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Sign{cfg: cfg, wake: make(chan struct{}, 1)}
}

// Show puts calls on the sign, newest first, in place of those before. It never blocks.
func (s *Sign) Show(calls []Call) {
	s.mu.Lock()
	s.calls = calls
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run keeps the sign until ctx ends, and gives it back to its own messages then. It returns nil.
func (s *Sign) Run(ctx context.Context) error {
	pause := s.cfg.Times.Retry
	for ctx.Err() == nil {
		line, err := s.cfg.Open(ctx)
		if err == nil {
			pause = s.cfg.Times.Retry
			err = s.keep(ctx, line)
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was asked to end
		}
		s.tell(Absent, err)
		sleep(ctx, pause/2+rand.N(pause/2+1))
		pause = min(2*pause, 30*s.cfg.Times.Retry)
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

// tell says how the sign is, when that is news.
func (s *Sign) tell(state State, err error) {
	if s.told == state {
		return
	}
	s.told = state
	if err != nil {
		s.cfg.Log.Warn("sign of LEDs", "state", string(state), "err", err)
	} else {
		s.cfg.Log.Info("sign of LEDs", "state", string(state))
	}
	s.cfg.Changed(state, s.info)
}

// hearing is what came from the sign.
type hearing struct {
	info alpha.Information
	err  error // the line is gone
}

// keep writes to an open line until it is gone or ctx ends; then it is closed and nobody reads from it any more.
func (s *Sign) keep(ctx context.Context, line Transport) error {
	heard := make(chan hearing, 1)
	gone := make(chan struct{})
	s.pending = 0
	var reading sync.WaitGroup
	reading.Go(func() { listen(line, heard, gone) })
	err := s.talk(ctx, line, heard)
	if ctx.Err() != nil {
		s.release(context.WithoutCancel(ctx), line, heard)
	}
	close(gone)
	err = errors.Join(err, line.Close())
	reading.Wait()
	return err
}

// listen reads answers until the line is gone.
func listen(line Transport, heard chan<- hearing, gone <-chan struct{}) {
	var d alpha.Decoder
	buf := make([]byte, 256)
	for {
		n, err := line.Read(buf)
		packets, _ := d.Hear(buf[:n]) // a garbled answer is none; the sign is asked again
		for _, p := range packets {
			info, err := alpha.ReadInformation(p)
			if err != nil {
				continue
			}
			select {
			case heard <- hearing{info: info}:
			case <-gone:
				return
			}
		}
		if err != nil {
			select {
			case heard <- hearing{err: err}:
			case <-gone:
			}
			return
		}
	}
}

// talk is the conversation over one line.
func (s *Sign) talk(ctx context.Context, line Transport, heard <-chan hearing) error {
	if s.cfg.Mute {
		s.tell(Ready, nil)
	} else if !s.answered {
		s.tell(NotConfirmed, nil)
	}
	t := s.cfg.Times
	var (
		last    []byte    // the command that the sign has
		written time.Time // when
		ask     = s.cfg.Now()
		due     time.Time // an answer is; zero is none
	)
	for {
		now := s.cfg.Now()
		command, next := s.command(now)
		if !bytes.Equal(command, last) || now.Sub(written) >= t.Again {
			if err := s.send(ctx, line, command); err != nil {
				return err
			}
			last, written = command, s.cfg.Now()
		}
		if !s.cfg.Mute && due.IsZero() && !now.Before(ask) {
			if err := s.ask(ctx, line); err != nil {
				return err
			}
			due = s.cfg.Now().Add(t.Answer)
		}
		if !due.IsZero() && !now.Before(due) {
			due, ask, s.pending = time.Time{}, now.Add(min(t.Ask, 5*t.Answer)), 0
			if s.answered {
				s.tell(Silent, nil)
			}
		}
		wait := time.NewTimer(untilNext(s.cfg.Now(), next, due, ask, written.Add(t.Again)))
		select {
		case <-ctx.Done():
			wait.Stop()
			return nil
		case <-s.wake:
		case h := <-heard:
			if h.err != nil {
				wait.Stop()
				return h.err
			}
			back := s.told == Silent
			due, ask, s.pending = time.Time{}, s.cfg.Now().Add(t.Ask), max(0, s.pending-1)
			s.met(h.info)
			if back {
				last = nil // it may have been switched off
			}
		case <-wait.C:
		}
		wait.Stop()
	}
}

// met takes in that the sign is there.
func (s *Sign) met(info alpha.Information) {
	if info != s.info {
		s.info, s.told = info, ""
	}
	s.answered = true
	s.tell(Ready, nil)
}

// untilNext is how long nothing is due: the time to the first moment that is not zero, at most a minute.
func untilNext(now time.Time, moments ...time.Time) time.Duration {
	wait := time.Minute
	for i, m := range moments {
		// While an answer is due, the next question is not.
		if m.IsZero() || i == 2 && !moments[1].IsZero() {
			continue
		}
		wait = min(wait, m.Sub(now))
	}
	return max(wait, time.Millisecond)
}

// command is what should stand on the sign now, and when that changes by itself.
func (s *Sign) command(now time.Time) (command []byte, next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var calls []alpha.Call
	for _, c := range s.calls {
		old := c.At.Add(s.cfg.Times.New)
		if c.New = now.Before(old); c.New && (next.IsZero() || old.Before(next)) {
			next = old
		}
		calls = append(calls, c.Call)
	}
	text, some := alpha.Show(calls, s.cfg.Face)
	if !some {
		return alpha.ReleasePriority(), next
	}
	command, err := alpha.WritePriority(text)
	if err != nil {
		s.cfg.Log.Warn("call cannot stand on the sign", "err", err)
		return alpha.ReleasePriority(), next
	}
	return command, next
}

// sendingTime is how long one packet may take at the slowest speed of a sign.
const sendingTime = 5 * time.Second

// send writes one packet and leaves the sign time to act on it.
func (s *Sign) send(ctx context.Context, line Transport, command []byte) error {
	raw, err := alpha.Encode(alpha.Packet{Type: s.cfg.Type, Address: s.cfg.Address, Commands: [][]byte{command}})
	if err != nil {
		return err
	}
	writing, cancel := context.WithTimeout(ctx, sendingTime)
	defer cancel()
	if _, err := line.Write(writing, raw); err != nil {
		return fmt.Errorf("write to sign of LEDs: %w", err)
	}
	sleep(ctx, s.cfg.Times.Gap)
	return nil
}

// ask asks the sign what it is.
func (s *Sign) ask(ctx context.Context, line Transport) error {
	s.pending++
	return s.send(ctx, line, alpha.AskInformation())
}

// mostRelease is how long the end of the program waits for a sign, whatever it is patient with else.
const mostRelease = 3 * time.Second

// release gives the sign back: a call that nobody takes down would stand there for ever. Closing the line drops what it
// has not sent, so the answer to one more question is awaited from a sign that gives any.
func (s *Sign) release(ctx context.Context, line Transport, heard <-chan hearing) {
	ctx, cancel := context.WithTimeout(ctx, min(s.cfg.Times.Answer, mostRelease))
	defer cancel()
	err := s.send(ctx, line, alpha.ReleasePriority())
	if err == nil && s.answered && s.told == Ready {
		err = s.ask(ctx, line)
	}
	for err == nil && s.pending > 0 {
		select {
		case h := <-heard:
			s.pending--
			err = h.err
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if err != nil {
		s.cfg.Log.Info("sign of LEDs perhaps not given back", "err", err)
	}
}
