package broker_test

import (
	"encoding/binary"
	"testing"
	"time"

	"balcao/internal/broker"
	"balcao/internal/wire"
)

// These are the expectations of the public interoperability suite of MQTT 3.1.1 (Eclipse Paho, client_test.py), held
// against the embedded broker as it is configured here. Where this broker is stricter on purpose, the test says so:
// it keeps no session, takes no client without an id, and retains one topic a node.

// qos publishes with a packet id.
func qos(topic, payload string, level byte, id uint16) []byte {
	return packet(0x30|level<<1, text(topic), binary.BigEndian.AppendUint16(nil, id), []byte(payload))
}

// message reads the next publication and answers as its quality of service wants.
func (r *raw) message() (topic, payload string, level byte) {
	r.t.Helper()
	for {
		kind, body, err := r.get()
		if err != nil {
			r.t.Fatal(err)
		}
		switch kind & 0xf0 {
		case 0x60: // PUBREL of an earlier one
			r.put(packet(0x70, body[:2]))
			continue
		case 0x30:
		default:
			continue
		}
		n := int(binary.BigEndian.Uint16(body))
		topic, body = string(body[2:2+n]), body[2+n:]
		level = kind >> 1 & 3
		if level > 0 {
			id := body[:2]
			body = body[2:]
			r.put(packet(map[byte]byte{1: 0x40, 2: 0x50}[level], id))
		}
		return topic, string(body), level
	}
}

// subscribeAt subscribes one filter with a quality of service.
func (r *raw) subscribeAt(filter string, level byte) byte {
	r.t.Helper()
	r.put(packet(0x82, []byte{0, 7}, text(filter), []byte{level}))
	for {
		kind, body, err := r.get()
		if err != nil {
			r.t.Fatal(err)
		}
		if kind == 0x90 {
			return body[2]
		}
	}
}

func (r *raw) answer(want byte) []byte {
	r.t.Helper()
	for {
		kind, body, err := r.get()
		if err != nil {
			r.t.Fatalf("waiting for %x: %v", want, err)
		}
		if kind == want {
			return body
		}
	}
}

func TestEveryQualityOfServiceArrivesAsGranted(t *testing.T) {
	b := serve(t, broker.Config{})
	p, n := dial(t, b), child(t, b, "L017")
	if code := p.connect(login{id: wire.HostClient}); code != 0 {
		t.Fatal(code)
	}
	topic := wire.Topic("L017", wire.ChannelLog)
	for granted := range byte(3) {
		if code := p.subscribeAt(wire.Root+"/+/up/#", granted); code != granted {
			t.Fatalf("granted %d, want %d", code, granted)
		}
		for sent := range byte(3) {
			switch sent {
			case 0:
				n.put(publish(topic, []byte("m"), false))
			case 1:
				n.put(qos(topic, "m", 1, 11))
				n.answer(0x40)
			case 2:
				n.put(qos(topic, "m", 2, 12))
				n.answer(0x50)
				n.put(packet(0x62, []byte{0, 12}))
				n.answer(0x70)
			}
			got, payload, level := p.message()
			if got != topic || payload != "m" || level != min(sent, granted) {
				t.Errorf("sent %d, granted %d: arrived %q on %s with %d", sent, granted, payload, got, level)
			}
		}
	}
}

func TestARetainedMessageIsGivenAndCanBeTakenBack(t *testing.T) {
	b := serve(t, broker.Config{})
	p := dial(t, b)
	if code := p.connect(login{id: wire.HostClient}); code != 0 {
		t.Fatal(code)
	}
	n := child(t, b, "L017")
	status := wire.Topic("L017", wire.ChannelStatus)
	n.put(publish(status, []byte("online"), true))
	n.put([]byte{0xc0, 0})
	n.answer(0xd0)
	p.subscribeAt(wire.Root+"/+/st", 1)
	if kind, body, err := p.get(); err != nil || kind&0x01 == 0 || string(body[len(body)-6:]) != "online" {
		t.Errorf("retained: %x %q %v", kind, body, err)
	}
	n.put(publish(status, nil, true))
	if _, payload, _ := p.message(); payload != "" {
		t.Errorf("taking back is told as %q", payload)
	}
	again := dial(t, b)
	if code := again.connect(login{id: wire.HostClient}); code != 0 {
		t.Fatal(code)
	}
	again.subscribeAt(wire.Root+"/+/st", 1)
	again.put([]byte{0xc0, 0})
	if kind, _, err := again.get(); err != nil || kind != 0xd0 {
		t.Errorf("after it was taken back: %x %v", kind, err)
	}
}

func TestAWillIsForThoseWhoDoNotSayFarewell(t *testing.T) {
	b := serve(t, broker.Config{})
	p := parent(t, b)
	status := wire.Topic("L017", wire.ChannelStatus)
	polite := dial(t, b)
	polite.connect(login{id: "L017", willTopic: status})
	polite.put([]byte{0xe0, 0})
	polite.ended()
	rude := dial(t, b)
	rude.connect(login{id: "L018", willTopic: wire.Topic("L018", wire.ChannelStatus)})
	_ = rude.Close()
	if topic, payload, _ := p.message(); topic != wire.Topic("L018", wire.ChannelStatus) || payload != "will" {
		t.Errorf("heard %q on %s", payload, topic)
	}
}

func TestOverlappingSubscriptionsHearAtLeastOnce(t *testing.T) {
	b := serve(t, broker.Config{})
	p, n := dial(t, b), child(t, b, "L017")
	p.connect(login{id: wire.HostClient})
	p.subscribeAt(wire.Root+"/+/up/#", 2)
	p.subscribeAt(wire.Topic("L017", wire.ChannelLog), 1)
	topic := wire.Topic("L017", wire.ChannelLog)
	n.put(qos(topic, "both", 2, 3))
	n.answer(0x50)
	n.put(packet(0x62, []byte{0, 3}))
	if _, payload, level := p.message(); payload != "both" || level != 2 {
		t.Errorf("heard %q with %d, want the highest granted (§3.3.5)", payload, level)
	}
}

func TestARefusedSubscriptionIsSaidSo(t *testing.T) {
	b := serve(t, broker.Config{})
	n := child(t, b, "L017")
	for _, filter := range []string{"#", wire.Root + "/L018/dn/#", "$SYS/#"} {
		if code := n.subscribeAt(filter, 1); code != 0x80 {
			t.Errorf("%s is granted with %x", filter, code)
		}
	}
}

func TestDollarTopicsAreNotMetByWildcards(t *testing.T) {
	b := serve(t, broker.Config{Allow: func(string, string, bool) bool { return true }})
	n := child(t, b, "L017")
	n.subscribeAt("#", 0)
	n.subscribeAt("+/broker/#", 0)
	p := child(t, b, "L018")
	p.put(publish("$SYS/broker/x", []byte("secret"), false))
	p.put(publish("plain", []byte("end"), false))
	for {
		topic, payload, _ := n.message()
		if payload == "secret" {
			t.Errorf("heard %s", topic)
		}
		if payload == "end" {
			return
		}
	}
}

func TestUnsubscribingEndsDeliveries(t *testing.T) {
	b := serve(t, broker.Config{})
	p, n := parent(t, b), child(t, b, "L017")
	n.subscribeAt(wire.SiteTopic("board"), 0)
	n.subscribeAt(wire.SiteTopic("time"), 0)
	n.put(packet(0xa2, []byte{0, 9}, text(wire.SiteTopic("board"))))
	n.answer(0xb0)
	p.put(publish(wire.SiteTopic("board"), []byte("b"), false))
	p.put(publish(wire.SiteTopic("time"), []byte("t"), false))
	if topic, _, _ := n.message(); topic != wire.SiteTopic("time") {
		t.Errorf("heard %s", topic)
	}
}

func TestASilentClientIsTakenForLost(t *testing.T) {
	b := serve(t, broker.Config{})
	p := parent(t, b)
	n := dial(t, b)
	n.put(packet(0x10, append(text("MQTT"), 4, 0x06, 0, 1), text("L017"), text(wire.Topic("L017", wire.ChannelStatus)), text("will")))
	n.answer(0x20)
	// Keep alive is one second (§3.1.2.10); nothing more is said.
	if _, payload, _ := p.message(); payload != "will" {
		t.Errorf("heard %q", payload)
	}
	n.ended()
}

func TestTheSecondConnectionOfAClientEndsTheFirst(t *testing.T) {
	b := serve(t, broker.Config{})
	first := child(t, b, "L017")
	second := child(t, b, "L017")
	first.ended()
	second.put([]byte{0xc0, 0})
	second.answer(0xd0)
}

func TestWhatTheStandardForbidsEndsTheConnection(t *testing.T) {
	b := serve(t, broker.Config{Limits: broker.Limits{Handshake: 5 * time.Second}})
	for _, said := range [][]byte{
		// a second CONNECT (§3.1.0-2)
		packet(0x10, append(text("MQTT"), 4, 2, 0, 60), text("L017")),
		// a publication on a filter (§3.3.2-2)
		publish(wire.Root+"/L017/up/#", nil, false),
		// a reserved flag of SUBSCRIBE (§3.8.1-1)
		packet(0x80, []byte{0, 1}, text(wire.SiteTopic("board")), []byte{0}),
		// a subscription to nothing (§3.8.3-3)
		packet(0x82, []byte{0, 1}),
		// quality of service 3 (§3.3.1-4)
		packet(0x36, text(wire.Topic("L017", wire.ChannelLog)), []byte{0, 1}),
	} {
		c := child(t, b, "L017")
		c.put(said)
		c.ended()
	}
	strange := dial(t, b)
	strange.put(packet(0x10, append(text("MQTT"), 99, 2, 0, 60), text("L017")))
	for { // §3.1.2-2: code 1, then the end
		kind, body, err := strange.get()
		if err != nil {
			break
		}
		if kind == 0x20 && body[1] == 0 {
			t.Fatal("protocol level 99 is taken")
		}
	}
}

func TestAClientWithoutAnIDIsRefused(t *testing.T) {
	// The standard lets a broker invent one (§3.1.3-6); here nobody is anonymous.
	b := serve(t, broker.Config{})
	if code := dial(t, b).connect(login{id: ""}); code == 0 {
		t.Error("it is taken")
	}
}
