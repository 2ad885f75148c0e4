package carrier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"balcao/internal/mqttlink"
	"balcao/internal/replica"
	"balcao/internal/wire"
)

// Ledger is the durable store into which a Parent takes logs.
type Ledger interface {
	// Position returns how far one epoch of one node's log is held, as
	// committed; only the epoch is set where nothing is.
	Position(ctx context.Context, node wire.NodeID, epoch uint64) (replica.Position, error)
	// AcceptAll decides on the batches in turn, stores what is accepted and the
	// positions after it in one transaction, commits, and returns a decision
	// for each batch. replica.AcceptAll is the body of that transaction.
	AcceptAll(ctx context.Context, batches []wire.Batch) ([]replica.Decision, error)
}

// Rebaser is a Ledger that can take a compacted log over from its base on. It
// commits replica.Rebase of what it holds, keeps the snapshot, and returns the
// position afterwards; where nothing changes it returns the one held. Without
// it such a log waits for an operator.
type Rebaser interface {
	Rebase(ctx context.Context, node wire.NodeID, epoch uint64, base wire.Base) (replica.Position, error)
}

// Quarantiner is a Ledger that can put an epoch into quarantine for what its
// node said of it, without a batch.
type Quarantiner interface {
	Quarantine(ctx context.Context, node wire.NodeID, epoch uint64) error
}

// Handler answers a node's question. The same question may come again, also
// from after a restart; it must happen once per request id. A nil answer is not
// sent. Handlers run side by side; ctx ends with the question's deadline.
type Handler func(ctx context.Context, node wire.NodeID, r wire.Request) json.RawMessage

// Presence tells that a node came or went.
type Presence struct {
	Node     wire.NodeID
	Online   bool
	Lost     bool // went without a farewell
	Boot     string
	Software string
}

// ParentConfig describes a Parent. Boot, Incarnation, Link, Ledger and Now must
// be set.
type ParentConfig struct {
	// Boot is random for each start of the process.
	Boot string
	// Incarnation names the state behind the Ledger: it changes when that may
	// have gone back. A random name for each start is always right.
	Incarnation string
	// Software is the version of the program.
	Software string
	// Link says where the broker is, with the password of the parent's own
	// client. ClientID, Username, Subscriptions, Will and OnState are filled in
	// here.
	Link   mqttlink.Config
	Ledger Ledger
	// Handle answers questions; nil answers none.
	Handle Handler
	// OnLive and OnHealth receive a node's samples, OnPresence its comings and
	// goings. They are called one after the other and must be quick.
	OnLive, OnHealth func(node wire.NodeID, s wire.Sample)
	OnPresence       func(p Presence)
	// OnResult receives what a node says of a command (up/res). It must be quick.
	OnResult func(node wire.NodeID, payload []byte)
	// OnHello receives what a node says of itself and its log. It must be quick.
	OnHello func(node wire.NodeID, h wire.HelloMessage)
	// Speaks are the protocol versions understood; zero means wire.Spoken.
	Speaks wire.Versions
	// OnVersion is told which version is spoken with a node, when that changes;
	// or, with 0, why there is none in common. It must be quick.
	OnVersion func(node wire.NodeID, version int, refused wire.Refusal)
	// OnFork is told of an epoch that was found to have two contents.
	OnFork func(node wire.NodeID, epoch uint64)
	// OnBase is told of records of a node that are gone for ever: the log was
	// taken over from its base on, and held says how far it was known before.
	OnBase func(node wire.NodeID, epoch, held uint64, base wire.Base)
	// OnClone is told when two programs live under one node's name.
	OnClone func(node wire.NodeID)
	// AckEvery is how often acknowledgements are repeated; 0 means 5 s.
	AckEvery time.Duration
	// Deaf is how long a connection on which nothing at all arrives, not even
	// the parent's own birth, is kept; 0 means a minute.
	Deaf time.Duration
	// Now is the clock.
	Now func() time.Time
	Log *slog.Logger
}

// Bounds of a Parent's memory.
const (
	intakeSize  = 256    // messages waiting for the ledger
	groupSize   = 64     // batches of one group commit
	maxNodes    = 20_100 // nodes known at once
	maxRequests = 64     // questions being answered at once
	maxTTL      = 30 * time.Second
	// maxReceive is room for the largest batch, uncompressed, and its header.
	maxReceive = wire.MaxBatchBytes + wire.MaxEvent
)

// ParentCounters count since NewParent.
type ParentCounters struct {
	// Refused counts messages on unknown topics or with unreadable payloads.
	Refused uint64
	// Overflow counts messages dropped because a queue was full or they were
	// too large; the sender repeats what matters.
	Overflow uint64
	// Batches, Records and Forks count what reached the ledger.
	Batches, Records, Forks uint64
}

// Parent takes in the logs of its nodes and answers them.
type Parent struct {
	cfg    ParentConfig
	link   *mqttlink.Link
	codec  *wire.Codec
	intake chan word
	states chan mqttlink.State

	refused, overflow, batches, records, forks atomic.Uint64

	incarnation atomic.Pointer[string]

	mu       sync.Mutex
	retained map[string][]byte // what a broker must have after its restart
	nodes    map[wire.NodeID]*node
	running  map[question]bool
}

// node is what a Parent knows of a node's session.
type node struct {
	online   bool
	twins    twins
	boot     string
	conn     string
	software string
	epoch    uint64
	version  int          // agreed on in the last hello; 0 before
	refused  wire.Refusal // why there is none
}

type question struct {
	node wire.NodeID
	id   string
}

// NewParent checks the configuration. Nothing is connected until Run.
func NewParent(cfg ParentConfig) (*Parent, error) {
	if cfg.Boot == "" || cfg.Incarnation == "" || cfg.Ledger == nil || cfg.Now == nil {
		return nil, errors.New("make parent: boot, incarnation, ledger or clock missing")
	}
	if cfg.AckEvery == 0 {
		cfg.AckEvery = 5 * time.Second
	}
	if cfg.Deaf == 0 {
		cfg.Deaf = time.Minute
	}
	if cfg.Speaks == (wire.Versions{}) {
		cfg.Speaks = wire.Spoken()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	codec, err := wire.NewCodec()
	if err != nil {
		return nil, fmt.Errorf("make parent: %w", err)
	}
	p := &Parent{
		cfg: cfg, codec: codec,
		intake:   make(chan word, intakeSize),
		states:   make(chan mqttlink.State, 16),
		retained: make(map[string][]byte),
		nodes:    make(map[wire.NodeID]*node),
		running:  make(map[question]bool),
	}
	p.incarnation.Store(&cfg.Incarnation)
	lc := cfg.Link
	lc.ClientID, lc.Username = wire.HostClient, wire.HostClient
	lc.Subscriptions = []mqttlink.Subscription{
		{Filter: wire.Root + "/+/" + string(wire.ChannelStatus), QoS: 1},
		{Filter: wire.Root + "/+/up/#", QoS: 1},
		{Filter: wire.HostStatus, QoS: 1},
	}
	lc.MaxReceive = maxReceive
	lc.Will = func(conn string) mqttlink.Message { return p.status(wire.Lost, conn) }
	lc.OnState = func(s mqttlink.State) { p.states <- s }
	if lc.Log == nil {
		lc.Log = cfg.Log
	}
	if p.link, err = mqttlink.New(lc); err != nil {
		return nil, fmt.Errorf("make parent: %w", err)
	}
	return p, nil
}

func (p *Parent) status(state wire.Presence, conn string) mqttlink.Message {
	m := wire.StatusMessage{State: state, Boot: p.cfg.Boot, Conn: conn}
	if state == wire.Online {
		m.Incarnation, m.Software = *p.incarnation.Load(), p.cfg.Software
	}
	payload, err := wire.Encode(m)
	if err != nil {
		panic(err) // a struct of strings and numbers always encodes
	}
	return mqttlink.Message{Topic: wire.HostStatus, QoS: 1, Retain: true, Payload: payload}
}

// Renew tells the nodes that the state behind the Ledger is another one than
// before: it may have gone back, and they ask anew how far their logs are held.
func (p *Parent) Renew(incarnation string) {
	p.incarnation.Store(&incarnation)
	if st := p.link.State(); st.Up {
		p.told(p.link.Send(p.status(wire.Online, st.Conn)))
	}
}

// PublishSite sends a payload to all nodes, for example PublishSite("board",
// true, …). A retained one is kept here and published again whenever the
// connection comes up, because a broker may have lost it; it returns nil while
// there is no connection. A retained empty payload removes what was retained.
func (p *Parent) PublishSite(name string, retain bool, payload []byte) error {
	return p.publish(wire.SiteTopic(name), retain, payload)
}

// PublishTo sends a payload to one node on one of its "dn" channels; about
// retain see PublishSite.
func (p *Parent) PublishTo(n wire.NodeID, channel wire.Channel, retain bool, payload []byte) error {
	return p.publish(wire.Topic(n, channel), retain, payload)
}

func (p *Parent) publish(topic string, retain bool, payload []byte) error {
	if _, err := wire.ParseTopic(topic); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	if len(payload) > wire.MaxPayload {
		return fmt.Errorf("publish on %s: %w: %d bytes", topic, wire.ErrTooLarge, len(payload))
	}
	packed := p.codec.Pack(payload)
	if retain {
		p.mu.Lock()
		if len(payload) == 0 {
			delete(p.retained, topic)
		} else {
			p.retained[topic] = packed
		}
		p.mu.Unlock()
	}
	err := p.link.Send(mqttlink.Message{Topic: topic, QoS: 1, Retain: retain, Payload: packed})
	if retain && errors.Is(err, mqttlink.ErrDown) {
		return nil
	}
	return err
}

// Online returns the nodes that are connected now.
func (p *Parent) Online() []wire.NodeID {
	p.mu.Lock()
	defer p.mu.Unlock()
	var ids []wire.NodeID
	for id, n := range p.nodes {
		if n.online {
			ids = append(ids, id)
		}
	}
	return ids
}

// Connected reports whether the parent reaches its broker.
func (p *Parent) Connected() bool { return p.link.State().Up }

// Counters returns what was counted since NewParent.
func (p *Parent) Counters() ParentCounters {
	link := p.link.Counters()
	return ParentCounters{
		Refused: p.refused.Load(), Overflow: p.overflow.Load() + link.Dropped + link.TooLarge,
		Batches: p.batches.Load(), Records: p.records.Load(), Forks: p.forks.Load(),
	}
}

// Run connects and serves until ctx ends; then it says farewell and waits for
// the questions being answered. It returns nil.
func (p *Parent) Run(ctx context.Context) error {
	// The link lives longer than ctx, for the farewell.
	linkCtx, stopLink := context.WithCancel(context.WithoutCancel(ctx))
	defer stopLink()
	linkDone := make(chan error, 1)
	go func() { linkDone <- p.link.Run(linkCtx) }()

	var parts sync.WaitGroup
	parts.Go(func() { p.dispatch(ctx) })
	parts.Go(func() { p.takeIn(ctx) })
	<-ctx.Done()
	parts.Wait()

	if st := p.link.State(); st.Up {
		bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		if err := p.link.Publish(bye, p.status(wire.Offline, st.Conn)); err != nil {
			p.cfg.Log.Debug("farewell not sent", "err", err)
		}
		cancel()
	}
	stopLink()
	for {
		select {
		case <-p.states: // the link must not wait for us to end
		case err := <-linkDone:
			return err
		}
	}
}
