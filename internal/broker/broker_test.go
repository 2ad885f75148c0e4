package broker_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"balcao/internal/broker"
	"balcao/internal/wire"
)

// patience is how long a test waits for what must happen.
const patience = 60 * time.Second

func serve(t *testing.T, cfg broker.Config) *broker.Broker {
	t.Helper()
	cfg.Listen = "127.0.0.1:0"
	b, err := broker.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("broker: %v", err)
			}
		case <-time.After(patience):
			t.Error("the broker did not end")
		}
	})
	return b
}

// raw speaks just enough MQTT 3.1.1 (OASIS standard, chapter 3) to misbehave.
type raw struct {
	t testing.TB
	net.Conn
	in *bufio.Reader
}

func dial(t testing.TB, b *broker.Broker) *raw {
	t.Helper()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetReadDeadline(time.Now().Add(patience))
	return &raw{t: t, Conn: c, in: bufio.NewReader(c)}
}

func text(s string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), s...)
}

func packet(kind byte, body ...[]byte) []byte {
	var all []byte
	for _, b := range body {
		all = append(all, b...)
	}
	out := []byte{kind}
	for n := len(all); ; {
		digit := byte(n % 128)
		if n /= 128; n > 0 {
			out = append(out, digit|0x80)
			continue
		}
		out = append(out, digit)
		break
	}
	return append(out, all...)
}

func (r *raw) put(b []byte) {
	r.t.Helper()
	if _, err := r.Write(b); err != nil {
		r.t.Fatal(err)
	}
}

// get reads one packet.
func (r *raw) get() (kind byte, body []byte, err error) {
	if kind, err = r.in.ReadByte(); err != nil {
		return 0, nil, err
	}
	n, err := binary.ReadUvarint(r.in)
	if err != nil {
		return 0, nil, err
	}
	body = make([]byte, n)
	_, err = io.ReadFull(r.in, body)
	return kind, body, err
}

type login struct {
	id, user, password  string
	willTopic           string
	willRetain, session bool
}

// connect says hello and returns the broker's code.
func (r *raw) connect(l login) byte {
	r.t.Helper()
	flags := byte(0x02)
	if l.session {
		flags = 0
	}
	body := [][]byte{text(l.id)}
	if l.willTopic != "" {
		flags |= 0x04
		if l.willRetain {
			flags |= 0x20
		}
		body = append(body, text(l.willTopic), text("will"))
	}
	if l.user != "" {
		flags |= 0x80
		body = append(body, text(l.user))
	}
	if l.password != "" {
		flags |= 0x40
		body = append(body, text(l.password))
	}
	head := append(text("MQTT"), 4, flags, 0, 60)
	r.put(packet(0x10, append([][]byte{head}, body...)...))
	kind, answer, err := r.get()
	if err != nil || kind != 0x20 || len(answer) != 2 {
		r.t.Fatalf("answer to CONNECT: %x %x %v", kind, answer, err)
	}
	return answer[1]
}

func publish(topic string, payload []byte, retain bool) []byte {
	kind := byte(0x30)
	if retain {
		kind |= 1
	}
	return packet(kind, text(topic), payload)
}

// subscribe returns the broker's code for each filter.
func (r *raw) subscribe(filters ...string) []byte {
	r.t.Helper()
	body := [][]byte{{0, 9}}
	for _, f := range filters {
		body = append(body, text(f), []byte{0})
	}
	r.put(packet(0x82, body...))
	for {
		kind, answer, err := r.get()
		if err != nil {
			r.t.Fatal(err)
		}
		if kind == 0x90 {
			return answer[2:]
		}
	}
}

// expect reads until a message on a topic comes.
func (r *raw) expect(topic string) []byte {
	r.t.Helper()
	for {
		kind, body, err := r.get()
		if err != nil {
			r.t.Fatalf("waiting for %s: %v", topic, err)
		}
		if kind&0xf0 == 0x30 {
			n := int(binary.BigEndian.Uint16(body))
			if string(body[2:2+n]) == topic {
				return body[2+n:]
			}
		}
	}
}

// ended waits until the broker closes the connection.
func (r *raw) ended() {
	r.t.Helper()
	for {
		if _, _, err := r.get(); err != nil {
			var timeout net.Error
			if errors.As(err, &timeout) && timeout.Timeout() {
				r.t.Fatal("the broker did not close the connection")
			}
			return
		}
	}
}

// parent connects as the program around the broker and listens to all nodes.
func parent(t testing.TB, b *broker.Broker) *raw {
	t.Helper()
	p := dial(t, b)
	if code := p.connect(login{id: wire.HostClient}); code != 0 {
		t.Fatalf("the parent is refused: %d", code)
	}
	if codes := p.subscribe(wire.Root+"/+/up/#", wire.Root+"/+/st"); codes[0] != 0 || codes[1] != 0 {
		t.Fatalf("the parent's subscriptions: %x", codes)
	}
	return p
}

func child(t testing.TB, b *broker.Broker, id string) *raw {
	t.Helper()
	c := dial(t, b)
	if code := c.connect(login{id: id}); code != 0 {
		t.Fatalf("%s is refused: %d", id, code)
	}
	return c
}

func TestWhoMayConnect(t *testing.T) {
	b := serve(t, broker.Config{
		HostPassword: "secret",
		Admit:        func(client, _ string, _ []byte) bool { return client != "L666" },
	})
	tests := []struct {
		name string
		l    login
		ok   bool
	}{
		{"a node", login{id: "L017"}, true},
		{"a node with its own name", login{id: "L017-K03", user: "L017-K03"}, true},
		{"a node with another's name", login{id: "L017-K03", user: "L017-K04"}, false},
		{"a node that is not admitted", login{id: "L666"}, false},
		{"nobody", login{id: ""}, false},
		{"a strange id", login{id: "x/#"}, false},
		{"the parent", login{id: wire.HostClient, user: wire.HostClient, password: "secret"}, true},
		{"the parent without its password", login{id: wire.HostClient}, false},
		{"the parent with a wrong one", login{id: wire.HostClient, user: wire.HostClient, password: "secrets"}, false},
		{"a will of its own", login{id: "L018", willTopic: wire.Root + "/L018/st", willRetain: true}, true},
		{"a will for another", login{id: "L018", willTopic: wire.Root + "/L017/st"}, false},
		{"a will for all", login{id: "L018", willTopic: wire.SiteTopic("board")}, false},
		{"a will that is a filter", login{id: "L018", willTopic: wire.Root + "/L018/up/#"}, false},
		{"a will to be kept where nothing is", login{id: "L018", willTopic: wire.Root + "/L018/up/log", willRetain: true}, false},
	}
	for _, tt := range tests {
		if code := dial(t, b).connect(tt.l); (code == 0) != tt.ok {
			t.Errorf("%s: code %d, want success %t", tt.name, code, tt.ok)
		}
	}
	if n := b.Counters().Refused; n == 0 {
		t.Error("refusals are not counted")
	}
}

func TestTooLargePacketEndsItsSenderOnly(t *testing.T) {
	b := serve(t, broker.Config{})
	p, good, bad := parent(t, b), child(t, b, "L017"), child(t, b, "L018")
	topic := wire.Topic("L017", wire.ChannelLog)
	good.put(publish(topic, make([]byte, 256<<10), false))
	if n := len(p.expect(topic)); n != 256<<10 {
		t.Errorf("256 KiB arrived as %d bytes", n)
	}
	// The write may fail before it is all out; the end is what counts.
	_, _ = bad.Write(publish(wire.Topic("L018", wire.ChannelLog), make([]byte, 1<<20), false))
	bad.ended()
	good.put(publish(topic, []byte("still here"), false))
	if got := string(p.expect(topic)); got != "still here" {
		t.Errorf("afterwards %q arrived", got)
	}
}

func TestGarbageEndsItsSenderOnly(t *testing.T) {
	b := serve(t, broker.Config{Limits: broker.Limits{Handshake: time.Second}})
	p, good := parent(t, b), child(t, b, "L017")
	for _, garbage := range [][]byte{
		[]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		{0},
		{0x10, 0xff, 0xff, 0xff, 0xff, 0xff},
		{0x10, 0xff, 0xff, 0xff, 0x7f},
		packet(0x10, text("MQTT"), []byte{4, 2}), packet(0x30, text("x")), packet(0xc0), packet(0x10, text("MQIsdp"), []byte{3, 2, 0, 9}),
	} {
		c := dial(t, b)
		c.put(garbage)
		c.ended()
	}
	for i, garbage := range [][]byte{
		{0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		packet(0x82), packet(0x10, text("MQTT"), []byte{4, 2, 0, 60}, text("L019")),
		packet(0x30), packet(0x32, text("x")), packet(0x20, []byte{0, 0}), packet(0x82, []byte{0, 1}, text("x"), []byte{7}),
	} {
		c := child(t, b, fmt.Sprintf("L1%02d", i))
		c.put(garbage)
		c.ended()
	}
	topic := wire.Topic("L017", wire.ChannelLog)
	good.put(publish(topic, []byte("still here"), false))
	p.expect(topic)
}

func TestSilentConnectionIsClosed(t *testing.T) {
	b := serve(t, broker.Config{Limits: broker.Limits{Handshake: 50 * time.Millisecond}})
	silent := dial(t, b)
	node := child(t, b, "L017")
	silent.ended()
	p := parent(t, b)
	<-time.NewTimer(100 * time.Millisecond).C // past the silent one's time
	node.put(publish(wire.Topic("L017", wire.ChannelLog), []byte("x"), false))
	p.expect(wire.Topic("L017", wire.ChannelLog))
}

func TestBrokerEndsWithConnectionsOfEveryKind(t *testing.T) {
	b := serve(t, broker.Config{Limits: broker.Limits{Handshake: time.Hour}})
	dial(t, b)
	dial(t, b).put([]byte{0x10})
	child(t, b, "L017")
	// serve's cleanup waits for the end.
}

func TestClientThatDoesNotReadHoldsUpNobody(t *testing.T) {
	b := serve(t, broker.Config{Limits: broker.Limits{Write: 200 * time.Millisecond, Queue: 64}})
	stuck := child(t, b, "L018")
	stuck.subscribe(wire.SiteTopic("board"))
	good := child(t, b, "L017")
	good.subscribe(wire.SiteTopic("time"))
	p := dial(t, b)
	if code := p.connect(login{id: wire.HostClient}); code != 0 {
		t.Fatal(code)
	}
	board := make([]byte, 200<<10)
	for range 100 {
		p.put(publish(wire.SiteTopic("board"), board, false))
	}
	deadline := time.After(patience)
	for b.Counters().Clients != 2 { // the parent and the one that reads
		select {
		case <-deadline:
			t.Fatal("the client that does not read is still there")
		case <-time.After(10 * time.Millisecond):
		}
	}
	stuck.ended()
	p.put(publish(wire.SiteTopic("time"), []byte("last"), false))
	good.expect(wire.SiteTopic("time"))
}

func TestNodeCannotFillTheBrokersMemory(t *testing.T) {
	b := serve(t, broker.Config{})
	c := child(t, b, "L017")
	codes := c.subscribe(filters(40)...)
	taken := 0
	for _, code := range codes {
		if code == 0 {
			taken++
		}
	}
	if taken != 16 {
		t.Errorf("%d of 40 subscriptions taken, want 16", taken)
	}
	c.put(publish(wire.Topic("L017", wire.ChannelLog), []byte("kept?"), true))
	c.put(publish(wire.Topic("L017", wire.ChannelStatus), []byte("kept"), true))
	c.put(packet(0xc0)) // a ping: its answer follows what was published
	if kind, _, err := c.get(); kind != 0xd0 || err != nil {
		t.Fatalf("answer to a ping: %x %v", kind, err)
	}
	p := dial(t, b)
	if code := p.connect(login{id: wire.HostClient}); code != 0 {
		t.Fatal(code)
	}
	p.subscribe(wire.Root+"/+/up/#", wire.Root+"/+/st")
	kind, body, err := p.get()
	if err != nil || kind != 0x31 || string(body[len(body)-4:]) != "kept" {
		t.Errorf("the first message kept: %x %q %v", kind, body, err)
	}
	c.put(publish(wire.Topic("L017", wire.ChannelLog), []byte("next"), false))
	if kind, body, err = p.get(); err != nil || kind != 0x30 || string(body[len(body)-4:]) != "next" {
		t.Errorf("the second message: %x %q %v", kind, body, err)
	}
}

func filters(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("%s/L017/dn/x%d", wire.Root, i))
	}
	return out
}

func TestNoSessionOutlivesItsConnection(t *testing.T) {
	b := serve(t, broker.Config{})
	c := dial(t, b)
	if code := c.connect(login{id: "L017", session: true}); code != 0 {
		t.Fatal(code)
	}
	c.subscribe(wire.Root + "/L017/dn/#")
	_ = c.Close()
	again := dial(t, b)
	again.put(packet(0x10, append(text("MQTT"), 4, 0, 0, 60), text("L017")))
	kind, body, err := again.get()
	if err != nil || kind != 0x20 || body[0] != 0 || body[1] != 0 {
		t.Errorf("answer %x %x %v, want no session present", kind, body, err)
	}
}

func TestAddressInUseIsAnError(t *testing.T) {
	b := serve(t, broker.Config{})
	if _, err := broker.New(broker.Config{Listen: b.Addr()}); err == nil {
		t.Error("two brokers on one address")
	}
}

// TestClientThatComesBackAtOnceHears closes a connection while the next of the
// same client is being made. Both by the client's own doing and by taking the
// old one's place the new one must receive.
func TestClientThatComesBackAtOnceHears(t *testing.T) {
	b := serve(t, broker.Config{})
	p := dial(t, b)
	if code := p.connect(login{id: wire.HostClient}); code != 0 {
		t.Fatal(code)
	}
	topic := wire.Topic("L017", wire.ChannelCmd)
	old := child(t, b, "L017")
	old.subscribe(wire.Root + "/L017/dn/#")
	for i := range 300 {
		next := dial(t, b)
		closed := make(chan struct{})
		go func(c *raw) {
			defer close(closed)
			switch i % 3 {
			case 0:
				_ = c.Close()
			case 1:
				_, _ = c.Write(packet(0xe0))
			}
		}(old)
		if code := next.connect(login{id: "L017"}); code != 0 {
			t.Fatal(code)
		}
		next.subscribe(wire.Root + "/L017/dn/#")
		<-closed
		p.put(publish(topic, []byte("do you hear"), false))
		_ = next.SetReadDeadline(time.Now().Add(patience))
		next.expect(topic)
		old = next
	}
}
