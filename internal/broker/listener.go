package broker

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// listener mends what mochi leaves to its listener: it goes on after an Accept
// that failed for a moment (mochi stops listening for ever), gives a silent
// connection a deadline (mochi sets none before the first packet), and closes
// a connection whose write failed or takes too long (mochi goes on with a torn
// stream, and one client that does not read holds up those who write to it).
type listener struct {
	net.Listener
	limits  Limits
	hurried atomic.Bool

	mu    sync.Mutex
	conns map[*conn]struct{}
	ended bool
}

func newListener(inner net.Listener, limits Limits) *listener {
	return &listener{Listener: inner, limits: limits, conns: make(map[*conn]struct{})}
}

// Accept waits for a connection; an error is final.
func (l *listener) Accept() (net.Conn, error) {
	for {
		inner, err := l.Listener.Accept()
		if err == nil {
			c := &conn{Conn: inner, listener: l}
			if !l.add(c) {
				_ = inner.Close()
				continue
			}
			c.handshake = time.AfterFunc(l.limits.Handshake, func() { _ = c.Close() })
			return c, nil
		}
		if errors.Is(err, net.ErrClosed) {
			return nil, err
		}
		// Out of file descriptors, or a connection that was gone at once.
		<-time.After(50 * time.Millisecond)
	}
}

func (l *listener) add(c *conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	// Clients that are being replaced, and strangers, have some room beside.
	if l.ended || len(l.conns) >= l.limits.Clients+64 {
		return false
	}
	l.conns[c] = struct{}{}
	return true
}

func (l *listener) remove(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}

// hurry makes the farewells to clients short.
func (l *listener) hurry() { l.hurried.Store(true) }

// Close stops listening and closes every connection, also those that have not
// introduced themselves, for which mochi would wait.
func (l *listener) Close() error {
	l.mu.Lock()
	l.ended = true
	open := make([]*conn, 0, len(l.conns))
	for c := range l.conns {
		open = append(open, c)
	}
	l.mu.Unlock()
	err := l.Listener.Close()
	for _, c := range open {
		_ = c.Close()
	}
	return err
}

type conn struct {
	net.Conn
	listener  *listener
	handshake *time.Timer
}

// introduced lets a connection live on.
func (c *conn) introduced() { c.handshake.Stop() }

// Write writes all of p or closes the connection.
func (c *conn) Write(p []byte) (int, error) {
	limit := c.listener.limits.Write
	if c.listener.hurried.Load() {
		limit = 100 * time.Millisecond
	}
	late := time.AfterFunc(limit, func() { _ = c.Conn.Close() })
	n, err := c.Conn.Write(p)
	late.Stop()
	if err != nil {
		_ = c.Close()
	}
	return n, err
}

// Close closes the connection.
func (c *conn) Close() error {
	c.listener.remove(c)
	return c.Conn.Close()
}
