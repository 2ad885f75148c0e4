package mqttlink_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"balcao/internal/broker/brokertest"
	"balcao/internal/mqttlink"
	"balcao/internal/wire"
)

// patience is how long a test waits for what must happen.
const patience = 60 * time.Second

// run starts a link and returns it with the channel of its states.
func run(t testing.TB, cfg mqttlink.Config) (*mqttlink.Link, chan mqttlink.State) {
	t.Helper()
	states := make(chan mqttlink.State, 1000)
	cfg.OnState = func(s mqttlink.State) { states <- s }
	link, err := mqttlink.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- link.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("link %s: %v", cfg.ClientID, err)
		}
	})
	return link, states
}

func up(t testing.TB, states chan mqttlink.State) mqttlink.State {
	t.Helper()
	for {
		select {
		case s := <-states:
			if s.Up {
				return s
			}
		case <-time.After(patience):
			t.Fatal("the link did not come up")
		}
	}
}

func next(t testing.TB, link *mqttlink.Link) mqttlink.Message {
	t.Helper()
	select {
	case m := <-link.Messages():
		return m
	case <-time.After(patience):
		t.Fatal("no message")
		return mqttlink.Message{}
	}
}

func host(b *brokertest.Broker, filters ...string) mqttlink.Config {
	cfg := mqttlink.Config{
		Brokers: []string{b.URL}, ClientID: wire.HostClient, Username: wire.HostClient, Password: b.HostPassword,
		TLS:      b.TLS(wire.HostClient),
		RetryMax: 200 * time.Millisecond, Queue: 100_000,
	}
	for _, f := range filters {
		cfg.Subscriptions = append(cfg.Subscriptions, mqttlink.Subscription{Filter: f, QoS: 1})
	}
	return cfg
}

func leaf(b *brokertest.Broker, id wire.NodeID) mqttlink.Config {
	return mqttlink.Config{
		Brokers: []string{b.URL}, ClientID: string(id), TLS: b.TLS(string(id)), RetryMax: 200 * time.Millisecond,
		Will: func(conn string) mqttlink.Message {
			return mqttlink.Message{Topic: wire.Topic(id, wire.ChannelStatus), QoS: 1, Payload: []byte("lost " + conn)}
		},
	}
}

const (
	everything = wire.Root + "/+/up/#"
	statuses   = wire.Root + "/+/st"
)

func TestMoreMessagesThanPacketIDs(t *testing.T) {
	if testing.Short() {
		t.Skip("70,000 messages take seconds")
	}
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		receiver, states := run(t, host(b, everything))
		up(t, states)
		sender, states := run(t, leaf(b, "L017"))
		up(t, states)
		const n = 70_000
		topic := wire.Topic("L017", wire.ChannelLog)
		// A window, as replication has one: no broker queues without end.
		window := make(chan struct{}, 200)
		go func() {
			for i := range n {
				window <- struct{}{}
				if err := sender.Send(mqttlink.Message{Topic: topic, QoS: 1, Payload: []byte(fmt.Sprint(i))}); err != nil {
					t.Errorf("message %d: %v", i, err)
					return
				}
			}
		}()
		for i := range n {
			if got := string(next(t, receiver).Payload); got != fmt.Sprint(i) {
				t.Fatalf("message %s arrived, want %d", got, i)
			}
			<-window
		}
	})
}

func TestLinkComesBackUnderAnotherName(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		parent, parentStates := run(t, host(b, everything, statuses))
		up(t, parentStates)
		child, childStates := run(t, leaf(b, "L017-K03"))
		first := up(t, childStates)
		b.Restart(t)
		second := up(t, childStates)
		up(t, parentStates)
		if first.Conn == second.Conn || second.Conn == "" {
			t.Errorf("connections are called %q and %q", first.Conn, second.Conn)
		}
		for drained := false; !drained; {
			select {
			case <-parent.Messages(): // a broker that closes cleanly publishes wills
			default:
				drained = true
			}
		}
		if err := child.Publish(t.Context(), mqttlink.Message{Topic: wire.Topic("L017-K03", wire.ChannelLog), QoS: 1, Payload: []byte("x")}); err != nil {
			t.Fatal(err)
		}
		if m := next(t, parent); string(m.Payload) != "x" {
			t.Errorf("received %q on %s", m.Payload, m.Topic)
		}
		child.Reconnect()
		if m := next(t, parent); string(m.Payload) != "lost "+second.Conn {
			t.Errorf("will %q, want that of the connection that was lost", m.Payload)
		}
		if third := up(t, childStates); third.Conn == second.Conn {
			t.Error("a new connection has the old name")
		}
	})
}

func TestCleanStopLeavesNoWill(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		parent, states := run(t, host(b, everything, statuses))
		up(t, states)
		cfg := leaf(b, "L017")
		ready := make(chan struct{})
		cfg.OnState = func(mqttlink.State) { close(ready) }
		child, err := mqttlink.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- child.Run(ctx) }()
		<-ready
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if err := child.Send(mqttlink.Message{Topic: "x"}); !errors.Is(err, mqttlink.ErrDown) {
			t.Errorf("sending after the end: %v", err)
		}
		// What another node sends afterwards must be the first to arrive.
		other, states := run(t, leaf(b, "L018"))
		up(t, states)
		if err := other.Publish(t.Context(), mqttlink.Message{Topic: wire.Topic("L018", wire.ChannelLog), QoS: 1, Payload: []byte("after")}); err != nil {
			t.Fatal(err)
		}
		if m := next(t, parent); string(m.Payload) != "after" {
			t.Errorf("received %q on %s", m.Payload, m.Topic)
		}
	})
}

func TestFullQueueDropsAndNeverBlocks(t *testing.T) {
	b := brokertest.Embedded(t)
	cfg := host(b, everything)
	cfg.Queue = 10
	parent, states := run(t, cfg)
	up(t, states)
	child, states := run(t, leaf(b, "L017"))
	up(t, states)
	for i := range 100 {
		m := mqttlink.Message{Topic: wire.Topic("L017", wire.ChannelLive), QoS: 1, Payload: []byte(fmt.Sprint(i))}
		if err := child.Publish(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	deadline := time.After(patience)
	for parent.Counters().Received < 100 {
		select {
		case <-deadline:
			t.Fatalf("received %d of 100", parent.Counters().Received)
		case <-time.After(5 * time.Millisecond):
		}
	}
	if c := parent.Counters(); c.Dropped != 90 {
		t.Errorf("dropped %d, want 90", c.Dropped)
	}
	for i := range 10 {
		if got := string(next(t, parent).Payload); got != fmt.Sprint(i) {
			t.Errorf("kept %s, want %d", got, i)
		}
	}
}

func TestTooLargePayloadIsRefusedBeforeItIsSent(t *testing.T) {
	link, err := mqttlink.New(mqttlink.Config{Brokers: []string{"tcp://127.0.0.1:1"}, ClientID: "L017"})
	if err != nil {
		t.Fatal(err)
	}
	err = link.Send(mqttlink.Message{Topic: "x", Payload: make([]byte, mqttlink.MaxPayload+1)})
	if !errors.Is(err, mqttlink.ErrTooLarge) {
		t.Errorf("error = %v, want %v", err, mqttlink.ErrTooLarge)
	}
}

func TestBadAddressesAreRefusedWithoutRepeatingThem(t *testing.T) {
	for _, brokers := range [][]string{nil, {""}, {"127.0.0.1"}, {"tcp://"}, {"://secret@x"}} {
		if _, err := mqttlink.New(mqttlink.Config{Brokers: brokers, ClientID: "L017"}); err == nil {
			t.Errorf("%q was taken", brokers)
		}
	}
}

func TestSecondAddressIsUsedWhenTheFirstIsSilent(t *testing.T) {
	b := brokertest.Embedded(t)
	cfg := leaf(b, "L017")
	cfg.Brokers = []string{"tcp://127.0.0.1:1", b.URL}
	_, states := run(t, cfg)
	if s := up(t, states); s.Broker != b.Addr {
		t.Errorf("connected to %s, want %s", s.Broker, b.Addr)
	}
}

func BenchmarkQoS1RoundTrip(b *testing.B) {
	for _, kind := range []func(testing.TB) *brokertest.Broker{brokertest.Embedded, brokertest.Mosquitto} {
		server := kind(b)
		b.Run(server.Name, func(b *testing.B) {
			parent, states := run(b, host(server, everything))
			up(b, states)
			child, states := run(b, leaf(server, "L017"))
			up(b, states)
			m := mqttlink.Message{Topic: wire.Topic("L017", wire.ChannelLog), QoS: 1, Payload: make([]byte, 400)}
			for b.Loop() {
				if err := child.Send(m); err != nil {
					b.Fatal(err)
				}
				next(b, parent)
			}
		})
	}
}
