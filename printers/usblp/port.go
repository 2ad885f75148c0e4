// Package usblp reaches a printer through Linux's USB printer device, such as
// /dev/usb/lp0; name it by a udev link, never by its number. One program opens
// it at a time, a write waits while the printer is not ready, and a read may
// give nothing although the printer is there. Linux only.
//
// It was tested on pseudo-terminals and pipes, not on a USB printer: what only
// the real device has (LPGETSTATUS, the device id) is asked for and may be
// missing.
package usblp

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

var (
	// ErrBusy is returned by Open when another program holds the printer.
	ErrBusy = errors.New("the printer is in use")
	// ErrHungUp is returned when the cable was unplugged or the printer
	// switched off.
	ErrHungUp = errors.New("the printer is gone")
	// ErrClosed is returned after Close.
	ErrClosed = errors.New("the printer is closed")
	// ErrUnknown is returned for what the device does not tell.
	ErrUnknown = errors.New("the device does not tell")
)

const (
	// slice is how long one wait lasts before the end is looked for.
	slice = 50 // milliseconds
	// chunk is what is written at once.
	chunk = 512
)

// Port is an open printer. Read and Write may run at the same time, each in
// one goroutine; Close may be called from any and waits for them to notice.
type Port struct {
	path   string
	closed atomic.Bool

	using sync.RWMutex // held for reading while fd is used
	fd    int
}

// Open opens the device for this program alone. The error wraps ErrBusy if
// another holds it.
func Open(path string) (*Port, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err == nil {
		if err = unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
			_ = unix.Close(fd)
		}
	}
	if errors.Is(err, unix.EBUSY) || errors.Is(err, unix.EWOULDBLOCK) {
		err = ErrBusy
	}
	if err != nil {
		return nil, fmt.Errorf("open printer %s: %w", path, err)
	}
	return &Port{path: path, fd: fd}, nil
}

// Write sends b and returns how many bytes the device has accepted, which is
// less than len(b) only with an error: the context's, ErrHungUp or ErrClosed.
func (p *Port) Write(ctx context.Context, b []byte) (n int, err error) {
	for n < len(b) {
		if err = ctx.Err(); err == nil {
			var wrote int
			wrote, err = p.try(unix.POLLOUT, func(fd int) (int, error) { return unix.Write(fd, b[n:min(n+chunk, len(b))]) })
			n += wrote
		}
		if err != nil {
			return n, fmt.Errorf("write to printer %s: %d of %d bytes accepted: %w", p.path, n, len(b), err)
		}
	}
	return n, nil
}

// Read waits for bytes from the printer. It ends with ErrHungUp or ErrClosed,
// never with io.EOF: silence is normal.
func (p *Port) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for {
		n, err := p.try(unix.POLLIN, func(fd int) (int, error) { return unix.Read(fd, b) })
		if err != nil {
			return n, fmt.Errorf("read from printer %s: %w", p.path, err)
		}
		if n > 0 {
			return n, nil
		}
	}
}

// try waits a moment for the device to be ready, and then does it once. Neither
// readiness nor bytes in that moment is no error.
func (p *Port) try(ready int16, do func(fd int) (int, error)) (int, error) {
	p.using.RLock()
	defer p.using.RUnlock()
	if p.closed.Load() {
		return 0, ErrClosed
	}
	fds := []unix.PollFd{{Fd: int32(p.fd), Events: ready}}
	if _, err := unix.Poll(fds, slice); err != nil {
		if errors.Is(err, unix.EINTR) {
			return 0, nil
		}
		return 0, fmt.Errorf("wait for the printer: %w", err)
	}
	switch got := fds[0].Revents; {
	case got&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) != 0:
		return 0, ErrHungUp
	case got&ready == 0:
		return 0, nil
	}
	n, err := do(p.fd)
	switch {
	case errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR):
		return 0, nil
	case errors.Is(err, unix.EIO) || errors.Is(err, unix.ENODEV) || errors.Is(err, unix.ENXIO):
		return 0, ErrHungUp
	case err != nil:
		return 0, err
	}
	return max(n, 0), nil
}

// Lines are the three lines of a parallel port, which the device gives for any
// printer.
type Lines struct {
	// PaperOut, Selected and Fault are as their names say.
	PaperOut, Selected, Fault bool
}

// Requests of Linux's printer devices, from linux/lp.h and the usblp driver.
const (
	lpGetStatus   = 0x060b
	getDeviceID   = 0x84005001 // _IOC(READ, 'P', 1, 1024)
	deviceIDBytes = 1024
)

// Lines asks the device for its lines (LPGETSTATUS). The error wraps
// ErrUnknown where it has none.
func (p *Port) Lines() (Lines, error) {
	p.using.RLock()
	defer p.using.RUnlock()
	if p.closed.Load() {
		return Lines{}, ErrClosed
	}
	status, err := unix.IoctlGetInt(p.fd, lpGetStatus)
	if err != nil {
		return Lines{}, fmt.Errorf("lines of printer %s: %w: %w", p.path, ErrUnknown, err)
	}
	return Lines{PaperOut: status&0x20 != 0, Selected: status&0x10 != 0, Fault: status&0x08 == 0}, nil
}

// DeviceID asks for the text by which the printer names itself (IEEE 1284),
// such as "MFG:EPSON;MDL:TM-T88V;". The error wraps ErrUnknown where there is
// none.
func (p *Port) DeviceID() (string, error) {
	p.using.RLock()
	defer p.using.RUnlock()
	if p.closed.Load() {
		return "", ErrClosed
	}
	var buf [deviceIDBytes]byte
	// The request takes a buffer of just this size.
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(p.fd), getDeviceID, uintptr(unsafe.Pointer(&buf[0])))
	if errno != 0 {
		return "", fmt.Errorf("device id of printer %s: %w: %w", p.path, ErrUnknown, errno)
	}
	n := int(buf[0])<<8 | int(buf[1]) // the length counts itself
	if n < 2 || n > len(buf) {
		return "", fmt.Errorf("device id of printer %s: %w", p.path, ErrUnknown)
	}
	return string(buf[2:n]), nil
}

// Name reads maker and model out of a device id; what it does not say is
// empty.
func Name(deviceID string) (maker, model string) {
	for field := range strings.SplitSeq(deviceID, ";") {
		key, value, _ := strings.Cut(field, ":")
		switch strings.ToUpper(strings.TrimSpace(key)) {
		case "MFG", "MANUFACTURER":
			maker = strings.TrimSpace(value)
		case "MDL", "MODEL":
			model = strings.TrimSpace(value)
		}
	}
	return maker, model
}

// Close ends Read and Write within a tenth of a second and gives the device
// back.
func (p *Port) Close() error {
	if p.closed.Swap(true) {
		return nil
	}
	p.using.Lock()
	defer p.using.Unlock()
	if err := unix.Close(p.fd); err != nil {
		return fmt.Errorf("close printer %s: %w", p.path, err)
	}
	return nil
}
