// Package device is a printer with a cable and a clock: it opens the line and
// opens it again, knows the printer's status, sends slips and finds out what
// became of them.
//
// One rule stands above all others here: it never says that a slip failed
// when one may have come out. A ghost in the queue costs a minute; a citizen
// holding a slip that the branch has forgotten costs a morning.
package device

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"balcao/printers"
)

// Transport is an open line to a printer, such as *serialport.Port. Read and
// Write may run at the same time, each in one goroutine; Close ends both.
type Transport interface {
	io.ReadCloser
	// Write returns how many bytes were accepted; fewer than all only with
	// an error. It ends with the context.
	Write(ctx context.Context, b []byte) (int, error)
}

// Discarder is a transport that can throw away what it has accepted and not
// sent, and can send although the printer holds the flow. Without it, a
// printer that stopped in the middle of a slip cannot be told to forget it.
type Discarder interface {
	Discard() error
}

// Config says which printer, how to reach it and whom to tell.
type Config struct {
	// Dialect is the printer's language.
	Dialect printers.Dialect
	// Open opens the line. It is called again after each loss.
	Open func(ctx context.Context) (Transport, error)
	// Confirm is how long to wait for the printer's word once all is sent,
	// and how long sending may be held up; 0 means 8 s.
	Confirm time.Duration
	// Now is the clock; it must be given.
	Now func() time.Time
	// Log is where losses and returns are told; it must be given.
	Log *slog.Logger
	// Changed is called with each new status, by one goroutine and in
	// order. It must return soon and not call the printer's Print. May be
	// nil.
	Changed func(printers.Status)
	// Late is called with the TicketID of a slip whose outcome was given as
	// unknown, when the printer's word that it came out arrives after all.
	// The same limits hold. May be nil.
	Late func(ticketID string)
	// Told is called once each time the line was opened, with what the printer
	// says of itself; never by one that says nothing. The same limits hold.
	// May be nil: then it is not asked.
	Told func(printers.Identity)
	// Stored is called when pictures were stored in the printer's memory, or may
	// be lost or torn there, with what to remember for [Printer.RememberLogos] of
	// the next run. The same limits hold. May be nil.
	Stored func(book map[int]string)
	// Mouth is called when a printer with a presenter tells what became of
	// the slip in its mouth. The same limits as for Changed hold. May be nil.
	Mouth func(Mouth)
}

// Mouth is what a presenter tells about the slip it holds.
type Mouth string

// What a presenter can tell.
const (
	// SlipPresented: a slip waits in the mouth.
	SlipPresented Mouth = "presented"
	// SlipTaken: somebody took it.
	SlipTaken Mouth = "taken"
	// SlipRetracted: nobody took it, and the printer drew it back.
	SlipRetracted Mouth = "retracted"
)

// Times of the conversation.
const (
	// askEvery is the time between questions; alive after silence of three.
	askEvery  = time.Second
	silence   = 3500 * time.Millisecond
	clearWait = 1500 * time.Millisecond
	firstPoll = 4 // questions asked one after another at the start
)

// Printer is one printer. It owns the line: nothing else may use it.
type Printer struct {
	config Config
	turn   chan struct{} // holds one value while a slip is being printed
	paused bool          // Run holds the turn, until a session in another dialect is there; of Run's goroutine alone

	mu      sync.Mutex       // guards all below
	speaks  printers.Dialect // of the present session
	next    printers.Dialect // from the next one on; nil for the same
	status  printers.Status
	session *session // nil while the line is closed
	last    printers.JobID
	job     *job   // the slip being printed
	unsure  []*job // slips whose word may still come
	dirty   bool   // the printer may hold remains of an earlier slip
	logos   logos
}

// New returns a printer. Nothing is opened before Run.
func New(c Config) *Printer {
	if c.Confirm <= 0 {
		c.Confirm = 8 * time.Second
	}
	return &Printer{
		config: c, speaks: c.Dialect, logos: logos{book: map[int]string{}},
		turn: make(chan struct{}, 1), // one slip at a time
		// Ids begin at the time of day, so that a word for a slip of an
		// earlier run is not taken for one of this.
		last: printers.JobID(uint64(c.Now().UnixMilli()/100) % printers.IDs),
		// A program that was killed may have left half a slip in the printer.
		dirty: true,
	}
}

// Status returns what is known of the printer now.
func (p *Printer) Status() printers.Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.status
}

// Run keeps the line open until the context ends: it opens, listens, and
// after a loss opens again, a little later each time up to five seconds. A
// printer that is missing is no error.
func (p *Printer) Run(ctx context.Context) error {
	const least, most = 200 * time.Millisecond, 5 * time.Second
	pause, told := least, ""
	defer p.resume()
	for {
		t, err := p.config.Open(ctx)
		switch {
		case err == nil:
			pause, told = least, ""
			err = p.live(ctx, t)
			if errors.Is(err, errOtherDialect) {
				continue
			}
			p.resume()
			if ctx.Err() == nil {
				p.config.Log.Warn("printer lost", "err", err)
			}
		case ctx.Err() == nil && err.Error() != told:
			told = err.Error() // once, not at every try
			p.config.Log.Warn("printer not reachable", "err", err)
		}
		if err != nil && p.paused {
			p.become(printers.Status{})
			p.resume()
		}
		if !wait(ctx, pause/2+rand.N(pause/2)) {
			return nil
		}
		pause = min(2*pause, most)
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// session is one time the line was open.
type session struct {
	transport Transport
	ended     chan struct{} // closed when the line is lost

	dialect printers.Dialect // never changes
	left    bool             // a slip has left the mouth, and nobody has asked how; of the session's goroutine alone
	inquiry inquiry          // likewise
	keeping keeping          // likewise

	parsing sync.Mutex // guards the parser
	parser  printers.Parser

	writing sync.Mutex // held by whoever writes
}

// mind tells the parser what is sent, if it wants to know.
func (s *session) mind(tell func(printers.Mindful)) {
	s.parsing.Lock()
	defer s.parsing.Unlock()
	if m, ok := s.parser.(printers.Mindful); ok {
		tell(m)
	}
}

// asked tells the parser which question goes out.
func (s *session) asked(turn int, at time.Time) {
	s.parsing.Lock()
	defer s.parsing.Unlock()
	s.parser.Asked(turn, at)
}

// feed lets the parser read.
func (s *session) feed(b []byte, at time.Time) []printers.Event {
	s.parsing.Lock()
	defer s.parsing.Unlock()
	return s.parser.Feed(b, at)
}

// heard is what the reader hands to the session's loop.
type heard struct {
	bytes []byte
	err   error
}

// live talks to the printer until the line is lost or the context ends.
func (p *Printer) live(ctx context.Context, t Transport) error {
	d := p.dialect()
	s := &session{transport: t, dialect: d, parser: d.NewParser(), ended: make(chan struct{})}
	if i, ok := d.(printers.Identifier); ok && p.config.Told != nil {
		s.inquiry = inquiry{of: i, questions: i.AskIdentity()}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	in := make(chan heard) // no buffer: what is read is dealt with before more is
	var reader sync.WaitGroup
	reader.Go(func() { read(ctx, t, in) })

	p.mu.Lock()
	p.session = s
	p.logos.look()
	p.mu.Unlock()
	err := p.converse(ctx, s, in)
	if s.keeping.waiting {
		p.release(s)
	}

	p.mu.Lock()
	p.session = nil
	p.mu.Unlock()
	p.lostUnderPictures()
	close(s.ended)
	cancel()
	if cerr := t.Close(); err == nil {
		err = cerr
	}
	reader.Wait()
	if !errors.Is(err, errOtherDialect) {
		p.become(printers.Status{})
	}
	return err
}

func read(ctx context.Context, t Transport, in chan<- heard) {
	for {
		buf := make([]byte, 256)
		n, err := t.Read(buf)
		select {
		case in <- heard{buf[:n], err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// converse greets, asks now and then, and listens.
func (p *Printer) converse(ctx context.Context, s *session, in <-chan heard) error {
	if err := p.greet(ctx, s); err != nil {
		return err
	}
	asks := s.dialect.Question(0) != nil
	if !asks {
		// It cannot be asked whether it is there; the open line must do.
		p.become(printers.Status{Connected: true})
		p.resume()
	}
	turn := 0
	var unanswered time.Time // when the first question since the last word was asked
	timer := time.NewTimer(0)
	defer timer.Stop()
	listen := func(h heard) error {
		if len(h.bytes) > 0 {
			unanswered = time.Time{}
			told, err := p.hear(ctx, s, h.bytes, p.config.Now())
			if err != nil {
				return err
			}
			if told {
				p.resume()
				if turn < firstPoll {
					timer.Reset(0)
				}
			}
		}
		if h.err != nil {
			return h.err
		}
		return p.further(ctx, s)
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case h := <-in:
			if err := listen(h); err != nil {
				return err
			}
		case <-timer.C:
			timer.Reset(askEvery)
			select {
			case h := <-in: // what was answered before is heard before the next question
				if err := listen(h); err != nil {
					return err
				}
				continue
			default:
			}
			if err := p.further(ctx, s); err != nil {
				return err
			}
			if !asks {
				continue
			}
			if !unanswered.IsZero() && p.config.Now().Sub(unanswered) > silence {
				p.become(printers.Status{})
				p.resume()
			}
			asked, err := p.ask(ctx, s, turn)
			if err != nil {
				return err
			}
			if asked {
				turn++
				if unanswered.IsZero() {
					unanswered = p.config.Now()
				}
			}
		}
	}
}

func (p *Printer) greet(ctx context.Context, s *session) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	err := p.endPictures(ctx, s)
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, p.config.Confirm)
		defer cancel()
		_, err = s.transport.Write(ctx, s.dialect.Greeting())
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return nil // held by the printer: it will say why when it can
	}
	return err
}

// ask sends the next question, unless a slip is being sent or the line is
// held: then the printer's own reports must do.
func (p *Printer) ask(ctx context.Context, s *session, turn int) (asked bool, err error) {
	if !s.writing.TryLock() {
		return false, nil
	}
	defer s.writing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, askEvery/2)
	defer cancel()
	s.asked(turn, p.config.Now())
	n, err := s.transport.Write(ctx, s.dialect.Question(turn))
	if errors.Is(err, context.DeadlineExceeded) {
		return n > 0, nil
	}
	return err == nil, err
}

// hear deals with bytes from the printer, and tells whether they were a word
// about its status.
func (p *Printer) hear(ctx context.Context, s *session, b []byte, at time.Time) (told bool, err error) {
	for _, e := range s.feed(b, at) {
		switch e := e.(type) {
		case printers.StatusChanged:
			told = true
			p.become(e.Status)
		case printers.Printed:
			p.printed(e.ID)
		case printers.Processed:
			p.processed()
		case printers.Cleared:
			p.cleared()
		case printers.Presented:
			p.mouth(SlipPresented)
		case printers.Left:
			s.left = true
		case printers.Taken:
			p.mouth(SlipTaken)
		case printers.Retracted:
			p.mouth(SlipRetracted)
		case printers.Answered:
			s.inquiry.answered(e.Text)
		case printers.LogosKept:
			if err := p.heardLogos(ctx, s, e); err != nil {
				return told, err
			}
		case printers.Noise:
			p.config.Log.Debug("noise from the printer", "bytes", e.Bytes)
		}
	}
	return told, nil
}

func (p *Printer) mouth(m Mouth) {
	p.config.Log.Info("slip in the printer's mouth", "slip_state", string(m))
	if p.config.Mouth != nil {
		p.config.Mouth(m)
	}
}

// askRetracted asks a presenter that a slip has left whether it was taken. If the
// line is in use, the next moment will do.
func (p *Printer) askRetracted(ctx context.Context, s *session) error {
	d, ok := s.dialect.(printers.Presenter)
	if !s.left || !ok || d.AskRetracted() == nil || !s.writing.TryLock() {
		return nil
	}
	defer s.writing.Unlock()
	s.left = false
	ctx, cancel := context.WithTimeout(ctx, askEvery/2)
	defer cancel()
	_, err := s.transport.Write(ctx, d.AskRetracted())
	if errors.Is(err, context.DeadlineExceeded) {
		s.left = true
		return nil
	}
	return err
}

// become takes in a status. It is called by the session's goroutine alone, so
// that changes are told in order.
func (p *Printer) become(s printers.Status) {
	p.mu.Lock()
	before := p.status
	p.status = s
	if s.Connected && !before.Connected {
		p.logos.look()
	}
	if p.job != nil {
		if s.Stopped() && !p.job.sent {
			p.job.stopped = s
			p.job.interrupt()
		}
		p.job.nudge()
	}
	p.mu.Unlock()
	if s == before {
		return
	}
	p.config.Log.Info("printer status", "reason", string(s.Reason()))
	if p.config.Changed != nil {
		p.config.Changed(s)
	}
}
