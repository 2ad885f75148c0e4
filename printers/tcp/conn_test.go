package tcp_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"balcao/printers/device"
	"balcao/printers/tcp"
)

var _ device.Transport = (*tcp.Conn)(nil)

const patience = 60 * time.Second

// pair opens a connection to a listener of ours.
func pair(t *testing.T) (*tcp.Conn, net.Conn) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	c, err := tcp.Open(t.Context(), l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	far, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = c.Close(), far.Close() })
	return c, far
}

func TestBytesPassBothWays(t *testing.T) {
	c, far := pair(t)
	all := make([]byte, 2048)
	for i := range all {
		all[i] = byte(i)
	}
	if n, err := c.Write(t.Context(), all); n != len(all) || err != nil {
		t.Fatalf("Write = %d, %v", n, err)
	}
	got := make([]byte, len(all))
	if _, err := io.ReadFull(far, got); err != nil || !bytes.Equal(got, all) {
		t.Fatalf("the printer read something else: %v", err)
	}
	if _, err := far.Write([]byte{0x10, 0, 0, 0x0f}); err != nil {
		t.Fatal(err)
	}
	back := make([]byte, 4)
	if _, err := io.ReadFull(c, back); err != nil || back[0] != 0x10 {
		t.Errorf("read % x, %v", back, err)
	}
}

func TestAWriteThatIsHeldUpEndsWithItsContext(t *testing.T) {
	c, _ := pair(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	big := make([]byte, 64<<20)
	n, err := c.Write(ctx, big)
	if n >= len(big) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Write = %d, %v", n, err)
	}
}

func TestTheNextWriteIsNotStruckByAnOldContext(t *testing.T) {
	c, far := pair(t)
	go func() { _, _ = io.Copy(io.Discard, far) }()
	for range 200 {
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		_, _ = c.Write(ctx, []byte("x"))
		if _, err := c.Write(t.Context(), []byte("y")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCloseEndsReadAndLossIsNoticed(t *testing.T) {
	c, _ := pair(t)
	ended := make(chan error, 1)
	go func() {
		_, err := c.Read(make([]byte, 1))
		ended <- err
	}()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, tcp.ErrClosed) {
			t.Errorf("Read = %v", err)
		}
	case <-time.After(patience):
		t.Fatal("Read does not end")
	}
	if err := c.Close(); err != nil {
		t.Errorf("a second Close = %v", err)
	}
	d, far := pair(t)
	if err := far.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Read(make([]byte, 1)); !errors.Is(err, tcp.ErrHungUp) {
		t.Errorf("Read after the printer left = %v", err)
	}
}
