package pcsc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ebfe/scard"

	"balcao/kiosk/card"
)

// Session leads to one card for as long as it stays in the reader. It is a
// card.Transmitter. It connects to the card with the first command, keeps
// other programs away from then on, and is never carried over to another
// card: once the card is gone, every call fails for ever. A card remembers what
// was selected, so whoever shares a Session lets one dialogue end before the
// next begins.
type Session struct {
	reader string
	atr    []byte
	limit  time.Duration
	calls  chan call
	done   chan struct{} // closed when over

	mu   sync.Mutex
	err  error // why it is over, nil before
	link *link // of the goroutine in serve, to be cut from outside
}

type call struct {
	command []byte
	reply   chan<- answer
	left    <-chan struct{} // closed when nobody waits for the reply any more
}

type answer struct {
	data []byte
	err  error
}

var _ card.Transmitter = (*Session)(nil)

func newSession(reader string, atr []byte, limit time.Duration) *Session {
	return &Session{
		reader: reader, atr: bytes.Clone(atr), limit: limit,
		calls: make(chan call), done: make(chan struct{}),
	}
}

// Reader returns the name of the reader the card is in.
func (s *Session) Reader() string { return s.reader }

// ATR returns the card's answer to reset, empty for a card that gave none
// because it is upside down or broken. The slice is the caller's.
func (s *Session) ATR() []byte { return bytes.Clone(s.atr) }

// Done is closed when the card can no longer be reached.
func (s *Session) Done() <-chan struct{} { return s.done }

// Err says why the Session is over: card.ErrRemoved, card.ErrMute, ErrReset,
// ErrService. It is nil before.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Transmit sends one command to the card and returns its answer. It returns
// when the context ends, when the card is pulled, and when the card stays
// silent for longer than Config.AnswerTime; in the last case the Session is
// over with card.ErrMute and the card has to be taken out. Calls wait for one
// another. The answer may be of any length, even too short for a status word.
func (s *Session) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if len(command) == 0 {
		return nil, fmt.Errorf("transmit nothing: %w", card.ErrGarbled)
	}
	if len(s.atr) == 0 {
		return nil, fmt.Errorf("transmit: %w", card.ErrMute)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	reply, left := make(chan answer), make(chan struct{})
	defer close(left)
	select {
	case s.calls <- call{command: bytes.Clone(command), reply: reply, left: left}:
	case <-s.done:
		return nil, fmt.Errorf("transmit: %w", s.Err())
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case a := <-reply:
		return a.data, a.err
	case <-s.done:
		return nil, fmt.Errorf("transmit: %w", s.Err())
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// finish ends the Session for a reason and wakes whoever waits in it. Only the
// first reason counts.
func (s *Session) finish(reason error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return
	}
	s.err = reason
	close(s.done)
	if s.link != nil {
		s.link.retire()
	}
}

// serve carries commands to the card until the Session is over.
func (s *Session) serve(d *dialer) {
	var connected *scard.Card
	defer func() {
		if l := s.swapLink(nil); l != nil {
			s.disconnect(l, connected)
			l.close()
		}
	}()
	for {
		var c call
		select {
		case <-s.done:
			return
		case c = <-s.calls:
		}
		var a answer
		if connected == nil {
			connected, a.err = s.connect(d)
		}
		if a.err == nil {
			a.data, a.err = s.transmit(func() ([]byte, error) { return connected.Transmit(c.command) })
		}
		clear(c.command)
		select {
		case c.reply <- a:
		case <-c.left:
			clear(a.data)
		}
		if a.err != nil && final(a.err) {
			s.finish(a.err)
		}
	}
}

// final says whether an error ends the Session.
func final(err error) bool {
	return errors.Is(err, card.ErrRemoved) || errors.Is(err, card.ErrMute) ||
		errors.Is(err, ErrService) || errors.Is(err, ErrReset)
}

// connect opens the one connection of the Session. Reconnecting would succeed
// on whatever card is in the reader by then, so it is never done.
func (s *Session) connect(d *dialer) (*scard.Card, error) {
	l := s.currentLink()
	if l == nil {
		var err error
		if l, err = d.open(); err != nil {
			return nil, err
		}
		s.swapLink(l)
	}
	var c *scard.Card
	err := l.call(s.limit, func(context *scard.Context) (err error) {
		c, err = l.connect(context, s.reader, scard.ShareShared, scard.ProtocolT0|scard.ProtocolT1)
		return err
	})
	if errors.Is(err, errCut) {
		return nil, fmt.Errorf("connect: %w", card.ErrMute)
	}
	if err != nil {
		return nil, fmt.Errorf("connect: %w", translate(err))
	}
	// Another program's SELECT between two of our commands would make us read
	// another file.
	err = l.call(s.limit, func(*scard.Context) error { return c.BeginTransaction() })
	if err != nil {
		// Nothing was read yet, so the next try may begin anew.
		s.swapLink(nil)
		l.close()
	}
	if errors.Is(err, errCut) {
		return nil, fmt.Errorf("wait for the card: %w", ErrBusy)
	}
	if err != nil {
		return nil, fmt.Errorf("wait for the card: %w", translate(err))
	}
	return c, nil
}

// farewellTime is how long the service may take to let go of a card.
const farewellTime = time.Second

// disconnect lets go of the card gently. Left to itself, pcscd resets a card
// whose client went away in a transaction; if the card is gone too, the failed
// reset can make pcscd 1.9.9 miss the one that is put in next.
func (s *Session) disconnect(l *link, c *scard.Card) {
	if c == nil {
		return
	}
	_ = l.lastCall(farewellTime, func(*scard.Context) error { // the connection ends with the link anyway
		return errors.Join(c.EndTransaction(scard.LeaveCard), l.part(c))
	})
}

// transmit asks the card by way of the library. An answer that comes while the link is cut, because the card was pulled
// or exchanged at that moment, is nobody's: it is wiped here, since no one else will.
func (s *Session) transmit(ask func() ([]byte, error)) ([]byte, error) {
	var data []byte
	l := s.currentLink()
	err := l.call(s.limit, func(*scard.Context) (err error) {
		data, err = ask()
		return err
	})
	if err != nil {
		clear(data)
	}
	switch {
	case errors.Is(err, errCut):
		return nil, fmt.Errorf("no answer within %s: %w", s.limit, card.ErrMute)
	case err != nil:
		return nil, fmt.Errorf("transmit: %w", translate(err))
	case len(data) == 0:
		// A card pulled in mid-command: pcscd reports success and no bytes.
		return nil, fmt.Errorf("transmit: %w", card.ErrRemoved)
	}
	return data, nil
}

func (s *Session) currentLink() *link {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link
}

func (s *Session) swapLink(l *link) (old *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, s.link = s.link, l
	return old
}
