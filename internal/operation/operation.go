// Package operation is what a program shows whoever keeps it running: whether its main loops answer (/healthz), whether
// it can do its work now (/readyz), its figures (/metrics), and the signs of life that systemd waits for. The watchdog is
// fed only after every main loop has really answered: a program that hangs is started again, one that merely lacks its
// printer or its parent is not.
package operation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"balcao/internal/config"
	"balcao/internal/serve"
)

// Config says where the operator's pages are served.
type Config struct {
	// Listen is an address such as 127.0.0.1:9101; empty serves them nowhere. They have no sign-in and no TLS: an address
	// that other machines reach belongs on a network of the operator's own.
	Listen string `yaml:"listen"`
}

// Check names the faults.
func (c Config) Check(key string, faults *config.Faults) {
	if c.Listen == "" || faults.Faulty(key+".listen") {
		return
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		faults.Add(key+".listen", "%q is not an address such as 127.0.0.1:9101", c.Listen)
	}
}

// Question is put to a part of the program. An answer in time, even an error, proves that the part lives.
type Question struct {
	Part string // a word such as engine
	Ask  func(ctx context.Context) error
}

// Duty is what a Post watches.
type Duty struct {
	Config  Config
	Alive   []Question   // the main loops
	Ready   []Question   // what the program needs to do its work; an error says that it lacks it
	Metrics http.Handler // may be nil
	Log     *slog.Logger
}

// Delays of the watch.
const (
	lookEvery = 10 * time.Second // without a service manager that wants it more often
	patience  = 20 * time.Second // how long a main loop may take to answer
	readyWait = 3 * time.Second  // how long a part may take to say whether it is ready
)

// Post watches one program. Its methods may be called from several goroutines.
type Post struct {
	duty    Duty
	listen  net.Listener // nil without an address
	manager supervisor

	mu      sync.Mutex
	pending map[string]*open // questions that wait for their answer
}

// New binds the address; it starts nothing.
func New(ctx context.Context, d Duty) (*Post, error) {
	p := &Post{duty: d, manager: ours(), pending: map[string]*open{}}
	if d.Config.Listen == "" {
		return p, nil
	}
	var err error
	if p.listen, err = new(net.ListenConfig).Listen(ctx, "tcp", d.Config.Listen); err != nil {
		return nil, fmt.Errorf("bind operation.listen: %w", err)
	}
	return p, nil
}

// Addr returns the bound address, empty where none is configured.
func (p *Post) Addr() string {
	if p == nil || p.listen == nil {
		return ""
	}
	return p.listen.Addr().String()
}

// Close gives the address back when Run is never called; on a nil Post it does nothing.
func (p *Post) Close() error {
	if p == nil || p.listen == nil {
		return nil
	}
	if err := p.listen.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("close operation.listen: %w", err)
	}
	return nil
}

// Run serves the pages and tells the service manager, until ctx ends.
func (p *Post) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	if p.listen != nil {
		g.Go(func() error { return serve.HTTP(ctx, p.listen, p.Handler(), p.duty.Log) })
	}
	g.Go(func() error { p.watch(ctx); return nil })
	return g.Wait()
}

// watch tells the service manager that the program is ready, and from then on that it lives, as long as it does.
func (p *Post) watch(ctx context.Context) {
	every := lookEvery
	if p.manager.beat > 0 {
		every = min(every, p.manager.beat/3)
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	told, hung := false, false
	for {
		err := p.Alive(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil && !hung:
			p.duty.Log.Error("a main loop does not answer; the service manager will start the program again", "err", err)
		case err == nil && hung:
			p.duty.Log.Warn("every main loop answers again")
		}
		hung = err != nil
		if err == nil && ctx.Err() == nil {
			message := "WATCHDOG=1\nSTATUS=" + p.status(ctx)
			if !told {
				message = "READY=1\n" + message
			}
			if err := p.manager.tell(ctx, message); err != nil {
				p.duty.Log.Warn("the service manager does not hear", "err", err)
			} else {
				told = true
			}
		}
		select {
		case <-ctx.Done():
			farewell, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			_ = p.manager.tell(farewell, "STOPPING=1") // it waits for the end of the process all the same
			cancel()
			return
		case <-tick.C:
		}
	}
}

// status is one line for systemctl status.
func (p *Post) status(ctx context.Context) string {
	var missing []string
	for part, err := range p.Parts(ctx) {
		if err != nil {
			missing = append(missing, part)
		}
	}
	if len(missing) == 0 {
		return "ready"
	}
	slices.Sort(missing)
	return "not ready: " + strings.Join(missing, ", ")
}

// Alive puts every question about life and returns which main loop did not answer in time; nil if all did.
func (p *Post) Alive(ctx context.Context) error {
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, q := range p.duty.Alive {
		if _, answered := p.put(limit, "alive "+q.Part, q.Ask); !answered {
			return fmt.Errorf("no answer from %s: %w", q.Part, context.Cause(limit))
		}
	}
	return nil
}

// errNoAnswer says that a part did not say in time whether it is ready.
var errNoAnswer = errors.New("no answer in time")

// Parts returns of each part whether it is ready: nil, or what it lacks.
func (p *Post) Parts(ctx context.Context) map[string]error {
	limit, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	all := map[string]error{}
	for _, q := range p.duty.Ready {
		err, answered := p.put(limit, "ready "+q.Part, q.Ask)
		if !answered {
			err = errNoAnswer
		}
		all[q.Part] = err
	}
	return all
}

// open is a question that waits for its answer.
type open struct {
	done chan struct{} // closed when it is answered
	err  error         // read after done
}

// put asks and waits until ctx ends. A question that is still open is not put again: what hangs does not pile up.
func (p *Post) put(ctx context.Context, name string, ask func(context.Context) error) (fault error, answered bool) { //nolint:revive // the answer is an error
	p.mu.Lock()
	q, waits := p.pending[name]
	if !waits {
		q = &open{done: make(chan struct{})}
		p.pending[name] = q
		// It outlives this call if the part hangs; then the process is about to be ended.
		go func() {
			q.err = ask(context.WithoutCancel(ctx))
			p.mu.Lock()
			delete(p.pending, name)
			p.mu.Unlock()
			close(q.done)
		}()
	}
	p.mu.Unlock()
	select {
	case <-q.done:
		return q.err, true
	case <-ctx.Done():
		return nil, false
	}
}

// Handler serves /healthz, /readyz and /metrics.
func (p *Post) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", p.healthz)
	mux.HandleFunc("GET /readyz", p.readyz)
	if p.duty.Metrics != nil {
		mux.Handle("GET /metrics", p.duty.Metrics)
	}
	return mux
}

// healthz answers 200 while every main loop answers, else 503: starting the program again would help.
func (p *Post) healthz(w http.ResponseWriter, r *http.Request) {
	if err := p.Alive(r.Context()); err != nil {
		say(w, http.StatusServiceUnavailable, map[string]any{"alive": false, "why": err.Error()})
		return
	}
	say(w, http.StatusOK, map[string]any{"alive": true})
}

// readyz answers 200 while the program can do its work, else 503 with the part that cannot.
func (p *Post) readyz(w http.ResponseWriter, r *http.Request) {
	said := map[string]string{}
	status := http.StatusOK
	parts := p.Parts(r.Context())
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		said[part] = "ok"
		if err := parts[part]; err != nil {
			said[part], status = err.Error(), http.StatusServiceUnavailable
		}
	}
	say(w, status, map[string]any{"ready": status == http.StatusOK, "parts": said})
}

func say(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever asked may have gone
}
