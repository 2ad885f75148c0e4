// Package serialport opens a serial line for a printer. It is the only door
// to tarm/serial, and it stands in that door as a guard: the library knows
// neither flow control nor exclusive use, takes silence for the end of the
// file, does not notice a hang-up when reading, and its Close can wait for
// ever. Each of these is dealt with here and has a test on a pseudo-terminal.
//
// The trick is a second descriptor of the same device, the side, which never
// blocks: flow control, locks, waiting for room and waking a stuck call all go
// through it. Linux only.
package serialport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tarm/serial"
	"golang.org/x/sys/unix"
)

// Handshake is how the printer says that it cannot take more.
type Handshake string

// The handshakes Linux knows. DTR/DSR is not among them: wire the printer's
// DTR to the host's CTS and use RTSCTS.
const (
	// XONXOFF is software flow control, towards the host only.
	XONXOFF Handshake = "xonxoff"
	// RTSCTS is hardware flow control.
	RTSCTS Handshake = "rtscts"
	// NoHandshake is none; a long slip may lose bytes.
	NoHandshake Handshake = "none"
)

// Config says which line and how.
type Config struct {
	// Path is the device, best one under /dev/serial/by-id.
	Path string
	// Baud is the speed: 9600, 19200, 38400, 57600, 115200, ….
	Baud int
	// Handshake is XONXOFF if empty.
	Handshake Handshake
	// Frame is data bits, parity and stop bits: "8N1", or "7E1" as signs of LEDs have it; empty is "8N1".
	Frame string
}

var (
	// ErrBusy is returned by Open when another program holds the line.
	ErrBusy = errors.New("the line is in use")
	// ErrHungUp is returned when the cable or the adapter was unplugged.
	ErrHungUp = errors.New("the line hung up")
	// ErrClosed is returned after Close.
	ErrClosed = errors.New("the line is closed")
)

const (
	// readSlice is how long the library's read waits before it reports
	// silence; it knows tenths of a second only.
	readSlice = 100 * time.Millisecond
	// chunk is what is written at once. It is far below what a tty takes
	// when it says it has room, so that the write behind it does not block.
	chunk = 64
	// slice is how long one wait lasts before the context is looked at.
	slice = 50 // milliseconds
)

// Port is an open line. Read and Write may run at the same time, each in one
// goroutine; Close may be called from any.
type Port struct {
	path string
	port *serial.Port

	closed atomic.Bool
	once   sync.Once
	err    error // of Close

	// using is held for reading by whoever uses the descriptors, and for
	// writing by Close: their numbers must not be used once they may be other
	// files'.
	using sync.RWMutex
	side  int
	wake  int // readable once Close was called, so that nobody waits on
}

// Open opens the line, takes it for this program alone and sets its speed and
// handshake. The error wraps ErrBusy if another program holds it.
func Open(c Config) (*Port, error) {
	// The side comes first: its lock keeps us from changing the speed of a
	// line on which another program is printing.
	side, err := unix.Open(c.Path, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open serial line %s: %w", c.Path, busy(err))
	}
	if err := unix.Flock(side, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = unix.Close(side)
		return nil, fmt.Errorf("open serial line %s: %w", c.Path, busy(err))
	}
	line := &serial.Config{Name: c.Path, Baud: c.Baud, ReadTimeout: readSlice}
	switch c.Frame {
	case "", "8N1":
	case "7E1":
		line.Size, line.Parity = 7, serial.ParityEven
	default:
		_ = unix.Close(side)
		return nil, fmt.Errorf("open serial line %s: frame %q is not one of 8N1, 7E1", c.Path, c.Frame)
	}
	port, err := serial.OpenPort(line)
	if err != nil {
		_ = unix.Close(side)
		return nil, fmt.Errorf("open serial line %s at %d baud: %w", c.Path, c.Baud, busy(err))
	}
	wake, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		_ = port.Close()
		_ = unix.Close(side)
		return nil, fmt.Errorf("open serial line %s: %w", c.Path, err)
	}
	p := &Port{path: c.Path, port: port, side: side, wake: wake}
	if err := prepare(side, c.Handshake); err != nil {
		_ = p.Close()
		return nil, fmt.Errorf("set up serial line %s: %w", c.Path, err)
	}
	return p, nil
}

func busy(err error) error {
	if errors.Is(err, unix.EBUSY) || errors.Is(err, unix.EWOULDBLOCK) {
		return ErrBusy
	}
	return err
}

// prepare sets what the library cannot: flow control and exclusive use.
func prepare(side int, h Handshake) error {
	t, err := unix.IoctlGetTermios(side, unix.TCGETS)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	// Never IXOFF: the kernel would then put XON and XOFF of its own into
	// what we send, in the middle of data.
	t.Iflag &^= unix.IXON | unix.IXOFF | unix.IXANY
	t.Cflag &^= unix.CRTSCTS
	switch h {
	case XONXOFF, "":
		t.Iflag |= unix.IXON
		t.Cc[unix.VSTART], t.Cc[unix.VSTOP] = 0x11, 0x13
	case RTSCTS:
		t.Cflag |= unix.CRTSCTS
	case NoHandshake:
	default:
		return fmt.Errorf("handshake %q is not one of xonxoff, rtscts, none", h)
	}
	if err := unix.IoctlSetTermios(side, unix.TCSETS, t); err != nil {
		return fmt.Errorf("set handshake: %w", err)
	}
	// What arrived before belongs to somebody else's conversation.
	if err := unix.IoctlSetInt(side, unix.TCFLSH, unix.TCIFLUSH); err != nil {
		return fmt.Errorf("empty the line: %w", err)
	}
	if err := unix.IoctlSetInt(side, unix.TIOCEXCL, 0); err != nil {
		return fmt.Errorf("take the line alone: %w", err)
	}
	return nil
}

// Write sends b and returns how many bytes the line has accepted, which is
// less than len(b) only with an error: the context's, ErrHungUp or ErrClosed.
// A printer that holds the flow makes it wait. Accepted bytes may still be in
// the system's buffer.
func (p *Port) Write(ctx context.Context, b []byte) (n int, err error) {
	for n < len(b) {
		if err := p.room(ctx); err != nil {
			return n, fmt.Errorf("write to %s: %d of %d bytes accepted: %w", p.path, n, len(b), err)
		}
		wrote, err := p.write(ctx, b[n:min(n+chunk, len(b))])
		n += wrote
		if err != nil {
			return n, fmt.Errorf("write to %s: %d of %d bytes accepted: %w", p.path, n, len(b), p.cause(ctx, err))
		}
	}
	return n, nil
}

// write hands one chunk to the library. Should it block after all, the end
// of the context wakes it by emptying the line.
func (p *Port) write(ctx context.Context, b []byte) (n int, err error) {
	stop := context.AfterFunc(ctx, func() { _ = p.Discard() })
	defer stop()
	err = p.use(func() error {
		n, err = p.port.Write(b)
		return err
	})
	return n, err
}

// use does something with the descriptors, unless the line is closed.
func (p *Port) use(do func() error) error {
	p.using.RLock()
	defer p.using.RUnlock()
	if p.closed.Load() {
		return ErrClosed
	}
	return do()
}

// cause gives the reason behind an error of the library.
func (p *Port) cause(ctx context.Context, err error) error {
	switch {
	case p.closed.Load():
		return ErrClosed
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, unix.EIO) || errors.Is(err, unix.ENXIO) || errors.Is(err, unix.ENODEV):
		return ErrHungUp
	}
	return err
}

// room waits until the line takes a chunk.
func (p *Port) room(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		var events int16
		err := p.use(func() (err error) {
			events, err = p.poll(unix.POLLOUT)
			return err
		})
		switch {
		case err != nil:
			return err
		case events&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0:
			return ErrHungUp
		case events&unix.POLLOUT != 0:
			return nil
		}
	}
}

// poll waits a moment on the side, and no longer than until Close is called.
// The descriptors are in use.
func (p *Port) poll(events int16) (int16, error) {
	fds := []unix.PollFd{{Fd: int32(p.side), Events: events}, {Fd: int32(p.wake), Events: unix.POLLIN}}
	if _, err := unix.Poll(fds, slice); err != nil && !errors.Is(err, unix.EINTR) {
		return 0, fmt.Errorf("wait for the line: %w", err)
	}
	return fds[0].Revents, nil
}

// Read waits for bytes from the printer. It ends with ErrHungUp or ErrClosed,
// never with io.EOF: silence is normal.
func (p *Port) Read(b []byte) (n int, err error) {
	for n == 0 && err == nil && len(b) > 0 {
		err = p.use(func() error {
			n, err = p.heard(b)
			return err
		})
	}
	if err != nil {
		return n, fmt.Errorf("read from %s: %w", p.path, p.cause(context.Background(), err))
	}
	return n, nil
}

// heard reads what is there after a moment, which may be nothing. The library
// is asked only when there is something, because it would wait for a tenth of a
// second, and Close for it.
func (p *Port) heard(b []byte) (int, error) {
	events, err := p.poll(unix.POLLIN)
	if err != nil {
		return 0, err
	}
	if events&unix.POLLIN != 0 {
		n, err := p.port.Read(b)
		if n > 0 || err != nil && !errors.Is(err, io.EOF) {
			return n, err
		}
	}
	// Silence, or a hang-up: the library reports both as EOF.
	if events&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0 {
		return 0, ErrHungUp
	}
	return 0, nil
}

// Discard throws away what the system has not sent yet and lets the line flow
// even if the printer holds it, so that a command that ends a stall can get
// through.
func (p *Port) Discard() error { return p.use(p.release) }

// release empties the output and lifts a stop. The descriptors are in use. Linux lets
// TCOON lift only a stop made by TCOOFF, not one made by the printer's XOFF, so
// the one is turned into the other first.
func (p *Port) release() error {
	return errors.Join(
		unix.IoctlSetInt(p.side, unix.TCFLSH, unix.TCOFLUSH),
		unix.IoctlSetInt(p.side, unix.TCXONC, unix.TCOOFF),
		unix.IoctlSetInt(p.side, unix.TCXONC, unix.TCOON),
	)
}

// Close ends Read and Write and gives the line back, at once even if the
// printer holds the flow. Unsent bytes are lost.
func (p *Port) Close() error {
	p.once.Do(func() {
		p.closed.Store(true)
		one := [8]byte{1}
		_, _ = unix.Write(p.wake, one[:]) // an eventfd takes it, or is readable already
		// A write that is stuck in the library goes on when the line is empty;
		// after a hang-up this fails, and nothing needs it then.
		p.using.RLock()
		_ = p.release()
		p.using.RUnlock()
		p.using.Lock()
		defer p.using.Unlock()
		_ = unix.IoctlSetInt(p.side, unix.TIOCNXCL, 0)
		_ = p.release()
		_ = unix.IoctlSetInt(p.side, unix.TCFLSH, unix.TCIOFLUSH)
		p.err = errors.Join(p.port.Close(), unix.Close(p.side), unix.Close(p.wake))
		p.side, p.wake = -1, -1
		if p.err != nil {
			p.err = fmt.Errorf("close serial line %s: %w", p.path, p.err)
		}
	})
	return p.err
}
