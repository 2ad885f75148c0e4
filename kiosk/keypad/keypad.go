package keypad

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sync/errgroup"
)

// Config says which devices are read and what becomes of their events.
type Config struct {
	// Devices are paths of input devices, such as /dev/input/by-id/usb-…-event-kbd, or of sockets that speak alike.
	Devices []string
	// Heard is told of every event of a kind, one device's in their order. It may block for a moment.
	Heard func(Event)
	// Ready is told when all devices could be opened, and when one is away.
	Ready func(all bool)
	Log   *slog.Logger
}

// How long a device that is away is waited for, at first and at most.
const (
	retry    = 250 * time.Millisecond
	retryMax = 5 * time.Second
)

// Run reads the devices until ctx ends, and opens again what was pulled out.
func Run(ctx context.Context, cfg Config) error {
	g, ctx := errgroup.WithContext(ctx)
	there := make(chan bool)
	for _, path := range cfg.Devices {
		g.Go(func() error { return attend(ctx, cfg, path, there) })
	}
	g.Go(func() error {
		open, said := 0, -1
		for {
			select {
			case up := <-there:
				if up {
					open++
				} else {
					open--
				}
			case <-ctx.Done():
				return nil
			}
			if open != said && cfg.Ready != nil {
				cfg.Ready(open == len(cfg.Devices))
			}
			said = open
		}
	})
	return g.Wait()
}

// attend keeps one device.
func attend(ctx context.Context, cfg Config, path string, there chan<- bool) error {
	tell := func(up bool) {
		select {
		case there <- up:
		case <-ctx.Done():
		}
	}
	wait, told := retry, false
	for ctx.Err() == nil {
		err := once(ctx, cfg, path, func(up bool) {
			if up {
				wait, told = retry, false
			}
			tell(up)
		})
		if !told && ctx.Err() == nil {
			cfg.Log.Warn("keypad is not there", "device", path, "err", err)
			told = true
		}
		pause := time.NewTimer(wait/2 + rand.N(wait/2+1))
		wait = min(2*wait, retryMax)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
		}
	}
	return nil
}

// once opens a device and reads it until it goes.
func once(ctx context.Context, cfg Config, path string, there func(up bool)) error {
	d, err := open(ctx, path)
	if err != nil {
		return err
	}
	there(true)
	defer there(false)
	cfg.Log.Info("keypad is there", "device", path)
	return read(ctx, d, cfg.Heard)
}

// open opens a device for this program alone, or dials its socket.
func open(ctx context.Context, path string) (io.ReadCloser, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("find keypad: %w", err)
	}
	if info.Mode()&os.ModeSocket != 0 {
		c, err := new(net.Dialer).DialContext(ctx, "unix", path)
		if err != nil {
			return nil, fmt.Errorf("open keypad: %w", err)
		}
		return c, nil
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open keypad: %w", err)
	}
	return &grabbed{File: f}, nil
}

// grabbed is a device whose present switches are told before its first event.
type grabbed struct {
	*os.File
	first []byte
	asked bool
}

// Requests of uapi/linux/input.h: EVIOCGRAB, and EVIOCGSW with room for one byte of switches.
const (
	requestGrab     = 0x40044590
	requestSwitches = 0x8001451b
)

func (g *grabbed) Read(b []byte) (int, error) {
	if !g.asked {
		g.asked = true
		g.first = g.begin()
	}
	if len(g.first) > 0 {
		n := copy(b, g.first)
		g.first = g.first[n:]
		return n, nil
	}
	return g.File.Read(b)
}

// begin takes the device for this program alone and asks for its switches. A device that cannot do either, such as a
// pipe, is read all the same.
func (g *grabbed) begin() []byte {
	raw, err := g.SyscallConn()
	if err != nil {
		return nil
	}
	var first []byte
	_ = raw.Control(func(fd uintptr) {
		_, _, _ = syscall.Syscall(syscall.SYS_IOCTL, fd, requestGrab, 1)
		var switches [1]byte
		_, _, failed := syscall.Syscall(syscall.SYS_IOCTL, fd, requestSwitches, uintptr(unsafe.Pointer(&switches[0])))
		if failed == 0 && switches[0] != 0 {
			first = Encode(Event{Kind: Jack, In: switches[0]&(1<<switchHeadphones|1<<switchLineOut|1<<switchJack) != 0})
		}
	})
	return first
}

// read passes events on until the device goes.
func read(ctx context.Context, d io.ReadCloser, heard func(Event)) error {
	stop := context.AfterFunc(ctx, func() { _ = d.Close() })
	defer stop()
	defer d.Close()
	var b [64]byte
	for {
		if _, err := io.ReadFull(d, b[:EventSize]); err != nil {
			if errors.Is(err, os.ErrClosed) || errors.Is(err, net.ErrClosed) {
				return ctx.Err()
			}
			return fmt.Errorf("read keypad: %w", err)
		}
		e, err := Decode(b[:EventSize])
		if err != nil {
			return err
		}
		if e.Kind != Nothing {
			heard(e)
		}
	}
}
