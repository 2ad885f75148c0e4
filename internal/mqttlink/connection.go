package mqttlink

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"net"
	"net/url"
	"sync"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// connection is one client of the library, used for one connection only.
type connection struct {
	client mqtt.Client
	state  State
	lost   chan error
	gone   chan struct{} // closed once the loss is known

	mu  sync.Mutex
	raw net.Conn
	off bool
}

// hold keeps the network connection, to cut it.
func (c *connection) hold(raw net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.raw = raw; c.off {
		_ = raw.Close()
	}
}

// cut ends the network connection, also one that is still being made.
func (c *connection) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.off = true; c.raw != nil {
		_ = c.raw.Close()
	}
}

// connect makes one attempt: connection, then all subscriptions in one packet.
// One packet, because mochi refuses a subscription whose packet id is that of
// a message on its way down, and retained ones come with the first.
func (l *Link) connect(ctx context.Context, broker string) (*connection, error) {
	c := &connection{
		state: State{Up: true, Conn: token(), Broker: address(broker)},
		lost:  make(chan error, 2), gone: make(chan struct{}),
	}
	c.client = mqtt.NewClient(l.options(ctx, broker, c))
	if err := l.wait(ctx, c.client.Connect()); err != nil {
		c.cut()
		c.client.Disconnect(250)
		return nil, fmt.Errorf("connect: %w", err)
	}
	if len(l.cfg.Subscriptions) > 0 {
		filters := make(map[string]byte, len(l.cfg.Subscriptions))
		for _, s := range l.cfg.Subscriptions {
			filters[s.Filter] = s.QoS
		}
		t := c.client.SubscribeMultiple(filters, nil)
		err := l.wait(ctx, t)
		if st, ok := t.(*mqtt.SubscribeToken); ok && err == nil {
			for filter, granted := range st.Result() {
				if granted > 2 {
					err = fmt.Errorf("%s refused", filter)
				}
			}
		}
		if err != nil {
			c.client.Disconnect(250)
			return nil, fmt.Errorf("subscribe: %w", err)
		}
	}
	return c, nil
}

func (l *Link) options(ctx context.Context, broker string, c *connection) *mqtt.ClientOptions {
	o := mqtt.NewClientOptions()
	o.AddBroker(broker)
	o.SetClientID(l.cfg.ClientID)
	o.SetUsername(l.cfg.Username)
	o.SetPassword(l.cfg.Password)
	o.SetCustomOpenConnectionFn(func(u *url.URL, _ mqtt.ClientOptions) (net.Conn, error) {
		raw, err := l.dial(ctx, u)
		if err == nil {
			c.hold(raw)
		}
		return raw, err
	})
	o.SetProtocolVersion(4) // else a refused connection is tried again as 3.1
	o.SetCleanSession(true)
	o.SetAutoReconnect(false)
	o.SetConnectRetry(false)
	o.SetKeepAlive(l.cfg.KeepAlive)
	o.SetPingTimeout(l.cfg.Timeout)
	o.SetConnectTimeout(l.cfg.Timeout)
	o.SetWriteTimeout(l.cfg.Timeout)
	// In order, because the handler never blocks; with a goroutine for each
	// message batches overtake each other and are sent again for nothing.
	o.SetOrderMatters(true)
	o.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) { l.receive(m) })
	o.SetConnectionLostHandler(func(_ mqtt.Client, err error) {
		select {
		case c.lost <- err:
		default: // its loss is already known
		}
	})
	if l.cfg.Will != nil {
		w := l.cfg.Will(c.state.Conn)
		o.SetBinaryWill(w.Topic, w.Payload, w.QoS, w.Retain)
	}
	return o
}

// dial opens the network connection; unlike the library's it ends with ctx.
func (l *Link) dial(ctx context.Context, u *url.URL) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.Timeout)
	defer cancel()
	switch u.Scheme {
	case "tcp", "mqtt":
		var d net.Dialer
		return d.DialContext(ctx, "tcp", u.Host)
	case "tls", "ssl", "mqtts":
		d := tls.Dialer{Config: l.cfg.TLS}
		return d.DialContext(ctx, "tcp", u.Host)
	}
	return nil, fmt.Errorf("scheme %q is none of tcp and tls", u.Scheme)
}

func token() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}
