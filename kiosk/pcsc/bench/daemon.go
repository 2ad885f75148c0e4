package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"sync"

	"balcao/kiosk/card/cardtest"
)

// firstReader is the name of the reader that a Daemon begins with.
const firstReader = "Balcao Virtual Reader 00 00"

// Daemon is the replay bench: a smart card service made of memory that speaks
// pcscd's protocol on a Unix socket. It starts with one reader.
type Daemon struct {
	socket string
	ready  chan struct{}

	mu       sync.Mutex
	running  bool // between the beginning and the end of Run
	listener *net.UnixListener
	clients  map[*client]bool
	readers  []*reader
	events   uint32 // readers that came and went
	last     uint32 // last handle given out
	faults   []fault
	frozen   chan struct{} // closed when thawed, nil when not frozen
	serving  sync.WaitGroup
	name     string // of the card in the first reader
	commands int    // that reached a card
}

// reader is one virtual reader.
type reader struct {
	name      string
	card      *cardtest.Card
	counter   uint32        // insertions and removals
	inserted  chan struct{} // closed when the card of now is pulled, nil when empty
	answering sync.Mutex    // a card answers one command at a time
	owner     uint32        // handle that has the transaction, 0 for none
	clients   int           // open handles
}

type fault struct {
	op   Operation
	code uint32
	left int
}

// Operation is a call of a client that a Daemon can let go wrong.
type Operation uint32

// The operations that a kiosk uses.
const (
	Establish Operation = opEstablish
	Connect   Operation = opConnect
	Begin     Operation = opBegin
	Transmit  Operation = opTransmit
)

var _ Bench = (*Daemon)(nil)

// NewDaemon makes a replay bench that will listen on a Unix socket, with one
// empty reader.
func NewDaemon(socket string) *Daemon {
	return &Daemon{
		socket: socket, ready: make(chan struct{}), clients: map[*client]bool{},
		readers: []*reader{{name: firstReader}},
	}
}

// Run listens and serves until the context ends. It may be called once.
func (d *Daemon) Run(ctx context.Context) error {
	d.mu.Lock()
	d.running = true
	d.mu.Unlock()
	if err := d.Restart(); err != nil {
		return err
	}
	close(d.ready)
	<-ctx.Done()
	d.mu.Lock()
	d.running = false
	d.mu.Unlock()
	d.Kill()
	d.Thaw()
	d.mu.Lock()
	for _, r := range d.readers {
		r.pull()
	}
	d.mu.Unlock()
	d.serving.Wait()
	if err := os.Remove(d.socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("replay bench: %w", err)
	}
	return nil
}

// Ready is closed when the socket listens.
func (d *Daemon) Ready() <-chan struct{} { return d.ready }

// Socket returns the path given to NewDaemon.
func (d *Daemon) Socket() string { return d.socket }

// Label says that this is the replay bench.
func (d *Daemon) Label() string { return "replay bench" }

// Cards lists the deck.
func (d *Daemon) Cards() []Info { return Deck() }

// Insert puts a card of the deck into the first reader.
func (d *Daemon) Insert(_ context.Context, name string) error {
	c, err := named(name, func() { d.Eject(firstReader) })
	if err != nil {
		return err
	}
	d.Eject(firstReader)
	d.Put(firstReader, c)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.name = name
	return nil
}

// Remove pulls the card out of the first reader.
func (d *Daemon) Remove(context.Context) error {
	d.Eject(firstReader)
	return nil
}

// State says what is in the first reader.
func (d *Daemon) State() State {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := State{Service: d.listener != nil}
	if r := d.find(firstReader); r != nil && r.card != nil {
		s.Card = d.name
	}
	return s
}

// Plug adds an empty reader; there can be 16. A name that is taken or longer
// than 127 bytes is ignored.
func (d *Daemon) Plug(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.find(name) != nil || len(d.readers) == maxReaders || len(name) >= maxName {
		return
	}
	d.readers = append(d.readers, &reader{name: name})
	d.events++
	d.signal()
}

// Unplug takes a reader away, with the card inside.
func (d *Daemon) Unplug(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.find(name); r != nil {
		r.pull()
		d.readers = slices.DeleteFunc(d.readers, func(x *reader) bool { return x == r })
		d.events++
		d.signal()
	}
}

// Put puts a card into a reader, in place of the one that is in it. It ignores
// a reader that is not plugged in.
func (d *Daemon) Put(name string, c *cardtest.Card) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.find(name)
	if r == nil {
		return
	}
	r.pull()
	c.Reset()
	r.card, r.inserted = c, make(chan struct{})
	r.counter = (r.counter + 1) & 0xFFFF
	d.signal()
}

// Eject pulls the card out of a reader.
func (d *Daemon) Eject(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.find(name); r != nil && r.card != nil {
		r.pull()
		d.signal()
	}
}

// pull empties the reader; whoever waits for the card's answer wakes up. The
// bench's lock is held.
func (r *reader) pull() {
	if r.card == nil {
		return
	}
	close(r.inserted)
	r.card, r.inserted, r.owner = nil, nil, 0
	r.counter = (r.counter + 1) & 0xFFFF
}

// Commands returns how many commands have reached a card in any reader.
func (d *Daemon) Commands() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.commands
}

// Fail lets the next n calls of an operation fail with a PC/SC return code.
func (d *Daemon) Fail(op Operation, code uint32, n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = append(d.faults, fault{op: op, code: code, left: n})
}

// faultFor takes one planned failure of an operation.
func (d *Daemon) faultFor(op uint32) (code uint32, planned bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.faults {
		if f := &d.faults[i]; uint32(f.op) == op && f.left > 0 {
			f.left--
			return f.code, true
		}
	}
	return 0, false
}

// Kill ends the service as kill -9 would: connections break, the socket's file
// stays. Readers and cards stay where they are.
func (d *Daemon) Kill() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.listener != nil {
		_ = d.listener.Close() // nothing was written to it
		d.listener = nil
	}
	for c := range d.clients {
		c.hangUp()
	}
}

// Restart brings a killed service back. Before Run and after its end it fails.
func (d *Daemon) Restart() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.listener != nil {
		return nil
	}
	if !d.running {
		return fmt.Errorf("replay bench: %w", net.ErrClosed)
	}
	if err := os.Remove(d.socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("replay bench: %w", err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: d.socket, Net: "unix"})
	if err != nil {
		return fmt.Errorf("replay bench: %w", err)
	}
	l.SetUnlinkOnClose(false)
	d.listener = l
	d.serving.Go(func() { d.accept(l) })
	return nil
}

// Freeze stops all answers, as SIGSTOP would, until Thaw.
func (d *Daemon) Freeze() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.frozen == nil {
		d.frozen = make(chan struct{})
	}
}

// Thaw lets a frozen service go on.
func (d *Daemon) Thaw() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.frozen != nil {
		close(d.frozen)
		d.frozen = nil
	}
}

// awaitThaw returns at once unless the service is frozen.
func (d *Daemon) awaitThaw() {
	d.mu.Lock()
	frozen := d.frozen
	d.mu.Unlock()
	if frozen != nil {
		<-frozen
	}
}

func (d *Daemon) accept(l *net.UnixListener) {
	for {
		conn, err := l.AcceptUnix()
		if err != nil {
			return
		}
		c := &client{d: d, conn: conn, out: make(chan []byte, 64), gone: make(chan struct{}), handles: map[uint32]*handle{}}
		d.mu.Lock()
		if d.listener != l {
			c.hangUp()
		}
		d.clients[c] = true
		d.mu.Unlock()
		d.serving.Go(c.write)
		d.serving.Go(c.serve)
	}
}

func (d *Daemon) find(name string) *reader {
	i := slices.IndexFunc(d.readers, func(r *reader) bool { return r.name == name })
	if i < 0 {
		return nil
	}
	return d.readers[i]
}

// signal wakes the clients that wait for a change. The lock is held.
func (d *Daemon) signal() {
	for c := range d.clients {
		if c.waiting {
			c.waiting = false
			c.send(words(0, codeOK))
		}
	}
}

// Bits of a reader's state (pcsclite.h).
const (
	stateAbsent    = 0x02
	statePresent   = 0x04
	stateSwallowed = 0x08 // not powered: mute
	stateReady     = 0x30 // powered, protocol can be negotiated
)

// table draws up all readers as the clients' shared table. The lock is held.
func (d *Daemon) table() []byte {
	t := make([]byte, maxReaders*sizeReader)
	for i, r := range d.readers {
		e := t[i*sizeReader : (i+1)*sizeReader]
		copy(e[:maxName-1], r.name)
		state := uint32(stateAbsent)
		if r.card != nil {
			atr := r.card.ATR()
			copy(e[140:140+maxATR], atr)
			put(e[176:], 0, uint32(len(atr)))
			state = statePresent | stateReady
			if len(atr) == 0 {
				state = statePresent | stateSwallowed
			}
		}
		put(e[maxName:], 0, r.counter)
		put(e[maxName:], 1, state)
		put(e[maxName:], 2, uint32(r.clients))
	}
	return t
}
