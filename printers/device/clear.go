package device

import (
	"context"
	"errors"
	"fmt"

	"balcao/printers"
)

var errNotCleared = errors.New("the printer did not confirm that it has cleared its memory")

// sendClear frees a line that a printer with a full buffer holds, and sends the
// clearing. A word to hold that was still on its way may stop it once more: then
// it is freed again, for as long as no byte went out.
func (s *session) sendClear(ctx context.Context) error {
	b := s.dialect.Clear()
	for {
		if d, ok := s.transport.(Discarder); ok {
			if err := d.Discard(); err != nil {
				return fmt.Errorf("discard what is not sent: %w", err)
			}
		}
		once, cancel := context.WithTimeout(ctx, clearWait/5)
		n, err := s.transport.Write(once, b)
		cancel()
		switch {
		case err == nil || ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded):
			return err
		case n > 0: // half a command sent twice would be read as another
			_, err = s.transport.Write(ctx, b[n:])
			return err
		}
	}
}

// clear makes the printer forget what it has not printed and waits for its
// word. The session's write lock is held.
func (p *Printer) clear(ctx context.Context, s *session, j *job) error {
	ctx, cancel := context.WithTimeout(ctx, clearWait)
	defer cancel()
	s.mind(printers.Mindful.Clearing)
	p.lostByClearing()
	if err := s.sendClear(ctx); err != nil {
		return err
	}
	for {
		p.mu.Lock()
		cleared := j.cleared
		p.mu.Unlock()
		if cleared {
			return nil
		}
		select {
		case <-j.news:
		case <-s.ended:
			return errors.New("the line was lost")
		case <-ctx.Done():
			return errNotCleared
		}
	}
}
