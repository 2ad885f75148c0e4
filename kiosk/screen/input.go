package screen

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"sync"
	"time"
	"unicode"

	"balcao/kiosk/flow"
)

// Limits of a touch.
const (
	maxBody   = 4 << 10
	maxKey    = 64
	maxArg    = 64
	keptKeys  = 1024
	loopGrace = 3 * time.Second // for the loop to take a touch
)

// A malformed touch, in words that help whoever built the page.
var (
	errNotJSON = errors.New("body must be one JSON object such as {\"screen\":\"home\",\"action\":\"service\",\"arg\":\"cc\"}")
	errKey     = errors.New("header Idempotency-Key must be 8 to 64 letters, digits or dashes")
	errAction  = errors.New("action must be 1 to 32 small letters")
	errArg     = errors.New("screen and arg must be at most 64 letters, digits, dots, dashes or underscores")
)

// DecodeTap reads a touch from a request's key and body. It is strict: what it
// does not understand is refused.
func DecodeTap(key string, body []byte) (flow.Tap, error) {
	if len(key) < 8 || len(key) > maxKey || !plain(key, false) {
		return flow.Tap{}, errKey
	}
	var t struct {
		Screen string `json:"screen"`
		Action string `json:"action"`
		Arg    string `json:"arg"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return flow.Tap{}, errNotJSON
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return flow.Tap{}, errNotJSON
	}
	if t.Action == "" || len(t.Action) > 32 || !letters(t.Action) {
		return flow.Tap{}, errAction
	}
	if len(t.Arg) > maxArg || len(t.Screen) > maxArg || !plain(t.Arg, true) || !plain(t.Screen, true) {
		return flow.Tap{}, errArg
	}
	return flow.Tap{Key: key, Screen: flow.Screen(t.Screen), Action: flow.Action(t.Action), Arg: t.Arg}, nil
}

func letters(s string) bool {
	for _, r := range s {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return true
}

// plain tells whether a name has nothing but letters, digits, dashes and, if
// allowed, dots and underscores.
func plain(s string, dots bool) bool {
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-':
		case dots && (r == '.' || r == '_' || r > unicode.MaxASCII && unicode.IsLetter(r)): // a letter of the search
		default:
			return false
		}
	}
	return true
}

// postInput takes a touch and answers 204 when the loop has it; the same key
// again is answered without a second effect. 503 means: not taken, try again.
func (s *Screen) postInput(w http.ResponseWriter, r *http.Request) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		http.Error(w, "Content-Type must be application/json", http.StatusUnsupportedMediaType)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			http.Error(w, fmt.Sprintf("body must be at most %d bytes", maxBody), http.StatusRequestEntityTooLarge)
			return
		}
		http.Error(w, "body ended early", http.StatusBadRequest)
		return
	}
	tap, err := DecodeTap(r.Header.Get("Idempotency-Key"), body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), loopGrace)
	defer cancel()
	err = s.once.do(ctx, tap.Key, func() error {
		select {
		case s.inputs <- tap:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	if err != nil {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "the kiosk is busy; send the same key again", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// once does each key's work once: a repetition waits for the first try and
// shares its success; after a failure the next try is a first one again.
type once struct {
	mu    sync.Mutex
	keys  map[string]chan struct{} // closed when done
	order []string
}

func newOnce() *once { return &once{keys: map[string]chan struct{}{}} }

func (o *once) do(ctx context.Context, key string, work func() error) error {
	for {
		o.mu.Lock()
		done, known := o.keys[key]
		if !known {
			done = make(chan struct{})
			o.keys[key] = done
			o.mu.Unlock()
			return o.first(key, done, work)
		}
		o.mu.Unlock()
		select {
		case <-done:
		case <-ctx.Done():
			return ctx.Err()
		}
		o.mu.Lock()
		_, kept := o.keys[key]
		o.mu.Unlock()
		if kept {
			return nil
		}
	}
}

func (o *once) first(key string, done chan struct{}, work func() error) error {
	err := work()
	o.mu.Lock()
	defer o.mu.Unlock()
	defer close(done)
	if err != nil {
		delete(o.keys, key)
		return err
	}
	o.order = append(o.order, key)
	if len(o.order) > keptKeys {
		delete(o.keys, o.order[0])
		o.order = o.order[1:]
	}
	return nil
}
