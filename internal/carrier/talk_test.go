package carrier_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"balcao/internal/broker/brokertest"
	"balcao/internal/carrier"
	"balcao/internal/carrier/carriertest"
	"balcao/internal/wire"
)

func TestQuestionIsAnsweredThroughARestartOfTheBroker(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		var running, most, answers atomic.Int64
		start(t, newParent(t, b, carriertest.NewLedger(t), func(c *carrier.ParentConfig) {
			c.Handle = func(_ context.Context, n wire.NodeID, r wire.Request) json.RawMessage {
				if now := running.Add(1); now > most.Load() {
					most.Store(now)
				}
				defer running.Add(-1)
				answers.Add(1)
				return json.RawMessage(fmt.Sprintf(`{"node":%q,"asked":%s}`, n, r.Data))
			}
		}))
		child := newChild(t, b, "L017-K03", carriertest.NewLog(7))
		start(t, child)
		ask := func(id string) {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			reply, err := child.Request(ctx, wire.Request{ID: id, Data: json.RawMessage(`{"op":"x"}`)})
			if err != nil {
				t.Fatal(err)
			}
			if want := `{"node":"L017-K03","asked":{"op":"x"}}`; string(reply.Data) != want || reply.ID != id {
				t.Errorf("answer %s to %s, want %s", reply.Data, reply.ID, want)
			}
		}
		ask("first")
		b.Restart(t)
		ask("second")
		if most.Load() > 1 {
			t.Errorf("%d handlers ran for the same question", most.Load())
		}
	})
}

func TestQuestionWithoutAParentEndsAtItsDeadline(t *testing.T) {
	b := brokertest.Embedded(t)
	child := newChild(t, b, "L017-K03", carriertest.NewLog(7))
	start(t, child)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := child.Request(ctx, wire.Request{ID: "x", Data: json.RawMessage(`1`)}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error = %v, want %v", err, context.DeadlineExceeded)
	}
	if _, err := child.Request(t.Context(), wire.Request{ID: "x"}); err == nil {
		t.Error("a question without a deadline was asked")
	}
}

func TestSamplesReachTheParent(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		live, health := make(chan wire.Sample, 100), make(chan wire.Sample, 100)
		log := carriertest.NewLog(7)
		log.Append(3, "x")
		child := newChild(t, b, "L017", log)
		child.Health(json.RawMessage(`{"paper":"low"}`)) // before there is a connection
		start(t, newParent(t, b, carriertest.NewLedger(t), func(c *carrier.ParentConfig) {
			c.OnLive = func(_ wire.NodeID, s wire.Sample) { live <- s }
			c.OnHealth = func(_ wire.NodeID, s wire.Sample) { health <- s }
		}))
		start(t, child)
		eventually(t, "the log is acknowledged", func() bool { _, whole := child.Unsent(); return whole })
		for got := false; !got; {
			child.Live(json.RawMessage(`{"waiting":31}`))
			select {
			case s := <-live:
				got = string(s.Data) == `{"waiting":31}` && s.Unsent == 0
			case <-time.After(100 * time.Millisecond):
			}
		}
		// The sample from before may have gone to a parent that was not there
		// yet; the next one must come.
		for got := false; !got; {
			child.Health(json.RawMessage(`{"paper":"out"}`))
			select {
			case s := <-health:
				got = string(s.Data) == `{"paper":"out"}`
			case <-time.After(100 * time.Millisecond):
			}
		}
	})
}

func TestParentKnowsWhoIsThere(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		seen := make(chan carrier.Presence, 100)
		parent := newParent(t, b, carriertest.NewLedger(t), func(c *carrier.ParentConfig) {
			c.OnPresence = func(p carrier.Presence) { seen <- p }
		})
		start(t, parent)
		expect := func(what string, ok func(carrier.Presence) bool) {
			t.Helper()
			select {
			case p := <-seen:
				if !ok(p) {
					t.Fatalf("%s: told %+v", what, p)
				}
			case <-time.After(patience):
				t.Fatalf("%s: not told", what)
			}
		}
		stop := start(t, newChild(t, b, "L017-K03", carriertest.NewLog(7)))
		expect("birth", func(p carrier.Presence) bool { return p.Node == "L017-K03" && p.Online && p.Boot != "" })
		if ids := parent.Online(); len(ids) != 1 || ids[0] != "L017-K03" {
			t.Errorf("online: %v", ids)
		}
		stop()
		expect("farewell", func(p carrier.Presence) bool { return !p.Online && !p.Lost })

		cable := carriertest.NewCable(t, b.Addr)
		var links atomic.Int64
		child := newChild(t, b.Through(cable.URL), "L017-K03", carriertest.NewLog(7), func(c *carrier.ChildConfig) {
			c.OnLink = func(reachable bool) {
				if reachable {
					links.Add(1)
				}
			}
		})
		start(t, child)
		expect("second birth", func(p carrier.Presence) bool { return p.Online })
		eventually(t, "the child sees the parent", child.Reachable)
		// A node that is back before the broker tells of its loss was never away.
		cable.Break()
		expect("loss", func(p carrier.Presence) bool { return !p.Online && p.Lost })
		cable.Mend()
		expect("return", func(p carrier.Presence) bool { return p.Online })
		eventually(t, "the child sees the parent again", func() bool { return links.Load() >= 2 })
	})
}

func TestChildLearnsThatTheParentIsGoneAndBack(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		ledger := carriertest.NewLedger(t)
		links := make(chan bool, 100)
		expect := func(want bool) {
			t.Helper()
			select {
			case got := <-links:
				if got != want {
					t.Fatalf("reachable = %t, want %t", got, want)
				}
			case <-time.After(patience):
				t.Fatalf("not told that reachable is %t", want)
			}
		}
		stop := start(t, newParent(t, b, ledger))
		start(t, newChild(t, b, "L017-K03", carriertest.NewLog(7), func(c *carrier.ChildConfig) {
			c.OnLink = func(reachable bool) { links <- reachable }
		}))
		expect(true)
		stop()
		expect(false)
		start(t, newParent(t, b, ledger))
		expect(true)
	})
}

func TestBoardSurvivesARestartOfTheBroker(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		parent := newParent(t, b, carriertest.NewLedger(t))
		board := bytes.Repeat([]byte(`{"tk":"A001","counter":3}`), 200) // large enough to be compressed
		if err := parent.PublishSite("board", true, board); err != nil {
			t.Fatal(err)
		}
		start(t, parent)
		listen := func(id wire.NodeID) chan []byte {
			got := make(chan []byte, 100)
			start(t, newChild(t, b, id, carriertest.NewLog(7), func(c *carrier.ChildConfig) {
				c.OnSite = func(topic string, payload []byte) {
					if topic == "board" {
						got <- payload
					}
				}
			}))
			return got
		}
		expect := func(got chan []byte) {
			t.Helper()
			select {
			case payload := <-got:
				if !bytes.Equal(payload, board) {
					t.Fatal("the board changed on the way")
				}
			case <-time.After(patience):
				t.Fatal("no board")
			}
		}
		first := listen("L017-D01")
		expect(first)
		b.Restart(t)
		expect(first)
		expect(listen("L017-D02"))
	})
}

func TestCommandsReachOneNodeOnly(t *testing.T) {
	b := brokertest.Embedded(t)
	parent := newParent(t, b, carriertest.NewLedger(t))
	start(t, parent)
	commands := make(chan string, 100)
	for _, id := range []wire.NodeID{"L017-K01", "L017-K02"} {
		child := newChild(t, b, id, carriertest.NewLog(7), func(c *carrier.ChildConfig) {
			c.OnCommand = func(ch wire.Channel, payload []byte) { commands <- fmt.Sprint(id, ch, string(payload)) }
		})
		start(t, child)
		eventually(t, "the child sees the parent", child.Reachable)
	}
	if err := parent.PublishTo("L017-K02", wire.ChannelCmd, false, []byte(`1`)); err != nil {
		t.Fatal(err)
	}
	if err := parent.PublishTo("L017-K01", wire.ChannelCfg, true, []byte(`2`)); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{<-commands: true, <-commands: true}
	if !got["L017-K02dn/cmd1"] || !got["L017-K01dn/cfg2"] {
		t.Errorf("commands: %v", got)
	}
	if err := parent.PublishSite("../x", false, nil); err == nil {
		t.Error("a strange topic was published")
	}
}
