// Package mqttlink is the only door to paho.mqtt.golang: one connection to one
// MQTT 3.1.1 broker that comes back by itself. It promises nothing about what
// was sent or received; the replication above it does (sync-protocol §1).
//
// The library's own reconnection is not used. Each connection is a new client
// of it, because a birth and a will must carry a name of the connection they
// belong to, because paho re-sends the publications of an old connection in
// any order on the next, and because its packet ids then never run out.
package mqttlink

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// MaxPayload is the most bytes of a payload that is sent or received.
const MaxPayload = 256 << 10

// Errors of sending.
var (
	// ErrDown means that there is no connection now.
	ErrDown = errors.New("no connection to the broker")
	// ErrTooLarge means that a payload exceeds MaxPayload.
	ErrTooLarge = errors.New("payload too large")
	// ErrNotConfirmed means that the broker did not confirm in time; it may or
	// may not have the message.
	ErrNotConfirmed = errors.New("the broker did not confirm in time")
)

// Message is one publication.
type Message struct {
	Topic   string
	QoS     byte
	Retain  bool
	Payload []byte
}

// Subscription is a topic filter and the highest quality of service wanted.
type Subscription struct {
	Filter string
	QoS    byte
}

// State tells whether the connection is up.
type State struct {
	Up bool
	// Conn is the random name of this connection; a birth or will carries it.
	Conn string
	// Broker is the address in use, without credentials.
	Broker string
	// Err says why the connection is down.
	Err error
}

// Config describes a link. Brokers and ClientID must be set.
type Config struct {
	// Brokers are URLs such as "tcp://127.0.0.1:1883" or "tls://hq:8883",
	// tried in turn.
	Brokers  []string
	ClientID string
	Username string
	Password string
	TLS      *tls.Config
	// KeepAlive is the time between pings; 0 means 15 s.
	KeepAlive time.Duration
	// Timeout bounds connecting, writing and every wait for the broker; 0
	// means 5 s.
	Timeout time.Duration
	// RetryMin and RetryMax bound the pause between attempts to connect, which
	// doubles and varies by a random half; 0 means 100 ms and 5 s.
	RetryMin, RetryMax time.Duration
	// Queue is how many received messages may wait; when it is full further
	// ones are dropped and counted. 0 means 512.
	Queue int
	// MaxReceive is the most bytes of a received payload, larger ones are
	// dropped and counted; 0 means MaxPayload.
	MaxReceive int

	// Subscriptions are made on every connection, in one packet.
	Subscriptions []Subscription
	// Will returns what the broker shall publish when the connection is lost;
	// nil for nothing.
	Will func(conn string) Message
	// OnState is told, in order and from Run's goroutine, of every change. Up
	// is told after the subscriptions stand. It must not block.
	OnState func(State)
	// Log is where connections made and lost are told; nil for nowhere.
	Log *slog.Logger
}

// Counters count since New.
type Counters struct {
	Received, Dropped, TooLarge, Sent, Connects uint64
}

// Link is one connection. Its methods are safe for several goroutines.
type Link struct {
	cfg      Config
	messages chan Message
	received, dropped, tooLarge, sent,
	connects atomic.Uint64

	mu      sync.Mutex
	current *connection
}

// New checks the configuration and returns a link that is down until Run.
func New(cfg Config) (*Link, error) {
	if len(cfg.Brokers) == 0 || cfg.ClientID == "" {
		return nil, errors.New("make link: no broker or no client id")
	}
	for _, b := range cfg.Brokers {
		u, err := url.Parse(b)
		if err != nil || u.Scheme == "" || u.Host == "" {
			// The address may hold a password and is not repeated.
			return nil, errors.New("make link: a broker's address is not like tcp://host:port")
		}
	}
	defaults(&cfg.KeepAlive, 15*time.Second)
	defaults(&cfg.Timeout, 5*time.Second)
	defaults(&cfg.RetryMin, 100*time.Millisecond)
	defaults(&cfg.RetryMax, 5*time.Second)
	if cfg.Queue == 0 {
		cfg.Queue = 512
	}
	if cfg.MaxReceive == 0 {
		cfg.MaxReceive = MaxPayload
	}
	if cfg.OnState == nil {
		cfg.OnState = func(State) {}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Link{cfg: cfg, messages: make(chan Message, cfg.Queue)}, nil
}

func defaults(d *time.Duration, value time.Duration) {
	if *d == 0 {
		*d = value
	}
}

// Run keeps the connection up until ctx ends, then closes it cleanly, so that
// the will is not published. It returns nil.
func (l *Link) Run(ctx context.Context) error {
	pause := l.cfg.RetryMin
	for attempt := 0; ctx.Err() == nil; attempt++ {
		broker := l.cfg.Brokers[attempt%len(l.cfg.Brokers)]
		c, down := l.connect(ctx, broker)
		if down == nil {
			attempt-- // the same broker first, next time
			var lasted bool
			if lasted, down = l.serve(ctx, c); lasted {
				pause = l.cfg.RetryMin
			}
		}
		if ctx.Err() == nil {
			l.cfg.OnState(State{Broker: address(broker), Err: down})
			l.cfg.Log.Debug("mqtt connection down", "broker", address(broker), "err", down)
			sleep(ctx, jitter(pause))
			pause = min(2*pause, l.cfg.RetryMax)
		}
	}
	return nil
}

func (l *Link) receive(m mqtt.Message) {
	if len(m.Payload()) > l.cfg.MaxReceive {
		l.tooLarge.Add(1)
		return
	}
	l.received.Add(1)
	select {
	case l.messages <- Message{Topic: m.Topic(), QoS: m.Qos(), Retain: m.Retained(), Payload: m.Payload()}:
	default:
		l.dropped.Add(1)
	}
}

// serve holds a connection until it is lost or ctx ends. It reports whether
// the connection lasted, so that two that take each other's place, or a broker
// that cuts us off at once, do not make it connect in a fury.
func (l *Link) serve(ctx context.Context, c *connection) (lasted bool, err error) {
	l.connects.Add(1)
	l.set(c)
	l.cfg.Log.Debug("mqtt connection up", "broker", c.state.Broker)
	l.cfg.OnState(c.state)
	timer := time.NewTimer(l.cfg.RetryMax)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case err = <-c.lost:
	case <-timer.C:
		lasted = true
		select {
		case <-ctx.Done():
		case err = <-c.lost:
		}
	}
	l.set(nil)
	close(c.gone)
	// Also after a loss: it ends what the library may still have running.
	c.client.Disconnect(250)
	return lasted, err
}

func (l *Link) set(c *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.current = c
}

func (l *Link) get() *connection {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current
}

// State returns the present state.
func (l *Link) State() State {
	if c := l.get(); c != nil {
		return c.state
	}
	return State{}
}

// Messages returns the channel of received messages. It is never closed.
func (l *Link) Messages() <-chan Message { return l.messages }

// Counters returns what was counted since New.
func (l *Link) Counters() Counters {
	return Counters{
		Received: l.received.Load(), Dropped: l.dropped.Load(), TooLarge: l.tooLarge.Load(),
		Sent: l.sent.Load(), Connects: l.connects.Load(),
	}
}

// Send hands a message to the network and returns at once, or ErrDown. That it
// returns nil proves nothing about its arrival.
func (l *Link) Send(m Message) error {
	_, err := l.publish(m)
	return err
}

// Publish sends a message and, above QoS 0, waits until the broker confirms
// it, ctx ends or the link's timeout passes.
func (l *Link) Publish(ctx context.Context, m Message) error {
	t, err := l.publish(m)
	if err != nil {
		return err
	}
	if err := l.wait(ctx, t); err != nil {
		return fmt.Errorf("publish on %s: %w", m.Topic, err)
	}
	return nil
}

func (l *Link) publish(m Message) (mqtt.Token, error) {
	if len(m.Payload) > MaxPayload {
		return nil, fmt.Errorf("publish on %s: %w: %d bytes", m.Topic, ErrTooLarge, len(m.Payload))
	}
	c := l.get()
	if c == nil || !c.client.IsConnectionOpen() {
		return nil, fmt.Errorf("publish on %s: %w", m.Topic, ErrDown)
	}
	// A publication that meets the loss of its connection would wait in the
	// library for the whole timeout, while the next connection is up already.
	handed := make(chan mqtt.Token, 1)
	go func() { handed <- c.client.Publish(m.Topic, m.QoS, m.Retain, m.Payload) }()
	select {
	case t := <-handed:
		l.sent.Add(1)
		return t, nil
	case <-c.gone:
		return nil, fmt.Errorf("publish on %s: %w", m.Topic, ErrDown)
	}
}

// Reconnect drops the present connection without a farewell, so that the
// broker publishes the will, and lets Run make a new one.
func (l *Link) Reconnect() {
	if c := l.get(); c != nil {
		c.cut()
		select {
		case c.lost <- errReconnect:
		default: // its loss is already known
		}
	}
}

var errReconnect = errors.New("dropped on request")

func (l *Link) wait(ctx context.Context, t mqtt.Token) error {
	timer := time.NewTimer(l.cfg.Timeout)
	defer timer.Stop()
	select {
	case <-t.Done():
		return t.Error()
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return ErrNotConfirmed
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// jitter keeps a thousand kiosks from coming back in the same millisecond.
func jitter(d time.Duration) time.Duration {
	return d/2 + mathrand.N(d)
}

func address(broker string) string {
	u, err := url.Parse(broker)
	if err != nil {
		return ""
	}
	return u.Host
}
