package carriertest

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Cable is a TCP connection between a node and its broker that can be cut.
type Cable struct {
	URL    string
	listen net.Listener
	to     string

	broken atomic.Bool

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	ended bool
}

// NewCable returns a cable to an address; it ends with the test.
func NewCable(t testing.TB, to string) *Cable {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &Cable{URL: "tcp://" + l.Addr().String(), listen: l, to: to, conns: make(map[net.Conn]struct{})}
	var parts sync.WaitGroup
	parts.Go(func() { c.serve(&parts) })
	t.Cleanup(func() {
		c.mu.Lock()
		c.ended = true
		c.mu.Unlock()
		_ = l.Close()
		c.Cut()
		parts.Wait()
	})
	return c
}

// Cut ends every connection at once; new ones can be made. It returns how many
// ends were cut.
func (c *Cable) Cut() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.conns)
	for conn := range c.conns {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // a reset: what is on its way is lost
		}
		_ = conn.Close()
	}
	clear(c.conns)
	return n
}

// Break cuts every connection and lets no new one be made until Mend.
func (c *Cable) Break() {
	c.broken.Store(true)
	c.Cut()
}

// Mend ends what Break began.
func (c *Cable) Mend() { c.broken.Store(false) }

func (c *Cable) serve(parts *sync.WaitGroup) {
	for {
		near, err := c.listen.Accept()
		if err != nil {
			return
		}
		if c.broken.Load() {
			_ = near.Close()
			continue
		}
		var d net.Dialer
		far, err := d.DialContext(context.Background(), "tcp", c.to)
		if err != nil {
			_ = near.Close()
			continue
		}
		if !c.add(near, far) {
			return
		}
		parts.Go(func() { c.pump(near, far) })
		parts.Go(func() { c.pump(far, near) })
	}
}

func (c *Cable) add(conns ...net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range conns {
		if c.ended {
			_ = conn.Close()
			continue
		}
		c.conns[conn] = struct{}{}
	}
	return !c.ended
}

func (c *Cable) pump(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	_ = to.Close()
	_ = from.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, to)
	delete(c.conns, from)
}
