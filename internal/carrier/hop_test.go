package carrier_test

import (
	"bytes"
	"context"
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
		Link: mqttlink.Config{Brokers: []string{b.URL}, Password: b.HostPassword, TLS: b.TLS(wire.HostClient), RetryMax: 200 * time.Millisecond},
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

func newChild(t testing.TB, b *brokertest.Broker, id wire.NodeID, log carrier.Source, change ...func(*carrier.ChildConfig)) *carrier.Child {
	t.Helper()
	cfg := carrier.ChildConfig{
		Node: id, Boot: fmt.Sprintf("child-%d", boots.Add(1)), Software: "test", Source: log, Now: time.Now,
		Link: mqttlink.Config{Brokers: []string{b.URL}, TLS: b.TLS(string(id)), RetryMax: 200 * time.Millisecond}, Sender: quick(),
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
		child := newChild(t, b, "L017-K03", log)
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
		start(t, newParent(t, b, ledger, func(c *carrier.ParentConfig) { c.Link.Brokers = []string{b.Through(down.URL).URL} }))
		child := newChild(t, b.Through(up.URL), "L017-K03", log)
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

func TestLogArrivesWholeThroughABrokerThatLosesAFifth(t *testing.T) {
	b := brokertest.Lossy(t, 5)
	ledger, log := carriertest.NewLedger(t), carriertest.NewLog(7)
	start(t, newParent(t, b, ledger))
	child := newChild(t, b, "L017-K03", log)
	start(t, child)
	for range 10 {
		log.Append(400, "to a lossy broker")
		child.Nudge()
		<-ledger.Changed()
	}
	arrived(t, ledger, "L017-K03", log)
}

// after lets the network work for a while; what a test waits for is never this.
func after(d time.Duration) <-chan time.Time { return time.NewTimer(d).C }

func TestParentKilledBetweenCommitAndAcknowledgementStoresNothingTwice(t *testing.T) {
	brokertest.Each(t, func(t *testing.T, b *brokertest.Broker) {
		ledger, log := carriertest.NewLedger(t), carriertest.NewLog(7)
		child := newChild(t, b, "L017-K03", log)
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
			stop := start(t, newChild(t, b, "L017-K03", log))
			if i%2 == 0 {
				arrived(t, ledger, "L017-K03", log)
			} else {
				<-ledger.Changed()
			}
			stop()
		}
		start(t, newChild(t, b, "L017-K03", log))
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
	stop := start(t, newChild(t, b, "L017", log))
	arrived(t, ledger, "L017", log)
	stop()

	log.Forget(20)
	log.Append(3, "after the restore")
	start(t, newChild(t, b, "L017", log))
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
	stop := start(t, newChild(t, b, "L017-K03", log))
	arrived(t, ledger, "L017-K03", log)
	stop()

	clone.Append(30, "the clone")
	start(t, newChild(t, b, "L017-K03", clone))
	select {
	case <-forks:
	case <-time.After(patience):
		t.Fatal("the fork was not seen")
	}
	other.Append(10, "another node")
	start(t, newChild(t, b, "L017-K04", other))
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
	start(t, newChild(t, b, "L017-K09", bad))
	logs := map[wire.NodeID]*carriertest.Log{}
	for i := range 5 {
		id := wire.NodeID(fmt.Sprintf("L017-K0%d", i+1))
		logs[id] = carriertest.NewLog(uint64(10 + i))
		logs[id].Append(300, "good")
		start(t, newChild(t, b, id, logs[id]))
	}
	start(t, parent)
	for id, log := range logs {
		arrived(t, ledger, id, log)
	}
}

func TestConnectionOnWhichNothingArrivesIsReplaced(t *testing.T) {
	b, mute := brokertest.Mute(t)
	ledger, log := carriertest.NewLedger(t), carriertest.NewLog(7)
	parent := newParent(t, b, ledger, func(c *carrier.ParentConfig) { c.Deaf = 500 * time.Millisecond })
	start(t, parent)
	child := newChild(t, b, "L017", log, func(c *carrier.ChildConfig) { c.Deaf = 500 * time.Millisecond })
	start(t, child)
	eventually(t, "the child sees the parent", child.Reachable)
	log.Append(10, "heard")
	child.Nudge()
	arrived(t, ledger, "L017", log)
	mute.Store(true)
	log.Append(10, "not heard")
	child.Nudge()
	eventually(t, "the connection is given up", func() bool { return !child.Reachable() })
	mute.Store(false)
	arrived(t, ledger, "L017", log)
}
