package broker

import (
	"strings"
	"sync"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"balcao/internal/wire"
)

// Bounds of what is retained.
const (
	maxRetained     = 16 << 10 // topics
	maxNodeRetained = 4 << 10  // bytes of a message that a node leaves
)

// retained keeps the last message of topics for clients to come. It stands in
// for mochi's own store, whose index is written by a publication while a
// subscription with a wildcard reads it, without a lock.
type retained struct {
	mu       sync.Mutex
	messages map[string][]byte
}

// take keeps, replaces or, when it is empty, removes a topic's message.
func (r *retained) take(client, topic string, payload []byte) {
	if !retainable(client, topic) || client != wire.HostClient && len(payload) > maxNodeRetained {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, held := r.messages[topic]
	switch {
	case len(payload) == 0:
		delete(r.messages, topic)
	case held || len(r.messages) < maxRetained:
		r.messages[topic] = payload
	}
}

// give returns the messages of the topics that a filter matches.
func (r *retained) give(filter string) map[string][]byte {
	out := make(map[string][]byte)
	r.mu.Lock()
	defer r.mu.Unlock()
	for topic, payload := range r.messages {
		if matches(filter, topic) {
			out[topic] = payload
		}
	}
	return out
}

// matches reports whether a filter matches a topic (MQTT 3.1.1 §4.7).
func matches(filter, topic string) bool {
	for {
		f, moreFilter, fok := strings.Cut(filter, "/")
		if f == "#" {
			return true
		}
		t, moreTopic, tok := strings.Cut(topic, "/")
		switch {
		case f != "+" && f != t:
			return false
		case !fok && !tok:
			return true
		case fok && !tok:
			return moreFilter == "#" // "a/#" matches "a" too
		case !fok:
			return false
		}
		filter, topic = moreFilter, moreTopic
	}
}

// OnPublish keeps what is to be retained, and hides that from mochi.
func (h *hook) OnPublish(cl *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	if pk.FixedHeader.Retain {
		h.broker.retained.take(cl.ID, pk.TopicName, pk.Payload)
		pk.FixedHeader.Retain = false
	}
	return pk, nil
}

// OnWill does the same for a will that is about to be published.
func (h *hook) OnWill(cl *mqtt.Client, w mqtt.Will) (mqtt.Will, error) {
	if w.Retain {
		h.broker.retained.take(cl.ID, w.TopicName, w.Payload)
		w.Retain = false
	}
	return w, nil
}

// OnPacketProcessed gives a new subscriber what was retained. A message that is
// published in the same moment may overtake it; whoever reads retained messages
// compares their revision or connection.
func (h *hook) OnPacketProcessed(cl *mqtt.Client, pk packets.Packet, err error) {
	if err != nil || pk.FixedHeader.Type != packets.Subscribe {
		return
	}
	for _, sub := range pk.Filters {
		if _, stands := cl.State.Subscriptions.Get(sub.Filter); !stands {
			continue
		}
		for topic, payload := range h.broker.retained.give(sub.Filter) {
			if !h.broker.cfg.Allow(cl.ID, topic, false) {
				continue
			}
			// An error closes the connection.
			_ = cl.WritePacket(packets.Packet{
				FixedHeader: packets.FixedHeader{Type: packets.Publish, Retain: true}, TopicName: topic, Payload: payload,
			})
		}
	}
}
