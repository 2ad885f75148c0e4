// Package serve serves pages over HTTP, for every program in the same way: slow or endless senders are cut off, and
// the end of the context ends streams at once and gives answers under way a moment.
package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Limits of what a browser may take its time for, and of what it may send.
const (
	headerPatience = 5 * time.Second
	bodyPatience   = 30 * time.Second
	idlePatience   = 2 * time.Minute
	farewell       = 2 * time.Second
	headerBytes    = 16 << 10
)

// HTTP serves h on l until ctx ends, and returns when every answer and stream has ended. It closes l. Requests see
// the end of ctx as the end of their own context. What browsers do wrong is logged at debug level.
func HTTP(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler: hurry(h, bodyPatience), ReadHeaderTimeout: headerPatience, IdleTimeout: idlePatience, MaxHeaderBytes: headerBytes,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve pages: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	if server.Shutdown(grace) != nil {
		_ = server.Close() // what is left would not end by itself
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve pages: %w", err)
	}
	return nil
}

// hurry cuts off whoever has not sent the whole body in time. The server's own limit would end streams as well.
func hurry(h http.Handler, patience time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != http.NoBody {
			late := time.AfterFunc(patience, func() {
				_ = http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0)) // long past: reads end now
			})
			defer late.Stop()
			r.Body = &timedBody{ReadCloser: r.Body, late: late}
		}
		h.ServeHTTP(w, r)
	})
}

// timedBody stops its timer when all was read.
type timedBody struct {
	io.ReadCloser

	late *time.Timer
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.late.Stop()
	}
	return n, err
}
