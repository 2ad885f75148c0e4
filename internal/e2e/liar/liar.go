// Package liar sends the logs of many kiosks to a branch over real sockets through a cable that lies, while the
// broker restarts again and again: the real stores, carriers, broker, site and engine. Whatever the cable does, the
// branch ends with every fact of every kiosk, once and in order.
package liar

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"balcao/branch-server/engine"
	"balcao/branch-server/site"
	branchstore "balcao/branch-server/store"
	"balcao/internal/branch"
	"balcao/internal/broker"
	"balcao/internal/carrier"
	"balcao/internal/faultproxy"
	"balcao/internal/machine"
	"balcao/internal/mqttlink"
	"balcao/internal/queue"
	"balcao/internal/replica"
	"balcao/internal/wire"
	kioskstore "balcao/kiosk/store"
)

// Lying is the broker of issue 6: a fifth is lost, a fifth comes twice, the next one is any of 64, up to 5 s late.
var Lying = faultproxy.Faults{Drop: 0.2, Double: 0.2, Reorder: 64, Delay: 5 * time.Second}

// Config describes a run.
type Config struct {
	Kiosks, Events int // events of all kiosks together
	Faults         faultproxy.Faults
	Restart        time.Duration // the broker restarts every so often; 0 is never
	Seed           uint64
	Dir            string // for the files
	// Pace is how fast each kiosk writes, events per second; 0 is everything before the first connection.
	Pace int
}

// Result is what a run came to.
type Result struct {
	Events, Lost, Doubled, Disorder int
	Restarts                        int
	Took                            time.Duration
	Faults                          faultproxy.Counts
}

// String is one line for people.
func (r Result) String() string {
	return fmt.Sprintf("lying broker: %d events tried, %d lost, %d doubled, %d out of order; %d messages came, %d were lost, %d doubled; "+
		"%d restarts, %d connections cut; %s", r.Events, r.Lost, r.Doubled, r.Disorder, r.Faults.Passed, r.Faults.Dropped, r.Faults.Doubled,
		r.Restarts, r.Faults.Cut, r.Took.Round(time.Second))
}

// run is what is open meanwhile.
type run struct {
	cfg    Config
	log    *slog.Logger
	branch *branchstore.Store
	proxy  *faultproxy.Proxy
	addr   string // of the broker
	parent *carrier.Parent
	nodes  []*node

	restarts atomic.Int64
}

// node is one kiosk.
type node struct {
	id    wire.NodeID
	store *kioskstore.Store
	child *carrier.Child
	want  int
}

const hostPassword = "only of this run"

// Run sends everything, waits until the branch says that it has it, and compares. When ctx ends before, what had
// arrived until then is compared.
func Run(ctx context.Context, cfg Config) (_ Result, err error) {
	r := &run{cfg: cfg, log: slog.New(slog.DiscardHandler)}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.open(context.WithoutCancel(ctx)); err != nil {
		return Result{}, err
	}
	began := time.Now()
	whole, err := r.carry(ctx)
	if err != nil {
		return Result{}, err
	}
	result := Result{Restarts: int(r.restarts.Load()), Took: time.Since(began), Faults: r.proxy.Counts()}
	return result, r.compare(context.WithoutCancel(ctx), &result, whole)
}

func (r *run) open(ctx context.Context) error {
	var err error
	if r.branch, err = branchstore.Open(ctx, filepath.Join(r.cfg.Dir, "branch.db"), machine.Minter()); err != nil {
		return err
	}
	e, err := engine.New(ctx, engine.Config{Zone: time.UTC, Journal: r.branch, Audience: nobody{}, Now: time.Now, Log: r.log})
	if err != nil {
		return err
	}
	s := site.New(site.Config{
		Branch: func() *branch.Branch { return &branch.Branch{ID: "L001"} }, Commands: e, Epoch: r.branch.Epoch(), Now: time.Now, Log: r.log,
	})
	first, err := broker.New(r.broker("127.0.0.1:0"))
	if err != nil {
		return err
	}
	r.addr = first.Addr()
	if err := first.Close(); err != nil {
		return err
	}
	if r.proxy, err = faultproxy.New(r.addr, r.cfg.Seed, r.cfg.Faults); err != nil {
		return err
	}
	r.parent, err = carrier.NewParent(carrier.ParentConfig{
		Boot: machine.NewBoot(), Incarnation: r.branch.Incarnation(), Ledger: site.Ledger{Adopter: e, Marks: r.branch}, Handle: s.Handle,
		Link: mqttlink.Config{Brokers: []string{"tcp://" + r.addr}, Password: hostPassword, RetryMax: 200 * time.Millisecond},
		Now:  time.Now, Log: r.log,
	})
	if err != nil {
		return err
	}
	for i := range r.cfg.Kiosks {
		if err := r.add(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) broker(addr string) broker.Config {
	return broker.Config{Listen: addr, HostPassword: hostPassword, Self: "L001"}
}

type nobody struct{}

// Hear implements engine.Audience.
func (nobody) Hear([]queue.Entry) {}

func (r *run) add(ctx context.Context, i int) error {
	n := &node{id: wire.NodeID(fmt.Sprintf("L001-K%03d", i+1)), want: r.cfg.Events / r.cfg.Kiosks}
	var err error
	if n.store, err = kioskstore.Open(ctx, filepath.Join(r.cfg.Dir, string(n.id)+".db"), machine.Minter()); err != nil {
		return err
	}
	r.nodes = append(r.nodes, n)
	n.child, err = carrier.NewChild(carrier.ChildConfig{
		Node: n.id, Boot: machine.NewBoot(), Source: n.store, Now: time.Now, Log: r.log, Sender: replica.SenderConfig{MaxBackoff: 5 * time.Second},
		Link: mqttlink.Config{Brokers: []string{"tcp://" + r.proxy.Addr()}, RetryMax: 500 * time.Millisecond},
	})
	if err == nil && r.cfg.Pace == 0 {
		err = n.write(ctx, n.want)
	}
	return err
}

// write logs facts of a device, each in a commit of its own.
func (n *node) write(ctx context.Context, count int) error {
	for range count {
		if err := n.store.Note(ctx, wire.TypePrinterState, wire.DeviceFact{Device: "printer", State: "ok"}, time.Now()); err != nil {
			return err
		}
	}
	return nil
}

// carry sends until the branch has everything or ctx ends; it reports which.
func (r *run) carry(ctx context.Context) (whole bool, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return r.proxy.Run(ctx) })
	g.Go(func() error { return r.brokers(ctx) })
	g.Go(func() error { return r.parent.Run(ctx) })
	for _, n := range r.nodes {
		g.Go(func() error { return n.child.Run(ctx) })
		if r.cfg.Pace > 0 {
			g.Go(func() error { return n.live(ctx, r.cfg.Pace) })
		}
	}
	g.Go(func() error {
		defer stop()
		look := time.NewTicker(100 * time.Millisecond)
		defer look.Stop()
		for {
			done, err := r.arrived(ctx)
			if err != nil || done {
				whole = done
				return err
			}
			select {
			case <-ctx.Done():
				return nil
			case <-look.C:
			}
		}
	})
	return whole, g.Wait()
}

// live logs a kiosk's facts one after another while they are sent.
func (n *node) live(ctx context.Context, pace int) error {
	tick := time.NewTicker(time.Second / time.Duration(pace))
	defer tick.Stop()
	for range n.want {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := n.write(context.WithoutCancel(ctx), 1); err != nil {
			return err
		}
		n.child.Nudge()
	}
	return nil
}

// brokers runs a broker until it is to restart, and the next, which remembers nothing.
func (r *run) brokers(ctx context.Context) error {
	for {
		b, err := broker.New(r.broker(r.addr))
		if err != nil {
			return err
		}
		life, end := context.WithCancel(ctx)
		if r.cfg.Restart > 0 {
			end()
			life, end = context.WithTimeout(ctx, r.cfg.Restart)
		}
		err = b.Run(life)
		end()
		if ctx.Err() != nil || err != nil {
			return err
		}
		r.restarts.Add(1)
		r.proxy.Cut()
	}
}

// arrived looks whether the branch has every log whole.
func (r *run) arrived(ctx context.Context) (bool, error) {
	for _, n := range r.nodes {
		p, err := r.branch.Mark(ctx, string(n.id), n.store.Epoch())
		if err != nil {
			if ctx.Err() != nil {
				return false, nil //nolint:nilerr // it was told to end
			}
			return false, err
		}
		if p.HWM < uint64(n.want) {
			return false, nil
		}
	}
	return true, nil
}

// compare holds the branch's journal against what the kiosks wrote.
func (r *run) compare(ctx context.Context, result *Result, whole bool) error {
	held := map[wire.NodeID]uint64{}
	for after := uint64(0); ; {
		records, _, err := r.branch.After(ctx, after, 10_000, 8<<20)
		if err != nil {
			return err
		}
		if len(records) == 0 {
			break
		}
		after = records[len(records)-1].Seq
		for _, record := range records {
			e, err := wire.DecodeEvent(record.Raw)
			if err != nil {
				return err
			}
			if e.Via != nil && e.Type == wire.TypePrinterState {
				result.judge(held, *e.Via)
			}
		}
	}
	for _, n := range r.nodes {
		if err := r.acknowledged(ctx, result, n, held[n.id], whole); err != nil {
			return err
		}
	}
	return nil
}

// judge counts one fact in the branch's journal.
func (r *Result) judge(held map[wire.NodeID]uint64, via wire.Via) {
	r.Events++
	switch before := held[via.Node]; {
	case via.Seq == before+1:
		held[via.Node] = via.Seq
	case via.Seq <= before:
		r.Doubled++
	default:
		r.Disorder++
		held[via.Node] = via.Seq
	}
}

// acknowledged holds what a kiosk was told against what is there, and, where everything has arrived, both chains.
func (r *run) acknowledged(ctx context.Context, result *Result, n *node, held uint64, whole bool) error {
	if sent := n.store.Sent(); sent > held {
		result.Lost += int(sent - held)
	}
	if !whole {
		return nil
	}
	epoch, _, last, head, err := n.store.Position(ctx)
	if err != nil {
		return err
	}
	p, err := r.branch.Mark(ctx, string(n.id), epoch)
	if err != nil {
		return err
	}
	if last != held {
		result.Lost += int(last - min(held, last))
	}
	if p.Head != head || p.HWM != last || p.Quarantined {
		result.Disorder++
	}
	return nil
}

func (r *run) close() error {
	var all []error
	var mu sync.Mutex
	var parts sync.WaitGroup
	for _, n := range r.nodes {
		parts.Go(func() {
			err := n.store.Close()
			mu.Lock()
			defer mu.Unlock()
			all = append(all, err)
		})
	}
	parts.Wait()
	if r.branch != nil {
		all = append(all, r.branch.Close())
	}
	return errors.Join(all...)
}
