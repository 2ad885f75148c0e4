package device

import (
	"context"
	"errors"
	"strings"
	"time"

	"balcao/printers"
)

// errOtherDialect ends a session that has to begin anew in another dialect.
var errOtherDialect = errors.New("another dialect from now on")

// Speak says that the printer is spoken to in another dialect from the next
// session on, and lets that begin as soon as no slip is being printed: what a
// printer says of itself may tell that it can do more, or less. It does not
// block.
func (p *Printer) Speak(d printers.Dialect) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = d
}

// dialect is that of a session that begins now.
func (p *Printer) dialect() printers.Dialect {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next != nil {
		p.speaks, p.next = p.next, nil
	}
	return p.speaks
}

// further is what the session does beside questions about the status: whether
// a slip was taken, what the printer is, and whether to begin anew.
func (p *Printer) further(ctx context.Context, s *session) error {
	if err := p.askRetracted(ctx, s); err != nil {
		return err
	}
	if err := p.askIdentity(ctx, s); err != nil {
		return err
	}
	if err := p.keepLogos(ctx, s); err != nil {
		return err
	}
	p.mu.Lock()
	other := p.next != nil
	p.mu.Unlock()
	if !other {
		return nil
	}
	select {
	case p.turn <- struct{}{}: // no slip is being printed, and none begins before the new session listens
		p.paused = true
		return errOtherDialect
	default:
		return nil
	}
}

// resume lets slips be printed again.
func (p *Printer) resume() {
	if p.paused {
		p.paused = false
		<-p.turn
	}
}

// inquiry asks a printer what it is, one question after another. It belongs to
// the session's goroutine.
type inquiry struct {
	of        printers.Identifier // nil when nobody wants to know
	questions [][]byte
	answers   []string
	asked     time.Time // when the question after the answers was sent; zero before
}

// patience is how long one answer is waited for: one that comes later would be
// taken for the next.
const patience = 2500 * time.Millisecond

// longestAnswer bounds what a printer may say of itself.
const longestAnswer = 40

// answered takes in a text; one that nobody asked for is dropped.
func (q *inquiry) answered(text string) {
	if q.of == nil || q.asked.IsZero() {
		return
	}
	text = strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return -1
		}
		return r
	}, text)
	q.answers = append(q.answers, strings.TrimSpace(text[:min(len(text), longestAnswer)]))
	q.asked = time.Time{}
}

// askIdentity sends the next question of the inquiry once the printer is ready
// and nobody else writes, and tells when all are through.
func (p *Printer) askIdentity(ctx context.Context, s *session) error {
	q := &s.inquiry
	if q.of == nil || !p.Status().Ready() {
		return nil
	}
	if !q.asked.IsZero() {
		if p.config.Now().Sub(q.asked) < patience {
			return nil
		}
		q.answered("")
	}
	if len(q.answers) == len(q.questions) {
		id := q.of.ReadIdentity(q.answers)
		q.of = nil
		if id != (printers.Identity{}) {
			p.config.Log.Info("printer says what it is", "maker", id.Maker, "model", id.Model, "firmware", id.Firmware)
			p.config.Told(id)
		}
		return nil
	}
	if !s.writing.TryLock() {
		return nil
	}
	defer s.writing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, askEvery/2)
	defer cancel()
	_, err := s.transport.Write(ctx, q.questions[len(q.answers)])
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	q.asked = p.config.Now()
	return err
}
