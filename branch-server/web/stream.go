package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"balcao/internal/queue"
	"balcao/internal/signin"
)

// Views of the event stream.
const (
	viewBoard     = "board"
	viewCounter   = "counter"
	viewManager   = "manager"
	viewSupply    = "supply"
	viewReception = "reception"
)

const (
	// bufferedEvents is how far a page may fall behind before it starts again from a snapshot.
	bufferedEvents = 16
	// mostStreams is how many pages a branch follows at once: a large one has some thirty counters and screens.
	mostStreams = 512
	// mostBoards is how many of them may be callboards, which anybody can open: people at work always find room.
	mostBoards = 256
	// paintStep is the shortest time between two paintings of the coordinator's page, and the clock of all others.
	paintStep = 250 * time.Millisecond
	// beatSteps is how many steps lie between two beats: two seconds. A page is stale after five without one.
	beatSteps = 8
	// refreshSteps is how many steps lie between two paintings when nothing happened: waits grow with time alone.
	refreshSteps = 4
	// commentEvery keeps proxies from closing a line that seems idle.
	commentEvery = 15 * time.Second
	// writePatience is how long a browser may take to accept one event.
	writePatience = 10 * time.Second
)

// viewKey names one painting: the kind of view, and the session for those that differ by it.
type viewKey struct {
	kind  string
	token signin.TokenHash
	zone  string // of a callboard
}

// frame is one painting of a view: its parts as JSON. Equal frames have equal ids.
type frame struct {
	seq   uint64
	now   time.Time
	parts map[string]json.RawMessage
	id    string
}

// newFrame cuts a view into its top-level parts. The id is the journal's sequence and a digest of the parts, so that
// a page that comes back with it shows what is true, or gets a snapshot.
func newFrame(view any, seq uint64, now time.Time) (frame, error) {
	b, err := json.Marshal(view)
	if err != nil {
		return frame{}, err
	}
	f := frame{seq: seq, now: now}
	if err := json.Unmarshal(b, &f.parts); err != nil {
		return frame{}, err
	}
	h := fnv.New64a()
	_, _ = h.Write(b) // a hash never fails
	f.id = strconv.FormatUint(seq, 10) + "-" + strconv.FormatUint(h.Sum64(), 36)
	return f, nil
}

// event is one message of a stream, without the blank line that ends it.
type event struct {
	name, id string
	data     []byte
}

func (f frame) snapshot() event {
	all := maps.Clone(f.parts)
	all["now"] = f.clock()
	return event{name: "snapshot", id: f.id, data: mustJSON(all)}
}

// since returns what changed after an older frame; false if nothing did.
func (f frame) since(old frame) (event, bool) {
	changed := map[string]json.RawMessage{}
	for part, value := range f.parts {
		if !bytes.Equal(value, old.parts[part]) {
			changed[part] = value
		}
	}
	if len(changed) == 0 {
		return event{}, false
	}
	changed["now"] = f.clock()
	return event{name: "delta", id: f.id, data: mustJSON(changed)}, true
}

func (f frame) clock() json.RawMessage { return strconv.AppendInt(nil, f.now.UnixMilli(), 10) }

// mustJSON encodes parts that were decoded from JSON a moment ago.
func mustJSON(parts map[string]json.RawMessage) []byte {
	b, err := json.Marshal(parts)
	if err != nil {
		panic("web: JSON that was valid is not: " + err.Error())
	}
	return b
}

// subscriber is one open page. The hub alone sends on out and closes it.
type subscriber struct {
	key   viewKey
	known string // id of what the page already shows; empty if nothing
	out   chan event
	fresh bool // nothing was sent yet
}

// hub paints views once for all pages that show them and sends each page what changed. One goroutine, run, does it
// all; a page that cannot keep up is dropped and begins again from a snapshot.
type hub struct {
	paint func(context.Context, []viewKey) (map[viewKey]frame, error)
	woken chan struct{} // holds one: any number of wakes before a painting are one

	mu     sync.Mutex
	pages  map[*subscriber]struct{}
	closed bool
}

func newHub(paint func(context.Context, []viewKey) (map[viewKey]frame, error)) *hub {
	return &hub{paint: paint, woken: make(chan struct{}, 1), pages: map[*subscriber]struct{}{}}
}

// wake asks for a painting soon. It never blocks.
func (h *hub) wake() {
	select {
	case h.woken <- struct{}{}:
	default:
	}
}

// join adds a page; false if there is no room for it, or the program ends.
func (h *hub) join(key viewKey, known string) (*subscriber, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.pages) >= mostStreams || key.kind == viewBoard && h.boards() >= mostBoards {
		return nil, false
	}
	s := &subscriber{key: key, known: known, out: make(chan event, bufferedEvents), fresh: true}
	h.pages[s] = struct{}{}
	h.wake()
	return s, true
}

func (h *hub) boards() int {
	n := 0
	for s := range h.pages {
		if s.key.kind == viewBoard {
			n++
		}
	}
	return n
}

func (h *hub) leave(s *subscriber) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.pages, s)
}

// run paints until ctx ends, then closes every page's stream.
func (h *hub) run(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(paintStep)
	defer ticker.Stop()
	defer h.close()
	shown := map[viewKey]frame{}
	troubled, dirty := false, false
	for step := 0; ; {
		managers, beat := false, false
		select {
		case <-ctx.Done():
			return
		case <-h.woken:
			dirty = true
		case <-ticker.C:
			step++
			beat = step%beatSteps == 0
			managers = dirty || step%refreshSteps == 0
			if !managers && !beat {
				continue
			}
			dirty = false
		}
		err := h.round(ctx, shown, managers, beat)
		if err != nil && ctx.Err() == nil && !troubled {
			// Pages hear no beat and say themselves that they are stale.
			log.Error("streams not painted", "err", err)
		}
		troubled = err != nil
	}
}

// round paints what is shown somewhere and sends what changed. The coordinator's views, the dearest ones, are
// painted only where asked for or where a page has just come.
func (h *hub) round(ctx context.Context, shown map[viewKey]frame, managers, beat bool) error {
	h.mu.Lock()
	wanted := map[viewKey]bool{}
	for s := range h.pages {
		if managers || s.fresh || s.key.kind != viewManager && s.key.kind != viewSupply {
			wanted[s.key] = true
		}
	}
	h.mu.Unlock()
	maps.DeleteFunc(shown, func(k viewKey, _ frame) bool { return !h.anyone(k) })
	if len(wanted) == 0 {
		return nil
	}
	frames, err := h.paint(ctx, slices.Collect(maps.Keys(wanted)))
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.pages {
		now, painted := frames[s.key]
		if painted {
			h.update(s, now, shown[s.key])
		}
		if beat && !s.fresh {
			h.send(s, event{name: "beat", data: []byte("{}")})
		}
	}
	maps.Copy(shown, frames)
	return nil
}

func (h *hub) anyone(key viewKey) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.pages {
		if s.key == key {
			return true
		}
	}
	return false
}

func (h *hub) update(s *subscriber, now, before frame) {
	switch {
	case s.fresh && s.known == now.id:
		s.fresh = false
		h.send(s, event{name: "beat", data: []byte("{}")}) // it shows what is true: it only has to know that it is back
	case s.fresh:
		s.fresh = false
		h.send(s, now.snapshot())
	default:
		if change, news := now.since(before); news {
			h.send(s, change)
		}
	}
}

// send drops a page that is too far behind: its browser comes back and gets a snapshot.
func (h *hub) send(s *subscriber, e event) {
	if _, here := h.pages[s]; !here {
		return
	}
	select {
	case s.out <- e:
	default:
		delete(h.pages, s)
		close(s.out)
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for s := range h.pages {
		delete(h.pages, s)
		close(s.out)
	}
}

// events is GET /events: a snapshot, then what changes, for as long as the page is open.
func (w *Web) events(rw http.ResponseWriter, r *http.Request, _ visitor) {
	kind := r.URL.Query().Get("view")
	who, known := views[kind]
	if !known {
		badRequest(rw, fmt.Errorf("a vista %.20q não existe", kind))
		return
	}
	v, ok := w.admit(rw, r, who)
	if !ok {
		return
	}
	key := viewKey{kind: kind}
	if kind == viewBoard {
		if key.zone = r.URL.Query().Get("zona"); !w.hasZone(key.zone) {
			badRequest(rw, fmt.Errorf("o painel %.40q não existe", key.zone))
			return
		}
	}
	if kind == viewCounter {
		key.token = v.session.Token
		if asked := queue.CounterID(r.URL.Query().Get("counter")); asked != "" && asked != v.session.Counter {
			refuse(rw, http.StatusConflict, answer{Code: "other_counter", Message: "Não está nesse balcão.", Next: "Recarregue a página."})
			return
		}
	}
	page, ok := w.hub.join(key, r.Header.Get("Last-Event-ID"))
	if !ok {
		rw.Header().Set("Retry-After", "2")
		refuse(rw, http.StatusServiceUnavailable, answer{Code: "unavailable", Message: "Há demasiadas páginas abertas.", Next: "A página tenta de novo sozinha."})
		return
	}
	defer w.hub.leave(page)
	w.follow(rw, r, page)
}

// follow writes a page's events until the page or the hub goes.
func (w *Web) follow(rw http.ResponseWriter, r *http.Request, page *subscriber) {
	line := http.NewResponseController(rw)
	rw.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	rw.Header().Set("X-Accel-Buffering", "no")
	rw.WriteHeader(http.StatusOK)
	write := func(text []byte) bool {
		// The server's own limit for a whole answer would end every stream; each event has its own. A server
		// that cannot set one still serves.
		_ = line.SetWriteDeadline(w.cfg.Now().Add(writePatience))
		if _, err := rw.Write(text); err != nil {
			return false
		}
		return line.Flush() == nil
	}
	if !write([]byte("retry: 500\n\n")) {
		return
	}
	comment := time.NewTicker(commentEvery)
	defer comment.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-comment.C:
			if !write([]byte(": aqui\n\n")) {
				return
			}
		case e, open := <-page.out:
			if !open || !write(e.text()) {
				return
			}
		}
	}
}

// text writes an event as a browser reads it. JSON has no line breaks, so data is one line.
func (e event) text() []byte {
	var b bytes.Buffer
	if e.id != "" {
		fmt.Fprintf(&b, "id: %s\n", e.id)
	}
	fmt.Fprintf(&b, "event: %s\ndata: %s\n\n", e.name, e.data)
	return b.Bytes()
}
