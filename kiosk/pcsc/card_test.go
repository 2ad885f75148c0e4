package pcsc

import (
	"context"
	"errors"
	"testing"
	"time"

	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
	"balcao/kiosk/pcsc/bench"
)

func TestCardIsGreetedAndGone(t *testing.T) {
	onEachBench(t, func(t *testing.T, b bench.Bench) {
		w := watch(t, Config{})
		w.next(ServiceUp)
		w.next(ReaderArrived)
		for _, tt := range []struct{ card, want string }{
			{"maria", "Maria F"}, {"joao", "João S"}, {"conceicao", "Conceição B"}, {"suryavarman", "Suryavarman"},
		} {
			insert(t, b, tt.card)
			s := w.until(CardInserted).Session
			wantGreeting(t, s, tt.want)
			wantGreeting(t, s, tt.want)
			remove(t, b)
			if e := w.next(CardRemoved); e.Session != s {
				t.Error("another session was removed")
			}
			isDone(t, s)
			wantError(t, s, card.ErrRemoved)
		}
	})
}

func TestCardThatWasThereBeforeTheKioskIsSeen(t *testing.T) {
	onEachBench(t, func(t *testing.T, b bench.Bench) {
		insert(t, b, "maria")
		w := watch(t, Config{})
		wantGreeting(t, w.until(CardInserted).Session, "Maria F")
	})
}

func TestSwappedCardIsAnotherSession(t *testing.T) {
	onEachBench(t, func(t *testing.T, b bench.Bench) {
		w := watch(t, Config{})
		insert(t, b, "conceicao")
		first := w.until(CardInserted).Session
		wantGreeting(t, first, "Conceição B")
		insert(t, b, "suryavarman") // same ATR, no pause between
		if e := w.next(CardRemoved); e.Session != first {
			t.Error("another session was removed")
		}
		second := w.next(CardInserted).Session
		wantError(t, first, card.ErrRemoved)
		wantGreeting(t, second, "Suryavarman")
		wantError(t, first, card.ErrRemoved)
	})
}

func TestCardPulledInMidReadingGreetsNobody(t *testing.T) {
	onEachBench(t, func(t *testing.T, b bench.Bench) {
		w := watch(t, Config{})
		insert(t, b, "maria!pull=5")
		s := w.until(CardInserted).Session
		wantError(t, s, card.ErrRemoved)
		w.until(CardRemoved)
		insert(t, b, "ines")
		wantGreeting(t, w.until(CardInserted).Session, "Inês S")
	})
}

func TestSilentCardDoesNotHoldTheKiosk(t *testing.T) {
	onEachBench(t, func(t *testing.T, b bench.Bench) {
		w := watch(t, Config{AnswerTime: 300 * time.Millisecond})
		for _, name := range []string{"silent", "maria!hush=5"} {
			insert(t, b, name)
			s := w.until(CardInserted).Session
			wantError(t, s, card.ErrMute)
			isDone(t, s)
			wantError(t, s, card.ErrMute)
			remove(t, b)
			w.until(CardRemoved)
		}
		insert(t, b, "maria")
		wantGreeting(t, w.until(CardInserted).Session, "Maria F")
	})
}

func TestSilentCardDoesNotHoldTheShutdown(t *testing.T) {
	onEachBench(t, func(t *testing.T, b bench.Bench) {
		w := watch(t, Config{AnswerTime: 10 * time.Minute})
		insert(t, b, "silent")
		s := w.until(CardInserted).Session
		failed := make(chan error, 1)
		go func() {
			_, err := s.Transmit(context.Background(), []byte{0, 0xA4, 0, 0x0C})
			failed <- err
		}()
		busy(t, s)
		w.stop()
		if err := <-failed; err == nil {
			t.Error("an answer from a silent card")
		}
	})
}

// busy waits until the session's call is inside the library.
func busy(t testing.TB, s *Session) {
	t.Helper()
	deadline := time.After(patience)
	for {
		s.mu.Lock()
		l := s.link
		s.mu.Unlock()
		if l != nil {
			l.mu.Lock()
			inside := l.busy
			l.mu.Unlock()
			if inside {
				return
			}
		}
		select {
		case <-time.After(time.Millisecond):
		case <-deadline:
			t.Fatal("nothing was transmitted")
		}
	}
}

func TestCallerMayGoAwayInMidCommand(t *testing.T) {
	d := daemon(t)
	w := watch(t, Config{AnswerTime: 10 * time.Minute})
	insert(t, d, "silent")
	s := w.until(CardInserted).Session
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := s.Transmit(ctx, []byte{0, 0xA4, 0, 0x0C})
		failed <- err
	}()
	busy(t, s)
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want %v", err, context.Canceled)
	}
}

func TestStrangeCardsHaveTheirErrors(t *testing.T) {
	onEachBench(t, func(t *testing.T, b bench.Bench) {
		w := watch(t, Config{})
		for _, tt := range []struct {
			name string
			want error
		}{
			{"bank", card.ErrNotCitizenCard},
			{"transport", card.ErrNotCitizenCard},
			{"passport", card.ErrNotCitizenCard},
			{"garbage", card.ErrGarbled},
			{"one-byte", card.ErrGarbled},
		} {
			insert(t, b, tt.name)
			wantError(t, w.until(CardInserted).Session, tt.want)
			remove(t, b)
			w.until(CardRemoved)
		}
	})
}

func TestVerifiedReadingOverTheWholeStack(t *testing.T) {
	trusted, err := card.NewTrust(cardtest.Issuers()...)
	if err != nil {
		t.Fatal(err)
	}
	onEachBench(t, func(t *testing.T, b bench.Bench) {
		w := watch(t, Config{})
		for _, tt := range []struct {
			name string
			want card.Reason
		}{
			{"maria", card.Genuine},
			{"joao", card.Genuine},
			{"conceicao", card.Genuine},
			{"maria!wire=250", card.Genuine},
			{"conceicao!wire=125", card.Genuine},
			{"signer-expired", card.SignerExpired},
			{"impostor", card.Impostor},
			{"altered-name", card.Altered},
		} {
			insert(t, b, tt.name)
			s := w.until(CardInserted).Session
			begin := time.Now()
			var first time.Duration
			r, err := card.Read(t.Context(), s, s.ATR(), card.Query{
				Purpose: card.ForGreeting, Verify: true, Trust: trusted, Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC),
				Progress: func(*card.Reading) { first = time.Since(begin) },
			})
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			if v := r.Verdict(); v.Reason != tt.want {
				t.Errorf("%s: verdict %s, want %s", tt.name, v, tt.want)
			}
			t.Logf("%s: first field after %s, verdict after %s, %+v", tt.name, first, time.Since(begin), r.Effort())
			r.Wipe()
			remove(t, b)
			w.until(CardRemoved)
		}
	})
}

func TestCardUpsideDownIsSeenAndMute(t *testing.T) {
	d := daemon(t)
	w := watch(t, Config{})
	insert(t, d, "maria")
	w.until(CardInserted)
	insert(t, d, "mute")
	s := w.until(CardInserted).Session
	if len(s.ATR()) != 0 {
		t.Errorf("ATR = %X, want none: it is that of the card before", s.ATR())
	}
	wantError(t, s, card.ErrMute)
	if _, err := s.Transmit(t.Context(), []byte{0, 0xA4, 0, 0}); !errors.Is(err, card.ErrMute) {
		t.Errorf("error = %v, want %v", err, card.ErrMute)
	}
	insert(t, d, "maria")
	w.next(CardRemoved)
	wantGreeting(t, w.next(CardInserted).Session, "Maria F")
}

// TestCardUpsideDownIsMuteOnARealPcscd: the virtual card says more than an answer to reset may be, so that pcscd cannot power
// it, which is what a card without contacts looks like.
func TestCardUpsideDownIsMuteOnARealPcscd(t *testing.T) {
	r := realBench(t)
	w := watch(t, Config{})
	if err := r.Insert(t.Context(), "mute"); err != nil {
		t.Fatal(err)
	}
	s := w.until(CardInserted).Session
	if len(s.ATR()) != 0 {
		t.Errorf("ATR = %X", s.ATR())
	}
	wantError(t, s, card.ErrMute)
	if err := r.Insert(t.Context(), "maria"); err != nil {
		t.Fatal(err)
	}
	w.until(CardRemoved)
	wantGreeting(t, w.until(CardInserted).Session, "Maria F")
}

func BenchmarkReadGreeting(b *testing.B) {
	d := daemon(b)
	w := watch(b, Config{})
	for _, name := range []string{"joao", "conceicao", "maria"} {
		b.Run(name, func(b *testing.B) {
			insert(b, d, name)
			s := w.until(CardInserted).Session
			rec := &cardtest.Recorder{Over: s}
			if _, err := card.ReadGreeting(b.Context(), rec, s.ATR()); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				g, err := card.ReadGreeting(b.Context(), s, s.ATR())
				if err != nil {
					b.Fatal(err)
				}
				g.Wipe()
			}
			b.ReportMetric(float64(len(rec.Dialogue.Exchanges)), "apdu/op")
			b.ReportMetric(float64(rec.Dialogue.Bytes()), "wirebytes/op")
		})
	}
}
