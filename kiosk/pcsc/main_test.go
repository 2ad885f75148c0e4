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

	"balcao/kiosk/card"
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
	if raw := os.Getenv(enduranceWord); raw != "" {
		if err := endure(raw); err != nil {
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
	if testing.Short() {
		t.Skip("-short: pcscd takes its time")
	}
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
