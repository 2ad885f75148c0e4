package operation

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// postWith returns a post without an address whose questions are given.
func postWith(t *testing.T, alive, ready []Question) *Post {
	t.Helper()
	p, err := New(t.Context(), Duty{Alive: alive, Ready: ready, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	p.manager = supervisor{}
	return p
}

func ok(context.Context) error { return nil }

func TestReadyzNamesThePartThatCannotWork(t *testing.T) {
	p := postWith(t, nil, []Question{{"engine", ok}, {"broker", func(context.Context) error { return errors.New("no connection") }}})
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", http.NoBody))
	var said struct {
		Ready bool
		Parts map[string]string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusServiceUnavailable || said.Ready || said.Parts["engine"] != "ok" || said.Parts["broker"] != "no connection" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAnErrorIsAnAnswerAndSilenceIsNot(t *testing.T) {
	stuck := make(chan struct{})
	defer close(stuck)
	p := postWith(t, []Question{{"engine", func(context.Context) error { return errors.New("disk full") }}}, nil)
	if err := p.Alive(t.Context()); err != nil {
		t.Errorf("a part that answers with an error lives: %v", err)
	}
	p = postWith(t, []Question{{"engine", func(context.Context) error { <-stuck; return nil }}}, nil)
	short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := p.Alive(short); err == nil || !strings.Contains(err.Error(), "engine") {
		t.Errorf("a part that is silent: %v", err)
	}
}

func TestTwoWhoAskAtOnceBothHear(t *testing.T) {
	let := make(chan struct{})
	asked := make(chan struct{}, 2)
	p := postWith(t, []Question{{"engine", func(context.Context) error { asked <- struct{}{}; <-let; return nil }}}, nil)
	heard := make(chan error, 2)
	for range 2 {
		go func() { heard <- p.Alive(t.Context()) }()
	}
	<-asked
	close(let)
	for range 2 {
		if err := <-heard; err != nil {
			t.Error(err)
		}
	}
}

// manager is a service manager's end of the socket.
func manager(t *testing.T) (path string, next func() string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return path, func() string {
		t.Helper()
		if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		var b [4096]byte
		n, err := conn.Read(b[:])
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
}

func TestTheServiceManagerHearsReadyThenLifeThenTheEnd(t *testing.T) {
	socket, next := manager(t)
	p := postWith(t, []Question{{"engine", ok}}, []Question{{"broker", func(context.Context) error { return errors.New("away") }}})
	p.manager = supervisor{socket: socket, beat: 30 * time.Millisecond}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	if first := next(); first != "READY=1\nWATCHDOG=1\nSTATUS=not ready: broker" {
		t.Errorf("first message %q", first)
	}
	if second := next(); !strings.HasPrefix(second, "WATCHDOG=1\n") {
		t.Errorf("second message %q", second)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for {
		if next() == "STOPPING=1" {
			return
		}
	}
}

func TestAHangingLoopFeedsNoWatchdog(t *testing.T) {
	socket, next := manager(t)
	stuck := make(chan struct{})
	defer close(stuck)
	hang := make(chan struct{})
	p := postWith(t, []Question{{"loop", func(context.Context) error {
		select {
		case <-hang:
			<-stuck
		default:
		}
		return nil
	}}}, nil)
	p.manager = supervisor{socket: socket, beat: 30 * time.Millisecond}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	next()
	close(hang)
	cancelled := make(chan struct{})
	go func() {
		// What was sent before the hang may still arrive; after it nothing does until the end.
		defer close(cancelled)
		for {
			if next() == "STOPPING=1" {
				return
			}
		}
	}()
	if err := p.Alive(cancelAfter(t, 50*time.Millisecond)); err == nil {
		t.Error("a loop that hangs counts as alive")
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	<-cancelled
}

func cancelAfter(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestTheWatchdogOfAnotherProcessIsNotOurs(t *testing.T) {
	env := func(pid string) func(string) string {
		return func(k string) string {
			return map[string]string{"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": pid}[k]
		}
	}
	if s := supervisorOf(env("7"), 7); s.beat != time.Minute || s.socket != "/run/x" {
		t.Errorf("ours: %+v", s)
	}
	if s := supervisorOf(env("8"), 7); s.beat != 0 {
		t.Errorf("another's: %+v", s)
	}
	if s := supervisorOf(env(""), 7); s.beat != time.Minute {
		t.Errorf("anybody's: %+v", s)
	}
}

func TestWithoutAnAddressNothingIsServed(t *testing.T) {
	if addr := postWith(t, nil, nil).Addr(); addr != "" {
		t.Errorf("address %q", addr)
	}
}
