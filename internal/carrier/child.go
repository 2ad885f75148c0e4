package carrier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"balcao/internal/mqttlink"
	"balcao/internal/replica"
	"balcao/internal/wire"
)

// Source is the log that a Child sends.
type Source interface {
	// Position returns the epoch to send now and what of it is held: its first
	// and last sequence (first is last+1 when nothing is held) and the chain's
	// hash after last. Of several unfinished epochs it is the oldest.
	Position(ctx context.Context) (epoch, first, last uint64, head wire.Hash, err error)
	// After returns records of that epoch from seq+1 on, at most so many and,
	// counting a line end each, at most so many bytes, but at least one if
	// there is one; and the chain's hash after seq.
	After(ctx context.Context, seq uint64, maxEvents, maxBytes int) (records []wire.Record, prev wire.Hash, err error)
	// Acknowledged tells that the parent holds all records of an epoch up to
	// seq. It may be told the same again, and less after the parent was restored.
	Acknowledged(ctx context.Context, epoch, seq uint64) error
}

// Compacted is a Source that no longer holds its oldest records. Base tells
// where it begins; nil where nothing was compacted.
type Compacted interface {
	Base(ctx context.Context) (*wire.Base, error)
}

// Amnesia describes a log that has lost what its parent remembers. With Fork
// nothing is lost, but the parent holds other records under the same numbers.
type Amnesia struct {
	OldEpoch, MyLast, ParentHWM uint64
	ParentHead                  wire.Hash // after ParentHWM
	Fork                        bool
}

// ErrNextStart is what an EpochOpener returns that opens the new epoch when the
// program starts again.
var ErrNextStart = errors.New("a new epoch begins with the program's next start")

// EpochOpener is a Source that can open a new epoch. It logs node.amnesia as
// the new epoch's first record and logs again, under their own ULIDs, the facts
// of the old one that were not acknowledged. Without it a Child whose log has
// lost records stops sending and says so.
type EpochOpener interface {
	OpenEpoch(ctx context.Context, why Amnesia) error
}

// ChildConfig describes a Child. Node, Boot, Link, Source and Now must be set.
type ChildConfig struct {
	Node wire.NodeID
	// Boot is random for each start of the process.
	Boot string
	// Software and Config are the versions of program and configuration.
	Software, Config string
	// Link says where the broker is. ClientID, Username, Subscriptions, Will
	// and OnState are filled in here.
	Link   mqttlink.Config
	Source Source
	// Sender tunes the replication.
	Sender replica.SenderConfig
	// Deaf is how long a connection on which nothing at all arrives is kept; 0
	// means a minute. A parent that is there says something every few seconds.
	Deaf time.Duration
	// Linger is how long an ending Child stays until its parent holds the whole
	// log; 0 is not at all. It leaves at once when the parent is not there.
	Linger time.Duration
	// Now is the clock; its times carry a monotonic reading, as time.Now's do,
	// so that waiting is not disturbed when it is set. ClockQuality, where given, says how good it is.
	Now          func() time.Time
	ClockQuality func() wire.ClockQuality
	// OnSite receives what the parent publishes for all its nodes, such as
	// "board"; OnCommand what it publishes for this one on "dn/cmd" and
	// "dn/cfg". Both are called one after the other and must be quick.
	OnSite    func(topic string, payload []byte)
	OnCommand func(channel wire.Channel, payload []byte)
	// OnTime is told what the parent's clock said, a little late, with every
	// acknowledgement. It may be nil and must be quick.
	OnTime func(parent time.Time)
	// Speaks are the protocol versions said in hellos; zero means wire.Spoken.
	Speaks wire.Versions
	// OnAgreement is told when another version was agreed on, or none. It may
	// be nil and must be quick.
	OnAgreement func(a Agreement)
	// OnLink is told when the parent becomes reachable and when it no longer
	// is. It must be quick.
	OnLink func(reachable bool)
	Log    *slog.Logger
	// Codec is shared with other children of the same process; nil makes one of its own.
	Codec *wire.Codec
}

// Child carries one node's log to its parent.
type Child struct {
	cfg   ChildConfig
	link  *mqttlink.Link
	codec *wire.Codec

	states  chan mqttlink.State
	nudged  chan struct{}
	samples chan struct{}

	mu       sync.Mutex
	health   []byte // the latest; sent again on every connection
	fresh    bool   // health is not sent yet
	live     []byte // the latest if it is not sent yet
	asked    map[string][]chan wire.Reply
	unsent   uint64
	caughtUp bool
	alive    bool // the parent answered or was born since the connection came up
	agreed   Agreement
}

// NewChild checks the configuration. Nothing is connected until Run.
func NewChild(cfg ChildConfig) (*Child, error) {
	if !cfg.Node.Valid() {
		return nil, fmt.Errorf("make child: %w", wire.ErrNodeID)
	}
	if cfg.Boot == "" || cfg.Source == nil || cfg.Now == nil {
		return nil, errors.New("make child: boot, source or clock missing")
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
	if cfg.Codec == nil {
		var err error
		if cfg.Codec, err = wire.NewCodec(); err != nil {
			return nil, fmt.Errorf("make child: %w", err)
		}
	}
	c := &Child{
		cfg: cfg, codec: cfg.Codec,
		states:  make(chan mqttlink.State, 16),
		nudged:  make(chan struct{}, 1),
		samples: make(chan struct{}, 1),
		asked:   make(map[string][]chan wire.Reply),
	}
	lc := cfg.Link
	lc.ClientID, lc.Username = string(cfg.Node), string(cfg.Node)
	lc.Subscriptions = []mqttlink.Subscription{
		{Filter: wire.Root + "/" + string(cfg.Node) + "/dn/#", QoS: 1},
		{Filter: wire.SiteTopic("#"), QoS: 1},
		{Filter: wire.HostStatus, QoS: 1},
	}
	lc.Will = func(conn string) mqttlink.Message { return c.status(wire.Lost, conn, 0) }
	lc.OnState = func(s mqttlink.State) { c.states <- s }
	if lc.Log == nil {
		lc.Log = cfg.Log
	}
	var err error
	if c.link, err = mqttlink.New(lc); err != nil {
		return nil, fmt.Errorf("make child: %w", err)
	}
	return c, nil
}

// Nudge tells that the log has new records. It never blocks.
func (c *Child) Nudge() { poke(c.nudged) }

func poke(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// Live sends figures at once if there is a connection; they replace what was
// not sent yet. Call it about once a second. Data must be JSON.
func (c *Child) Live(data json.RawMessage) {
	c.mu.Lock()
	c.live = data
	c.mu.Unlock()
	poke(c.samples)
}

// Health sends a sample of the node's state; the last one is kept and sent when
// a connection comes up. Data must be JSON.
func (c *Child) Health(data json.RawMessage) {
	c.mu.Lock()
	c.health, c.fresh = data, true
	c.mu.Unlock()
	poke(c.samples)
}

// Result publishes what became of a command (up/res), once: whoever gave the
// command repeats it until an answer has arrived.
func (c *Child) Result(payload []byte) error {
	if len(payload) > wire.MaxPayload {
		return fmt.Errorf("tell a result: %w: %d bytes", wire.ErrTooLarge, len(payload))
	}
	return c.send(wire.ChannelRes, 1, payload)
}

// Unsent returns how many records the parent is not known to hold, and whether
// it is known to hold all.
func (c *Child) Unsent() (records uint64, caughtUp bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.unsent, c.caughtUp
}

// Reachable reports whether the parent is known to be there.
func (c *Child) Reachable() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.alive
}

// Counters returns what the link has counted.
func (c *Child) Counters() mqttlink.Counters { return c.link.Counters() }

// Request asks the parent and waits for its answer until ctx ends; ctx must
// have a deadline. The question is repeated meanwhile, so whoever answers must
// make it happen once per ID. An error says nothing about what the parent did,
// but for ErrVersion, which comes at once: it was not asked.
func (c *Child) Request(ctx context.Context, r wire.Request) (wire.Reply, error) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return wire.Reply{}, errors.New("ask parent: no deadline")
	}
	if c.Agreement().Refused != "" {
		return wire.Reply{}, fmt.Errorf("ask parent: %w", ErrVersion)
	}
	answer := make(chan wire.Reply, 1)
	c.await(r.ID, answer)
	defer c.forget(r.ID, answer)
	for pause := 200 * time.Millisecond; ; pause *= 2 {
		r.TTL = max(1, deadline.Sub(c.cfg.Now()).Milliseconds())
		payload, err := wire.Encode(r)
		if err != nil {
			return wire.Reply{}, fmt.Errorf("ask parent: %w", err)
		}
		if err := c.send(wire.ChannelReq, 1, payload); err != nil {
			// The connection may come up any moment.
			pause = 50 * time.Millisecond
		}
		timer := time.NewTimer(pause)
		select {
		case a := <-answer:
			timer.Stop()
			return a, nil
		case <-ctx.Done():
			timer.Stop()
			return wire.Reply{}, fmt.Errorf("ask parent: %w", ctx.Err())
		case <-timer.C:
		}
	}
}

func (c *Child) await(id string, answer chan wire.Reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[id] = append(c.asked[id], answer)
}

func (c *Child) forget(id string, answer chan wire.Reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, a := range c.asked[id] {
		if a == answer {
			c.asked[id] = append(c.asked[id][:i], c.asked[id][i+1:]...)
			break
		}
	}
	if len(c.asked[id]) == 0 {
		delete(c.asked, id)
	}
}

func (c *Child) send(channel wire.Channel, qos byte, payload []byte) error {
	return c.link.Send(mqttlink.Message{
		Topic: wire.Topic(c.cfg.Node, channel), QoS: qos, Payload: c.codec.Pack(payload),
	})
}

// status makes a birth or death. These are small structs that always encode.
func (c *Child) status(state wire.Presence, conn string, epoch uint64) mqttlink.Message {
	m := wire.StatusMessage{State: state, Boot: c.cfg.Boot, Conn: conn, Epoch: epoch}
	if state == wire.Online {
		m.Software = c.cfg.Software
	}
	payload, err := wire.Encode(m)
	if err != nil {
		panic(err) // a struct of strings and numbers always encodes
	}
	return mqttlink.Message{Topic: wire.Topic(c.cfg.Node, wire.ChannelStatus), QoS: 1, Retain: true, Payload: payload}
}

// Run connects and carries until ctx ends; then it hands over what the parent
// lacks, as long as Linger allows, and says farewell. It returns an error when
// the log itself cannot be read.
func (c *Child) Run(ctx context.Context) error {
	life, stopLink := context.WithCancel(context.WithoutCancel(ctx))
	defer stopLink()
	linkDone := make(chan error, 1)
	go func() { linkDone <- c.link.Run(life) }()
	s := &childSession{Child: c, sender: replica.NewSender(c.cfg.Sender), jitter: rand.Float64}
	err := s.loop(life, ctx.Done())
	s.farewell()
	stopLink()
	for {
		select {
		case <-c.states: // the link must not wait for us to end
		case linkErr := <-linkDone:
			return errors.Join(err, linkErr)
		}
	}
}
