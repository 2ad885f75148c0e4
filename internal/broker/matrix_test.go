package broker_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/internal/authority/authoritytest"
	"balcao/internal/broker"
	"balcao/internal/broker/brokertest"
	"balcao/internal/wire"
)

// observer is a client that only these tests know: it may do everything, so that it sees what others brought through
// and offers what others must not see.
const observer = "ZZZ"

// court is a broker under examination.
type court struct {
	self  string
	addr  string
	trust *authoritytest.Installation
}

// onBoth runs a test on the embedded broker and on Mosquitto, each with the access list of the same registry.
func onBoth(t *testing.T, self string, nodes []wire.NodeID, test func(t *testing.T, c court)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		in := authoritytest.New(t)
		own := in.Identity(self)
		b := serve(t, broker.Config{
			TLS: own.Server(), Barred: own.Barred, Self: self, Limits: broker.Limits{Subscriptions: 1000},
			Allow: func(client, topic string, write bool) bool {
				return client == observer || broker.Allowed(client, topic, write)
			},
		})
		test(t, court{self: self, addr: b.Addr(), trust: in})
	})
	t.Run("mosquitto", func(t *testing.T) {
		acl := broker.MosquittoACL(self, nodes) + "\nuser " + observer + "\ntopic readwrite #\n"
		b := brokertest.MosquittoWith(t, self, acl)
		test(t, court{self: self, addr: b.Addr, trust: b.Trust})
	})
}

// enter connects somebody with their certificate.
func (c court) enter(t *testing.T, client string, l login) *raw {
	t.Helper()
	r, code := c.knock(t, client, l)
	if code != 0 {
		t.Fatalf("%s is refused: %d", client, code)
	}
	return r
}

func (c court) knock(t *testing.T, client string, l login) (*raw, byte) {
	t.Helper()
	name := client
	if client == wire.HostClient {
		name = c.self
	}
	var d net.Dialer
	plain, err := d.DialContext(context.Background(), "tcp", c.addr)
	if err != nil {
		t.Fatal(err)
	}
	conn := tls.Client(plain, c.trust.Identity(name).Client(c.self))
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	r := &raw{t: t, Conn: conn, in: bufio.NewReader(conn)}
	l.id = client
	return r, r.connect(l)
}

// heard collects topic and payload of messages until one says "end".
func (r *raw) heard() map[[2]string]bool {
	r.t.Helper()
	got := map[[2]string]bool{}
	for {
		kind, body, err := r.get()
		if err != nil {
			r.t.Fatalf("after %d messages: %v", len(got), err)
		}
		if kind&0xf0 != 0x30 {
			continue
		}
		n := int(body[0])<<8 | int(body[1])
		topic, payload := string(body[2:2+n]), string(body[2+n:])
		if payload == "end" {
			return got
		}
		got[[2]string{topic, payload}] = true
	}
}

// everyTopic is each topic there is of these nodes, some there might be, and some that would please a thief.
func everyTopic(nodes []wire.NodeID) []string {
	all := []string{
		wire.HostStatus, wire.SiteTopic("board"), wire.SiteTopic("offer"), wire.SiteTopic("new"), wire.Root + "/_host/up/log",
		wire.Root, wire.Root + "/x", "other", "balcao/2/L017/up/log",
	}
	for _, n := range nodes {
		for _, c := range wire.Channels() {
			all = append(all, wire.Topic(n, c))
		}
		own := wire.Root + "/" + string(n)
		all = append(all, own, own+"/up/new", own+"/dn/new", own+"/st/x")
	}
	return all
}

// TestEveryRoleOnEveryTopicWithEveryVerb executes the whole access list on both brokers: who may publish what, who
// receives what, whatever they subscribe to, and whose will is believed.
func TestEveryRoleOnEveryTopicWithEveryVerb(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short")
	}
	for _, registry := range []struct {
		self  string
		nodes []wire.NodeID
	}{
		{"hq", []wire.NodeID{"L017", "L018", "L0170"}},
		{"L017", []wire.NodeID{"L017-K03", "L017-K04", "L017-D01", "L017-S1"}},
	} {
		t.Run(registry.self, func(t *testing.T) {
			onBoth(t, registry.self, registry.nodes, func(t *testing.T, c court) {
				roles := []string{wire.HostClient}
				for _, n := range registry.nodes {
					roles = append(roles, string(n))
				}
				topics := everyTopic(registry.nodes)
				c.publications(t, roles, topics)
				c.deliveries(t, roles, topics)
				c.wills(t, roles, topics)
				t.Logf("%d roles × %d topics × publish, receive, will", len(roles), len(topics))
			})
		})
	}
}

func (c court) publications(t *testing.T, roles, topics []string) {
	t.Helper()
	eye := c.enter(t, observer, login{})
	eye.subscribe("#")
	for _, role := range roles {
		r := c.enter(t, role, login{})
		for _, topic := range topics {
			r.put(publish(topic, []byte(role), false))
		}
		r.put(publish(ownEnd(role), []byte("end"), false))
		got := eye.heard()
		for _, topic := range topics {
			if came, want := got[[2]string{topic, role}], broker.Allowed(role, topic, true); came != want {
				t.Errorf("%s publishes on %s: came through %t, want %t", role, topic, came, want)
			}
		}
		_ = r.Close()
	}
}

// ownEnd is a topic that a role may publish on.
func ownEnd(role string) string {
	if role == wire.HostClient {
		return wire.HostStatus
	}
	return wire.Topic(wire.NodeID(role), wire.ChannelLog)
}

func (c court) deliveries(t *testing.T, roles, topics []string) {
	t.Helper()
	mouth := c.enter(t, observer, login{})
	wishes := append([]string{"#", "+/#", wire.Root + "/#", wire.Root + "/+/dn/#", wire.Root + "/+/up/#", wire.Root + "/+/st", wire.Root + "/_site/#", "$SYS/#"}, topics...)
	for _, role := range roles {
		r := c.enter(t, role, login{})
		for part := range slices.Chunk(wishes, 50) {
			r.subscribe(part...)
		}
		for _, topic := range topics {
			mouth.put(publish(topic, []byte("x"), false))
		}
		mouth.put(publish(readableEnd(role, roles[1]), []byte("end"), false))
		got := r.heard()
		for _, topic := range topics {
			if came, want := got[[2]string{topic, "x"}], broker.Allowed(role, topic, false); came != want {
				t.Errorf("%s hears %s: %t, want %t", role, topic, came, want)
			}
		}
		for m := range maps.Keys(got) {
			if strings.HasPrefix(m[0], "$") {
				t.Errorf("%s hears %s", role, m[0])
			}
		}
		_ = r.Close()
	}
}

// readableEnd is a topic that a role may receive.
func readableEnd(role, node string) string {
	if role == wire.HostClient {
		return wire.Topic(wire.NodeID(node), wire.ChannelLog)
	}
	return wire.Topic(wire.NodeID(role), wire.ChannelCmd)
}

func (c court) wills(t *testing.T, roles, topics []string) {
	t.Helper()
	eye := c.enter(t, observer, login{})
	eye.subscribe("#")
	for _, role := range roles {
		for _, topic := range topics {
			want := broker.Allowed(role, topic, true)
			r, code := c.knock(t, role, login{willTopic: topic})
			if code != 0 {
				if want {
					t.Errorf("%s with a will on %s is refused: %d", role, topic, code)
				}
				continue
			}
			_ = r.Conn.(*tls.Conn).NetConn().Close() // no farewell
			if want {
				if got := string(eye.expect(topic)); got != "will" {
					t.Errorf("the will of %s on %s is %q", role, topic, got)
				}
			}
		}
	}
	// What was not allowed must not have come: the next thing heard is this.
	last := c.enter(t, wire.HostClient, login{})
	last.put(publish(wire.HostStatus, []byte("end"), false))
	for m := range eye.heard() {
		t.Errorf("a will came through: %s on %s", m[1], m[0])
	}
}

// TestTheGeneratedListSaysTheSame holds the list that is written for other brokers against the embedded broker's own.
func TestTheGeneratedListSaysTheSame(t *testing.T) {
	nodes := []wire.NodeID{"L017-K03", "L017-D01"}
	rights := broker.Rights("L017", nodes)
	for _, role := range []string{wire.HostClient, "L017-K03", "L017-D01"} {
		name := role
		if role == wire.HostClient {
			name = "L017"
		}
		for _, topic := range everyTopic(nodes) {
			for _, verb := range []broker.Verb{broker.Publish, broker.Subscribe} {
				said := slices.ContainsFunc(rights, func(r broker.Right) bool {
					return r.Client == name && r.Verb == verb && covers(r.Filter, topic)
				})
				if want := broker.Allowed(role, topic, verb == broker.Publish); said != want {
					t.Errorf("%s may %s %s: written %t, want %t", role, verb, topic, said, want)
				}
			}
		}
	}
	if acl := broker.MosquittoACL("L017", nodes); strings.Contains(acl, "pattern") || !strings.Contains(acl, "user L017-D01\n") {
		t.Errorf("the list of a registry is not exactly the registry's:\n%s", acl)
	}
	if acl := broker.MosquittoACL("L017", nil); !strings.Contains(acl, fmt.Sprintf("pattern write %s/%%u/up/#", wire.Root)) {
		t.Errorf("the list for everybody has no pattern:\n%s", acl)
	}
}

// covers is the matching of MQTT 3.1.1 §4.7 for the filters of the list. A filter that ends in "/#" covers its parent
// level too, of which nothing is ever published here.
func covers(filter, topic string) bool {
	f, t := strings.Split(filter, "/"), strings.Split(topic, "/")
	for i, level := range f {
		switch {
		case level == "#":
			return len(t) > i
		case i >= len(t), level != "+" && level != t[i]:
			return false
		case level == "+" && !wire.NodeID(t[i]).Valid():
			return false // nobody publishes there as _host or _site
		}
	}
	return len(f) == len(t)
}
