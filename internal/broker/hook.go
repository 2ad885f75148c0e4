package broker

import (
	"crypto/subtle"
	"net"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"balcao/internal/wire"
)

// hook is where mochi asks who may do what.
type hook struct {
	mqtt.HookBase
	broker *Broker
}

// ID names the hook.
func (h *hook) ID() string { return "balcao" }

// Provides lists the questions it answers.
func (h *hook) Provides(b byte) bool {
	switch b {
	case mqtt.OnConnect, mqtt.OnConnectAuthenticate, mqtt.OnACLCheck, mqtt.OnSubscribe, mqtt.OnPublish, mqtt.OnWill, mqtt.OnPacketProcessed,
		mqtt.OnPublishDropped, mqtt.OnSessionEstablished, mqtt.OnDisconnect:
		return true
	}
	return false
}

// OnConnect makes every session a clean one.
func (h *hook) OnConnect(cl *mqtt.Client, _ packets.Packet) error {
	cl.Properties.Clean = true
	cl.Properties.Props.SessionExpiryInterval = 0
	cl.Properties.Props.SessionExpiryIntervalFlag = false
	return nil
}

// OnConnectAuthenticate admits a client. It also checks the will, which mochi
// publishes without asking the access list.
func (h *hook) OnConnectAuthenticate(cl *mqtt.Client, pk packets.Packet) bool {
	user, password := string(pk.Connect.Username), pk.Connect.Password
	ok := h.admitted(cl, user, password)
	if ok && pk.Connect.WillFlag {
		ok = mqtt.IsValidFilter(pk.Connect.WillTopic, true) && h.broker.cfg.Allow(cl.ID, pk.Connect.WillTopic, true) &&
			(!pk.Connect.WillRetain || retainable(cl.ID, pk.Connect.WillTopic))
	}
	if !ok {
		h.broker.refused.Add(1)
		return false
	}
	// Only now: a stranger who is refused ends nobody's connection.
	c, own := cl.Net.Conn.(*conn)
	return own && h.broker.listen.settle(cl.ID, c)
}

func (h *hook) admitted(cl *mqtt.Client, user string, password []byte) bool {
	if h.broker.cfg.TLS != nil && !h.isWhoItSays(cl) {
		return false
	}
	if cl.ID == wire.HostClient {
		if h.broker.cfg.TLS != nil {
			return true
		}
		if want := h.broker.cfg.HostPassword; want != "" {
			return subtle.ConstantTimeCompare(password, []byte(want)) == 1
		}
		return loopback(cl.Net.Remote)
	}
	if !wire.NodeID(cl.ID).Valid() || user != "" && user != cl.ID {
		return false
	}
	return h.broker.cfg.Admit(cl.ID, user, password)
}

// isWhoItSays reports whether a client's id is the name in its certificate.
func (h *hook) isWhoItSays(cl *mqtt.Client) bool {
	c, own := cl.Net.Conn.(*conn)
	if !own {
		return false
	}
	cert := c.certificate()
	if cert == nil {
		return false
	}
	if cl.ID == wire.HostClient {
		return h.broker.cfg.Self != "" && cert.Subject.CommonName == h.broker.cfg.Self
	}
	return cert.Subject.CommonName == cl.ID
}

func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && net.ParseIP(host).IsLoopback()
}

// OnACLCheck is asked at every publication, subscription and delivery.
func (h *hook) OnACLCheck(cl *mqtt.Client, topic string, write bool) bool {
	return h.broker.cfg.Allow(cl.ID, topic, write)
}

// OnSubscribe refuses subscriptions beyond the limit, by making their filter
// one that cannot be.
func (h *hook) OnSubscribe(cl *mqtt.Client, pk packets.Packet) packets.Packet {
	held := cl.State.Subscriptions.GetAll()
	room := h.broker.cfg.Limits.Subscriptions - len(held)
	for i, sub := range pk.Filters {
		if _, again := held[sub.Filter]; again {
			continue
		}
		if room <= 0 {
			pk.Filters[i].Filter = ""
			h.broker.refused.Add(1)
			continue
		}
		room--
	}
	return pk
}

// OnPublishDropped counts what a full queue lost.
func (h *hook) OnPublishDropped(*mqtt.Client, packets.Packet) { h.broker.dropped.Add(1) }

// OnSessionEstablished tells of a client that has come.
func (h *hook) OnSessionEstablished(cl *mqtt.Client, _ packets.Packet) {
	if c, ok := cl.Net.Conn.(*conn); ok {
		c.introduced()
	}
	h.broker.cfg.Log.Debug("mqtt client connected", "client", cl.ID)
}

// OnDisconnect tells of a client that has gone.
func (h *hook) OnDisconnect(cl *mqtt.Client, err error, _ bool) {
	h.broker.cfg.Log.Debug("mqtt client gone", "client", cl.ID, "err", err)
}
