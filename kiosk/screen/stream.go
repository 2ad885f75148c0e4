package screen

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// ServeHTTP is one page's stream, until the page goes or is too slow. It takes
// the connection over and writes to it without any buffer between: those of
// net/http would go on holding the name that was on the screen.
func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page, first, ok := h.join(r.Header.Get("Last-Event-ID"))
	if !ok {
		w.Header().Set("Retry-After", "2")
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	defer h.leave(page)
	h.streams.Add(1)
	defer h.streams.Done()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Connection", "close") // the stream ends with its connection
	if r.Method == http.MethodHead {
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "streams need a connection of their own", http.StatusHTTPVersionNotSupported)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	gone := make(chan struct{})
	go func() { // a page that goes away is noticed by reading
		defer close(gone)
		defer cancel()
		_, _ = io.Copy(io.Discard, conn) // ends with the connection
	}()
	defer func() {
		cancel()
		_ = conn.Close()
		<-gone
	}()
	var head bytes.Buffer
	head.WriteString("HTTP/1.1 200 OK\r\n")
	if w.Header().Write(&head) != nil {
		return
	}
	head.WriteString("\r\n")
	h.stream(ctx, conn, append(head.Bytes(), first...), page)
}

// stream writes what happens until somebody has enough.
func (h *hub) stream(ctx context.Context, conn net.Conn, first []byte, page <-chan delta) {
	// A write under way ends with the context, too.
	stop := context.AfterFunc(ctx, func() { _ = conn.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()
	if !h.send(ctx, conn, append(first, "event: beat\ndata: {}\n\n"...)) {
		return
	}
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	for {
		var b bytes.Buffer
		select {
		case <-ctx.Done():
			return
		case d, open := <-page:
			if !open {
				return
			}
			h.write(&b, "delta", d.id, d.data)
		case <-beat.C:
			b.WriteString("event: beat\ndata: {}\n\n")
		}
		if !h.send(ctx, conn, b.Bytes()) {
			return
		}
	}
}

// send writes a frame with the name in place of its marks. A page that takes
// nothing for so long is cut off: any moment that has passed serves as its
// deadline.
func (h *hub) send(ctx context.Context, conn net.Conn, frame []byte) bool {
	if ctx.Err() != nil {
		return false
	}
	late := time.AfterFunc(writeWithin, func() { _ = conn.SetWriteDeadline(time.Unix(1, 0)) })
	defer late.Stop()
	if h.names != nil {
		frame = h.names.fill(frame)
		defer clear(frame)
	}
	_, err := conn.Write(frame)
	return err == nil
}

func (h *hub) write(b *bytes.Buffer, event string, id uint64, data []byte) {
	fmt.Fprintf(b, "event: %s\nid: %s-%d\ndata: %s\n\n", event, h.boot, id, data)
}
