// Package screen is the kiosk's own small web server: the page of the touch
// screen and the page of the callboard, each with its stream of changes, and
// the way in for touches. It listens on this machine only. It holds no rules:
// what is shown comes from flow and from the branch, and a touch goes to the
// kiosk's loop as it is.
package screen

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"balcao/internal/glass"
	"balcao/internal/look"
	"balcao/internal/media"
	"balcao/internal/serve"
	"balcao/internal/wire"
	"balcao/kiosk/flow"
)

//go:embed pages
var pages embed.FS

// Config says where the faces are served and which there are.
type Config struct {
	Listen    string              // a loopback address, such as 127.0.0.1:8077; port 0 takes a free one
	Touch     bool                // the kiosk's touch face, at /
	Callboard bool                // the callboard's face, at /callboard
	Takeover  int                 // seconds a new call stays yellow; 8 when zero
	Place     string              // where the callboard hangs, such as Piso 0; may be empty
	Glass     glass.Touching      // how the touch face is drawn on its screen
	Hall      glass.Showing       // how the callboard is drawn on its screen
	Silent    bool                // the touch face makes no sound
	Gallery   bool                // every state with invented data, at /gallery/
	Keys      map[string][]string // keys of the keypad by what they do, as KeyboardEvent.code names them
	Videos    *media.Folder       // beside the calls of the callboard; nil is none
	Sign      string              // folder of the recordings in sign language; empty is none
	Now       func() time.Time    // the kiosk's clock
	// Others are further pages of the program by their pattern, such as
	// "GET /healthz"; they are as well kept from other machines.
	Others map[string]http.Handler
}

// ErrNotLoopback says that Listen names an address other machines could reach.
var ErrNotLoopback = errors.New("not a loopback address")

// Screen serves the faces. Its methods may be called from any goroutine.
type Screen struct {
	cfg      Config
	log      *slog.Logger
	listener net.Listener
	touch    *hub
	board    *hub
	inputs   chan flow.Input
	once     *once
	name     name // of the citizen whom the touch face greets

	mu    sync.Mutex
	shown clocks // when the running clocks of the touch face were first shown
	face  boardFace
	beat  time.Time // the page last proved that it works
}

// New binds the address and prepares the faces. It serves nothing before Run.
func New(cfg Config, log *slog.Logger) (*Screen, error) {
	if cfg.Now == nil {
		return nil, errors.New("screen: no clock")
	}
	host, _, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("screen address %q: %w", cfg.Listen, err)
	}
	if !isLoopback(host) {
		return nil, fmt.Errorf("screen address %q: %w", cfg.Listen, ErrNotLoopback)
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for the screen: %w", err)
	}
	s := &Screen{
		cfg: cfg, log: log, listener: listener,
		touch: newHub(), board: newHub(),
		// Unbuffered: a touch counts as received when the loop has it.
		inputs: make(chan flow.Input),
		once:   newOnce(),
	}
	s.face = boardFace{Place: cfg.Place, Link: linkFace{Up: false, SinceMS: cfg.Now().UnixMilli()}}
	s.board.set(s.face)
	s.board.stamp = s.stampNow
	s.touch.stamp, s.touch.names = s.stampTouch, &s.name
	return s, nil
}

// Addr is the address the faces are served on, with its real port.
func (s *Screen) Addr() string { return s.listener.Addr().String() }

// Inputs are the touches, one at a time, to be taken by the kiosk's loop. A
// page gets its answer when its touch was taken here.
func (s *Screen) Inputs() <-chan flow.Input { return s.inputs }

// Run serves until the context ends, and returns when every answer and stream
// has ended.
func (s *Screen) Run(ctx context.Context) error {
	err := serve.HTTP(ctx, s.listener, s.routes(), s.log)
	s.touch.streams.Wait() // streams have connections of their own
	s.board.streams.Wait()
	return err
}

// Show puts a view on the touch face.
func (s *Screen) Show(v flow.View) {
	v = s.withRecording(v)
	s.mu.Lock()
	s.shown.note(v, s.cfg.Now())
	s.mu.Unlock()
	s.touch.set(v)
}

// Watched tells whether a page shows one of the faces now.
func (s *Screen) Watched() bool { return s.touch.watched() || s.board.watched() }

// Forget wipes the name that was told with Name and drops all that was shown
// on the touch face before the present view. Whoever shows a person's name
// calls it once that view is replaced.
func (s *Screen) Forget() {
	s.name.forget()
	s.touch.forget()
}

// Close gives the address back. After Run has ended it does nothing.
func (s *Screen) Close() error {
	if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("close the screen: %w", err)
	}
	return nil
}

func (s *Screen) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/look/", look.Handler())
	mux.Handle("GET /favicon.ico", look.Favicon())
	mux.Handle("GET /pages/", servePages())
	mux.HandleFunc("POST /pulse", s.heardPulse)
	mux.HandleFunc("GET /pulse", s.tellPulse)
	if s.cfg.Touch {
		mux.HandleFunc("GET /{$}", s.touchPage)
		mux.Handle("GET /events", s.touch)
		mux.HandleFunc("POST /input", s.postInput)
		mux.Handle("GET /pages/glass.css", sheetOf(touchSizes(s.cfg.Glass)))
		mux.HandleFunc("GET /sign/{file}", s.serveSign)
	} else if s.cfg.Callboard {
		mux.Handle("GET /{$}", http.RedirectHandler("/callboard", http.StatusFound))
	}
	if s.cfg.Callboard {
		mux.HandleFunc("GET /callboard", s.boardPage)
		mux.Handle("GET /media/{sha}/{file}", s.cfg.Videos)
		mux.Handle("GET /callboard/events", s.board)
		mux.Handle("GET /callboard/hall.css", sheetOf(look.HallSizes(s.cfg.Hall)))
	}
	if s.cfg.Gallery {
		mux.Handle("GET /gallery/", gallery(s.cfg.Now))
	}
	for pattern, handler := range s.cfg.Others {
		mux.Handle(pattern, handler)
	}
	crossOrigin := http.NewCrossOriginProtection()
	return look.Secure(onlyLoopback(crossOrigin.Handler(mux)))
}

// isLoopback tells whether a host name in an address or a Host header can only
// mean this machine.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// onlyLoopback refuses requests whose Host is another name: a page from
// elsewhere whose name was pointed at this machine (DNS rebinding).
func onlyLoopback(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if len(host) > 2 && host[0] == '[' && host[len(host)-1] == ']' {
			host = host[1 : len(host)-1]
		}
		if !isLoopback(host) {
			http.Error(w, "this address is served on this machine only", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ShowBoard puts the branch's board on the callboard's face. An older board
// than the one shown changes nothing.
func (s *Screen) ShowBoard(b wire.Board) {
	s.changeBoard(func(f *boardFace) {
		old := f.Board
		if old != nil && (b.Epoch < old.Epoch || b.Epoch == old.Epoch && b.Seq < old.Seq) {
			return
		}
		f.Board = &b
	})
}

// ShowLink says on the callboard's face whether the branch answers, and since
// when.
func (s *Screen) ShowLink(up bool, since time.Time) {
	s.changeBoard(func(f *boardFace) { f.Link = linkFace{Up: up, SinceMS: since.UnixMilli()} })
}

// ShowZone sets the time zone of the callboard's clock, by its IANA name.
func (s *Screen) ShowZone(zone string) {
	s.changeBoard(func(f *boardFace) { f.Zone = zone })
}

// ShowUtterance shows what the voice says while it says it; an empty text ends
// it. The language is that of the text, such as pt.
func (s *Screen) ShowUtterance(text, lang string) {
	s.changeBoard(func(f *boardFace) {
		f.Say = nil
		if text != "" {
			f.Say = &sayFace{Text: text, Lang: lang}
		}
	})
}

func (s *Screen) changeBoard(change func(*boardFace)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.face)
	s.board.set(s.face) // inside the lock, so that faces go out in order
}
