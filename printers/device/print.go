package device

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"balcao/printers"
)

// ErrNotPrinted is inside every error of Print: the slip is not known to be on
// paper. The outcome says what is known.
var ErrNotPrinted = errors.New("not printed")

// job is one slip on its way. Its fields are guarded by the printer's mutex,
// but for those set at its making.
type job struct {
	id        printers.JobID
	ticketID  string
	interrupt context.CancelFunc // ends the sending
	news      chan struct{}      // holds one value when something changed

	sent, printed, processed, cleared bool
	// asked says that the last byte, which ends the question behind the slip, goes out: an answer may come before the
	// line has said that it took it.
	asked bool
	// fenced says that the printer has come as far as the last line, and
	// reached that bytes beyond that were accepted.
	fenced, reached bool
	// stopped is the status that interrupted the sending: the slip is torn
	// then, even if the printer has recovered since.
	stopped printers.Status
}

func (j *job) nudge() {
	select {
	case j.news <- struct{}{}:
	default:
	}
}

// printed takes in the word that id is on paper. A word covers all jobs
// before it, but only ids that this printer has given out count: an old word
// from before a restart proves nothing.
func (p *Printer) printed(id printers.JobID) {
	p.mu.Lock()
	var late []string
	if p.last.Covers(id) {
		if p.job != nil && id.Covers(p.job.id) {
			p.job.printed = true
			p.logos.passing = 0 // pictures went before the slip
			p.job.nudge()
		}
		p.unsure = slices.DeleteFunc(p.unsure, func(j *job) bool {
			if !id.Covers(j.id) {
				return false
			}
			late = append(late, j.ticketID)
			return true
		})
	}
	p.mu.Unlock()
	for _, t := range late {
		p.config.Log.Info("slip confirmed late", "slip", t)
		if p.config.Late != nil {
			p.config.Late(t)
		}
	}
}

// processed takes in the answer to the question behind a slip.
func (p *Printer) processed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.job == nil {
		return
	}
	p.job.fenced = true
	if p.job.asked {
		p.job.processed = true
		p.job.nudge()
	}
}

func (p *Printer) cleared() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.job != nil {
		p.job.cleared = true
		p.job.nudge()
	}
}

// Print prints one slip and waits until it is known, or known not to be
// known, what became of it. Slips asked for at the same time wait for one
// another. The function onFirstByte, which may be nil, is called once, when
// the line has accepted the first bytes of the slip.
//
// The outcome is Done when the printer has confirmed the slip, with a nil
// error; Failed when no valid slip came out: it was refused before its first
// byte, or the printer stopped for want of paper or with an open cover and
// then confirmed that it has forgotten the rest; and Unknown in all other
// cases, the end of the context among them. Then the error, which wraps
// ErrNotPrinted, says why. Remains of a slip that did not end well are cleared
// out of the printer and cut off before the next one, so that an old copy
// cannot come out as well.
func (p *Printer) Print(ctx context.Context, slip printers.Slip, onFirstByte func()) (printers.Outcome, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return failed(printers.Stopping, ctx.Err())
	}
	sending, interrupt := context.WithTimeout(ctx, p.config.Confirm)
	defer interrupt()
	j := &job{ticketID: slip.TicketID, interrupt: interrupt, news: make(chan struct{}, 1)}
	s, made, outcome, err := p.begin(j, slip)
	if err != nil {
		return outcome, err
	}
	defer p.end(j)
	s.writing.Lock()
	n, err := p.send(sending, s, j, made.Bytes, onFirstByte)
	s.writing.Unlock()
	j.reached = n > made.Whole // of this goroutine alone
	switch {
	case n == 0 && ctx.Err() != nil:
		return failed(printers.Stopping, err)
	case n == 0 && err != nil:
		return failed(p.reason(s), err)
	case err != nil:
		return p.settle(ctx, s, j, err)
	}
	return p.await(ctx, s, j)
}

// begin refuses a slip that cannot be printed now, and else makes its bytes
// and announces its job.
func (p *Printer) begin(j *job, slip printers.Slip) (*session, printers.Job, printers.Outcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == nil || !p.status.Ready() {
		outcome, err := failed(p.status.Reason(), errors.New("the printer is not ready"))
		return nil, printers.Job{}, outcome, err
	}
	next := p.last.Next()
	slip.Kept = p.logos.printable(p.dirty)
	made, err := p.session.dialect.Encode(slip, next)
	if err != nil {
		outcome, err := failed(printers.BadSlip, err)
		return nil, printers.Job{}, outcome, err
	}
	if len(made.Unprintable) > 0 {
		p.config.Log.Warn("letters the printer lacks", "slip", slip.TicketID, "letters", string(made.Unprintable))
	}
	p.last, j.id = next, next
	p.job = j
	return p.session, made, printers.Outcome{}, nil
}

func (p *Printer) end(j *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.job = nil
	if !j.printed && !j.cleared && p.dirty {
		p.unsure = append(p.unsure, j)
	}
}

func failed(r printers.Reason, err error) (printers.Outcome, error) {
	return printers.Outcome{Result: printers.Failed, Reason: r}, fmt.Errorf("%w: %s: %w", ErrNotPrinted, r, err)
}

func unknown(r printers.Reason, err error) (printers.Outcome, error) {
	return printers.Outcome{Result: printers.Unknown, Reason: r}, fmt.Errorf("%w for sure: %s: %w", ErrNotPrinted, r, err)
}

func done(weak bool) (printers.Outcome, error) {
	return printers.Outcome{Result: printers.Done, Weak: weak}, nil
}

// reason is the printer's own, or that the line is gone.
func (p *Printer) reason(s *session) printers.Reason {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session != s || p.status.Ready() {
		return printers.Disconnected
	}
	return p.status.Reason()
}

// firstBytes is how much is sent before onFirstByte is called.
const firstBytes = 32

// send writes a job, after clearing remains of an earlier one. It returns how
// many bytes of the job were accepted. The session's write lock is held.
func (p *Printer) send(ctx context.Context, s *session, j *job, bytes []byte, onFirstByte func()) (int, error) {
	if err := p.tidy(ctx, s, j); err != nil {
		return 0, fmt.Errorf("clear remains of an earlier slip: %w", err)
	}
	s.mind(func(m printers.Mindful) { m.Sending(j.id) })
	n, err := p.write(ctx, s, j, bytes, onFirstByte)
	if err != nil {
		s.mind(func(m printers.Mindful) { m.Torn(j.id) })
	}
	return n, err
}

// write is the part of send that touches the line.
func (p *Printer) write(ctx context.Context, s *session, j *job, bytes []byte, onFirstByte func()) (int, error) {
	n, err := s.transport.Write(ctx, bytes[:min(firstBytes, len(bytes))])
	if n == 0 {
		return 0, err
	}
	p.mark(true)
	if onFirstByte != nil {
		onFirstByte()
	}
	if err != nil {
		return n, err
	}
	last := max(n, len(bytes)-1)
	more, err := s.transport.Write(ctx, bytes[n:last])
	if n += more; err != nil {
		return n, err
	}
	p.mu.Lock()
	j.asked = true
	p.mu.Unlock()
	more, err = s.transport.Write(ctx, bytes[last:])
	if err == nil {
		p.mu.Lock()
		j.sent = true
		p.mu.Unlock()
	}
	return n + more, err
}

// mark notes whether the printer may hold remains of a slip.
func (p *Printer) mark(dirty bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dirty = dirty
}

// proved notes that a slip came out, and with it all that went before.
func (p *Printer) proved() {
	p.mark(false)
	p.arrived()
}

// tidy makes the printer forget an earlier slip that did not end well, cuts
// its remains off, and turns the reports on again, which some printers forget
// as well.
func (p *Printer) tidy(ctx context.Context, s *session, j *job) error {
	p.mu.Lock()
	dirty := p.dirty
	p.unsure = nil // what is forgotten is never confirmed
	p.mu.Unlock()
	if !dirty {
		return nil
	}
	d := s.dialect
	if d.Clear() != nil {
		switch err := p.clear(ctx, s, j); {
		case errors.Is(err, errNotCleared) && p.Status().Ready():
			// It answers, only not this: refusing every slip from now on
			// would be worse than an old one that may come out as well.
			p.config.Log.Warn("the printer does not clear its memory, although its profile says so")
		case err != nil:
			return err
		}
		p.mu.Lock()
		j.cleared = false // that was the earlier one
		p.mu.Unlock()
	}
	if _, err := s.transport.Write(ctx, append(d.Separate(), d.Greeting()...)); err != nil {
		return err
	}
	p.mark(false)
	return nil
}

// await waits for the printer's word on a slip that was sent whole.
func (p *Printer) await(ctx context.Context, s *session, j *job) (printers.Outcome, error) {
	if s.dialect.Confirms() == printers.NoConfirmation {
		p.mark(false) // it cannot be asked, so nothing is gained by clearing
		return unknown(printers.NotConfirmed, errors.New("this printer confirms nothing"))
	}
	limit := time.NewTimer(p.config.Confirm)
	defer limit.Stop()
	for {
		p.mu.Lock()
		printed, processed, status := j.printed, j.processed, p.status
		p.mu.Unlock()
		switch {
		case printed:
			p.proved()
			return done(false)
		case processed && s.dialect.Confirms() == printers.ByOrder:
			p.proved()
			return done(true)
		case status.Stopped():
			return p.settle(ctx, s, j, errors.New("the printer stopped"))
		}
		select {
		case <-j.news:
		case <-s.ended:
			return unknown(printers.Disconnected, errors.New("the line was lost"))
		case <-limit.C:
			return unknown(printers.NotConfirmed, fmt.Errorf("no word within %v", p.config.Confirm))
		case <-ctx.Done():
			return unknown(printers.Stopping, ctx.Err())
		}
	}
}

// settle decides about a slip that was interrupted after its first byte. Only
// a printer that stopped for want of paper or with an open cover, and that
// has confirmed to have forgotten the rest, proves that no valid slip came
// out, and only if it had not come to the last line: what is left in the
// printer is cut off before the next slip, and must not look like one.
// With a stuck cutter it may be whole and be torn off.
func (p *Printer) settle(ctx context.Context, s *session, j *job, cause error) (printers.Outcome, error) {
	p.mu.Lock()
	status, lost := p.status, p.session != s
	if j.stopped.Stopped() {
		status = j.stopped
	}
	p.mu.Unlock()
	reason := printers.NotConfirmed
	switch {
	case lost:
		return unknown(printers.Disconnected, cause)
	case status.Stopped():
		reason = status.Reason()
	case ctx.Err() != nil:
		reason = printers.Stopping
	}
	proof := status.Stopped() && (status.PaperOut || status.CoverOpen) && !status.CutterError && !status.Unrecoverable
	if !proof || s.dialect.Clear() == nil {
		return unknown(reason, cause)
	}
	s.writing.Lock()
	// The context may have ended; the truth is worth another second.
	err := p.clear(context.WithoutCancel(ctx), s, j)
	s.writing.Unlock()
	p.mu.Lock()
	// What came before the word that all is forgotten was said in order: a
	// printer that had not come to the last line has not printed it.
	printed, whole := j.printed, j.fenced
	if f, ok := s.dialect.(printers.Fenced); !ok || !f.Fenced() {
		whole = j.reached
	}
	p.mu.Unlock()
	switch {
	case printed:
		p.proved()
		return done(false)
	case err == nil && whole:
		return unknown(reason, cause) // what is left of it, if it was not cut, is cut off before the next
	case err != nil:
		return unknown(reason, errors.Join(cause, err))
	}
	return failed(reason, cause)
}
