package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"balcao/internal/citizen"
	"balcao/internal/wire"
	"balcao/kiosk/card"
	"balcao/kiosk/card/pace"
	"balcao/kiosk/flow"
)

// errUnverified says that a card is not known to be what it says, so that it stands for no booking: whoever holds it
// types the code of the booking instead.
var errUnverified = errors.New("the card is not verified")

// errNoClaim says that what a card said was wiped before the branch was asked.
var errNoClaim = errors.New("nothing was read of a card")

// digesting makes a digest under the key of the day, as bookingKey does.
type digesting func(ctx context.Context, by string, digest func(citizen.DayKey) (citizen.Digest, error)) (*wire.CheckIn, error)

// claimByCard reads a card for check-in and makes of its document number the digest by which the branch knows a booking;
// the number is wiped before this returns. The verdict tells why a card that is not verified is refused with
// errUnverified.
func claimByCard(ctx context.Context, t card.Transmitter, atr []byte, claim digesting, q card.Query) (*wire.CheckIn, card.Verdict, error) {
	q.Purpose = card.ForCheckIn
	r, err := card.Read(ctx, t, atr, q)
	if err != nil {
		return nil, card.Verdict{}, err
	}
	defer r.Wipe()
	verdict := r.Verdict()
	if !verdict.Verified() {
		return nil, verdict, fmt.Errorf("claim a booking: %w: %s", errUnverified, verdict)
	}
	text := r.Append(make([]byte, 0, 64), card.DocumentNumber)
	defer clear(text[:cap(text)])
	number, err := citizen.ParseDocumentNumber(text)
	if err != nil {
		return nil, verdict, fmt.Errorf("claim a booking: %w", err)
	}
	defer number.Wipe()
	c, err := claim(ctx, wire.ByCard, func(key citizen.DayKey) (citizen.Digest, error) { return key.Digest(number) })
	if err != nil {
		return nil, verdict, fmt.Errorf("claim a booking: %w", err)
	}
	return c, verdict, nil
}

// claimByToken reads the token of a card that lies on the reader and makes of it the digest by which the branch knows a
// booking whose file brought the token; the token is wiped before this returns.
func claimByToken(ctx context.Context, t card.Transmitter, claim digesting, w pace.Witness) (*wire.CheckIn, card.Verdict, error) {
	token, verdict, err := pace.ReadToken(ctx, t, w)
	if err != nil {
		return nil, verdict, err
	}
	defer token.Wipe()
	if !verdict.Verified() {
		return nil, verdict, fmt.Errorf("claim a booking: %w: %s", errUnverified, verdict)
	}
	c, err := claim(ctx, wire.ByCard, func(key citizen.DayKey) (citizen.Digest, error) { return key.TokenDigest(token) })
	if err != nil {
		return nil, verdict, fmt.Errorf("claim a booking: %w", err)
	}
	return c, verdict, nil
}

// claimWithin is how long reading a card and asking for the key of the day may take together.
const claimWithin = 20 * time.Second

// claim reads a card for a booking; what it said stays here until the request that follows is done with it.
func (c *cards) claim(ctx context.Context, s slot, over card.Transmitter) {
	fail := func(code string, reason card.Reason) {
		c.app.post(flow.CardFailed{Card: s.card, Code: code, Reason: string(reason)})
	}
	trusted := c.trust.load()
	if trusted.Len() == 0 { // nothing is read that cannot be checked
		fail(flow.CardUnverified, card.NoTrust)
		return
	}
	within, cancel := context.WithTimeout(ctx, claimWithin)
	defer cancel()
	query := card.Query{Trust: trusted, Now: c.app.clock.Now(), Challenge: c.challenge()}
	claimed, verdict, err := claimByCard(within, over, s.session.ATR(), c.app.key.claim, query)
	token := false
	if c.app.cfg.Reader.Contactless && over == card.Transmitter(s.session) && errors.Is(err, card.ErrLocked) {
		witness := pace.Witness{Trust: trusted, Now: c.app.clock.Now(), Random: rand.Reader}
		if by, v, terr := claimByToken(within, s.session, c.app.key.claim, witness); terr == nil {
			claimed, verdict, err, token = by, v, nil, true
		} else if !errors.Is(terr, pace.ErrUnsupported) {
			c.app.log.Info("card gave no token", "verdict", v.String(), "err", terr)
		}
	}
	switch {
	case ctx.Err() != nil, errors.Is(err, card.ErrRemoved): // told by the reader itself
	case errors.Is(err, errUnverified):
		c.app.log.Info("card not verified", "purpose", card.ForCheckIn.String(), "verdict", verdict.String())
		fail(flow.CardUnverified, verdict.Reason)
	case errors.Is(err, context.DeadlineExceeded):
		fail(flow.CardNoBranch, "")
	case c.wantsNumber(ctx, s, over, err):
	case err != nil:
		c.app.log.Info("card not read", "err", err)
		fail(trouble(s.session, err), "")
	default:
		c.mu.Lock()
		c.claimed = claimed
		c.mu.Unlock()
		c.app.post(flow.CardClaimed{Card: s.card, Token: token})
	}
}

// challenge gives the random numbers by which a chip proves itself; nil where that is switched off.
func (c *cards) challenge() io.Reader {
	if !c.app.cfg.Reader.Chip {
		return nil
	}
	return rand.Reader
}

// forget wipes what the last card said.
func (c *cards) forget() {
	c.number.wipe()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.claimed = nil
}

// asClaimed is what the last card said, for one request.
func (c *cards) asClaimed() claiming {
	c.mu.Lock()
	defer c.mu.Unlock()
	claimed := c.claimed
	return func(context.Context) (*wire.CheckIn, error) {
		if claimed == nil {
			return nil, errNoClaim
		}
		return claimed, nil
	}
}
