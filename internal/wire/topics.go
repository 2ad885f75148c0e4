// Package wire is what the three programs say to each other: the names of the
// topics, the events of a log and their hash chain, and the messages around
// them. It only turns values into bytes and back; every decoder takes hostile
// bytes and keeps its limits.
package wire

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Root is the first two levels of every topic; the second is the protocol's
// major version.
const Root = "balcao/1"

// HostClient is the MQTT client id under which a parent (branch server or hq)
// connects to its own broker. It can never be a node id.
const HostClient = "_host"

// HQName is the name of headquarters in its certificate. It can never be a node id.
const HQName = "hq"

// HostStatus is the retained topic of the parent's birth and will.
const HostStatus = Root + "/_host/st"

// ErrTopic means that a topic is none of this protocol's.
var ErrTopic = errors.New("unknown topic")

// ErrNodeID means that a text is not a node id.
var ErrNodeID = errors.New("not a node id")

// NodeID names one node: one topic level, the MQTT client id and later the
// certificate's common name. "L017" is a branch server, "L017-K03" a kiosk,
// "-D" a callboard box, "-S" a sensor or printer gateway.
type NodeID string

var nodeID = regexp.MustCompile(`^[A-Z][A-Z0-9]{2,7}(-[KTDS][0-9]{1,3})?$`)

// ParseNodeID checks a text and returns it as a node id, or ErrNodeID.
func ParseNodeID(s string) (NodeID, error) {
	// The length is checked first so that a hostile text never reaches the error.
	if len(s) > 13 || !nodeID.MatchString(s) {
		return "", ErrNodeID
	}
	return NodeID(s), nil
}

// Valid reports whether n is a well-formed node id.
func (n NodeID) Valid() bool {
	_, err := ParseNodeID(string(n))
	return err == nil
}

// Branch returns the id of the branch a node belongs to, which for a branch
// server is the node itself.
func (n NodeID) Branch() NodeID {
	if i := strings.IndexByte(string(n), '-'); i >= 0 {
		return n[:i]
	}
	return n
}

// ChildOf reports whether a node reports to a parent: a kiosk or box to its
// branch, a branch to hq.
func (n NodeID) ChildOf(parent string) bool {
	if parent == HQName {
		return n.Valid() && n == n.Branch()
	}
	return n.Valid() && n != n.Branch() && string(n.Branch()) == parent
}

// Parent returns the name of whom a node reports to.
func (n NodeID) Parent() string {
	if n == n.Branch() {
		return HQName
	}
	return string(n.Branch())
}

// Channel is what a node's topic is for: the levels after the node id.
type Channel string

// The channels of one node. Those that start with "up" and the status go to
// the parent, those that start with "dn" come from it.
const (
	ChannelStatus Channel = "st"        // birth and death, retained
	ChannelHello  Channel = "up/hello"  // what the node's log holds
	ChannelLog    Channel = "up/log"    // a batch of records
	ChannelReq    Channel = "up/req"    // a question with an id and a deadline
	ChannelRes    Channel = "up/res"    // the fast copy of a command's result
	ChannelLive   Channel = "up/live"   // figures for screens, last value wins
	ChannelHealth Channel = "up/health" // a sample of the node's state
	ChannelAck    Channel = "dn/ack"    // how far the parent has committed
	ChannelCmd    Channel = "dn/cmd"    // a signed command
	ChannelRsp    Channel = "dn/rsp"    // the answer to a question
	ChannelCfg    Channel = "dn/cfg"    // pointer to the configuration, retained
	ChannelFw     Channel = "dn/fw"     // pointer to firmware and assets, retained
)

// Channels lists every channel of a node.
func Channels() []Channel {
	return []Channel{
		ChannelStatus, ChannelHello, ChannelLog, ChannelReq, ChannelRes, ChannelLive, ChannelHealth,
		ChannelAck, ChannelCmd, ChannelRsp, ChannelCfg, ChannelFw,
	}
}

// Up reports whether the node itself publishes on this channel.
func (c Channel) Up() bool { return c == ChannelStatus || strings.HasPrefix(string(c), "up/") }

// Topic returns the full topic of a node's channel.
func Topic(n NodeID, c Channel) string { return Root + "/" + string(n) + "/" + string(c) }

// SiteTopic returns the topic that a parent publishes for all its nodes, for
// example SiteTopic("board"). The name is one level of lower-case letters.
func SiteTopic(name string) string { return Root + "/_site/" + name }

// Address is a topic taken apart. Exactly one of three is meant: a node's
// channel (Node and Channel), a topic for the whole site (Site), or the
// parent's own status (Host).
type Address struct {
	Node    NodeID
	Channel Channel
	Site    string
	Host    bool
}

// String returns the topic again.
func (a Address) String() string {
	switch {
	case a.Host:
		return HostStatus
	case a.Site != "":
		return SiteTopic(a.Site)
	default:
		return Topic(a.Node, a.Channel)
	}
}

// ParseTopic takes a topic apart; ErrTopic or ErrNodeID tell why it is none.
func ParseTopic(s string) (Address, error) {
	if s == HostStatus {
		return Address{Host: true}, nil
	}
	rest, ok := strings.CutPrefix(s, Root+"/")
	if !ok {
		return Address{}, ErrTopic
	}
	if name, ok := strings.CutPrefix(rest, "_site/"); ok {
		if !siteName(name) {
			return Address{}, fmt.Errorf("site topic: %w", ErrTopic)
		}
		return Address{Site: name}, nil
	}
	first, channel, ok := strings.Cut(rest, "/")
	if !ok {
		return Address{}, ErrTopic
	}
	node, err := ParseNodeID(first)
	if err != nil {
		return Address{}, err
	}
	for _, c := range Channels() {
		if string(c) == channel {
			return Address{Node: node, Channel: c}, nil
		}
	}
	return Address{}, fmt.Errorf("node topic: %w", ErrTopic)
}

func siteName(s string) bool {
	if s == "" || len(s) > 32 {
		return false
	}
	for _, r := range s {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return true
}
