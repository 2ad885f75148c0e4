package carrier_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"balcao/internal/broker/brokertest"
	"balcao/internal/carrier"
	"balcao/internal/carrier/carriertest"
	"balcao/internal/mqttlink"
	"balcao/internal/replica"
	"balcao/internal/wire"
)

// patience is how long a test waits for what must happen.
const patience = 60 * time.Second

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(patience)
	poll := time.NewTicker(2 * time.Millisecond)
	defer poll.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("never happened: %s", what)
		case <-poll.C:
		}
	}
}

// part is a child or parent that runs.
type part interface {
	Run(ctx context.Context) error
}

// start runs a part until the test ends or stop is called.
func start(t testing.TB, p part) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("run: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

var boots atomic.Int64

func quick() replica.SenderConfig {
	return replica.SenderConfig{Timeout: 100 * time.Millisecond, MaxBackoff: time.Second}
}

func newParent(t testing.TB, b *brokertest.Broker, ledger carrier.Ledger, change ...func(*carrier.ParentConfig)) *carrier.Parent {
	t.Helper()
	boot := fmt.Sprintf("parent-%d", boots.Add(1))
	cfg := carrier.ParentConfig{
		Boot: boot, Incarnation: boot, Ledger: ledger, Now: time.Now, AckEvery: 300 * time.Millisecond,
		Link: mqttlink.Config{Brokers: []string{b.URL}, Password: b.HostPassword, RetryMax: 200 * time.Millisecond},
	}
	for _, c := range change {
		c(&cfg)
	}
	p, err := carrier.NewParent(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func newChild(t testing.TB, url string, id wire.NodeID, log carrier.Source, change ...func(*carrier.ChildConfig)) *carrier.Child {
	t.Helper()
	cfg := carrier.ChildConfig{
		Node: id, Boot: fmt.Sprintf("child-%d", boots.Add(1)), Software: "test", Source: log, Now: time.Now,
		Link: mqttlink.Config{Brokers: []string{url}, RetryMax: 200 * time.Millisecond}, Sender: quick(),
	}
	for _, c := range change {
		c(&cfg)
	}
	child, err := carrier.NewChild(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return child
}

// arrived waits until a ledger holds a log's present epoch, then compares.
func arrived(t testing.TB, ledger *carriertest.Ledger, id wire.NodeID, log *carriertest.Log) {
	t.Helper()
	epoch, want := log.Records()
	eventually(t, fmt.Sprintf("%d records of %s", len(want), id), func() bool {
		p, err := ledger.Position(t.Context(), id, epoch)
		if err != nil {
			t.Fatal(err)
		}
		return p.HWM >= uint64(len(want))
	})
	same(t, ledger, id, log)
}

func same(t testing.TB, ledger *carriertest.Ledger, id wire.NodeID, log *carriertest.Log) {
	t.Helper()
	epoch, want := log.Records()
	got, err := ledger.Records(t.Context(), id, epoch)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("ledger holds %d records of %s, want %d", len(got), id, len(want))
	}
	for i, r := range got {
		if r.Seq != uint64(i+1) || !bytes.Equal(r.Raw, want[i].Raw) {
			t.Fatalf("record %d of %s differs", i+1, id)
		}
	}
}

func TestLogArrivesWholeThroughRestartsOfTheBroker(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		ledger, log := carriertest.NewLedger(t), carriertest.NewLog(7)
		start(t, newParent(t, b, ledger))
		child := newChild(t, b.URL, "L017-K03", log)
		start(t, child)
		for range 4 {
			for range 20 {
				log.Append(20, "while it runs")
				child.Nudge()
			}
			b.Restart(t)
			log.Append(30, "after a restart")
			child.Nudge()
		}
		arrived(t, ledger, "L017-K03", log)
		eventually(t, "the child knows", func() bool {
			unsent, whole := child.Unsent()
			return unsent == 0 && whole && log.Acked() == 4*430
		})
	})
}

func TestLogArrivesWholeThroughACableThatIsCut(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		ledger, log := carriertest.NewLedger(t), carriertest.NewLog(7)
		up, down := carriertest.NewCable(t, b.Addr), carriertest.NewCable(t, b.Addr)
		start(t, newParent(t, b, ledger, func(c *carrier.ParentConfig) { c.Link.Brokers = []string{down.URL} }))
		child := newChild(t, up.URL, "L017-K03", log)
		start(t, child)
		for cuts := 0; cuts < 12; {
			<-after(time.Duration(10+cuts*7) * time.Millisecond)
			log.Append(200, "through a bad cable")
			child.Nudge()
			cable := up
			if cuts%3 == 2 {
				cable = down
			}
			if cable.Cut() > 0 {
				cuts++
			}
		}
		arrived(t, ledger, "L017-K03", log)
	})
}

// after lets the network work for a while; what a test waits for is never this.
func after(d time.Duration) <-chan time.Time { return time.NewTimer(d).C }

func TestParentKilledBetweenCommitAndAcknowledgementStoresNothingTwice(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		ledger, log := carriertest.NewLedger(t), carriertest.NewLog(7)
		child := newChild(t, b.URL, "L017-K03", log)
		start(t, child)
		for range 5 {
			killed := make(chan struct{})
			var once sync.Once
			ledger.After(func() error {
				once.Do(func() { close(killed) })
				return errors.New("killed before it could acknowledge")
			})
			stop := start(t, newParent(t, b, ledger))
			log.Append(150, "to a parent that dies")
			child.Nudge()
			<-killed
			stop()
		}
		ledger.After(nil)
		start(t, newParent(t, b, ledger))
		arrived(t, ledger, "L017-K03", log)
	})
}

func TestChildStartedAgainGoesOnWhereTheParentStands(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		ledger, log := carriertest.NewLedger(t), carriertest.NewLog(7)
		var batches atomic.Int64
		ledger.Before(func(bs []wire.Batch) error {
			batches.Add(int64(len(bs)))
			return nil
		})
		start(t, newParent(t, b, ledger))
		for i := range 5 {
			log.Append(100, "one life of the child")
			stop := start(t, newChild(t, b.URL, "L017-K03", log))
			if i%2 == 0 {
				arrived(t, ledger, "L017-K03", log)
			} else {
				<-ledger.Changed()
			}
			stop()
		}
		start(t, newChild(t, b.URL, "L017-K03", log))
		arrived(t, ledger, "L017-K03", log)
		if n := batches.Load(); n > 20 {
			t.Errorf("500 records took %d batches", n)
		}
	})
}

func TestLogThatForgotOpensANewEpochAndGoesOn(t *testing.T) {
	b := brokertest.Embedded(t)
	ledger, log := carriertest.NewLedger(t), carriertest.NewLog(7)
	start(t, newParent(t, b, ledger))
	log.Append(50, "before")
	stop := start(t, newChild(t, b.URL, "L017", log))
	arrived(t, ledger, "L017", log)
	stop()

	log.Forget(20)
	log.Append(3, "after the restore")
	start(t, newChild(t, b.URL, "L017", log))
	eventually(t, "a new epoch", func() bool { epoch, _ := log.Records(); return epoch == 8 })
	log.Append(3, "in the new epoch")
	arrived(t, ledger, "L017", log)
	if old, err := ledger.Records(t.Context(), "L017", 7); err != nil || len(old) != 50 {
		t.Errorf("the old epoch has %d records (%v), want 50", len(old), err)
	}
}

func TestForkedLogIsQuarantinedAndOthersGoOn(t *testing.T) {
	b := brokertest.Embedded(t)
	ledger := carriertest.NewLedger(t)
	forks := make(chan wire.NodeID, 10)
	start(t, newParent(t, b, ledger, func(c *carrier.ParentConfig) {
		c.OnFork = func(n wire.NodeID, _ uint64) { forks <- n }
	}))
	log, other := carriertest.NewLog(7), carriertest.NewLog(9)
	log.Append(10, "common")
	clone := log.Clone()
	log.Append(10, "the true one")
	stop := start(t, newChild(t, b.URL, "L017-K03", log))
	arrived(t, ledger, "L017-K03", log)
	stop()

	clone.Append(30, "the clone")
	start(t, newChild(t, b.URL, "L017-K03", clone))
	select {
	case <-forks:
	case <-time.After(patience):
		t.Fatal("the fork was not seen")
	}
	other.Append(10, "another node")
	start(t, newChild(t, b.URL, "L017-K04", other))
	arrived(t, ledger, "L017-K04", other)
	same(t, ledger, "L017-K03", log)
}

func TestOneNodesBadRecordsDoNotKeepOutTheOthers(t *testing.T) {
	b := brokertest.Embedded(t)
	ledger := carriertest.NewLedger(t)
	ledger.Before(func(bs []wire.Batch) error {
		for _, batch := range bs {
			if batch.Node == "L017-K09" {
				return errors.New("these cannot be stored")
			}
		}
		return nil
	})
	parent := newParent(t, b, ledger)
	bad := carriertest.NewLog(5)
	bad.Append(500, "bad")
	start(t, newChild(t, b.URL, "L017-K09", bad))
	logs := map[wire.NodeID]*carriertest.Log{}
	for i := range 5 {
		id := wire.NodeID(fmt.Sprintf("L017-K0%d", i+1))
		logs[id] = carriertest.NewLog(uint64(10 + i))
		logs[id].Append(300, "good")
		start(t, newChild(t, b.URL, id, logs[id]))
	}
	start(t, parent)
	for id, log := range logs {
		arrived(t, ledger, id, log)
	}
}

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
		child := newChild(t, b.URL, "L017-K03", carriertest.NewLog(7))
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
	child := newChild(t, b.URL, "L017-K03", carriertest.NewLog(7))
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
		child := newChild(t, b.URL, "L017", log)
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
		stop := start(t, newChild(t, b.URL, "L017-K03", carriertest.NewLog(7)))
		expect("birth", func(p carrier.Presence) bool { return p.Node == "L017-K03" && p.Online && p.Boot != "" })
		if ids := parent.Online(); len(ids) != 1 || ids[0] != "L017-K03" {
			t.Errorf("online: %v", ids)
		}
		stop()
		expect("farewell", func(p carrier.Presence) bool { return !p.Online && !p.Lost })

		cable := carriertest.NewCable(t, b.Addr)
		var links atomic.Int64
		child := newChild(t, cable.URL, "L017-K03", carriertest.NewLog(7), func(c *carrier.ChildConfig) {
			c.OnLink = func(reachable bool) {
				if reachable {
					links.Add(1)
				}
			}
		})
		start(t, child)
		expect("second birth", func(p carrier.Presence) bool { return p.Online })
		eventually(t, "the child sees the parent", child.Reachable)
		cable.Cut()
		expect("loss", func(p carrier.Presence) bool { return !p.Online && p.Lost })
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
		start(t, newChild(t, b.URL, "L017-K03", carriertest.NewLog(7), func(c *carrier.ChildConfig) {
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
			start(t, newChild(t, b.URL, id, carriertest.NewLog(7), func(c *carrier.ChildConfig) {
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
		child := newChild(t, b.URL, id, carriertest.NewLog(7), func(c *carrier.ChildConfig) {
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
