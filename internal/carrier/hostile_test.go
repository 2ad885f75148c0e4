package carrier_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"balcao/internal/broker/brokertest"
	"balcao/internal/carrier"
	"balcao/internal/carrier/carriertest"
	"balcao/internal/mqttlink"
	"balcao/internal/wire"
)

// stranger connects a bare link with a node's id, to say what no Child would.
func stranger(t *testing.T, b *brokertest.Broker, id string) (link *mqttlink.Link, stop func()) {
	t.Helper()
	up := make(chan struct{}, 100)
	link, err := mqttlink.New(mqttlink.Config{
		Brokers: []string{b.URL}, ClientID: id, Username: id, Password: b.HostPassword, TLS: b.TLS(id), RetryMax: 200 * time.Millisecond,
		OnState: func(s mqttlink.State) {
			if s.Up {
				up <- struct{}{}
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	stop = start(t, link)
	select {
	case <-up:
	case <-time.After(patience):
		t.Fatal("the stranger does not get in")
	}
	return link, stop
}

func TestGarbageIsCountedAndHarmsNobody(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		ledger, log := carriertest.NewLedger(t), carriertest.NewLog(7)
		parent := newParent(t, b, ledger, func(c *carrier.ParentConfig) {
			c.Handle = func(_ context.Context, _ wire.NodeID, r wire.Request) json.RawMessage { return r.Data }
		})
		start(t, parent)
		link, _ := stranger(t, b, "L018")
		other, err := wire.EncodeBatch(wire.Batch{
			Node: "L017-K03", Epoch: 7, Records: []wire.Record{{Seq: 1, Raw: []byte(`{"s":1,"t":"forged","v":1}`)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		payloads := [][]byte{
			nil, []byte("x"), []byte(`{`), []byte(`{}`), []byte(`null`), []byte(`[]`), []byte(`{"s":1}`), bytes.Repeat([]byte{0xff}, 200<<10),
			[]byte(strings.Repeat("[", 100_000)),
			{0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3},
			other, other[:len(other)-2],
			[]byte(`{"s":"online","boot":"` + strings.Repeat("x", 1000) + `"}`), []byte(`{"id":"` + strings.Repeat("x", 1000) + `","ttl":1}`),
			[]byte(`{"e":18446744073709551615,"f":18446744073709551615,"l":18446744073709551615}`),
		}
		sent := 0
		for _, channel := range []wire.Channel{
			wire.ChannelStatus, wire.ChannelHello, wire.ChannelLog, wire.ChannelReq, wire.ChannelRes, wire.ChannelLive, wire.ChannelHealth,
			"up/unknown", "up/log/deeper",
		} {
			for _, payload := range payloads {
				if err := link.Publish(t.Context(), mqttlink.Message{Topic: wire.Topic("L018", channel), QoS: 1, Payload: payload}); err != nil {
					t.Fatal(err)
				}
				sent++
			}
		}
		child := newChild(t, b, "L017-K03", log)
		start(t, child)
		log.Append(300, "in between")
		child.Nudge()
		arrived(t, ledger, "L017-K03", log)
		eventually(t, "most of it was counted", func() bool {
			return parent.Counters().Refused > uint64(sent/2)
		})
	})
}

func TestChildBearsAParentThatTalksNonsense(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		ledger, log := carriertest.NewLedger(t), carriertest.NewLog(7)
		log.Append(300, "x")
		link, leave := stranger(t, b, wire.HostClient)
		start(t, newChild(t, b, "L017", log))
		ack := func(text string) {
			for _, topic := range []string{
				wire.Topic("L017", wire.ChannelAck), wire.Topic("L017", wire.ChannelRsp), wire.HostStatus,
				wire.Topic("L017", wire.ChannelCmd), wire.SiteTopic("board"),
			} {
				if err := link.Publish(t.Context(), mqttlink.Message{Topic: topic, QoS: 1, Payload: []byte(text)}); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, text := range []string{
			"", "x", "{}", "null", `{"e":7,"h":0,"cr":-1}`, `{"e":7,"h":3,"cr":8,"inc":"a"}`,
			`{"e":7,"h":1,"cr":0,"inc":"b"}`, `{"e":8,"h":1}`, `{"id":"x"}`, `{"s":"lost"}`, `{"s":"online","boot":"z"}`,
		} {
			ack(text)
		}
		leave()
		start(t, newParent(t, b, ledger))
		arrived(t, ledger, "L017", log)
	})
}

func TestManyNodesShareOneParent(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		ledger := carriertest.NewLedger(t)
		start(t, newParent(t, b, ledger))
		logs := map[wire.NodeID]*carriertest.Log{}
		for i := range 30 {
			id := wire.NodeID(fmt.Sprintf("L017-K%02d", i))
			logs[id] = carriertest.NewLog(uint64(100 + i))
			logs[id].Append(200, "one of thirty")
			start(t, newChild(t, b, id, logs[id]))
		}
		for id, log := range logs {
			arrived(t, ledger, id, log)
		}
	})
}
