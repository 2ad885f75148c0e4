package pcsc

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/ebfe/scard"
)

// TestLinksComeAndGoBesideOneAnother is about the library, which crashes the
// whole program when a connection ends while another thread changes what it
// knows of contexts and connections.
func TestLinksComeAndGoBesideOneAnother(t *testing.T) {
	daemon(t)
	d := &dialer{socket: socket, serviceTime: patience}
	if err := (&Watcher{dialer: dialer{socket: socket}}).setSocket(); err != nil {
		t.Fatal(err)
	}
	const people, rounds = 8, 100
	var all sync.WaitGroup
	defer all.Wait()
	for range people {
		all.Go(func() {
			for range rounds {
				if err := comeAndGo(d, "Balcao Virtual Reader 00 00"); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
}

// comeAndGo opens a link, connects twice, ends one connection and leaves the
// other to the end of the link.
func comeAndGo(d *dialer, reader string) error {
	l, err := d.open()
	if err != nil {
		return err
	}
	defer l.close()
	if l.fd < 0 {
		return errors.New("a link whose socket is not known cannot be cut")
	}
	return l.call(patience, func(c *scard.Context) error {
		if _, err := l.connect(c, reader, scard.ShareDirect, scard.ProtocolUndefined); err != nil {
			return err
		}
		direct, err := l.connect(c, reader, scard.ShareDirect, scard.ProtocolUndefined)
		if err != nil {
			return err
		}
		return l.part(direct)
	})
}

// TestAnEndingConnectionWaitsForNobodyLong keeps a stopped service from
// stopping who ends a connection, and that one from stopping others.
func TestAnEndingConnectionWaitsForNobodyLong(t *testing.T) {
	d := &dialer{}
	l := &link{dialer: d, fd: -1}
	d.table.RLock() // another link is being opened, and the service does not greet it
	parted := make(chan error, 1)
	go func() { parted <- l.part(nil) }()
	for waiting := true; waiting; {
		if !d.table.TryRLock() {
			t.Fatal("a third link has to wait for an ending connection that waits itself")
		}
		d.table.RUnlock()
		select {
		case err := <-parted:
			if err == nil {
				t.Error("the connection ended beside a link that was being opened")
			}
			waiting = false
		case <-time.After(time.Millisecond):
		}
	}
	d.table.RUnlock()
}
