package app

import (
	"context"
	"errors"
	"sync"

	"balcao/kiosk/card"
	"balcao/kiosk/flow"
	"balcao/kiosk/pcsc"
)

// cards reads a card for the greeting while the path wants one. What a card says goes to the loop and nowhere else; no
// copy stays here.
type cards struct {
	app    *App
	orders chan cardOrder
	done   chan struct{} // closed when nobody takes orders any more

	// The rest belongs to run.
	readers  map[string]bool
	session  *pcsc.Session // of the card in the slot; nil when empty
	watching bool
	cancel   context.CancelFunc // of the reading under way; nil when none is
	reading  sync.WaitGroup
}

type cardOrder int

const (
	startReading cardOrder = iota
	stopReading
	wipeReading
)

func newCards(a *App) *cards {
	// Orders come from the loop, a few for each touch.
	return &cards{app: a, orders: make(chan cardOrder, 16), done: make(chan struct{}), readers: map[string]bool{}}
}

func (c *cards) start() { c.order(startReading) }
func (c *cards) stop()  { c.order(stopReading) }
func (c *cards) wipe()  { c.order(wipeReading) }

func (c *cards) order(o cardOrder) {
	select {
	case c.orders <- o:
	case <-c.done:
	}
}

func (c *cards) run(ctx context.Context) error {
	defer close(c.done)
	defer c.reading.Wait()
	defer c.quit()
	var events <-chan pcsc.Event // nil, for ever silent, without a reader
	if c.app.watcher != nil {
		events = c.app.watcher.Events()
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case o := <-c.orders:
			c.obey(ctx, o)
		case e, open := <-events:
			if !open {
				events = nil
				continue
			}
			c.see(ctx, e)
		}
	}
}

func (c *cards) obey(ctx context.Context, o cardOrder) {
	c.quit()
	switch o {
	case startReading:
		c.watching = true
		if c.session != nil {
			c.read(ctx, c.session)
		}
	case stopReading:
		c.watching = false
	case wipeReading: // what was read is with the loop, which has dropped it
	}
}

// quit ends the reading under way.
func (c *cards) quit() {
	if c.cancel != nil {
		c.cancel()
		c.cancel = nil
	}
}

func (c *cards) see(ctx context.Context, e pcsc.Event) {
	switch e.Kind {
	case pcsc.ReaderArrived:
		c.readers[e.Reader] = true
	case pcsc.ReaderLeft:
		delete(c.readers, e.Reader)
	case pcsc.ServiceDown:
		clear(c.readers)
	case pcsc.CardInserted:
		c.session = e.Session
		if c.watching {
			c.read(ctx, e.Session)
		}
		return
	case pcsc.CardRemoved:
		if c.session != e.Session {
			return
		}
		c.session = nil
		c.quit()
		if c.watching {
			c.app.post(flow.CardGone{})
		}
		return
	case pcsc.ServiceUp: // readers are told of by themselves
		return
	}
	c.tellReader()
}

func (c *cards) tellReader() {
	state := stateReady
	if len(c.readers) == 0 {
		state = stateAbsent
		c.quit()
		if c.watching {
			c.app.post(flow.CardFailed{Code: flow.CardNoReader})
		}
	}
	c.app.devices.report(deviceReader, state)
	c.app.post(flow.ReaderChanged{Ready: state == stateReady})
}

// read greets the holder of a card, beside everything else: a card may take its time.
func (c *cards) read(ctx context.Context, s *pcsc.Session) {
	c.quit()
	ctx, c.cancel = context.WithCancel(ctx)
	c.app.post(flow.CardInserted{})
	c.reading.Go(func() { // every call into the reader ends with ctx
		g, err := card.ReadGreeting(ctx, s, s.ATR())
		defer g.Wipe()
		switch {
		case ctx.Err() != nil:
		case err == nil:
			c.app.post(flow.CardRead{Given: g.GivenName(), Initial: g.Initial()})
		case errors.Is(err, card.ErrRemoved): // told by the reader itself
		default:
			c.app.log.Info("card not read", "err", err)
			c.app.post(flow.CardFailed{Code: trouble(s, err)})
		}
	})
}

// trouble is why a card could not be read, as the screen explains it.
func trouble(s *pcsc.Session, err error) string {
	switch {
	case len(s.ATR()) == 0:
		return flow.CardReverse
	case errors.Is(err, card.ErrNotCitizenCard):
		return flow.CardForeign
	case errors.Is(err, pcsc.ErrService):
		return flow.CardNoReader
	default:
		return flow.CardUnreadable
	}
}
