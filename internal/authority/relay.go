package authority

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Bounds of a relay.
const (
	relayed     = 32 // connections at once
	relayedFor  = time.Minute
	relayedDial = 10 * time.Second
)

// Relay carries connections from a branch's own network to the authority at hq, for kiosks that reach only their
// branch. It carries bytes: TLS goes from end to end, and the branch sees neither token nor key. It returns when ctx
// ends and every connection is closed, and closes the listener.
func Relay(ctx context.Context, l net.Listener, to string) error {
	var going sync.WaitGroup
	defer going.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	room := make(chan struct{}, relayed)
	for {
		c, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("relay to the authority: %w", err)
		}
		select {
		case room <- struct{}{}:
		default:
			_ = c.Close() // full; the node tries again
			continue
		}
		going.Go(func() {
			defer func() { <-room }()
			carry(ctx, c, to)
		})
	}
}

// carry copies both ways until one side ends, the time is over or ctx ends.
func carry(ctx context.Context, near net.Conn, to string) {
	defer near.Close()
	ctx, cancel := context.WithTimeout(ctx, relayedFor)
	defer cancel()
	dialer := net.Dialer{Timeout: relayedDial}
	far, err := dialer.DialContext(ctx, "tcp", to)
	if err != nil {
		return // the node sees a closed connection and tries again
	}
	defer far.Close()
	stop := context.AfterFunc(ctx, func() { _ = near.Close(); _ = far.Close() })
	defer stop()
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(far, near); _ = far.Close() })
	both.Go(func() { _, _ = io.Copy(near, far); _ = near.Close() })
	both.Wait()
}
