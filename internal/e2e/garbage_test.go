package e2e

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/internal/wire"
)

// TestGarbageFromEverySideStopsNobody throws what is not ours at both brokers and all three web servers while a
// citizen takes tickets and a clerk calls: everything is refused, and nothing else is late, doubled or lost.
func TestGarbageFromEverySideStopsNobody(t *testing.T) {
	h := newHouse(t)
	var vandals sync.WaitGroup
	clerk := signIn(t, h.branch, "1")
	vandals.Go(func() { vandalise(t, strings.TrimPrefix(h.broker, "tcp://"), "L901-K08", "L901-K01") })
	vandals.Go(func() { vandalise(t, strings.TrimPrefix(h.hqBroker, "tcp://"), "L902", "L901") })
	hq := strings.Trim(strings.TrimPrefix(h.hq, "http://"), "/")
	for name, addr := range map[string]string{"branch": h.branch, "kiosk": h.kiosk.ScreenAddr(), "hq": hq} {
		vandals.Go(func() { shout(t, name, addr) })
	}
	for n := 1; n <= 5; n++ {
		if number, want := h.ticket(t, "cc"), fmt.Sprintf("A%03d", n); number != want {
			t.Errorf("the screen shows %s, want %s", number, want)
		}
	}
	if called := clerk.press(t, "call"); called.Number != "A001" {
		t.Errorf("called %+v", called)
	}
	vandals.Wait()
	clerk.press(t, "start")
	clerk.press(t, "finish")
	h.doubleTap(t)
	if papers := h.papers(t, 6); len(papers) != 6 {
		t.Errorf("%d slips came out, want 6", len(papers))
	}
	h.headquarters(t, "five waiting, one served, and the whole journal", func(f branchFigures) bool {
		return f.Waiting == 5 && f.Served == 1 && f.Serving == 0 && f.Log.HWM == f.Log.BranchSeq
	})
}

// doubleTap sends one touch twice at the same moment: it gives one ticket.
func (h *house) doubleTap(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	body, err := json.Marshal(map[string]string{"screen": "home", "action": "service", "arg": "cc"})
	if err != nil {
		t.Fatal(err)
	}
	key := rand.Text()
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if code, err := h.page.post(ctx, key, body); err != nil || code >= 300 {
				t.Errorf("a touch that was sent twice answers %d, %v", code, err)
			}
		})
	}
	both.Wait()
	shown, ok := h.page.until(ctx, func(v view) bool { return v.Screen == "ticket" && v.Slip != nil })
	if !ok || shown.Slip.Number != "A006" {
		t.Errorf("after a double tap the kiosk shows %+v", shown)
	}
}

// rubbish is what no decoder wants.
func rubbish() map[string][]byte {
	return map[string][]byte{
		"nothing":        nil,
		"half an object": []byte(`{"e":1,`),
		"null":           []byte("null"),
		"a list":         []byte("[]"),
		"other types":    []byte(`{"e":"x","f":[],"l":{},"id":7,"s":true,"k":0}`),
		"no text":        {0xff, 0xfe, 0x00, 0x80},
		"deep":           []byte(strings.Repeat("[", 100_000)),
		"half zstd":      {0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3},
		"1 MiB":          bytes.Repeat([]byte("x"), 1<<20),
	}
}

// vandalise says rubbish on a broker as a node that nobody knows, on its own topics, on those of a victim, and on
// topics that are none.
func vandalise(t *testing.T, addr, id, victim string) {
	topics := []string{"", "balcao", "balcao/1", "balcao/2/" + id + "/up/log", "nonsense/at/all", wire.HostStatus, wire.SiteTopic("board"), "$SYS/broker"}
	for _, channel := range append(wire.Channels(), "up/unknown", "up/log/deeper") {
		topics = append(topics, wire.Topic(wire.NodeID(id), channel), wire.Topic(wire.NodeID(victim), channel))
	}
	var v vandal
	defer v.leave()
	for what, payload := range rubbish() {
		for _, topic := range topics {
			if err := v.say(t.Context(), addr, id, topic, payload); err != nil {
				t.Errorf("%s on %q: %v", what, topic, err)
				return
			}
		}
	}
	if err := noise(t.Context(), addr); err != nil {
		t.Errorf("bytes that are no MQTT: %v", err)
	}
}

// vandal speaks MQTT by hand, so that it can say what no library would.
type vandal struct{ conn net.Conn }

func (v *vandal) leave() {
	if v.conn != nil {
		_ = v.conn.Close()
		v.conn = nil
	}
}

// say publishes and waits until the broker has seen it: it either answers the ping that follows or cuts the line.
func (v *vandal) say(ctx context.Context, addr, id, topic string, payload []byte) error {
	if v.conn == nil {
		conn, err := introduce(ctx, addr, id)
		if err != nil {
			return fmt.Errorf("come back: %w", err)
		}
		v.conn = conn
	}
	packet := mqttPacket(0x30, append(mqttString(topic), payload...))
	// The broker may have cut the line before the last byte: then that is its answer.
	_, _ = v.conn.Write(append(packet, 0xC0, 0))
	var answer [2]byte
	_, err := io.ReadFull(v.conn, answer[:])
	if err == nil && answer == [2]byte{0xD0, 0} {
		return nil
	}
	v.leave()
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return fmt.Errorf("no answer in %s: %w", patience, err)
	}
	return nil
}

func introduce(ctx context.Context, addr, id string) (net.Conn, error) {
	conn, err := dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	hello := append(mqttString("MQTT"), 4, 2, 0, 60) // MQTT 3.1.1, clean session, one minute
	if _, err = conn.Write(mqttPacket(0x10, append(hello, mqttString(id)...))); err == nil {
		var answer [4]byte
		_, err = io.ReadFull(conn, answer[:])
		if err == nil && answer[3] != 0 {
			err = fmt.Errorf("refused with code %d", answer[3])
		}
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func dial(ctx context.Context, addr string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return conn, conn.SetDeadline(time.Now().Add(patience))
}

func mqttString(s string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), s...)
}

func mqttPacket(kind byte, body []byte) []byte {
	return append(binary.AppendUvarint([]byte{kind}, uint64(len(body))), body...)
}

// noise sends bytes that are no MQTT and expects the line to be cut.
func noise(ctx context.Context, addr string) error {
	for _, bytes := range []string{"GET / HTTP/1.1\r\n\r\n", "\x00\x00\x00\x00", "\x10\xff\xff\xff\xff\xff", "\x30\x02\x00\x00"} {
		conn, err := dial(ctx, addr)
		if err != nil {
			return err
		}
		_, _ = conn.Write([]byte(bytes))
		_, err = io.Copy(io.Discard, conn)
		_ = conn.Close()
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
			return fmt.Errorf("%q leaves the line open", bytes)
		}
	}
	return nil
}

// shout sends a web server requests that no page sends; each is refused by a status of its own, and the server goes on.
func shout(t *testing.T, name, addr string) {
	big := strings.Repeat("x", 1<<20)
	post := func(path string, headers ...string) string {
		return "POST " + path + " HTTP/1.1\r\nHost: " + addr + "\r\n" + strings.Join(headers, "\r\n") + "\r\n\r\n"
	}
	shouts := map[string]string{
		"no HTTP":         "\x16\x03\x01\x00\xff\x00 nonsense\r\n\r\n",
		"no host":         "GET / HTTP/1.1\r\n\r\n",
		"another's name":  "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"a huge header":   "GET / HTTP/1.1\r\nHost: " + addr + "\r\nX: " + big[:64<<10] + "\r\n\r\n",
		"an unknown verb": "BREW / HTTP/1.1\r\nHost: " + addr + "\r\n\r\n",
		"nothing there":   "GET /nothing%00here HTTP/1.1\r\nHost: " + addr + "\r\n\r\n",
		"two lengths":     post("/input", "Content-Length: 2", "Content-Length: 3") + "{}",
		"a broken chunk":  post("/input", "Content-Type: application/json", "Idempotency-Key: garbage-1", "Transfer-Encoding: chunked") + "zz\r\n",
		"no key":          post("/input", "Content-Type: application/json", "Content-Length: 2") + "{}",
		"a broken touch":  post("/input", "Content-Type: application/json", "Idempotency-Key: garbage-2", "Content-Length: 1") + "{",
		"a huge touch":    post("/input", "Content-Type: application/json", "Idempotency-Key: garbage-3", "Content-Length: 1048576") + big,
		"a stranger's page": post("/input", "Content-Type: application/json", "Idempotency-Key: garbage-4", "Origin: http://evil.example",
			"Sec-Fetch-Site: cross-site", "Content-Length: 2") + "{}",
		"a call unsigned": post("/commands/call", "Content-Type: application/json", "Idempotency-Key: garbage-5", "Content-Length: 2") + "{}",
		"a huge sign-in":  post("/entrar", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 1048576") + big,
	}
	for what, text := range shouts {
		status, err := rawRequest(t.Context(), addr, text)
		if err != nil || status < 400 || status > 499 {
			t.Errorf("%s to %s answers %d, %v; want a refusal", what, name, status, err)
		}
	}
}

func rawRequest(ctx context.Context, addr, text string) (status int, err error) {
	conn, err := dial(ctx, addr)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	// A server that has heard enough answers before the last byte.
	go func() { _, _ = io.WriteString(conn, text) }()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}
