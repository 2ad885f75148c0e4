package printertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// Line is a plugged cable: a pseudo-terminal, and a symbolic link to its far
// end, which a host opens as its serial port. Tests use one without a printer
// to see and say the bare bytes.
type Line struct {
	near, far *os.File
	link      string
}

// Plug makes a pseudo-terminal and lets link point to it, in place of what was
// there.
func Plug(link string) (*Line, error) {
	blocking, far, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("make a pseudo-terminal: %w", err)
	}
	near, err := wakeable(blocking)
	if err != nil {
		_ = far.Close()
		return nil, fmt.Errorf("make a pseudo-terminal: %w", err)
	}
	l := &Line{near: near, far: far, link: link}
	if err := l.prepare(); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// Link returns where the far end appears.
func (l *Line) Link() string { return l.link }

// wakeable takes over a file that the library has left in blocking mode, where
// Close would not wake a Read, and a Write could wait for the host.
func wakeable(f *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

func (l *Line) prepare() error {
	if err := raw(l.far); err != nil {
		return fmt.Errorf("make %s a plain line: %w", l.far.Name(), err)
	}
	// A link is replaced in one step, so that nobody sees it missing.
	fresh := fmt.Sprintf("%s.%d.new", l.link, os.Getpid())
	if err := os.Symlink(l.far.Name(), fresh); err != nil {
		return fmt.Errorf("link the serial device: %w", err)
	}
	if err := os.Rename(fresh, l.link); err != nil {
		_ = os.Remove(fresh)
		return fmt.Errorf("link the serial device at %s: %w", filepath.Base(l.link), err)
	}
	return nil
}

// raw switches off what terminals do for people: echo, line editing, signals.
// The far end stays open here, because a pseudo-terminal that nobody has open
// forgets these settings, and would echo the printer's words back to it.
func raw(f *os.File) error {
	return control(f, func(fd int) error {
		t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
		if err != nil {
			return err
		}
		t.Iflag, t.Oflag, t.Lflag = unix.IGNPAR, 0, 0
		t.Cflag = unix.CS8 | unix.CREAD | unix.CLOCAL
		return unix.IoctlSetTermios(fd, unix.TCSETS, t)
	})
}

// Share withdraws exclusive mode from the far end. A host that was killed
// leaves it behind for as long as the line is open, and this end keeps it
// open; the host's file lock, which the system drops with the process, still
// keeps a second one out.
func (l *Line) Share() {
	_ = control(l.far, func(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCNXCL, 0) })
}

func control(f *os.File, do func(fd int) error) error {
	c, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := c.Control(func(fd uintptr) { inner = do(int(fd)) }); err != nil {
		return err
	}
	return inner
}

// Read waits for bytes from the host. It ends with an error when the line is
// closed.
func (l *Line) Read(b []byte) (int, error) { return l.near.Read(b) }

// Write gives bytes to the host. What the host's side has no room for is
// lost, as on a real line, and not counted.
func (l *Line) Write(b []byte) (int, error) {
	n := 0
	err := control(l.near, func(fd int) error {
		var err error
		n, err = unix.Write(fd, b)
		if errors.Is(err, unix.EAGAIN) {
			n, err = 0, nil
		}
		return err
	})
	return max(n, 0), err
}

// Close pulls the cable: the host sees a hang-up, and the link is gone.
func (l *Line) Close() error {
	if now, err := os.Readlink(l.link); err == nil && now == l.far.Name() {
		_ = os.Remove(l.link)
	}
	return errors.Join(l.near.Close(), l.far.Close())
}

// send gives bytes to the host. What it does not take soon is lost, as on a
// real line. The lock is held.
func (p *Printer) send(b []byte) {
	if p.line == nil || p.faults[PowerOff] {
		return
	}
	n, _ := p.line.Write(b) // an error is a line that is gone
	for _, c := range b[:n] {
		if c != 0x11 && c != 0x13 {
			p.said++
		}
	}
}

// receive takes bytes from the line, at its speed, as long as there is one.
func (p *Printer) receive(ctx context.Context) {
	buf := make([]byte, 64)
	for ctx.Err() == nil {
		p.mu.Lock()
		l := p.line
		p.mu.Unlock()
		if l == nil {
			sleep(ctx, 20*time.Millisecond)
			continue
		}
		n, err := l.Read(buf)
		if err != nil {
			sleep(ctx, 5*time.Millisecond) // unplugged; the next round sees it
			continue
		}
		p.hear(buf[:n])
		if rate := p.config.BytesPerSecond; rate > 0 {
			sleep(ctx, time.Duration(n)*time.Second/time.Duration(rate))
		}
	}
}

// lend calls Share once a second.
func (p *Printer) lend(ctx context.Context) {
	for sleep(ctx, time.Second) {
		p.mu.Lock()
		if p.line != nil {
			p.line.Share()
		}
		p.mu.Unlock()
	}
}

// hear stores what arrived, and obeys real-time commands in it at once,
// wherever they stand: also inside data.
func (p *Printer) hear(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.faults[PowerOff] {
		return
	}
	for _, c := range b {
		p.waiting = append(p.waiting, c)
		p.realtime = append(p.realtime, c)
		if len(p.realtime) > 10 {
			p.realtime = p.realtime[1:]
		}
		p.atOnce()
	}
	// Beyond the buffer there is still room for what was on its way when the
	// host was told to stop.
	if free := p.config.Buffer - len(p.waiting); free <= min(128, p.config.Buffer/4) && !p.stopped {
		p.stopped = true
		p.send([]byte{0x13}) // XOFF
	}
	p.changed()
}

// resume lets the host go on once there is room. The lock is held.
func (p *Printer) resume() {
	if p.stopped && p.config.Buffer-len(p.waiting) >= min(256, p.config.Buffer/2) {
		p.stopped = false
		p.send([]byte{0x11}) // XON
	}
}

// atOnce obeys a real-time command that ends with the byte just received. The
// lock is held.
func (p *Printer) atOnce() {
	tail := func(n int) []byte {
		if len(p.realtime) < n {
			return make([]byte, n)
		}
		return p.realtime[len(p.realtime)-n:]
	}
	three, four, ten := tail(3), tail(4), tail(10)
	if p.machine.language.star() {
		p.starAtOnce(three[2], three)
		return
	}
	if p.machine.language == Custom && string(three) == "\x10\x04\x14" {
		p.send(p.customStatus())
		return
	}
	switch {
	case three[0] == 0x10 && three[1] == 0x04 && three[2] >= 1 && three[2] <= 4:
		p.answer(three[2]) // DLE EOT n
	case three[0] == 0x10 && three[1] == 0x05 && three[2] == 2: // DLE ENQ 2
		if p.faults[CutterError] {
			p.forget()
			_ = p.apply(Fault{Kind: CutterError})
		}
	case three[0] == 0x10 && three[1] == 0x05 && three[2] == 1: // DLE ENQ 1
		if p.faults[CutterError] {
			_ = p.apply(Fault{Kind: CutterError})
		}
	case four[0] == 0x10 && four[1] == 0x14 && four[2] == 7 && four[3] == 1: // DLE DC4 7
		p.send(p.automatic())
	case string(ten) == "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08": // DLE DC4 8
		p.forget()
		p.send([]byte{0x37, 0x25, 0x00})
	}
}

// bit returns 1<<n if on.
func bit(on bool, n int) byte {
	if on {
		return 1 << n
	}
	return 0
}

// automatic is the four bytes of automatic status back. The lock is held.
func (p *Printer) automatic() []byte {
	f := p.faults
	return []byte{
		0x10 | bit(p.offline(), 3) | bit(f[CoverOpen], 5),
		bit(f[Jam], 2) | bit(f[CutterError], 3) | bit(f[HeadHot], 6),
		bit(f[NearEnd] || f[PaperOut], 0) | bit(f[NearEnd] || f[PaperOut], 1) | bit(f[PaperOut], 2) | bit(f[PaperOut], 3),
		0x0f,
	}
}

// push sends the status by itself, if the host wished so. The lock is held.
func (p *Printer) push() {
	switch {
	case p.machine.pushMask&0x0e == 0:
	case p.machine.language.star():
		p.send(p.starStatus())
	case p.machine.language == Custom:
		p.told = p.customStatus()
		p.send(p.told)
	default:
		p.send(p.automatic())
	}
}

// answer answers DLE EOT n. The lock is held.
func (p *Printer) answer(n byte) {
	f := p.faults
	b := byte(0x12)
	switch n {
	case 1:
		b |= bit(p.offline(), 3)
	case 2:
		b |= bit(f[CoverOpen], 2) | bit(f[PaperOut], 5) | bit(f[CutterError] || f[Jam] || f[HeadHot], 6)
	case 3:
		b |= bit(f[Jam], 2) | bit(f[CutterError], 3) | bit(f[HeadHot], 6)
	case 4:
		near := f[NearEnd] || f[PaperOut]
		b |= bit(near, 2) | bit(near, 3) | bit(f[PaperOut], 5) | bit(f[PaperOut], 6)
	}
	p.send([]byte{b})
}
