package broker

import (
	"fmt"
	"path/filepath"
	"strings"

	"balcao/internal/wire"
)

// Verb is what a right lets a client do.
type Verb string

// The verbs of MQTT 3.1.1 that a broker checks.
const (
	Publish   Verb = "publish"
	Subscribe Verb = "subscribe"
)

// Right is one line of the access list: a client may do something with the topics of a filter.
type Right struct {
	Client string // name in its certificate
	Verb   Verb
	Filter string
}

// Rights is the access list of sync-protocol §4 written out for a parent and the nodes of its registry, in the order
// of the registry. What is not in it is refused. [Allowed] says the same of one topic at a time; a test holds the two
// together, on every broker.
func Rights(self string, nodes []wire.NodeID) []Right {
	all := []Right{
		{self, Subscribe, wire.Root + "/+/" + string(wire.ChannelStatus)},
		{self, Subscribe, wire.Root + "/+/up/#"},
		{self, Subscribe, wire.HostStatus},
		{self, Publish, wire.HostStatus},
		{self, Publish, wire.Root + "/+/dn/#"},
		{self, Publish, wire.SiteTopic("") + "#"},
	}
	for _, n := range nodes {
		all = append(all, nodeRights(string(n))...)
	}
	return all
}

// nodeRights are those of one node; the name may be a broker's word for whoever is connected.
func nodeRights(name string) []Right {
	own := wire.Root + "/" + name + "/"
	return []Right{
		{name, Publish, own + string(wire.ChannelStatus)},
		{name, Publish, own + "up/#"},
		{name, Subscribe, own + "dn/#"},
		{name, Subscribe, wire.SiteTopic("") + "#"},
		{name, Subscribe, wire.HostStatus},
	}
}

// MosquittoACL is the access list in Mosquitto's words (mosquitto.conf(5), acl_file). With nodes it holds exactly
// those; without, everybody whose certificate the authority signed, each on its own topics.
func MosquittoACL(self string, nodes []wire.NodeID) string {
	var b strings.Builder
	b.WriteString("# Written by balcao; the names are those in the certificates.\n")
	words := map[Verb]string{Publish: "write", Subscribe: "read"}
	last := ""
	for _, r := range Rights(self, nodes) {
		if r.Client != last {
			fmt.Fprintf(&b, "\nuser %s\n", r.Client)
			last = r.Client
		}
		for _, filter := range spread(r.Filter, nodes) {
			fmt.Fprintf(&b, "topic %s %s\n", words[r.Verb], filter)
		}
	}
	if len(nodes) == 0 {
		b.WriteString("\n")
		for _, r := range nodeRights("%u") {
			fmt.Fprintf(&b, "pattern %s %s\n", words[r.Verb], r.Filter)
		}
	}
	return b.String()
}

// spread writes a filter for all nodes out for those of the registry: Mosquitto asks about topics, not about filters.
func spread(filter string, nodes []wire.NodeID) []string {
	if len(nodes) == 0 || !strings.Contains(filter, "/+/") {
		return []string{filter}
	}
	var all []string
	for _, n := range nodes {
		all = append(all, strings.Replace(filter, "/+/", "/"+string(n)+"/", 1))
	}
	return all
}

// MosquittoFiles says where Mosquitto listens and finds what it reads.
type MosquittoFiles struct {
	Host, Port string
	ACL        string // file of the access list
	Identity   string // folder of the parent's identity
}

// MosquittoConf is the configuration of a Mosquitto 2 that takes the embedded broker's place: mutual TLS 1.3, the name
// in the certificate as user and client id, nothing remembered.
func MosquittoConf(f MosquittoFiles) string {
	own := filepath.Join(f.Identity, "node.pem")
	return fmt.Sprintf(`# Written by balcao. Sessions and messages are not kept: the programs send again what matters.
per_listener_settings false
persistence false
allow_anonymous false
acl_file %s

listener %s %s
cafile %s
certfile %s
keyfile %s
crlfile %s
require_certificate true
use_identity_as_username true
use_username_as_clientid true
tls_version tlsv1.3

max_packet_size %d
max_inflight_messages 200
max_queued_messages 1024
set_tcp_nodelay true
`, f.ACL, f.Port, f.Host, filepath.Join(f.Identity, "ca.pem"), own, own, filepath.Join(f.Identity, "crl.pem"), 256<<10+512)
}
