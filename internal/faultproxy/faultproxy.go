// Package faultproxy stands on the cable between MQTT programs and their broker and lies: it confirms messages to
// whoever sent them and then loses, doubles, reorders and delays them, also beyond the end of the connection that they
// came on. What is no message goes through at once and as it is, so that connections stand and are believed.
//
// It understands MQTT 3.1.1 (OASIS standard, 29 October 2014) without encryption.
package faultproxy

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Faults are what happens to messages, in both directions. The zero value is an honest cable.
type Faults struct {
	Drop   float64 // of one, how many are lost after they were confirmed
	Double float64 // how many come twice
	// Reorder is among how many messages of a client and direction the next one is picked.
	Reorder int
	// Delay is the most that a message is late; each is late by another time up to it.
	Delay time.Duration
}

// Counts are what happened to messages.
type Counts struct{ Passed, Dropped, Doubled, Cut uint64 }

// Proxy is one such place. Its methods may be called from several goroutines.
type Proxy struct {
	to     string
	listen net.Listener

	passed, dropped, doubled, cuts atomic.Uint64

	mu      sync.Mutex
	dice    *rand.Rand
	faults  Faults
	clients map[string]*client
	conns   map[net.Conn]struct{}
	ended   bool
}

// New takes a free port of the loopback interface, on the way to a broker's address. The seed says which messages are
// met by which fault, as far as their order is the same.
func New(to string, seed uint64, f Faults) (*Proxy, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for a broker's clients: %w", err)
	}
	return &Proxy{
		to: to, listen: l, faults: f, dice: rand.New(rand.NewPCG(seed, 311)), //nolint:gosec // a seed, not a secret
		clients: map[string]*client{}, conns: map[net.Conn]struct{}{},
	}, nil
}

// Addr is where clients connect.
func (p *Proxy) Addr() string { return p.listen.Addr().String() }

// Set changes what happens to messages from now on.
func (p *Proxy) Set(f Faults) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = f
}

// Counts returns what happened until now.
func (p *Proxy) Counts() Counts {
	return Counts{Passed: p.passed.Load(), Dropped: p.dropped.Load(), Doubled: p.doubled.Load(), Cut: p.cuts.Load()}
}

// Cut ends every connection at once; what was on its way in the network is lost, what this proxy holds is not.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut()
}

func (p *Proxy) cut() {
	for c := range p.conns {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // a reset
		}
		_ = c.Close()
		p.cuts.Add(1)
	}
	clear(p.conns)
}

// Run serves until ctx ends; then every connection has ended.
func (p *Proxy) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		p.mu.Lock()
		p.ended = true
		p.mu.Unlock()
		_ = p.listen.Close()
		p.Cut()
	})
	defer stop()
	var parts sync.WaitGroup
	defer parts.Wait()
	for {
		near, err := p.listen.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return nil
			}
			return fmt.Errorf("accept a broker's client: %w", err)
		}
		parts.Go(func() { p.join(ctx, near) })
	}
}

// join carries one connection until either end goes.
func (p *Proxy) join(ctx context.Context, near net.Conn) {
	var d net.Dialer
	far, err := d.DialContext(ctx, "tcp", p.to)
	if err != nil {
		_ = near.Close()
		return
	}
	if !p.keep(near, far) {
		return
	}
	defer p.drop(near, far)
	s := &session{proxy: p, toBroker: &end{conn: far}, toClient: &end{conn: near}}
	var parts sync.WaitGroup
	parts.Go(func() {
		s.fromBroker(far)
		_ = near.Close()
	})
	s.fromClient(near)
	_ = far.Close()
	parts.Wait()
}

func (p *Proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		if p.ended {
			_ = c.Close()
			continue
		}
		p.conns[c] = struct{}{}
	}
	return !p.ended
}

func (p *Proxy) drop(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		_ = c.Close()
		delete(p.conns, c)
	}
}

// client is one MQTT client over all of its connections.
type client struct {
	up, down way
}

// way is one direction of a client: where its messages go now, and those that are held back to be reordered.
type way struct {
	to   *end // of the latest connection
	held [][]byte
}

// name notes that a client with an id is on a connection.
func (p *Proxy) name(id string, s *session) *client {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.clients[id]
	if c == nil {
		c = &client{}
		p.clients[id] = c
	}
	c.up.to, c.down.to, s.client = s.toBroker, s.toClient, c
	return c
}

// lingers is how long a message that is held back to be reordered waits for others at the most.
const lingers = 30 * time.Millisecond

// message does to one message what the dice say. Whoever sent it was told already that it arrived.
func (p *Proxy) message(w *way, packet []byte) {
	for _, now := range p.fate(w, packet) {
		p.deliver(w, now)
	}
}

// fate plans what becomes of a message and returns what is to be delivered at once.
func (p *Proxy) fate(w *way, packet []byte) (now [][]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.faults
	if p.dice.Float64() < f.Drop {
		p.dropped.Add(1)
		return nil
	}
	copies := 1
	if p.dice.Float64() < f.Double {
		p.doubled.Add(1)
		copies = 2
	}
	for range copies {
		next := packet
		if f.Reorder > 1 {
			w.held = append(w.held, packet)
			if len(w.held) < f.Reorder {
				time.AfterFunc(lingers, func() { p.release(w) })
				continue
			}
			next = p.pick(w)
		}
		if f.Delay <= 0 {
			now = append(now, next)
			continue
		}
		p.later(w, next, f.Delay)
	}
	return now
}

// pick takes any of the messages held back. The lock is held.
func (p *Proxy) pick(w *way) []byte {
	i := p.dice.IntN(len(w.held))
	packet := w.held[i]
	w.held[i] = w.held[len(w.held)-1]
	w.held = w.held[:len(w.held)-1]
	return packet
}

// release lets one go that waited long enough, whichever.
func (p *Proxy) release(w *way) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(w.held) > 0 {
		p.later(w, p.pick(w), p.faults.Delay)
	}
}

// later delivers a message after a while, on the connection that stands then; after Run has ended it does nothing. The
// lock is held.
func (p *Proxy) later(w *way, packet []byte, delay time.Duration) {
	time.AfterFunc(time.Duration(p.dice.Int64N(int64(delay)+1)), func() { p.deliver(w, packet) })
}

func (p *Proxy) deliver(w *way, packet []byte) {
	p.mu.Lock()
	to, ended := w.to, p.ended
	p.mu.Unlock()
	if ended || to == nil || !to.write(packet) {
		p.dropped.Add(1)
		return
	}
	p.passed.Add(1)
}

// end writes whole packets into one end of a connection.
type end struct {
	mu   sync.Mutex
	conn net.Conn
}

// write returns false where the connection has ended.
func (e *end) write(packet []byte) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, err := e.conn.Write(packet)
	return err == nil
}
