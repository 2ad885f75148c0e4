package broker

import (
	"strings"

	"balcao/internal/wire"
)

// Allowed is the access list of sync-protocol §4 for one broker: whether a
// client may publish on a topic (write) or receive a topic or subscribe to a
// filter (read). A node writes its own status and its own "up" topics and
// reads its own "dn" topics, the site's and the parent's status; the parent
// ([wire.HostClient]) does the reverse. Nothing else is allowed to anybody.
func Allowed(client, topic string, write bool) bool {
	if client == wire.HostClient {
		return hostAllowed(topic, write)
	}
	n, err := wire.ParseNodeID(client)
	if err != nil {
		return false
	}
	own := wire.Root + "/" + client + "/"
	if write {
		return topic == wire.Topic(n, wire.ChannelStatus) || under(topic, own+"up/")
	}
	return readable(topic, own+"dn/") || readable(topic, wire.SiteTopic("")) || topic == wire.HostStatus
}

func hostAllowed(topic string, write bool) bool {
	if topic == wire.HostStatus {
		return true
	}
	if write {
		if under(topic, wire.SiteTopic("")) {
			return true
		}
		return nodeTopic(topic, "dn/")
	}
	switch topic {
	case wire.Root + "/+/" + string(wire.ChannelStatus), wire.Root + "/+/up/#":
		return true
	}
	if a, err := wire.ParseTopic(topic); err == nil && a.Node != "" && a.Channel == wire.ChannelStatus {
		return true
	}
	return nodeTopic(topic, "up/")
}

// nodeTopic reports whether a topic without wildcards lies under this branch
// of some node's tree.
func nodeTopic(topic, branch string) bool {
	rest, ok := strings.CutPrefix(topic, wire.Root+"/")
	if !ok {
		return false
	}
	node, rest, ok := strings.Cut(rest, "/")
	if !ok || !wire.NodeID(node).Valid() {
		return false
	}
	return under(rest, branch)
}

// under reports whether a topic without wildcards lies under a prefix. Unknown
// last levels pass, so that a newer node can talk to an older broker.
func under(topic, prefix string) bool {
	rest, ok := strings.CutPrefix(topic, prefix)
	return ok && rest != "" && len(rest) <= 64 && !strings.ContainsAny(rest, "+#\x00")
}

// readable is under, and the one filter that takes all that is there.
func readable(topic, prefix string) bool {
	return topic == prefix+"#" || under(topic, prefix)
}

// retainable reports whether a client may leave a retained message on a topic.
// A node has one such topic, so that it cannot fill the broker's memory.
func retainable(client, topic string) bool {
	return client == wire.HostClient || topic == wire.Topic(wire.NodeID(client), wire.ChannelStatus)
}
