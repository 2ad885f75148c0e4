package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"balcao/kiosk/card"
	"balcao/kiosk/flow"
	"balcao/kiosk/pcsc"
	"balcao/kiosk/screen"
	"balcao/kiosk/trust"
)

// How a card that another program holds is waited for.
const (
	heldFor   = 8 * time.Second
	heldPause = 250 * time.Millisecond
)

// greet reads a card for the greeting: the name goes to the screen as soon as it is read, and what the check of the
// signature found when that is known. Without certificates to check it with, nothing more than the name is read.
func (c *cards) greet(ctx context.Context, s slot, over card.Transmitter) {
	trusted := c.trust.load()
	checking := trusted.Len() > 0
	shown := false
	query := card.Query{
		Purpose: card.ForGreeting, Verify: checking, Trust: trusted, Now: c.app.clock.Now(),
		Progress: func(r *card.Reading) {
			g, err := r.Greeting()
			defer g.Wipe()
			if err != nil || ctx.Err() != nil || shown {
				return // what is wrong with the name is told at the end
			}
			shown = true
			c.app.post(c.named(s.card, g))
		},
	}
	r, err := readWhenFree(ctx, over, s.session.ATR(), query)
	defer r.Wipe()
	switch {
	case ctx.Err() != nil, errors.Is(err, card.ErrRemoved): // told by the reader itself
	case c.wantsNumber(ctx, s, over, err):
	case err != nil:
		c.app.log.Info("card not read", "err", err)
		c.app.post(flow.CardFailed{Card: s.card, Code: trouble(s.session, err)})
	case !shown:
		c.app.log.Info("card without a name")
		c.app.post(flow.CardFailed{Card: s.card, Code: flow.CardUnreadable})
	default:
		c.tellVerdict(s, r, checking)
	}
}

// named hands a name to the screen, which is the only one to hold it, and returns the input that says so: in it, and all
// the way of the path, marks stand for the name.
func (c *cards) named(which int, g card.Greeting) flow.CardRead {
	in := flow.CardRead{Card: which, Checking: true}
	in.Given, in.Initial = screen.Marks(which)
	g.Show(func(given, initial []byte) {
		c.app.screen.Name(which, given, initial)
		if len(initial) == 0 {
			in.Initial = ""
		}
	})
	return in
}

// tellVerdict says what the check found. The log gets the code and the cost: neither tells anything of the holder.
func (c *cards) tellVerdict(s slot, r *card.Reading, checked bool) {
	verdict := r.Verdict()
	if !checked {
		verdict = card.Verdict{Reason: card.NoTrust}
	}
	effort := r.Effort()
	c.app.log.Info("card read", "purpose", card.ForGreeting.String(), "generation", r.Generation().String(),
		"verdict", verdict.String(), "commands", effort.Commands, "bytes", effort.Sent+effort.Received)
	c.app.post(flow.CardChecked{
		Card: s.card, Reason: verdict.String(), Verified: verdict.Verified(), Expired: verdict.CardExpired,
	})
}

// readWhenFree reads a card, and tries again for a while if another program holds it.
func readWhenFree(ctx context.Context, over card.Transmitter, atr []byte, q card.Query) (*card.Reading, error) {
	limit, cancel := context.WithTimeout(ctx, heldFor)
	defer cancel()
	for {
		r, err := card.Read(ctx, over, atr, q)
		if !errors.Is(err, pcsc.ErrBusy) {
			return r, err
		}
		pause := time.NewTimer(heldPause)
		select {
		case <-pause.C:
		case <-limit.Done():
			pause.Stop()
			return nil, err
		}
	}
}

// trouble is why a card could not be read, as the screen explains it.
func trouble(s *pcsc.Session, err error) string {
	switch {
	case len(s.ATR()) == 0:
		return flow.CardReverse
	case errors.Is(err, card.ErrForeignDocument):
		return flow.CardDocument
	case errors.Is(err, card.ErrNotCitizenCard):
		return flow.CardForeign
	case errors.Is(err, card.ErrLocked):
		return flow.CardContactless
	case errors.Is(err, card.ErrMute):
		return flow.CardSilent
	case errors.Is(err, pcsc.ErrService):
		return flow.CardNoService
	case errors.Is(err, pcsc.ErrBusy):
		return flow.CardBusy
	case errors.Is(err, pcsc.ErrReset):
		return flow.CardReset
	default:
		return flow.CardUnreadable
	}
}

// trustFolder is the folder of certificates, read anew for each card so that what a technician adds counts at once.
type trustFolder struct {
	dir string
	log *slog.Logger

	mu    sync.Mutex
	known string // what was said of the folder last
}

// load returns what is trusted now; what is wrong with the folder is logged when it changes.
func (t *trustFolder) load() *card.Trust {
	folder, err := trust.Open(t.dir)
	trusted := &card.Trust{}
	if err == nil {
		trusted, err = folder.Trust()
	}
	state := fmt.Sprint(len(folder.Entries), err, folder.Faults)
	t.mu.Lock()
	changed := state != t.known
	t.known = state
	t.mu.Unlock()
	if changed {
		t.log.Info("trusted certificates", "folder", t.dir, "certificates", len(folder.Entries))
		for _, fault := range folder.Faults {
			t.log.Warn("certificate left out", "err", fault)
		}
		if err != nil {
			t.log.Warn("trust folder not read", "err", err)
		}
	}
	if err != nil {
		return nil
	}
	return trusted
}
