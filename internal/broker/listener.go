package broker

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mochi-mqtt/server/v2/listeners"
)

// listener mends what mochi leaves to its listener. It goes on after an Accept
// that failed for a moment; gives a silent connection a deadline; closes a
// connection whose write failed or takes too long, which would go on with a
// torn stream and hold up those who write to it; and knows when mochi has ended
// with a connection, see settle.
type listener struct {
	net.Listener
	limits  Limits
	hurried atomic.Bool

	mu    sync.Mutex
	conns map[*conn]struct{}
	byID  map[string]*conn // the last connection that said to be this client
	ended bool
}

func newListener(inner net.Listener, limits Limits) *listener {
	return &listener{Listener: inner, limits: limits, conns: make(map[*conn]struct{}), byID: make(map[string]*conn)}
}

// listening is the listener as mochi wants it.
type listening struct{ *listener }

// Init has nothing to do.
func (l listening) Init(*slog.Logger) error { return nil }

// ID names the listener.
func (l listening) ID() string { return "balcao" }

// Address returns the address in use.
func (l listening) Address() string { return l.Addr().String() }

// Protocol returns the network in use.
func (l listening) Protocol() string { return l.Addr().Network() }

// Serve hands every connection to mochi until the listener is closed.
func (l listening) Serve(establish listeners.EstablishFn) {
	for {
		inner, err := l.Accept()
		switch {
		case err == nil:
			c := &conn{Conn: inner, listener: l.listener, done: make(chan struct{}), closed: make(chan struct{})}
			if !l.add(c) {
				_ = inner.Close()
				continue
			}
			c.handshake = time.AfterFunc(l.limits.Handshake, func() { _ = c.Close() })
			go func() {
				defer l.remove(c)
				// The error is only how the connection ended.
				_ = establish(l.ID(), c)
			}()
		case errors.Is(err, net.ErrClosed):
			return
		default:
			// Out of file descriptors, or a connection that was gone at once.
			<-time.After(50 * time.Millisecond)
		}
	}
}

// Close lets mochi say farewell to its clients, then ends everything.
func (l listening) Close(farewell listeners.CloseFn) {
	farewell(l.ID())
	_ = l.close()
}

// settle makes a new connection the one of its client and waits until mochi has
// ended with the one before. Mochi itself lets both run, and when the old one
// comes to its end it takes away the client and its subscriptions by name, the
// new one's too: that stays connected and never receives anything again. It
// returns false when the new connection ends meanwhile.
func (l *listener) settle(id string, c *conn) bool {
	l.mu.Lock()
	before := l.byID[id]
	l.byID[id] = c
	c.id = id
	l.mu.Unlock()
	if before == nil {
		return true
	}
	_ = before.Close()
	select {
	case <-before.done:
		return true
	case <-c.closed:
		// Who waits for us waits for it, too.
		<-before.done
		return false
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

// remove forgets a connection with which mochi has ended.
func (l *listener) remove(c *conn) {
	_ = c.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
	if l.byID[c.id] == c {
		delete(l.byID, c.id)
	}
	close(c.done)
}

// hurry makes the farewells to clients short.
func (l *listener) hurry() { l.hurried.Store(true) }

// close stops listening and closes every connection, also those that have not
// introduced themselves, for which mochi would wait.
func (l *listener) close() error {
	l.mu.Lock()
	l.ended = true
	l.mu.Unlock()
	err := l.Close()
	for _, c := range l.open() {
		_ = c.Close()
	}
	return err
}

// open returns the connections there are now.
func (l *listener) open() []*conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	open := make([]*conn, 0, len(l.conns))
	for c := range l.conns {
		open = append(open, c)
	}
	return open
}

type conn struct {
	net.Conn
	listener  *listener
	handshake *time.Timer
	id        string        // guarded by the listener's mutex
	done      chan struct{} // closed when mochi has ended with it
	closed    chan struct{}
	once      sync.Once
}

// introduced lets a connection live on.
func (c *conn) introduced() { c.handshake.Stop() }

// certificate returns what the client showed; nil without TLS, or before it
// was shown.
func (c *conn) certificate() *x509.Certificate {
	secured, ok := c.Conn.(*tls.Conn)
	if !ok {
		return nil
	}
	state := secured.ConnectionState()
	if !state.HandshakeComplete || len(state.PeerCertificates) == 0 {
		return nil
	}
	return state.PeerCertificates[0]
}

// Write writes all of p or closes the connection.
func (c *conn) Write(p []byte) (int, error) {
	limit := c.listener.limits.Write
	if c.listener.hurried.Load() {
		limit = 100 * time.Millisecond
	}
	late := time.AfterFunc(limit, func() { _ = c.Close() })
	n, err := c.Conn.Write(p)
	late.Stop()
	if err != nil {
		_ = c.Close()
	}
	return n, err
}

// Close closes the connection.
func (c *conn) Close() error {
	var err error
	c.once.Do(func() {
		close(c.closed)
		err = c.Conn.Close()
	})
	return err
}
