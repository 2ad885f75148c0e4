// Package brokertest gives tests the brokers that this project must work on:
// the embedded one and Mosquitto, each with the project's access list, each on
// a free port of the loopback interface, each able to restart there.
package brokertest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"balcao/internal/broker"
	"balcao/internal/wire"
)

// Broker is a running broker. Its methods are for one goroutine.
type Broker struct {
	// Name is "embedded" or "mosquitto".
	Name string
	// Addr is host and port, URL the same for a link.
	Addr, URL string
	// HostPassword is what the parent's own client presents.
	HostPassword string

	start func(t testing.TB, addr string) (addrInUse string, stop func())
	stop  func()
}

// Each runs a test on every broker. Where Mosquitto is not installed its part
// is skipped, or fails if BALCAO_REQUIRE_REAL is set, as `make test` does.
func Each(t *testing.T, test func(t *testing.T, b *Broker)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { test(t, Embedded(t)) })
	t.Run("mosquitto", func(t *testing.T) { test(t, Mosquitto(t)) })
}

// Embedded starts the embedded broker; it stops with the test.
func Embedded(t testing.TB) *Broker {
	t.Helper()
	return embedded(t, "embedded", broker.Allowed)
}

// Lossy starts the embedded broker in a mood to lose one message of so many,
// after confirming it to its sender.
func Lossy(t testing.TB, oneIn int) *Broker {
	t.Helper()
	return embedded(t, "lossy", func(client, topic string, write bool) bool {
		return broker.Allowed(client, topic, write) && (write || subscribes(topic) || rand.IntN(oneIn) > 0)
	})
}

// Mute starts the embedded broker with a switch: while it is on, everything is
// confirmed to its sender and nothing is delivered.
func Mute(t testing.TB) (*Broker, *atomic.Bool) {
	t.Helper()
	on := new(atomic.Bool)
	return embedded(t, "mute", func(client, topic string, write bool) bool {
		return broker.Allowed(client, topic, write) && (write || subscribes(topic) || !on.Load())
	}), on
}

// subscribes reports whether reading a topic is surely a subscription and no
// delivery.
func subscribes(topic string) bool { return strings.ContainsAny(topic, "#+") }

func embedded(t testing.TB, name string, allow func(client, topic string, write bool) bool) *Broker {
	t.Helper()
	b := &Broker{Name: name, HostPassword: "a password of this test", stop: func() {}}
	b.start = func(t testing.TB, addr string) (string, func()) {
		t.Helper()
		s, err := broker.New(broker.Config{Listen: addr, HostPassword: b.HostPassword, Allow: allow})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		return s.Addr(), func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("embedded broker: %v", err)
			}
		}
	}
	b.begin(t, "127.0.0.1:0")
	return b
}

// Mosquitto starts a Mosquitto of its own; it stops with the test.
func Mosquitto(t testing.TB) *Broker {
	t.Helper()
	program, err := mosquitto()
	if err != nil {
		if os.Getenv("BALCAO_REQUIRE_REAL") != "" {
			t.Fatal("mosquitto is not installed and BALCAO_REQUIRE_REAL is set")
		}
		t.Skip("mosquitto is not installed")
	}
	b := &Broker{Name: "mosquitto", HostPassword: "not looked at", stop: func() {}}
	dir := t.TempDir()
	b.start = func(t testing.TB, addr string) (string, func()) {
		t.Helper()
		return startMosquitto(t, program, dir, addr)
	}
	b.begin(t, "127.0.0.1:0")
	return b
}

func mosquitto() (string, error) {
	if path, err := exec.LookPath("mosquitto"); err == nil {
		return path, nil
	}
	return exec.LookPath("/usr/sbin/mosquitto") // where a user's PATH does not look
}

func (b *Broker) begin(t testing.TB, addr string) {
	t.Helper()
	b.Addr, b.stop = b.start(t, addr)
	b.URL = "tcp://" + b.Addr
	t.Cleanup(func() { b.Stop() })
}

// Stop ends the broker and cuts its connections.
func (b *Broker) Stop() {
	b.stop()
	b.stop = func() {}
}

// Restart ends the broker and starts it again at its address, with nothing
// remembered.
func (b *Broker) Restart(t testing.TB) {
	t.Helper()
	b.Stop()
	b.begin(t, b.Addr)
}

// Rules is the project's access list in Mosquitto's words.
const Rules = `# The parent's own client.
user ` + wire.HostClient + `
topic readwrite ` + wire.Root + `/#

# Every node, by its client id.
pattern write ` + wire.Root + `/%c/st
pattern write ` + wire.Root + `/%c/up/#
pattern read ` + wire.Root + `/%c/dn/#
pattern read ` + wire.Root + `/_site/#
pattern read ` + wire.Root + `/_host/st
`

func startMosquitto(t testing.TB, program, dir, addr string) (string, func()) {
	t.Helper()
	for attempt := 0; ; attempt++ {
		at := addr
		if strings.HasSuffix(at, ":0") {
			at = freeAddr(t)
		}
		stop, err := tryMosquitto(program, dir, at)
		if err == nil {
			return at, stop
		}
		if attempt == 10 {
			t.Fatalf("start mosquitto: %v", err)
		}
	}
}

func tryMosquitto(program, dir, addr string) (func(), error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	config, acl := filepath.Join(dir, "mosquitto.conf"), filepath.Join(dir, "acl")
	text := fmt.Sprintf("listener %s %s\nallow_anonymous true\nacl_file %s\npersistence false\n"+
		"max_packet_size %d\nset_tcp_nodelay true\nmax_inflight_messages 200\nlog_type error\nlog_dest stderr\n", port, host, acl, 256<<10+512)
	if os.Getuid() == 0 {
		text += "user root\n" // else it could not read its files
	}
	for name, content := range map[string]string{config: text, acl: Rules} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			return nil, err
		}
	}
	cmd := exec.CommandContext(context.Background(), program, "-c", config)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // killed, in the end
		close(ended)
	}()
	stop := func() {
		_ = cmd.Process.Kill()
		<-ended
	}
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	var dialer net.Dialer
	for {
		if c, err := dialer.DialContext(context.Background(), "tcp", addr); err == nil {
			_ = c.Close()
			return stop, nil
		}
		select {
		case <-ended:
			return nil, fmt.Errorf("it ended: %s", cmd.ProcessState)
		case <-deadline.C:
			stop()
			return nil, fmt.Errorf("nobody listens on %s", addr)
		case <-poll.C:
		}
	}
}

func freeAddr(t testing.TB) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
