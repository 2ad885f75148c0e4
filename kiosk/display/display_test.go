package display_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"balcao/kiosk/display"
	"balcao/kiosk/flow"
	"balcao/kiosk/screen"
)

// patience is how long anything may take on a slow, shared machine.
const patience = 3 * time.Minute

// face serves a real touch face until the test ends.
func face(t *testing.T) *screen.Screen {
	t.Helper()
	s, err := screen.New(screen.Config{Listen: "127.0.0.1:0", Touch: true, Silent: true, Now: time.Now}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s.Show(flow.New(flow.Config{Lang: "pt"}).View())
	background(t, s.Run)
	return s
}

func background(t *testing.T, run func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// until waits for something that nobody tells.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("waited %s for %s", patience, what)
		}
	}
}

// TestABrowserThatHangsOrDiesIsStartedAgain watches a real Chromium with the real page: stopped in the middle, and
// killed, it is replaced, and the new page gives its signs of life.
func TestABrowserThatHangsOrDiesIsStartedAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: a real browser, hung on purpose")
	}
	browser, err := display.Browser()
	if err != nil {
		if os.Getenv("BALCAO_REQUIRE_REAL") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	profile := filepath.Join(t.TempDir(), "profile") // asked for first, so that it goes away after the browser
	s := face(t)
	started := make(chan int, 100)
	base := "http://" + s.Addr()
	background(t, func(ctx context.Context) error {
		return display.Run(ctx, display.Config{
			Page: base + "/", Pulse: base + "/pulse", Browser: browser, Profile: profile,
			Flags: []string{"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"},
			First: patience, Silent: 10 * time.Second, Look: 200 * time.Millisecond,
			Now: time.Now, Log: slog.New(slog.DiscardHandler), Started: func(pid int) { started <- pid },
		})
	})
	pid := <-started
	beats := func(since time.Time) func() bool { return func() bool { return s.Beaten().After(since) } }
	until(t, "the first sign of life", beats(time.Time{}))
	for _, c := range []struct {
		what   string
		signal syscall.Signal
	}{{"a browser that hangs", syscall.SIGSTOP}, {"a browser that dies", syscall.SIGKILL}} {
		for len(started) > 0 { // a slow machine may have had one started again already
			pid = <-started
		}
		if err := syscall.Kill(-pid, c.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		select {
		case pid = <-started:
		case <-ctx.Done():
			t.Fatalf("%s was not started again", c.what)
		}
		cancel()
		until(t, c.what+" to be back", beats(time.Now()))
	}
}

func TestNoBrowserIsStartedBeforeThereIsAPage(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := display.Run(ctx, display.Config{
		Page: "http://127.0.0.1:9/", Pulse: "http://127.0.0.1:9/pulse", Browser: "/nonexistent", Profile: t.TempDir(),
		First: time.Minute, Silent: time.Minute, Look: time.Millisecond, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Started: func(int) { t.Error("a browser was started") },
	})
	if err != nil {
		t.Error(err)
	}
}
