package bench

import (
	"bytes"
	"encoding/binary"
	"net"
	"sync"
)

// client is one connection of libpcsclite: one PC/SC context.
type client struct {
	d    *Daemon
	conn *net.UnixConn
	out  chan []byte   // waits for the socket; a client that does not read is hung up on
	gone chan struct{} // closed when hung up
	once sync.Once

	// The rest is guarded by the Daemon's lock.

	context uint32
	waiting bool
	handles map[uint32]*handle
}

// handle is one connection to one insertion of a card.
type handle struct {
	reader   *reader
	inserted chan struct{}
}

func (c *client) hangUp() {
	c.once.Do(func() {
		close(c.gone)
		_ = c.conn.Close() // the peer is to see just that
	})
}

// send queues bytes for the client and never blocks.
func (c *client) send(b []byte) {
	select {
	case c.out <- b:
	default:
		c.hangUp()
	}
}

func (c *client) write() {
	for {
		select {
		case b := <-c.out:
			if _, err := c.conn.Write(b); err != nil {
				c.hangUp()
				return
			}
		case <-c.gone:
			return
		}
	}
}

func (c *client) serve() {
	defer func() {
		c.hangUp()
		c.d.mu.Lock()
		defer c.d.mu.Unlock()
		delete(c.d.clients, c)
		for id := range c.handles {
			c.drop(id)
		}
	}()
	for {
		q, err := readRequest(c.conn)
		if err != nil {
			return
		}
		c.d.awaitThaw()
		if !c.answer(q) {
			return
		}
	}
}

// answer acts on one request; false hangs up.
func (c *client) answer(q request) bool {
	code, failing := c.d.faultFor(q.op)
	if !failing && q.op == opTransmit {
		return c.transmit(q)
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	reply := bytes.Clone(q.body)
	switch q.op {
	case opVersion:
		if q.word(0) != 4 || q.word(1) < 4 {
			code = codeServiceStopped
		}
		minor := uint32(4)
		if q.word(1) == 5 {
			minor = 5
		}
		reply = words(4, minor, code)
	case opReadersState:
		reply = c.d.table()
	case opWaitChange:
		c.waiting = true
		reply = c.d.table()
	case opStopWaiting:
		if !c.waiting {
			return true // its signal is on the way
		}
		c.waiting = false
		reply = words(0, codeOK)
	case opReaderEvents:
		reply = words(c.d.events, codeOK)
	case opCancel:
		put(reply, 1, c.cancel(q.word(0)))
	default:
		if !failing {
			code = c.perform(q, reply)
		}
		if len(reply) < 4 {
			return false
		}
		binary.NativeEndian.PutUint32(reply[len(reply)-4:], code)
	}
	c.send(reply)
	return true
}

// perform carries out an operation whose structure ends with its return code.
// The lock is held.
func (c *client) perform(q request, reply []byte) uint32 {
	switch q.op {
	case opEstablish:
		c.d.last++
		c.context = c.d.last
		put(reply, 1, c.context)
		return codeOK
	case opRelease:
		c.context = 0
		return codeOK
	case opConnect:
		return c.connect(reply)
	}
	if len(q.body) < 4 {
		return codeInvalidHandle
	}
	h, ok := c.handles[q.word(0)]
	if !ok {
		return codeInvalidHandle
	}
	switch q.op {
	case opDisconnect:
		c.drop(q.word(0))
		return codeOK
	case opBegin, opStatus, opReconnect:
		if code := c.d.usable(h, q.word(0)); code != codeOK {
			return code
		}
		if q.op == opBegin {
			h.reader.owner = q.word(0)
		}
		if q.op == opReconnect {
			put(reply, 4, protocolOf(h.reader))
		}
		return codeOK
	case opGetAttrib:
		return attribute(q, reply)
	case opEnd:
		if h.reader.owner == q.word(0) {
			h.reader.owner = 0
		}
		return codeOK
	default:
		return codeUnsupported
	}
}

func (c *client) connect(reply []byte) uint32 {
	name, _, _ := bytes.Cut(reply[4:4+maxName], []byte{0})
	r := c.d.find(string(name))
	tail := reply[4+maxName:] // share mode, protocols, handle, active protocol, code
	switch {
	case r == nil:
		return codeUnknownReader
	case binary.NativeEndian.Uint32(tail) == shareDirect:
		c.d.last++
		c.handles[c.d.last] = &handle{reader: r, inserted: r.inserted}
		r.clients++
		put(tail, 2, c.d.last)
		return codeOK
	case r.card == nil:
		return codeNoSmartcard
	case len(r.card.ATR()) == 0:
		return codeUnresponsive
	case binary.NativeEndian.Uint32(tail[4:])&protocolOf(r) == 0:
		return codeProtoMismatch
	}
	c.d.last++
	c.handles[c.d.last] = &handle{reader: r, inserted: r.inserted}
	r.clients++
	put(tail, 2, c.d.last)
	put(tail, 3, protocolOf(r))
	return codeOK
}

func protocolOf(r *reader) uint32 {
	if r.card != nil && r.card.T0() {
		return 1
	}
	return 2
}

// usable says whether a handle still leads to its card. The lock is held.
func (d *Daemon) usable(h *handle, id uint32) uint32 {
	switch {
	case d.find(h.reader.name) != h.reader:
		return codeReaderUnavailable
	case h.reader.inserted != h.inserted:
		return codeRemoved
	case h.reader.owner != 0 && h.reader.owner != id:
		return codeSharingViolation
	default:
		return codeOK
	}
}

// drop forgets a handle. The lock is held.
func (c *client) drop(id uint32) {
	h := c.handles[id]
	delete(c.handles, id)
	h.reader.clients--
	if h.reader.owner == id {
		h.reader.owner = 0
	}
}

// cancel ends another client's wait. The lock is held.
func (c *client) cancel(context uint32) uint32 {
	for other := range c.d.clients {
		if other.context == context && context != 0 {
			if other.waiting {
				other.waiting = false
				other.send(words(0, codeCancelled))
			}
			return codeOK
		}
	}
	return codeInvalidHandle
}

// transmit lets the card answer. A silent card blocks this client until the
// card is pulled, as it does in pcscd.
func (c *client) transmit(q request) bool {
	id := q.word(0)
	c.d.mu.Lock()
	h, ok := c.handles[id]
	code := codeInvalidHandle
	if ok {
		code = c.d.usable(h, id)
	}
	if code != codeOK {
		c.d.mu.Unlock()
		put(q.body, 7, code)
		c.send(q.body)
		return true
	}
	virtual := h.reader.card
	c.d.commands++
	c.d.mu.Unlock()

	h.reader.answering.Lock()
	answer := virtual.Answer(q.data)
	h.reader.answering.Unlock()
	if answer == nil {
		<-h.inserted
	}
	select {
	case <-h.inserted:
		answer = nil // pulled in mid-command: success and no bytes
	default:
	}
	put(q.body, 6, uint32(len(answer)))
	put(q.body, 7, codeOK)
	c.send(append(q.body, answer...))
	return true
}
