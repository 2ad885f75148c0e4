// Package brokertest gives tests the brokers that this project must work on:
// the embedded one and Mosquitto, each with the project's access list, each on
// a free port of the loopback interface, each able to restart there.
package brokertest

import (
	"context"
	"crypto/tls"
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

	"balcao/internal/authority/authoritytest"
	"balcao/internal/broker"
	"balcao/internal/wire"
)

// Broker is a running broker. Its methods are for one goroutine.
type Broker struct {
	// Name is "embedded" or "mosquitto".
	Name string
	// Addr is host and port, URL the same for a link.
	Addr, URL string
	// HostPassword is what the parent's own client presents where there are no certificates.
	HostPassword string
	// Self is the name in the certificate of the parent.
	Self string
	// Trust gives certificates; nil for a plain broker.
	Trust *authoritytest.Installation

	start func(t testing.TB, addr string) (addrInUse string, stop func())
	stop  func()
}

// Each runs a test on every broker, with mutual TLS as in an installation: the embedded one and Mosquitto. Where
// Mosquitto is not installed its part is skipped, or fails if BALCAO_REQUIRE_REAL is set, as `make test` does.
func Each(t *testing.T, test func(t *testing.T, b *Broker)) {
	t.Helper()
	EachOf(t, wire.HQName, test)
}

// EachOf is Each for the brokers of a parent with another name than hq.
func EachOf(t *testing.T, self string, test func(t *testing.T, b *Broker)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		b := &Broker{Name: "embedded", Self: self, Trust: authoritytest.New(t)}
		test(t, embed(t, b, broker.Allowed))
	})
	t.Run("mosquitto", func(t *testing.T) { test(t, mosquittoOf(t, self)) })
}

// TLS returns how somebody connects to the broker, with their own certificate; nil to a plain one.
func (b *Broker) TLS(name string) *tls.Config {
	if b.Trust == nil {
		return nil
	}
	if name == wire.HostClient {
		name = b.Self
	}
	return b.Trust.Identity(name).Client(b.Self)
}

// Through returns the same broker at another address, such as a cable's.
func (b *Broker) Through(url string) *Broker {
	_, addr, _ := strings.Cut(url, "://")
	other := *b
	other.Addr, other.URL = addr, b.scheme()+addr
	return &other
}

func (b *Broker) scheme() string {
	if b.Trust == nil {
		return "tcp://"
	}
	return "tls://"
}

// Embedded starts the embedded broker without certificates; it stops with the test.
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
	return embed(t, &Broker{Name: name, HostPassword: "a password of this test", Self: wire.HQName}, allow)
}

func embed(t testing.TB, b *Broker, allow func(client, topic string, write bool) bool) *Broker {
	t.Helper()
	b.stop = func() {}
	cfg := broker.Config{HostPassword: b.HostPassword, Allow: allow, Self: b.Self}
	if b.Trust != nil {
		own := b.Trust.Identity(b.Self)
		cfg.TLS, cfg.Barred = own.Server(), own.Barred
	}
	b.start = func(t testing.TB, addr string) (string, func()) {
		t.Helper()
		cfg.Listen = addr
		s, err := broker.New(cfg)
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

// Mosquitto starts a Mosquitto of its own, with the files that balcao writes for one; it stops with the test.
func Mosquitto(t testing.TB) *Broker {
	t.Helper()
	return mosquittoOf(t, wire.HQName)
}

func mosquittoOf(t testing.TB, self string) *Broker {
	t.Helper()
	return MosquittoWith(t, self, broker.MosquittoACL(self, nil))
}

// MosquittoWith is Mosquitto for the broker of a parent, with an access list of the test's own.
func MosquittoWith(t testing.TB, self, acl string) *Broker {
	t.Helper()
	program, err := mosquitto()
	if err != nil {
		if os.Getenv("BALCAO_REQUIRE_REAL") != "" {
			t.Fatal("mosquitto is not installed and BALCAO_REQUIRE_REAL is set")
		}
		t.Skip("mosquitto is not installed")
	}
	b := &Broker{Name: "mosquitto", Self: self, Trust: authoritytest.New(t), stop: func() {}}
	dir := t.TempDir()
	files := broker.MosquittoFiles{ACL: filepath.Join(dir, "acl"), Identity: b.Trust.Folder(self)}
	b.start = func(t testing.TB, addr string) (string, func()) {
		t.Helper()
		return startMosquitto(t, program, dir, addr, acl, files)
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
	b.URL = b.scheme() + b.Addr
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

func startMosquitto(t testing.TB, program, dir, addr, acl string, files broker.MosquittoFiles) (string, func()) {
	t.Helper()
	for attempt := 0; ; attempt++ {
		at := addr
		if strings.HasSuffix(at, ":0") {
			at = freeAddr(t)
		}
		stop, err := tryMosquitto(program, dir, at, acl, files)
		if err == nil {
			return at, stop
		}
		if attempt == 10 {
			t.Fatalf("start mosquitto: %v", err)
		}
	}
}

func tryMosquitto(program, dir, addr, acl string, files broker.MosquittoFiles) (func(), error) {
	var err error
	if files.Host, files.Port, err = net.SplitHostPort(addr); err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "mosquitto.conf")
	text := broker.MosquittoConf(files) + "log_type error\nlog_dest stderr\n"
	if os.Getuid() == 0 {
		text += "user root\n" // else it could not read its files
	}
	for name, content := range map[string]string{config: text, files.ACL: acl} {
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
