package pcsc

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ebfe/scard"

	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
	"balcao/kiosk/pcsc/bench"
)

// The library reads its socket once per process: all tests share one path, and
// none may run in parallel with another.
var socket string

func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv("BALCAO_BENCH_INSIDE") != "" {
		if err := bench.RunInside(context.Background(), flag.Arg(0)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	dir, err := os.MkdirTemp("", "balcao-pcsc-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	socket = filepath.Join(dir, "pcscd.comm")
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// patience is how long a test waits for what must happen.
const patience = 30 * time.Second

// diary is a log that tests may look into while it is written.
type diary struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (d *diary) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.Write(p)
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.String()
}

// watching is a Watcher at work.
type watching struct {
	*Watcher
	t    testing.TB
	log  *diary
	stop func() // ends it and waits
}

func watch(t testing.TB, cfg Config) *watching {
	t.Helper()
	log := &diary{}
	cfg.Socket, cfg.Log = socket, slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if cfg.Relist == 0 {
		cfg.Relist = 50 * time.Millisecond
	}
	w := &watching{Watcher: New(cfg), t: t, log: log}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(patience):
			t.Error("Run does not end")
		}
	})
	t.Cleanup(w.stop)
	return w
}

// next returns the next event, which must be of a kind.
func (w *watching) next(kind Kind) Event {
	w.t.Helper()
	select {
	case e, ok := <-w.Events():
		if !ok || e.Kind != kind {
			w.t.Fatalf("event = %s (%v), want %s", e.Kind, e.Err, kind)
		}
		return e
	case <-time.After(patience):
		w.t.Fatalf("no event, want %s\n%s", kind, w.log)
	}
	return Event{}
}

// until skips events up to the first of a kind.
func (w *watching) until(kind Kind) Event {
	w.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case e, ok := <-w.Events():
			if !ok {
				w.t.Fatalf("events ended, want %s", kind)
			}
			if e.Kind == kind {
				return e
			}
		case <-deadline:
			w.t.Fatalf("no event, want %s\n%s", kind, w.log)
		}
	}
}

func serve(t testing.TB, b bench.Bench) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("bench: %v", err)
			}
		case <-time.After(patience):
			t.Error("bench does not end")
		}
	})
	select {
	case <-b.Ready():
	case err := <-done:
		done <- nil
		t.Fatalf("bench: %v", err)
	case <-time.After(patience):
		t.Fatal("bench is not ready")
	}
}

func daemon(t testing.TB) *bench.Daemon {
	t.Helper()
	d := bench.NewDaemon(socket)
	serve(t, d)
	return d
}

func insert(t testing.TB, b bench.Bench, name string) {
	t.Helper()
	if err := b.Insert(t.Context(), name); err != nil {
		t.Fatal(err)
	}
}

func remove(t testing.TB, b bench.Bench) {
	t.Helper()
	if err := b.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// greet reads a greeting and returns its text or its error.
func greet(t testing.TB, s *Session) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	g, err := card.ReadGreeting(ctx, s, s.ATR())
	defer g.Wipe()
	return strings.TrimSpace(g.GivenName() + " " + g.Initial()), err
}

func wantGreeting(t testing.TB, s *Session, want string) {
	t.Helper()
	got, err := greet(t, s)
	if err != nil || got != want {
		t.Errorf("greeting = %q, %v; want %q", got, err, want)
	}
}

func wantError(t testing.TB, s *Session, want error) {
	t.Helper()
	got, err := greet(t, s)
	if !errors.Is(err, want) || got != "" {
		t.Errorf("greeting = %q, %v; want error %v", got, err, want)
	}
}

func isDone(t testing.TB, s *Session) {
	t.Helper()
	select {
	case <-s.Done():
	case <-time.After(patience):
		t.Error("session is not over")
	}
}

// onEachBench runs a story on the replay bench and on a real pcscd.
func onEachBench(t *testing.T, story func(t *testing.T, b bench.Bench)) {
	t.Run("replay", func(t *testing.T) { story(t, daemon(t)) })
	t.Run("pcscd", func(t *testing.T) { story(t, realBench(t)) })
}

func realBench(t testing.TB) *bench.Real {
	t.Helper()
	if ok, reason := bench.Available(); !ok {
		if os.Getenv("BALCAO_REQUIRE_REAL") != "" {
			t.Fatalf("a real pcscd is required here: %s", reason)
		}
		t.Skipf("no real pcscd: %s", reason)
	}
	r, err := bench.NewReal(bench.Config{
		Dir:  filepath.Dir(socket),
		Self: []string{os.Args[0]},
		Env:  []string{"BALCAO_BENCH_INSIDE=1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	serve(t, r)
	return r
}

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
			{"bank", card.ErrNotCitizenCard}, {"transport", card.ErrNotCitizenCard},
			{"passport", card.ErrNotCitizenCard}, {"garbage", card.ErrGarbled}, {"one-byte", card.ErrGarbled},
		} {
			insert(t, b, tt.name)
			wantError(t, w.until(CardInserted).Session, tt.want)
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
	w := watch(t, Config{AnswerTime: 300 * time.Millisecond})
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
		{Kind: ServiceUp}, {Kind: ReaderArrived, Reader: "r"},
		{Kind: CardInserted, Session: a}, {Kind: CardRemoved, Session: a},
		{Kind: CardInserted, Session: b},
		{Kind: ReaderLeft, Reader: "r"}, {Kind: ReaderArrived, Reader: "q"},
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
			for _, word := range strings.Fields(id.GivenName + " " + id.Surname) {
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
