package pcsc

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"balcao/kiosk/card"
)

// TestAnAnswerThatNobodyWaitsForIsWiped: the card is pulled between its answer and the end of the call, which is when the
// link is cut. Under load that is not rare.
func TestAnAnswerThatNobodyWaitsForIsWiped(t *testing.T) {
	for name, end := range map[string]func(*Session, *link){
		"the card is pulled":    func(s *Session, _ *link) { s.finish(card.ErrRemoved) },
		"the watchdog was late": func(_ *Session, l *link) { l.cut() },
	} {
		s := newSession("reader", []byte{0x3B, 0}, time.Minute)
		l := &link{fd: -1}
		s.swapLink(l)
		said := []byte("ZQXVALDEMIRA")
		got, err := s.transmit(func() ([]byte, error) {
			end(s, l)
			return said, nil
		})
		if got != nil || !errors.Is(err, card.ErrMute) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if !bytes.Equal(said, make([]byte, len(said))) {
			t.Errorf("%s: %q is left in memory", name, said)
		}
	}
}
