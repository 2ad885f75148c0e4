package pcsc

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ebfe/scard"

	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
	"balcao/kiosk/pcsc/bench"
)

func TestServiceMayComeAndGo(t *testing.T) {
	w := watch(t, Config{}) // nobody there
	if e := w.next(ServiceDown); !errors.Is(e.Err, ErrService) {
		t.Errorf("error = %v, want %v", e.Err, ErrService)
	}
	d := daemon(t)
	w.next(ServiceUp)
	w.next(ReaderArrived)
	insert(t, d, "maria")
	s := w.next(CardInserted).Session
	wantGreeting(t, s, "Maria F")
	for range 3 {
		d.Kill()
		if e := w.next(CardRemoved); e.Session != s {
			t.Error("another session was removed")
		}
		w.next(ReaderLeft)
		w.next(ServiceDown)
		wantError(t, s, ErrService)
		if err := d.Restart(); err != nil {
			t.Fatal(err)
		}
		w.next(ServiceUp)
		w.next(ReaderArrived)
		s = w.next(CardInserted).Session
		wantGreeting(t, s, "Maria F")
	}
	if n := strings.Count(w.log.String(), "card service down"); n != 4 {
		t.Errorf("service down was logged %d times, want 4\n%s", n, w.log)
	}
}

func TestKilledPcscdHeals(t *testing.T) {
	r := realBench(t)
	w := watch(t, Config{})
	insert(t, r, "maria")
	s := w.until(CardInserted).Session
	wantGreeting(t, s, "Maria F")
	for range 2 {
		if err := r.KillService(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.until(ServiceDown)
		wantError(t, s, ErrService)
		if err := r.StartService(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.until(ServiceUp)
		s = w.until(CardInserted).Session
		wantGreeting(t, s, "Maria F")
	}
}

func TestFrozenServiceIsGivenUpAndFoundAgain(t *testing.T) {
	d := daemon(t)
	log := &diary{}
	w := &watching{Watcher: New(Config{Socket: socket, Relist: 20 * time.Millisecond}), t: t, log: log}
	w.dialer.serviceTime = 200 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	w.until(ReaderArrived)
	d.Freeze()
	w.until(ServiceDown)
	d.Thaw()
	w.until(ReaderArrived)
	insert(t, d, "maria")
	wantGreeting(t, w.until(CardInserted).Session, "Maria F")
	d.Freeze()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestReadersMayComeAndGo(t *testing.T) {
	d := daemon(t)
	first := "Balcao Virtual Reader 00 00"
	d.Unplug(first)
	w := watch(t, Config{})
	w.next(ServiceUp)
	d.Plug("Later Reader 00 00")
	if e := w.next(ReaderArrived); e.Reader != "Later Reader 00 00" {
		t.Errorf("reader = %q", e.Reader)
	}
	d.Plug(first)
	w.next(ReaderArrived)
	maria, _ := cardtest.Named("maria")
	d.Put(first, maria)
	s := w.next(CardInserted).Session
	wantGreeting(t, s, "Maria F")
	d.Unplug(first)
	if e := w.next(CardRemoved); e.Session != s {
		t.Error("another session was removed")
	}
	if e := w.next(ReaderLeft); e.Reader != first {
		t.Errorf("reader = %q", e.Reader)
	}
	wantError(t, s, card.ErrRemoved)
	d.Plug(first)
	w.next(ReaderArrived)
	ines, _ := cardtest.Named("ines")
	d.Put(first, ines)
	wantGreeting(t, w.next(CardInserted).Session, "Inês S")
}

func TestTwoReadersReadTwoPeopleApart(t *testing.T) {
	d := daemon(t)
	d.Plug("Second Reader 01 00")
	w := watch(t, Config{})
	want := map[string]string{"Balcao Virtual Reader 00 00": "Maria F", "Second Reader 01 00": "Conceição B"}
	maria, _ := cardtest.Named("maria")
	conceicao, _ := cardtest.Named("conceicao")
	d.Put("Balcao Virtual Reader 00 00", maria)
	d.Put("Second Reader 01 00", conceicao)
	sessions := []*Session{w.until(CardInserted).Session, w.until(CardInserted).Session}
	var all sync.WaitGroup
	for _, s := range sessions {
		all.Go(func() {
			for range 20 {
				wantGreeting(t, s, want[s.Reader()])
			}
		})
	}
	all.Wait()
}

func TestErrorsOfTheServiceHaveTheirNames(t *testing.T) {
	d := daemon(t)
	w := watch(t, Config{AnswerTime: 500 * time.Millisecond})
	for _, tt := range []struct {
		op   bench.Operation
		code scard.Error
		want error
	}{
		{bench.Transmit, scard.ErrResetCard, ErrReset},
		{bench.Transmit, scard.ErrCommError, ErrService},
		{bench.Transmit, scard.ErrNotTransacted, card.ErrRemoved},
		{bench.Connect, scard.ErrSharingViolation, ErrBusy},
		{bench.Connect, scard.ErrUnresponsiveCard, card.ErrMute},
		{bench.Connect, scard.ErrNoSmartcard, card.ErrRemoved},
		{bench.Begin, scard.ErrNoSmartcard, card.ErrRemoved},
		{bench.Establish, scard.ErrNoMemory, scard.ErrNoMemory},
	} {
		insert(t, d, "maria")
		s := w.until(CardInserted).Session
		d.Fail(tt.op, uint32(tt.code), 1)
		wantError(t, s, tt.want)
		remove(t, d)
		w.until(CardRemoved)
	}
}

func TestHeldCardIsReadWhenItIsFree(t *testing.T) {
	d := daemon(t)
	w := watch(t, Config{AnswerTime: time.Second})
	insert(t, d, "maria")
	s := w.until(CardInserted).Session
	d.Fail(bench.Begin, uint32(scard.ErrSharingViolation), 20) // the library asks every 100 ms
	wantError(t, s, ErrBusy)
	d.Fail(bench.Connect, uint32(scard.ErrSharingViolation), 1)
	wantError(t, s, ErrBusy)
	deadline := time.After(patience)
	for {
		got, err := greet(t, s)
		if err == nil && got == "Maria F" {
			return
		}
		if !errors.Is(err, ErrBusy) {
			t.Fatalf("error = %v, want %v until the card is free", err, ErrBusy)
		}
		select {
		case <-deadline:
			t.Fatal("the card never gets free")
		default:
		}
	}
}

func TestBrokenServiceIsNotStormed(t *testing.T) {
	d := daemon(t)
	d.Fail(bench.Establish, uint32(scard.ErrNoMemory), 5)
	w := watch(t, Config{})
	w.next(ServiceDown)
	w.next(ServiceUp)
	if n := strings.Count(w.log.String(), "card service down"); n != 1 {
		t.Errorf("service down was logged %d times, want once\n%s", n, w.log)
	}
}

func TestSlowListenerMissesOnlyWhatIsOver(t *testing.T) {
	m := mailbox{wake: make(chan struct{}, 1)}
	a, b := newSession("r", []byte{1}, 0), newSession("r", []byte{2}, 0)
	for _, e := range []Event{
		{Kind: ServiceUp},
		{Kind: ReaderArrived, Reader: "r"},
		{Kind: CardInserted, Session: a},
		{Kind: CardRemoved, Session: a},
		{Kind: CardInserted, Session: b},
		{Kind: ReaderLeft, Reader: "r"},
		{Kind: ReaderArrived, Reader: "q"},
	} {
		m.put(e)
	}
	var got []string
	for e, ok := m.take(); ok; e, ok = m.take() {
		got = append(got, e.Kind.String()+" "+e.Reader)
	}
	want := "service up |card inserted |reader arrived q"
	if strings.Join(got, "|") != want {
		t.Errorf("events = %q, want %q", strings.Join(got, "|"), want)
	}
}

func TestHundredCardsLeakNothing(t *testing.T) {
	d := daemon(t)
	w := watch(t, Config{})
	w.until(ReaderArrived)
	turn := 0
	round := func() { // two people in turns: each is greeted by their own name
		name, greeting := "maria", "Maria F"
		if turn++; turn%2 == 0 {
			name, greeting = "joao", "João S"
		}
		insert(t, d, name)
		wantGreeting(t, w.next(CardInserted).Session, greeting)
		remove(t, d)
		w.next(CardRemoved)
	}
	cycles := 100
	if os.Getenv("BALCAO_SOAK") != "" {
		cycles = 10_000
	}
	descriptors := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	round()
	goroutines, files := runtime.NumGoroutine(), descriptors()
	for range cycles {
		round()
	}
	runtime.GC()
	var memory runtime.MemStats
	if runtime.ReadMemStats(&memory); memory.HeapAlloc > 32<<20 {
		t.Errorf("%d MiB in use after %d cards", memory.HeapAlloc>>20, cycles)
	}
	deadline := time.After(patience)
	for runtime.NumGoroutine() > goroutines+4 || descriptors() > files+4 { // the last ones may still be leaving
		select {
		case <-time.After(time.Millisecond):
		case <-deadline:
			t.Fatalf("goroutines %d -> %d, descriptors %d -> %d",
				goroutines, runtime.NumGoroutine(), files, descriptors())
		}
	}
}

func TestNamesNeverReachALog(t *testing.T) {
	onEachBench(t, func(t *testing.T, b bench.Bench) {
		w := watch(t, Config{AnswerTime: 300 * time.Millisecond})
		log := slog.New(slog.NewTextHandler(w.log, nil))
		cards := []string{"maria", "joao", "garbage"}
		if _, replay := b.(*bench.Daemon); replay { // a real pcscd takes 800 ms a card
			cards = nil
			for _, c := range b.Cards() {
				cards = append(cards, c.Name)
			}
		}
		for _, name := range cards {
			insert(t, b, name)
			s := w.until(CardInserted).Session
			g, err := card.ReadGreeting(t.Context(), s, s.ATR())
			log.Info("read", "greeting", g, "err", err, "session", s.Reader())
			g.Wipe()
			remove(t, b)
			w.until(CardRemoved)
		}
		w.stop()
		text := strings.ToLower(w.log.String())
		for name, id := range cardtest.Identities() {
			for word := range strings.FieldsSeq(id.GivenName + " " + id.Surname) {
				if len(word) > 3 && strings.Contains(text, strings.ToLower(word)) {
					t.Errorf("%s: %q is in the log\n%s", name, word, w.log)
				}
			}
		}
	})
}

func TestEmptyCommandIsRefused(t *testing.T) {
	s := newSession("r", []byte{0x3B}, time.Second)
	if _, err := s.Transmit(t.Context(), nil); !errors.Is(err, card.ErrGarbled) {
		t.Errorf("error = %v, want %v", err, card.ErrGarbled)
	}
}
