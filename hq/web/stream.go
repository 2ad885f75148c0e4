package web

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"balcao/internal/wire"
)

// Times of the stream.
const (
	gather      = 120 * time.Millisecond // changes that come close together travel together
	tick        = time.Second            // ages and waits grow although nothing happens
	beatEvery   = 2 * time.Second        // scripts see it: a silent line is a dead one
	commentLine = 15 * time.Second       // middle boxes see it
	writeWithin = 10 * time.Second       // a reader slower than that is gone
)

// maxStreams is how many pages may listen at once.
const maxStreams = 256

// events answers one page's stream: what the page shows now, then what changes of it. Each listener has its own picture
// of what it has been told, so there is nothing to resume and nothing that can be missed.
func (s *Server) events(w http.ResponseWriter, r *http.Request, who visitor) {
	render, ok := s.renderer(r, who)
	if !ok {
		http.Error(w, "esta loja não existe", http.StatusNotFound)
		return
	}
	if s.streams.Add(1) > maxStreams {
		s.streams.Add(-1)
		w.Header().Set("Retry-After", "5")
		http.Error(w, "demasiadas páginas abertas", http.StatusServiceUnavailable)
		return
	}
	defer s.streams.Add(-1)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	l := &listener{w: w, control: http.NewResponseController(w), now: s.opt.Now, encode: s.encode}
	l.still = func() bool { return s.still(who) }
	if err := l.follow(r.Context(), s, render); err != nil && r.Context().Err() == nil {
		s.opt.Log.Debug("stream ended", "err", err)
	}
}

// renderer returns what makes the view that a stream is asked for.
func (s *Server) renderer(r *http.Request, who visitor) (func(context.Context, time.Time) view, bool) {
	if r.URL.Query().Has("alertas") {
		return func(_ context.Context, now time.Time) view { return s.alerts(now, who) }, true
	}
	if !r.URL.Query().Has("loja") {
		return func(_ context.Context, now time.Time) view { return s.national(now, who) }, true
	}
	id, err := wire.ParseNodeID(r.URL.Query().Get("loja"))
	if err != nil {
		return nil, false
	}
	if _, known := s.opt.Network.Look(id, s.opt.Now(), who.sight()); !known {
		return nil, false
	}
	return func(ctx context.Context, now time.Time) view {
		v, _ := s.branch(ctx, id, now, who)
		return v
	}, true
}

// listener is one open stream.
type listener struct {
	w       http.ResponseWriter
	control *http.ResponseController
	now     func() time.Time
	encode  func(old, now view, whole bool) ([]byte, error)
	still   func() bool // whoever listens may see what they were let in for
	id      uint64
	told    view
}

func (l *listener) follow(ctx context.Context, s *Server, render func(context.Context, time.Time) view) error {
	every, beat, comment := time.NewTimer(l.untilTick()), time.NewTicker(beatEvery), time.NewTicker(commentLine)
	defer every.Stop()
	defer beat.Stop()
	defer comment.Stop()
	if err := l.write("retry: 500\n\n"); err != nil {
		return err
	}
	changed := s.opt.Network.Changed()
	if err := l.tell("snapshot", render(ctx, l.now())); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-beat.C:
			if err := l.write("event: beat\ndata: {}\n\n"); err != nil {
				return err
			}
			continue
		case <-comment.C:
			if err := l.write(": balcão\n\n"); err != nil {
				return err
			}
			continue
		case <-changed:
			if !pause(ctx, gather) {
				return ctx.Err()
			}
		case <-every.C:
			every.Reset(l.untilTick())
		}
		if !l.still() {
			return nil // whoever comes back is asked who they are
		}
		changed = s.opt.Network.Changed()
		if err := l.tell("delta", render(ctx, l.now())); err != nil {
			return err
		}
	}
}

// untilTick is how long it is until all pages look again: together, so that one picture is drawn for them.
func (l *listener) untilTick() time.Duration {
	now := l.now()
	return now.Truncate(tick).Add(tick).Sub(now)
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// change is what a page is told: whole, or what is different from what it was told before.
type change struct {
	Now  int64             `json:"now"`
	HTML map[string]string `json:"h,omitempty"`
	Rows map[string]row    `json:"r,omitempty"`
	Ages map[string]int64  `json:"a,omitempty"` // last words of rows that are otherwise the same
	Gone []string          `json:"gone,omitempty"`
}

// tell sends a view, whole or as what changed since the last one. Nothing is sent when nothing changed.
func (l *listener) tell(event string, v view) error {
	data, err := l.encode(l.told, v, event == "snapshot")
	if l.told = v; err != nil || data == nil {
		return err
	}
	l.id++
	b := make([]byte, 0, len(data)+64)
	b = append(b, "id: "...)
	b = strconv.AppendUint(b, l.id, 10)
	b = append(b, "\nevent: "+event+"\ndata: "...)
	b = append(b, data...)
	return l.write(string(append(b, "\n\n"...)))
}

func difference(old, now view) change {
	c := change{Now: now.Now.UnixMilli(), HTML: map[string]string{}, Rows: map[string]row{}, Ages: map[string]int64{}}
	for id, html := range now.HTML {
		if old.HTML[id] != html {
			c.HTML[id] = html
		}
	}
	stayed := 0
	for id, r := range now.Rows {
		was, known := old.Rows[id]
		if known {
			stayed++
		}
		if known && same(was, r) {
			if was.At != r.At {
				c.Ages[id] = r.At
			}
			continue
		}
		c.Rows[id] = r
	}
	if stayed == len(old.Rows) {
		return c
	}
	for id := range maps.Keys(old.Rows) {
		if _, still := now.Rows[id]; !still {
			c.Gone = append(c.Gone, id)
		}
	}
	return c
}

// same compares two rows but for their age, which every page counts by itself.
func same(a, b row) bool {
	last := len(a.Keys) - 1
	return a.Class == b.Class && a.Word == b.Word && a.Name == b.Name && a.District == b.District && a.Kind == b.Kind &&
		slices.Equal(a.Bodies, b.Bodies) && (a.Mark == b.Mark || a.Mark != nil && b.Mark != nil && *a.Mark == *b.Mark) &&
		slices.Equal(a.Cells, b.Cells) && len(a.Keys) == len(b.Keys) && slices.Equal(a.Keys[:last], b.Keys[:last])
}

func (l *listener) write(text string) error {
	if err := l.control.SetWriteDeadline(l.now().Add(writeWithin)); err != nil {
		return fmt.Errorf("set write deadline: %w", err)
	}
	if _, err := l.w.Write([]byte(text)); err != nil {
		return err
	}
	return l.control.Flush()
}
