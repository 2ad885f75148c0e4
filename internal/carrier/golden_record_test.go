package carrier_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/internal/broker/brokertest"
	"balcao/internal/carrier"
	"balcao/internal/carrier/carriertest"
	"balcao/internal/mqttlink"
	"balcao/internal/wire"
)

// record is given once for each protocol version, by the last program before the next version: what is recorded is then
// kept for ever, as testdata/v1 is. It is no -update: a recording that no longer fits is a fault of the program.
var record = flag.String("record", "", "record the exchange of this version, such as v2, into testdata")

// frame is one message of a recorded exchange, as it was on the wire.
type frame struct {
	channel wire.Channel // with the node left out; "host" is the parent's own status
	payload []byte
}

const hostFrame wire.Channel = "host"

func frameOf(m mqttlink.Message) frame {
	a, err := wire.ParseTopic(m.Topic)
	if err == nil && a.Host {
		return frame{hostFrame, bytes.Clone(m.Payload)}
	}
	return frame{a.Channel, bytes.Clone(m.Payload)}
}

// readExchange reads frames, one a line: the channel and the payload in base64.
func readExchange(t *testing.T, version, side string) []frame {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", version, side+".frames"))
	if err != nil {
		t.Fatal(err)
	}
	var all []frame
	for line := range strings.Lines(string(raw)) {
		channel, coded, _ := strings.Cut(strings.TrimSpace(line), " ")
		payload, err := base64.StdEncoding.DecodeString(coded)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, frame{wire.Channel(channel), payload})
	}
	return all
}

func writeExchange(t *testing.T, version, side string, all []frame) {
	t.Helper()
	var b strings.Builder
	for _, f := range all {
		fmt.Fprintf(&b, "%s %s\n", f.channel, base64.StdEncoding.EncodeToString(f.payload))
	}
	if err := os.MkdirAll(filepath.Join("testdata", version), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("testdata", version, side+".frames"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

const goldenNode wire.NodeID = "L017-K03"

// goldenLog is the log of every recorded exchange: two batches, the first of them compressed.
func goldenLog() *carriertest.Log {
	log := carriertest.NewLog(7)
	log.Append(100, "the first batch of the golden exchange")
	log.Append(30, "and the second")
	return log
}

// goldenAck is what a parent that spoke no version said.
func goldenAck(t *testing.T, hwm uint64) []byte {
	t.Helper()
	_, records := goldenLog().Records()
	payload, err := wire.Encode(wire.Ack{
		Epoch: 7, HWM: hwm, Head: wire.Hash{}.Chain(records[:hwm]), Credit: 8, Incarnation: "golden", Time: 1795305600123,
	})
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

// TestRecordTheExchangeOfAVersion writes what a node and a parent of this program say, each to a hand that speaks for the
// other.
func TestRecordTheExchangeOfAVersion(t *testing.T) {
	if *record == "" {
		return
	}
	writeExchange(t, *record, "node", recordNode(t))
	writeExchange(t, *record, "parent", recordParent(t))
}

// next waits for a message on a channel and notes every one before it.
func next(t *testing.T, link *mqttlink.Link, all *[]frame, channel wire.Channel) []byte {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case m := <-link.Messages():
			f := frameOf(m)
			*all = append(*all, f)
			if f.channel == channel {
				return f.payload
			}
		case <-deadline:
			t.Fatalf("nothing came on %s", channel)
		}
	}
}

// say publishes a frame of a node or of its parent.
func say(t *testing.T, link *mqttlink.Link, f frame) {
	t.Helper()
	topic := wire.Topic(goldenNode, f.channel)
	if f.channel == hostFrame {
		topic = wire.HostStatus
	}
	if err := link.Send(mqttlink.Message{Topic: topic, QoS: 1, Payload: f.payload}); err != nil {
		t.Fatal(err)
	}
}

// hand connects a bare link that hears what one side of a hop hears.
func hand(t *testing.T, b *brokertest.Broker, id string, filters ...string) *mqttlink.Link {
	t.Helper()
	up := make(chan struct{}, 100)
	cfg := mqttlink.Config{
		Brokers: []string{b.URL}, ClientID: id, Username: id, Password: b.HostPassword, TLS: b.TLS(id), RetryMax: 200 * time.Millisecond,
		MaxReceive: 256 << 10,
		OnState: func(s mqttlink.State) {
			if s.Up {
				up <- struct{}{}
			}
		},
	}
	for _, f := range filters {
		cfg.Subscriptions = append(cfg.Subscriptions, mqttlink.Subscription{Filter: f, QoS: 1})
	}
	link, err := mqttlink.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	start(t, link)
	select {
	case <-up:
	case <-time.After(patience):
		t.Fatal("the hand does not get in")
	}
	return link
}

func asParent(t *testing.T, b *brokertest.Broker) *mqttlink.Link {
	t.Helper()
	return hand(t, b, wire.HostClient, wire.Topic(goldenNode, wire.ChannelStatus), wire.Root+"/+/up/#")
}

func asNode(t *testing.T, b *brokertest.Broker) *mqttlink.Link {
	t.Helper()
	return hand(t, b, string(goldenNode), wire.Root+"/"+string(goldenNode)+"/dn/#", wire.HostStatus)
}

func parentBirth(t *testing.T) frame {
	t.Helper()
	birth, err := wire.Encode(wire.StatusMessage{State: wire.Online, Boot: "golden", Conn: "golden", Incarnation: "golden"})
	if err != nil {
		t.Fatal(err)
	}
	return frame{hostFrame, birth}
}

func recordNode(t *testing.T) []frame {
	b := brokertest.Embedded(t)
	link := asParent(t, b)
	child := newChild(t, b, goldenNode, goldenLog(), func(c *carrier.ChildConfig) {
		c.Boot = "golden-node"
		c.Now = func() time.Time { return time.UnixMilli(1795305600123) }
	})
	child.Health(json.RawMessage(`{"n":"L017-K03"}`))
	say(t, link, parentBirth(t))
	start(t, child)
	var all []frame
	next(t, link, &all, wire.ChannelHello)
	say(t, link, frame{wire.ChannelAck, goldenAck(t, 0)})
	next(t, link, &all, wire.ChannelLog)
	say(t, link, frame{wire.ChannelAck, goldenAck(t, 100)})
	next(t, link, &all, wire.ChannelLog)
	say(t, link, frame{wire.ChannelAck, goldenAck(t, 130)})
	return all
}

func recordParent(t *testing.T) []frame {
	b := brokertest.Embedded(t)
	link := asNode(t, b)
	start(t, newParent(t, b, carriertest.NewLedger(t), func(c *carrier.ParentConfig) {
		c.Boot, c.Incarnation, c.AckEvery = "golden-parent", "golden", time.Hour
		c.Now = func() time.Time { return time.UnixMilli(1795305600123) }
	}))
	var all []frame
	next(t, link, &all, hostFrame)
	for _, f := range readExchange(t, *record, "node") {
		say(t, link, f)
		if f.channel == wire.ChannelHello || f.channel == wire.ChannelLog {
			next(t, link, &all, wire.ChannelAck)
		}
	}
	return all
}
