// Package broker is the only door to mochi-mqtt: the MQTT broker that a branch
// server and hq carry inside. It keeps nothing on disk and no session; to the
// replication above it, it is a lossy pipe like any other broker. The program
// around it talks to it over loopback like everybody else, so that an outside
// broker takes its place by configuration alone.
package broker

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
)

// Limits bound what clients may take (sync-protocol §4); a zero field means
// its default.
type Limits struct {
	// Packet is the most bytes of one MQTT packet; a client that sends a
	// larger one is cut off. The default leaves room for a payload of 256 KiB.
	Packet int
	// Queue is how many messages may wait for one client; further ones are
	// dropped. The default is 1024, because one client, the parent, receives
	// what all nodes send.
	Queue int
	// Subscriptions is the most subscriptions of one client, 16 by default.
	Subscriptions int
	// Clients is the most clients at once, 2048 by default.
	Clients int
	// Handshake is how long a connection may take to introduce itself, 10 s by
	// default.
	Handshake time.Duration
	// Write is how long one write to a client may take before the client is
	// cut off, 5 s by default.
	Write time.Duration
}

// Config describes a broker. Only Listen must be set.
type Config struct {
	// Listen is an address such as "127.0.0.1:0".
	Listen string
	// TLS makes every client show a certificate; its common name is then the
	// only client id it may have, and the parent's own client shows that of
	// Self. Without TLS the broker should listen on the loopback interface only.
	TLS *tls.Config
	// Self is the name in the certificate of the program around the broker.
	Self string
	// Barred tells why a certificate is not good any more; clients are asked
	// about every half minute. Nil bars none.
	Barred func(*x509.Certificate) error
	Limits Limits
	// HostPassword is what the parent's own client must present; without one
	// that client is accepted from the loopback interface only.
	HostPassword string
	// Admit decides whether a client that presented a well-formed id may
	// connect; nil admits every node. The parent's own client is not asked about.
	Admit func(client, user string, password []byte) bool
	// Allow is the access list; nil means Allowed.
	Allow func(client, topic string, write bool) bool
	// Log is where refusals are told; nil for nowhere.
	Log *slog.Logger
}

// Counters count since New.
type Counters struct {
	// Refused counts connections and subscriptions that were turned away.
	Refused uint64
	// Dropped counts messages for clients whose queue was full.
	Dropped uint64
	// Clients is how many are connected now.
	Clients int
}

// Broker is an MQTT 3.1.1 broker.
type Broker struct {
	cfg     Config
	server  *mqtt.Server
	listen  *listener
	refused atomic.Uint64
	dropped atomic.Uint64

	retained retained
}

// New binds the address and returns a broker that serves nobody until Run.
func New(cfg Config) (*Broker, error) {
	setDefaults(&cfg)
	var lc net.ListenConfig
	inner, err := lc.Listen(context.Background(), "tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	if cfg.TLS != nil {
		inner = tls.NewListener(inner, cfg.TLS)
	}
	b := &Broker{cfg: cfg, listen: newListener(inner, cfg.Limits)}
	b.retained.messages = make(map[string][]byte)
	b.server = mqtt.New(options(cfg.Limits))
	if err := errors.Join(
		b.server.AddHook(&hook{broker: b}, nil),
		b.server.AddListener(listening{b.listen}),
	); err != nil {
		_ = inner.Close()
		return nil, fmt.Errorf("start broker: %w", err)
	}
	return b, nil
}

func setDefaults(cfg *Config) {
	l := &cfg.Limits
	for _, d := range []struct {
		field *int
		value int
	}{
		{&l.Packet, 256<<10 + 512},
		{&l.Queue, 1024},
		{&l.Subscriptions, 16},
		{&l.Clients, 2048},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if l.Handshake == 0 {
		l.Handshake = 10 * time.Second
	}
	if l.Write == 0 {
		l.Write = 5 * time.Second
	}
	if cfg.Admit == nil {
		cfg.Admit = func(string, string, []byte) bool { return true }
	}
	if cfg.Allow == nil {
		cfg.Allow = Allowed
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
}

func options(l Limits) *mqtt.Options {
	c := mqtt.NewDefaultServerCapabilities()
	c.MaximumPacketSize = uint32(l.Packet)
	c.MaximumClientWritesPending = int32(l.Queue)
	c.MaximumClients = int64(l.Clients)
	c.MaximumInflight = uint16(min(2*l.Queue, 1<<15))
	// No message has an age.
	c.MaximumMessageExpiryInterval = 0
	c.SharedSubAvailable = 0
	return &mqtt.Options{
		Capabilities: c,
		// It logs whole packets, payload included.
		Logger: slog.New(slog.DiscardHandler),
		// Each resend stops the world to read memory statistics.
		SysTopicResendInterval: 24 * 60 * 60,
	}
}

// Addr returns the address in use, for a Listen on port 0.
func (b *Broker) Addr() string { return b.listen.Addr().String() }

// Counters returns what was counted since New.
func (b *Broker) Counters() Counters {
	return Counters{
		Refused: b.refused.Load(), Dropped: b.dropped.Load(),
		Clients: int(atomic.LoadInt64(&b.server.Info.ClientsConnected)),
	}
}

// Run serves until ctx ends and every connection is closed. It returns an
// error only if the broker could not start.
func (b *Broker) Run(ctx context.Context) error {
	if err := b.server.Serve(); err != nil {
		_ = b.listen.close()
		return fmt.Errorf("serve mqtt: %w", err)
	}
	report := time.NewTicker(time.Minute)
	defer report.Stop()
	sweep := time.NewTicker(sweepEvery)
	defer sweep.Stop()
	for told := uint64(0); ; {
		select {
		case <-ctx.Done():
			b.listen.hurry()
			if err := b.server.Close(); err != nil {
				return fmt.Errorf("close mqtt: %w", err)
			}
			return nil
		case <-sweep.C:
			b.Sweep()
		case <-report.C:
			if n := b.refused.Load(); n != told {
				b.cfg.Log.Warn("mqtt clients refused", "count", n-told)
				told = n
			}
		}
	}
}

// sweepEvery is how often connected clients are asked about.
const sweepEvery = 30 * time.Second

// Sweep closes the connections of clients whose certificates were taken back
// or have ended since they connected.
func (b *Broker) Sweep() {
	if b.cfg.Barred == nil {
		return
	}
	for _, c := range b.listen.open() {
		cert := c.certificate()
		if cert == nil {
			continue
		}
		if err := b.cfg.Barred(cert); err != nil {
			b.refused.Add(1)
			b.cfg.Log.Warn("mqtt client cut off", "client", cert.Subject.CommonName, "err", err)
			_ = c.Close()
		}
	}
}

// Close gives the address free when Run is never called.
func (b *Broker) Close() error { return b.listen.close() }
