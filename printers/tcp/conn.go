// Package tcp reaches a printer through a raw TCP connection, by custom on
// port 9100. It serves one client at a time, and a print server in between may
// take the bytes long before the printer does: only the printer's own word,
// read on the same connection, confirms a slip.
package tcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

var (
	// ErrHungUp is returned when the printer or the network ended the
	// connection.
	ErrHungUp = errors.New("the connection ended")
	// ErrClosed is returned after Close.
	ErrClosed = errors.New("the connection is closed")
)

// Conn is an open connection. Read and Write may run at the same time, each in
// one goroutine; Close may be called from any.
type Conn struct {
	address string
	conn    *net.TCPConn
}

// Open connects to an address such as "192.0.2.7:9100". It ends with the
// context. A printer that was switched off without a word is noticed within
// about 20 s.
func Open(ctx context.Context, address string) (*Conn, error) {
	d := net.Dialer{
		Timeout:         5 * time.Second,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 3 * time.Second, Count: 3},
	}
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("open printer at %s: %w", address, err)
	}
	conn, ok := c.(*net.TCPConn)
	if !ok {
		_ = c.Close()
		return nil, fmt.Errorf("open printer at %s: got a %T", address, c)
	}
	// What is unsent when we leave shall not come out an hour later.
	if err := conn.SetLinger(0); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("open printer at %s: %w", address, err)
	}
	return &Conn{address: address, conn: conn}, nil
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// Write sends b and returns how many bytes the system has accepted, which is
// less than len(b) only with an error: the context's, ErrHungUp or ErrClosed.
func (c *Conn) Write(ctx context.Context, b []byte) (int, error) {
	if err := c.conn.SetWriteDeadline(time.Time{}); err != nil {
		return 0, c.wrap(ctx, "write to", err)
	}
	woken := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_ = c.conn.SetWriteDeadline(longAgo) // fails only when closed, which wakes as well
		close(woken)
	})
	n, err := c.conn.Write(b)
	if !stop() {
		<-woken // so that it does not strike the next write
	}
	if err != nil {
		return n, c.wrap(ctx, "write to", err)
	}
	return n, nil
}

// Read waits for bytes from the printer. It ends with ErrHungUp or ErrClosed.
func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.conn.Read(b)
	if err != nil {
		return n, c.wrap(context.Background(), "read from", err)
	}
	return n, nil
}

func (c *Conn) wrap(ctx context.Context, doing string, err error) error {
	switch {
	case errors.Is(err, net.ErrClosed):
		err = ErrClosed
	case errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() != nil:
		err = ctx.Err()
	default:
		if _, network := errors.AsType[*net.OpError](err); network || errors.Is(err, io.EOF) {
			err = fmt.Errorf("%w: %w", ErrHungUp, err)
		}
	}
	return fmt.Errorf("%s printer at %s: %w", doing, c.address, err)
}

// Close ends Read and Write at once. Unsent bytes are lost.
func (c *Conn) Close() error {
	if err := c.conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("close printer at %s: %w", c.address, err)
	}
	return nil
}
