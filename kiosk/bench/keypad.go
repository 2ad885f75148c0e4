package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"balcao/kiosk/keypad"
)

// padName is the socket of the virtual keypad, which speaks as an input device of the kernel does.
const padName = "pad.sock"

// pad is a keypad and a plug for headphones, made of software.
type pad struct {
	socket string

	mu    sync.Mutex
	in    bool // headphones are plugged in
	conns map[net.Conn]struct{}
}

// padKeys are the keys of the virtual keypad as they stand on it, with the names that keyboards give them.
var padKeys = []struct{ Does, Name, Word string }{
	{"back", "ArrowUp", "Anterior"},
	{"next", "ArrowDown", "Seguinte"},
	{"ok", "Enter", "OK"},
	{"repeat", "F1", "Repetir"},
	{"quieter", "AudioVolumeDown", "Mais baixo"},
	{"louder", "AudioVolumeUp", "Mais alto"},
	{"slower", "Home", "Mais devagar"},
	{"faster", "End", "Mais depressa"},
}

// KeypadSocket returns the path of the virtual keypad, to be named among a kiosk's input devices.
func (b *Bench) KeypadSocket() string { return b.pad.socket }

// run lets kiosks read the keypad until ctx ends.
func (p *pad) run(ctx context.Context) error {
	if err := os.Remove(p.socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("make virtual keypad: %w", err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", p.socket)
	if err != nil {
		return fmt.Errorf("make virtual keypad: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = l.Close(); p.hangUp() })
	defer stop()
	var readers sync.WaitGroup
	defer readers.Wait()
	for {
		c, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("serve virtual keypad: %w", err)
		}
		readers.Go(func() { p.serve(ctx, c) })
	}
}

// serve tells a reader how the plug is, and keeps it until it goes.
func (p *pad) serve(ctx context.Context, c net.Conn) {
	p.mu.Lock()
	_, err := c.Write(keypad.Encode(keypad.Event{Kind: keypad.Jack, In: p.in}))
	p.conns[c] = struct{}{}
	p.mu.Unlock()
	if err == nil && ctx.Err() == nil {
		_, _ = io.Copy(io.Discard, c) // ends when the reader goes
	}
	p.mu.Lock()
	delete(p.conns, c)
	p.mu.Unlock()
	_ = c.Close()
}

func (p *pad) hangUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

// tell sends an event to every reader.
func (p *pad) tell(e keypad.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Kind == keypad.Jack {
		p.in = e.In
	}
	for c := range p.conns {
		_, _ = c.Write(keypad.Encode(e)) // one that went is noticed by its reading
	}
}

func (p *pad) plugged() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.in
}

func newPad(dir string) *pad {
	return &pad{socket: filepath.Join(dir, padName), conns: map[net.Conn]struct{}{}}
}

func (b *Bench) keypadPage(w http.ResponseWriter, _ *http.Request) {
	b.page(w, "Teclado", "keypad", map[string]any{"Keys": padKeys})
}

// keypadState is what the page of the keypad shows.
type keypadState struct {
	Simulated bool `json:"simulated"`
	Plugged   bool `json:"plugged"`
}

// postKey presses a key: does is what stands on it.
func (b *Bench) postKey(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	for _, k := range padKeys {
		if code, ok := keypad.Code(k.Name); ok && k.Does == r.FormValue("does") {
			b.pad.tell(keypad.Event{Kind: keypad.Key, Code: code})
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	http.Error(w, "tecla desconhecida", http.StatusBadRequest)
}

// postPlug puts the plug of the headphones in, or pulls it out.
func (b *Bench) postPlug(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	b.pad.tell(keypad.Event{Kind: keypad.Jack, In: r.FormValue("in") == "true"})
	b.changed.ring()
	w.WriteHeader(http.StatusNoContent)
}

// getSpeech passes on what the kiosk's guide said: its words, or one of its sentences as sound.
func (b *Bench) getSpeech(w http.ResponseWriter, r *http.Request) {
	at, err := url.Parse(b.cfg.Kiosk)
	if err != nil || at.Host == "" {
		http.Error(w, "o quiosque não conta o que diz", http.StatusNotFound)
		return
	}
	path := "/fala"
	if file := r.PathValue("file"); file != "" {
		path += "/" + url.PathEscape(file)
	}
	(&httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(at)
			p.Out.URL.Path, p.Out.Host = path, at.Host
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "o quiosque não responde", http.StatusBadGateway)
		},
	}).ServeHTTP(w, r)
}
