package app

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"

	"balcao/kiosk/card"
	"balcao/kiosk/card/pace"
	"balcao/kiosk/flow"
)

// typedNumber is what somebody typed of the number on the front of a card.
type typedNumber struct {
	digits [6]byte
	count  int
}

func (n *typedNumber) wipe() {
	if n != nil {
		clear(n.digits[:])
		n.count = 0
	}
}

// cardNumber is the number of a card while it is typed: in one place, where it can be wiped. The path and the screen know
// how many digits there are, and no more.
type cardNumber struct {
	mu sync.Mutex
	n  typedNumber
}

func (c *cardNumber) add(digit string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n.count < len(c.n.digits) && len(digit) == 1 && digit[0] >= '0' && digit[0] <= '9' {
		c.n.digits[c.n.count] = digit[0]
		c.n.count++
	}
}

func (c *cardNumber) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n.count > 0 {
		c.n.count--
		c.n.digits[c.n.count] = 0
	}
}

func (c *cardNumber) wipe() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n.wipe()
}

// take hands the number over to whoever wipes it next.
func (c *cardNumber) take() *typedNumber {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := c.n
	c.n.wipe()
	return &taken
}

// through has a task read a card: as it is, or, with a number, through the channel that the number opens.
func (c *cards) through(ctx context.Context, s slot, number *typedNumber, task func(context.Context, slot, card.Transmitter)) {
	if number == nil {
		task(ctx, s, s.session)
		return
	}
	defer number.wipe()
	channel, err := openCard(ctx, s.session, number)
	defer channel.Wipe()
	switch {
	case ctx.Err() != nil, errors.Is(err, card.ErrRemoved): // told by the reader itself
	case errors.Is(err, pace.ErrPassword):
		c.app.log.Info("card not opened: another number")
		c.app.post(flow.CardWantsNumber{Card: s.card, Wrong: true})
	case err != nil:
		c.app.log.Info("card not opened", "err", err)
		c.app.post(flow.CardFailed{Card: s.card, Code: trouble(s.session, err)})
	default:
		task(ctx, s, channel)
	}
}

// openCard agrees on keys with a card on the reader by its number.
func openCard(ctx context.Context, t card.Transmitter, number *typedNumber) (*pace.Channel, error) {
	info, err := pace.Offered(ctx, t)
	if err != nil {
		return nil, err
	}
	password, err := pace.Number(number.digits[:number.count])
	if err != nil {
		return nil, err
	}
	defer password.Wipe()
	return pace.Open(ctx, t, info, password, rand.Reader)
}

// wantsNumber reports whether a card failed because it lies on the reader and wants its number first, which is then asked
// for: only where that is switched on, and the card takes what is built here.
func (c *cards) wantsNumber(ctx context.Context, s slot, over card.Transmitter, err error) bool {
	if !c.app.cfg.Reader.Contactless || over != card.Transmitter(s.session) || !errors.Is(err, card.ErrLocked) {
		return false
	}
	if _, err := pace.Offered(ctx, s.session); err != nil {
		c.app.log.Info("card on the reader not opened", "err", err)
		return false
	}
	c.app.post(flow.CardWantsNumber{Card: s.card})
	return true
}
