package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"balcao/kiosk/card/cardtest"
)

// VPCD holds virtual cards against the port of one vpcd reader, the driver of
// the vsmartcard project that lets pcscd see them.
//
// Its protocol: a length of two bytes, big-endian, then data. Single bytes are
// power off, on, reset and the question for the ATR; all else is an APDU.
type VPCD struct {
	address string

	mu      sync.Mutex
	card    *cardtest.Card
	changed chan struct{} // closed and replaced when card changes
}

// NewVPCD makes a virtual slot for the vpcd reader at a TCP address; the first
// reader of a vpcd listens on port 35963.
func NewVPCD(address string) *VPCD {
	return &VPCD{address: address, changed: make(chan struct{})}
}

// Insert puts a card in, in place of the one that is in.
func (v *VPCD) Insert(c *cardtest.Card) { v.set(c) }

// Remove pulls the card out.
func (v *VPCD) Remove() { v.set(nil) }

// Inserted says whether a card is in.
func (v *VPCD) Inserted() bool {
	c, _ := v.now()
	return c != nil
}

func (v *VPCD) set(c *cardtest.Card) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.card = c
	close(v.changed)
	v.changed = make(chan struct{})
}

func (v *VPCD) now() (*cardtest.Card, <-chan struct{}) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.card, v.changed
}

// Run keeps the reader supplied with the card that is in, until the context
// ends. It outlives the reader: when pcscd comes back, so does the card.
func (v *VPCD) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		c, changed := v.now()
		if c == nil {
			select {
			case <-changed:
			case <-ctx.Done():
			}
			continue
		}
		switch err := v.hold(ctx, c, changed); {
		case errors.Is(err, errMidCommand):
			wait(ctx, handTime)
		case err != nil:
			wait(ctx, 20*time.Millisecond) // no reader there yet
		}
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// errMidCommand says that a card left without answering a command.
var errMidCommand = errors.New("card pulled in mid-command")

// handTime is how long a hand takes to put the next card in. pcscd looks every
// 400 ms; when a card goes in mid-command it is the failed command that finds
// the connection broken, not the look, so that a card put in before the next
// look would pass for the one before.
const handTime = 900 * time.Millisecond

// hold keeps one card in the reader until it is changed or the reader goes.
func (v *VPCD) hold(ctx context.Context, c *cardtest.Card, changed <-chan struct{}) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", v.address)
	if err != nil {
		return fmt.Errorf("virtual reader: %w", err)
	}
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return errors.Join(errProtocol, conn.Close())
	}
	over := make(chan struct{})
	var watcher sync.WaitGroup
	watcher.Go(func() {
		select {
		case <-changed:
		case <-ctx.Done():
		case <-over:
		}
		_ = tcp.Close() // this is how a card leaves
	})
	c.Reset()
	err = converse(tcp, c)
	close(over)
	watcher.Wait()
	return err
}

// maxAPDU bounds a message of vpcd; extended APDUs of 64 KiB do not fit the
// protocol's length.
const maxAPDU = 1<<16 - 1

// converse answers the reader until the connection ends.
func converse(conn *net.TCPConn, c *cardtest.Card) error {
	for {
		message, err := readMessage(quickReader{conn})
		if err != nil {
			return fmt.Errorf("virtual reader: %w", err)
		}
		answer, due := respond(c, message)
		if len(message) > 1 && len(answer) == 0 {
			// Silent, or just being pulled: nothing more can come.
			_, _ = readMessage(conn) // ends with the connection
			return errMidCommand
		}
		if !due {
			continue
		}
		if len(answer) > maxAPDU {
			return errProtocol
		}
		out := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(answer)), uint16(len(answer)))
		if _, err := conn.Write(append(out, answer...)); err != nil {
			return fmt.Errorf("virtual reader: %w", err)
		}
	}
}

// noATR is how many bytes a card says that says nothing of use: more than an answer to reset may have (ISO/IEC 7816-3
// §8.2), so that the driver finds it present and pcscd cannot power it, as it is with a card that was put in upside down.
// With none at all the driver would take it for gone.
const noATR = 40

// respond gives the card's answer to one message; due is false when none is
// sent.
func respond(c *cardtest.Card, message []byte) (answer []byte, due bool) {
	if len(message) != 1 {
		answer = c.Answer(message)
		return answer, answer != nil
	}
	switch message[0] {
	case 0, 1, 2: // power off, power on, reset
		c.Reset()
		return nil, false
	case 4:
		if len(c.ATR()) == 0 {
			return make([]byte, noATR), true
		}
		return c.ATR(), true
	default:
		return nil, false
	}
}

func readMessage(r io.Reader) ([]byte, error) {
	var size [2]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	message := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(r, message)
	return message, err
}

// quickReader asks for immediate acknowledgements before every read. vpcd
// writes length and data apart, so that Nagle's algorithm there and delayed
// acknowledgements here would cost 40 ms for every command; the option does
// not stay set.
type quickReader struct{ conn *net.TCPConn }

func (q quickReader) Read(b []byte) (int, error) {
	raw, err := q.conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	err = raw.Control(func(fd uintptr) {
		// Only slower without.
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1)
	})
	if err != nil {
		return 0, err
	}
	return q.conn.Read(b)
}
