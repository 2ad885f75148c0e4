package pcsc

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ebfe/scard"

	"balcao/kiosk/card"
)

// errCut says that a call was ended by its watchdog.
var errCut = errors.New("no answer in time")

// dialer opens links, one at a time.
type dialer struct {
	socket      string
	serviceTime time.Duration // how long the service may take to greet us

	mu      sync.Mutex   // held while a link is opened or closed, so that new sockets are ours and no number comes back as another's
	table   sync.RWMutex // see part
	parting atomic.Int32 // connections that would end
}

// link is one PC/SC context. Calls on one context are serial inside the
// library, even Release, so the Watcher and each Session have their own. A
// link belongs to one goroutine; only cut and retire may come from another.
//
// Some calls wait inside C for as long as the card or the service likes
// (SCardTransmit on a card that never answers, anything on a stopped pcscd),
// and SCardCancel ends none of them. The link therefore knows the library's
// socket and cuts it: the call returns at once with a communication error.
type link struct {
	dialer  *dialer
	context *scard.Context

	mu       sync.Mutex
	fd       int  // the library's socket, -1 when not known or no longer open
	busy     bool // a call is inside the library
	cutOff   bool // the socket was shut
	retiring bool // no further calls but the last
}

// open establishes a context. It fails with ErrService while there is none.
func (d *dialer) open() (*link, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	defer d.enter()()
	before := d.sockets()
	watchdog := time.AfterFunc(d.serviceTime, func() {
		for fd := range d.sockets() {
			if !before[fd] {
				_ = syscall.Shutdown(fd, syscall.SHUT_RDWR)
			}
		}
	})
	defer watchdog.Stop()
	var c *scard.Context
	err := guard(func() (err error) {
		c, err = scard.EstablishContext()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("establish context: %w", translate(err))
	}
	l := &link{context: c, fd: -1, dialer: d}
	for fd := range d.sockets() {
		if !before[fd] {
			l.fd = fd
		}
	}
	return l, nil
}

// sockets lists the descriptors of this process that lead to the service.
func (d *dialer) sockets() map[int]bool {
	found := map[int]bool{}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return found
	}
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		peer, err := syscall.Getpeername(fd)
		if err != nil {
			continue
		}
		// The name is the one the service bound, which a mount may hide.
		unix, ok := peer.(*syscall.SockaddrUnix)
		if ok && (unix.Name == d.socket || filepath.Base(unix.Name) == "pcscd.comm") {
			found[fd] = true
		}
	}
	return found
}

// call runs f on the context and cuts the link if f takes longer than limit.
func (l *link) call(limit time.Duration, f func(*scard.Context) error) error {
	if !l.begin(false) {
		return errCut
	}
	return l.run(limit, f)
}

// lastCall is call, on a link that may be retiring already.
func (l *link) lastCall(limit time.Duration, f func(*scard.Context) error) error {
	if !l.begin(true) {
		return errCut
	}
	return l.run(limit, f)
}

func (l *link) run(limit time.Duration, f func(*scard.Context) error) error {
	watchdog := time.AfterFunc(limit, l.cut)
	err := guard(func() error { return f(l.context) })
	watchdog.Stop()
	if l.end() {
		return errCut
	}
	return err
}

func (l *link) begin(last bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy = !l.cutOff && (last || !l.retiring)
	return l.busy
}

func (l *link) end() (wasCut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy = false
	return l.cutOff
}

// cut ends a call that is waiting, and the link with it. It does nothing to a
// link at rest.
func (l *link) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shutIfBusy()
}

// retire ends a call that is waiting and lets no other begin.
func (l *link) retire() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.retiring = true
	l.shutIfBusy()
}

// shutIfBusy is called with the lock held.
func (l *link) shutIfBusy() {
	if !l.busy {
		return
	}
	l.cutOff = true
	if l.fd >= 0 {
		_ = syscall.Shutdown(l.fd, syscall.SHUT_RDWR)
	}
}

// close releases the context, which closes the socket; the service then drops
// all that was open on it.
func (l *link) close() {
	l.mu.Lock()
	fd := l.fd
	l.fd = -1 // from here on the number may belong to something else
	l.mu.Unlock()
	if fd >= 0 {
		// Release waits for the service's answer, which a stopped one never
		// gives: end the conversation first.
		_ = syscall.Shutdown(fd, syscall.SHUT_RDWR)
	}
	l.dialer.mu.Lock()
	defer l.dialer.mu.Unlock()
	defer l.dialer.enter()()
	_ = guard(l.context.Release) // fails as the conversation is over; the context is freed all the same
}

const (
	partingTime  = 500 * time.Millisecond // how long an ending connection waits to be alone in the library
	courtesyTime = 20 * time.Millisecond  // how long other calls let it go first
	glance       = time.Millisecond       // between two looks at who is there
)

// connect connects to a reader while no other connection ends.
func (l *link) connect(c *scard.Context, reader string, mode scard.ShareMode, protocol scard.Protocol) (*scard.Card, error) {
	defer l.dialer.enter()()
	return c.Connect(reader, mode, protocol)
}

// enter begins a call beside which no connection may end, and returns what to
// do after it. Who wants to end one goes first, if others let it.
func (d *dialer) enter() (leave func()) {
	for looks := courtesyTime / glance; looks > 0 && d.parting.Load() > 0; looks-- {
		time.Sleep(glance)
	}
	d.table.RLock()
	return d.table.RUnlock
}

// part ends a connection, and leaves the card as it is. SCardDisconnect of
// libpcsclite 1.9.9 forgets the connection without the library's lock
// (SCardRemoveHandle): it walks through the contexts and connections of all
// threads and meets one that another is adding or freeing. Opening and closing
// links, and connecting, therefore stand aside while a connection ends, and it
// ends only while none of them is at work. They may take as long as their
// watchdogs allow, on a stopped service, and must not wait for one another
// through us: so this one does not queue for the lock, and gives up after
// partingTime. The connection then ends with the link.
//
// SCardConnect adds its connection without that lock as well, which a command
// on another reader can meet in the few instructions between two stores; to
// shut that out, a card that is silent would have to hold up the other readers.
func (l *link) part(c *scard.Card) error {
	l.dialer.parting.Add(1)
	defer l.dialer.parting.Add(-1)
	for looks := partingTime / glance; !l.dialer.table.TryLock(); looks-- {
		if looks == 0 {
			return errCut
		}
		time.Sleep(glance)
	}
	defer l.dialer.table.Unlock()
	return c.Disconnect(scard.LeaveCard)
}

// guard turns a panic of the binding (index out of range, unknown protocol)
// into an error.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("smart card library: %v: %w", p, card.ErrGarbled)
		}
	}()
	return f()
}

// translate gives the library's error the name under which the kiosk knows it,
// and keeps the code.
func translate(err error) error {
	var code scard.Error
	if !errors.As(err, &code) {
		return err
	}
	var meaning error
	switch code {
	case scard.ErrNoService, scard.ErrServiceStopped, scard.ErrCommError, scard.ErrInvalidHandle, scard.ErrShutdown:
		meaning = ErrService
	case scard.ErrRemovedCard, scard.ErrNoSmartcard, scard.ErrReaderUnavailable, scard.ErrUnknownReader,
		scard.ErrNotTransacted:
		// The last one is what Transmit says between the pull and the moment
		// in which pcscd notices it.
		meaning = card.ErrRemoved
	case scard.ErrUnresponsiveCard, scard.ErrUnpoweredCard, scard.ErrUnsupportedCard, scard.ErrProtoMismatch,
		scard.ErrTimeout:
		meaning = card.ErrMute
	case scard.ErrSharingViolation:
		meaning = ErrBusy
	case scard.ErrResetCard:
		meaning = ErrReset
	default:
		return fmt.Errorf("smart card service: %08X: %w", uint32(code), err)
	}
	return fmt.Errorf("%w (%08X)", meaning, uint32(code))
}
