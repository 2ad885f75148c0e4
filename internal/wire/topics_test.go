package wire_test

import (
	"errors"
	"testing"

	"balcao/internal/wire"
)

func TestEveryTopicParsesBack(t *testing.T) {
	topics := []string{wire.HostStatus, wire.SiteTopic("board"), wire.SiteTopic("time")}
	for _, n := range []wire.NodeID{"L017", "L017-K03", "L017-D1", "LISBOA01-S999"} {
		for _, c := range wire.Channels() {
			topics = append(topics, wire.Topic(n, c))
		}
	}
	for _, topic := range topics {
		a, err := wire.ParseTopic(topic)
		if err != nil || a.String() != topic {
			t.Errorf("%s parsed to %s (%v)", topic, a, err)
		}
	}
}

func TestStrangeTopicsAreRefused(t *testing.T) {
	for _, topic := range []string{
		"", "balcao", "balcao/1", "balcao/1/", "balcao/2/L017/st", "balcao/1/L017", "balcao/1/L017/", "balcao/1/L017/st/",
		"balcao/1/+/st", "balcao/1/#", "balcao/1/L017/up/#", "balcao/1/l017/st", "balcao/1/_site/", "balcao/1/_site/Board",
		"balcao/1/_site/a/b", "balcao/1/_host", "balcao/1/_host/st/x", "/balcao/1/L017/st", "$SYS/broker/version",
		"balcao/1/L017-X01/st", "balcao/1/L017\x00/st", "balcao/1/L017 /st",
	} {
		if a, err := wire.ParseTopic(topic); err == nil {
			t.Errorf("%q parsed to %+v", topic, a)
		}
	}
}

func TestNodeIDs(t *testing.T) {
	for id, branch := range map[string]wire.NodeID{
		"L017": "L017", "L017-K03": "L017", "L017-D1": "L017", "ABCDEFGH-S001": "ABCDEFGH", "A1B": "A1B",
	} {
		n, err := wire.ParseNodeID(id)
		if err != nil || n.Branch() != branch {
			t.Errorf("%s: branch %s (%v), want %s", id, n.Branch(), err, branch)
		}
	}
	for _, id := range []string{"", "L", "L0", "017", "l017", "L017-", "L017-K", "L017-K0001", "L017-X01", "L017-K03\n", "ABCDEFGHI", wire.HostClient} {
		if _, err := wire.ParseNodeID(id); !errors.Is(err, wire.ErrNodeID) {
			t.Errorf("%q is taken for a node id", id)
		}
	}
}
