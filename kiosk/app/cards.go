package app

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"balcao/internal/machine"
	"balcao/internal/wire"
	"balcao/kiosk/flow"
	"balcao/kiosk/pcsc"
)

// cards watches the readers and reads a card while the path wants one. What a card says goes to the loop and nowhere
// else; no copy stays here.
type cards struct {
	app    *App
	orders chan cardOrder
	done   chan struct{} // closed when nobody takes orders any more
	trust  *trustFolder

	// The rest belongs to run.
	readers  map[string]pcsc.Make
	slots    map[string]slot // by reader; only those with a card
	serial   int             // of the card that was put in last
	told     int             // the card the path was told of last
	down     bool            // the service that speaks to readers is away
	watching bool            // the path wants to know what comes and goes
	wanted   bool            // and to have the next card read
	claiming bool            // for a booking, not for the greeting
	two      bool            // the path was told of two cards
	reading  *reading        // under way; nil when none is
	work     sync.WaitGroup

	number cardNumber // as far as it is typed

	mu         sync.Mutex
	readerName string        // the reader that health tells of; empty for none
	readerMake pcsc.Make     // of it
	claimed    *wire.CheckIn // what the last card said, as the branch may know it; nil when it is wiped
}

// slot is a card in a reader.
type slot struct {
	session *pcsc.Session
	card    int
}

// reading is one card being read.
type reading struct {
	cancel context.CancelFunc
	ended  chan struct{}
}

type cardOrder int

const (
	startReading cardOrder = iota
	startClaiming
	stopReading
	wipeReading
	openGreeting
	openClaiming
)

func newCards(a *App) *cards {
	return &cards{
		app:    a,
		orders: make(chan cardOrder, 16), // from the loop, a few for each touch
		done:   make(chan struct{}), readers: map[string]pcsc.Make{}, slots: map[string]slot{},
		trust: &trustFolder{dir: a.cfg.Reader.Trust, log: a.log},
	}
}

func (c *cards) stop() {
	c.forget()
	c.order(stopReading)
}

func (c *cards) wipe() {
	c.number.wipe()
	c.order(wipeReading)
}

func (c *cards) start(forBooking bool) {
	c.forget()
	if forBooking {
		c.order(startClaiming)
		return
	}
	c.order(startReading)
}

// open reads the card that wants a number, by the one that was typed.
func (c *cards) open(forBooking bool) {
	if forBooking {
		c.order(openClaiming)
		return
	}
	c.order(openGreeting)
}

func (c *cards) order(o cardOrder) {
	select {
	case c.orders <- o:
	case <-c.done:
	}
}

func (c *cards) run(ctx context.Context) error {
	defer close(c.done)
	defer c.work.Wait()
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
	case startReading, startClaiming:
		c.watching, c.wanted, c.claiming = true, true, o == startClaiming
		switch {
		case c.down:
			c.fail(0, flow.CardNoService)
		case len(c.readers) == 0:
			c.fail(0, flow.CardNoReader)
		case len(c.slots) > 0:
			c.consider(ctx)
		}
	case openGreeting, openClaiming:
		c.claiming = o == openClaiming
		for _, s := range c.slots {
			if s.card == c.told {
				c.read(ctx, s, c.number.take())
				return
			}
		}
		c.number.wipe()
	case stopReading:
		c.watching, c.wanted = false, false
	case wipeReading: // a name is with the loop, which has dropped it
		c.forget()
	}
}

// quit ends the reading under way.
func (c *cards) quit() {
	if c.reading != nil {
		c.reading.cancel()
	}
}

func (c *cards) see(ctx context.Context, e pcsc.Event) {
	switch e.Kind {
	case pcsc.ServiceUp: // readers are told of by themselves
		c.down = false
		return
	case pcsc.ReaderArrived:
		c.readers[e.Reader] = e.Make
	case pcsc.ReaderLeft:
		delete(c.readers, e.Reader)
	case pcsc.ServiceDown:
		c.down = true
		clear(c.readers)
	case pcsc.CardInserted:
		c.serial++
		c.slots[e.Reader] = slot{session: e.Session, card: c.serial}
		if c.watching {
			c.consider(ctx)
		}
		return
	case pcsc.CardRemoved:
		if s := c.slots[e.Reader]; s.session == e.Session {
			delete(c.slots, e.Reader)
			c.removed(ctx, s)
		}
		return
	}
	c.tellReader()
}

// consider looks at the cards that are in: one is told of and, if wanted, read; of two none is.
func (c *cards) consider(ctx context.Context) {
	newest := slices.MaxFunc(slices.Collect(maps.Values(c.slots)), func(a, b slot) int { return a.card - b.card })
	c.told = newest.card
	c.app.post(flow.CardInserted{Card: newest.card})
	switch {
	case !c.wanted:
	case len(c.slots) > 1:
		c.quit()
		c.two = true
		c.fail(0, flow.CardTwo)
	default:
		c.read(ctx, newest, nil)
	}
}

// removed tells of a card that has gone, unless another one is what the path knows of.
func (c *cards) removed(ctx context.Context, s slot) {
	if s.card == c.told {
		c.quit()
	}
	two := c.two
	c.two = len(c.slots) > 1
	lost := errors.Is(s.session.Err(), pcsc.ErrService)
	switch {
	case !c.watching:
	case len(c.slots) == 0 && lost:
		c.fail(0, flow.CardNoService)
	case len(c.slots) == 0:
		c.app.post(flow.CardGone{})
	case two && !c.two:
		for _, left := range c.slots {
			if left.card == c.serial {
				c.app.post(flow.CardGone{}) // the path asks anew, and has the other
				return
			}
		}
		c.fail(0, flow.CardOther) // nobody says that the one from before is theirs
	case c.two:
		c.consider(ctx)
	}
}

// fail tells why no card is read; the next one is read when the path asks for it again.
func (c *cards) fail(which int, code string) {
	c.wanted = false
	c.app.post(flow.CardFailed{Card: which, Code: code})
}

func (c *cards) tellReader() {
	c.nameReader()
	state := stateReady
	if len(c.readers) == 0 {
		state = stateAbsent
		c.quit()
		if c.watching {
			code := flow.CardNoReader
			if c.down {
				code = flow.CardNoService
			}
			c.fail(0, code)
		}
	}
	c.app.devices.report(deviceReader, state)
	c.app.post(flow.ReaderChanged{Ready: state == stateReady})
}

// nameReader notes which reader health tells of: the first by name, of several.
func (c *cards) nameReader() {
	name := ""
	for _, one := range slices.Sorted(maps.Keys(c.readers)) {
		name = one
		break
	}
	c.mu.Lock()
	changed := c.readerName != name
	c.readerName, c.readerMake = name, c.readers[name]
	c.mu.Unlock()
	if changed {
		c.app.health.ring()
	}
}

// reader is the name of the card reader and what it said of itself; empty while there is none.
func (c *cards) reader() (string, pcsc.Make) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.readerName, c.readerMake
}

// read greets the holder of a card, beside everything else: a card may take its time. One dialogue ends before the next
// begins, since they may be with the same card. The number, if there is one, opens a card on the reader, and is wiped.
func (c *cards) read(ctx context.Context, s slot, number *typedNumber) {
	c.quit()
	var before chan struct{}
	if c.reading != nil {
		before = c.reading.ended
	}
	ctx, cancel := context.WithCancel(ctx)
	c.reading = &reading{cancel: cancel, ended: make(chan struct{})}
	c.wanted = false
	ended, task := c.reading.ended, c.greet
	if c.claiming {
		task = c.claim
	}
	c.work.Go(func() { // every call into the reader ends with ctx
		defer close(ended)
		defer cancel()
		if before != nil {
			<-before
		}
		machine.Apart(func() { c.through(ctx, s, number, task) })
	})
}
