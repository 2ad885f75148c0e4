package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"
)

// state is what a page shows, key by key.
type state map[string]json.RawMessage

func (s state) text(key string) string {
	var v string
	_ = json.Unmarshal(s[key], &v) // absent is empty
	return v
}

// says reports whether a word stands anywhere on the page.
func (s state) says(words string) bool {
	raw, err := json.Marshal(s)
	return err == nil && strings.Contains(string(raw), words)
}

// page is a browser that follows a face.
type page struct {
	base   string
	states chan state
	last   state // looked at
	close  func()
}

func open(t testing.TB, base, path string) *page {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p := &page{base: base, states: make(chan state, 1024)}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.follow(res.Body)
	}()
	p.close = func() {
		cancel()
		<-done
		_ = res.Body.Close() // read to its end or broken
	}
	t.Cleanup(p.close)
	return p
}

func (p *page) follow(body io.Reader) {
	defer close(p.states)
	now := state{}
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	event := ""
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		if name == "event" {
			event = value
		}
		if name != "data" || event == "beat" {
			continue
		}
		if event == "snapshot" {
			now = state{}
		}
		var change state
		if json.Unmarshal([]byte(value), &change) != nil {
			return
		}
		now = maps.Clone(now)
		maps.Copy(now, change)
		p.states <- now
	}
}

// wait returns the first state, from the last one looked at on, for which something holds.
func (p *page) wait(t testing.TB, what string, holds func(state) bool) state {
	t.Helper()
	deadline := time.After(patience)
	for p.last == nil || !holds(p.last) {
		select {
		case s, open := <-p.states:
			if !open {
				t.Fatalf("the stream ended before %s; last seen %s", what, p.last.text("screen"))
			}
			p.last = s
		case <-deadline:
			t.Fatalf("the page never shows %s; last seen %s", what, p.last.text("screen"))
		}
	}
	return p.last
}

func (p *page) screen(t testing.TB, name string) state {
	t.Helper()
	return p.wait(t, "screen "+name, func(s state) bool { return s.text("screen") == name })
}

// tap sends one touch and returns the status of the answer; an error is status 0.
func (p *page) tap(key, screen, action, arg string) int {
	body := fmt.Sprintf(`{"screen":%q,"action":%q,"arg":%q}`, screen, action, arg)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/input", strings.NewReader(body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	_ = res.Body.Close() // empty
	return res.StatusCode
}

// press sends one touch that must be taken.
func (p *page) press(t testing.TB, key, screen, action, arg string) {
	t.Helper()
	if status := p.tap(key, screen, action, arg); status != http.StatusNoContent {
		t.Fatalf("tap %s %s on %s: status %d", action, arg, screen, status)
	}
}
