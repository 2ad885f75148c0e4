package carrier_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"balcao/internal/broker/brokertest"
	"balcao/internal/carrier"
	"balcao/internal/carrier/carriertest"
	"balcao/internal/wire"
)

func TestBothEndsSpeakTheHighestVersionInCommon(t *testing.T) {
	for _, c := range []struct {
		node, parent wire.Versions
		want         int
	}{
		{wire.Versions{Min: 1, Max: 2}, wire.Versions{Min: 1, Max: 2}, 2},
		{wire.Versions{Min: 1, Max: 1}, wire.Versions{Min: 1, Max: 2}, 1},
		{wire.Versions{Min: 1, Max: 2}, wire.Versions{Min: 1, Max: 1}, 1},
		{wire.Versions{Min: 2, Max: 5}, wire.Versions{Min: 1, Max: 3}, 3},
	} {
		t.Run(fmt.Sprint(c.node, c.parent), func(t *testing.T) {
			b := brokertest.Embedded(t)
			ledger, log := carriertest.NewLedger(t), carriertest.NewLog(7)
			log.Append(130, "across versions")
			parent := newParent(t, b, ledger, func(p *carrier.ParentConfig) { p.Speaks = c.parent })
			child := newChild(t, b, "L017-K03", log, func(n *carrier.ChildConfig) { n.Speaks = c.node })
			start(t, parent)
			start(t, child)
			arrived(t, ledger, "L017-K03", log)
			eventually(t, "the node knows the version", func() bool { return child.Agreement().Version == c.want })
			if got := parent.Version("L017-K03"); got != c.want {
				t.Errorf("the parent speaks %d with it, want %d", got, c.want)
			}
		})
	}
}

// refusals hears what a parent tells of a node.
type refusals struct {
	mu   sync.Mutex
	last wire.Refusal
}

func (r *refusals) hear(_ wire.NodeID, version int, refused wire.Refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = refused
	if (version == 0) != (refused != "") {
		r.last = "neither a version nor a refusal"
	}
}

func (r *refusals) refused() wire.Refusal {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

func TestANodeWithoutAVersionInCommonKeepsItsLogUntilOneOfThemIsReplaced(t *testing.T) {
	for _, c := range []struct {
		name                  string
		node, parent          wire.Versions // as they meet
		nodeLater, parentThen wire.Versions // after one of them was replaced
		want                  wire.Refusal
	}{
		{"an old node is replaced", wire.Versions{Min: 1, Max: 1}, wire.Versions{Min: 2, Max: 3}, wire.Versions{Min: 2, Max: 3}, wire.Versions{Min: 2, Max: 3}, wire.RefusedOld},
		{"an old parent is replaced", wire.Versions{Min: 3, Max: 4}, wire.Versions{Min: 1, Max: 2}, wire.Versions{Min: 3, Max: 4}, wire.Versions{Min: 3, Max: 4}, wire.RefusedNew},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := brokertest.Embedded(t)
			ledger, log := carriertest.NewLedger(t), carriertest.NewLog(7)
			log.Append(40, "kept while nobody reads it")
			told, later := &refusals{}, &refusals{}
			stopParent := start(t, newParent(t, b, ledger, func(p *carrier.ParentConfig) {
				p.Speaks, p.OnVersion = c.parent, told.hear
				p.Handle = func(context.Context, wire.NodeID, wire.Request) json.RawMessage { return json.RawMessage(`1`) }
			}))
			child := newChild(t, b, "L017-K03", log, func(n *carrier.ChildConfig) { n.Speaks = c.node })
			stopChild := start(t, child)
			eventually(t, "the node is refused", func() bool { return child.Agreement().Refused == c.want })
			eventually(t, "the parent tells of it", func() bool { return told.refused() == c.want })
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if _, err := child.Request(ctx, wire.Request{ID: "x", Data: json.RawMessage(`1`)}); !errors.Is(err, carrier.ErrVersion) {
				t.Errorf("a question of a refused node: %v, want %v at once", err, carrier.ErrVersion)
			}
			log.Append(40, "written meanwhile")
			child.Nudge()
			if p, err := ledger.Position(t.Context(), "L017-K03", 7); err != nil || p.HWM != 0 {
				t.Errorf("%d records were taken in of a node that was refused, %v", p.HWM, err)
			}
			if epoch, _ := log.Records(); epoch != 7 || log.Acked() != 0 {
				t.Errorf("the log is at epoch %d, acknowledged up to %d", epoch, log.Acked())
			}
			if c.nodeLater != c.node {
				stopChild()
				child = newChild(t, b, "L017-K03", log, func(n *carrier.ChildConfig) { n.Speaks = c.nodeLater })
				start(t, child)
			} else {
				stopParent()
				start(t, newParent(t, b, ledger, func(p *carrier.ParentConfig) { p.Speaks, p.OnVersion = c.parentThen, later.hear }))
				told = later
			}
			arrived(t, ledger, "L017-K03", log)
			eventually(t, "nobody is refused any more", func() bool { return child.Agreement().Refused == "" && told.refused() == "" })
		})
	}
}

// A parent of version 1 knows no refusal: a node that no longer speaks version 1 refuses by itself.
func TestANodeRefusesAParentThatIsTooOldToRefuseIt(t *testing.T) {
	b := brokertest.Embedded(t)
	link := asParent(t, b)
	child := newChild(t, b, goldenNode, goldenLog(), func(n *carrier.ChildConfig) { n.Speaks = wire.Versions{Min: 2, Max: 3} })
	start(t, child)
	var heard []frame
	next(t, link, &heard, wire.ChannelHello)
	say(t, link, frame{wire.ChannelAck, goldenAck(t, 0)})
	eventually(t, "the node refuses", func() bool { return child.Agreement().Refused == wire.RefusedNew })
	for _, f := range heard {
		if f.channel == wire.ChannelLog {
			t.Error("a batch was sent to a parent that cannot read it")
		}
	}
}

// A node of version 1 knows no refusal: what it knows is a quarantine, and it neither sends nor begins anew.
func TestANodeOfTheFirstVersionStopsSendingWhenItIsRefused(t *testing.T) {
	b := brokertest.Embedded(t)
	ledger := carriertest.NewLedger(t)
	start(t, newParent(t, b, ledger, func(p *carrier.ParentConfig) { p.Speaks = wire.Versions{Min: 2, Max: 3} }))
	link := asNode(t, b)
	var heard []frame
	next(t, link, &heard, hostFrame)
	for _, f := range readExchange(t, "v1", "node") {
		say(t, link, f)
		if f.channel != wire.ChannelHello {
			continue
		}
		a, err := wire.Decode[wire.Ack](next(t, link, &heard, wire.ChannelAck))
		if err != nil || !a.Quarantined || a.Renew || a.HWM != 0 || a.Refused != wire.RefusedOld || a.Versions() != (wire.Versions{Min: 2, Max: 3}) {
			t.Errorf("it is told %+v, %v", a, err)
		}
	}
	if p, err := ledger.Position(t.Context(), goldenNode, 7); err != nil || p.HWM != 0 {
		t.Errorf("%d records taken in, %v", p.HWM, err)
	}
}
