// Package uplink is a kiosk's or box's way to its branch server: it asks for numbers, sends the node's log, and hears
// what the branch offers and whom it calls. The branch being away is a state, not an error.
package uplink

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"balcao/internal/carrier"
	"balcao/internal/mqttlink"
	"balcao/internal/wire"
)

// Config says who asks, where the branch is, and who listens. Every listener is called one at a time, must be quick
// and must not be nil.
type Config struct {
	Node     wire.NodeID
	Boot     string
	Software string
	Brokers  []string
	Password string
	TLS      *tls.Config // how the branch is known; nil for a plain connection on this machine
	Source   carrier.Source
	Now      func() time.Time
	Log      *slog.Logger

	// Believe opens what the branch sealed for this node as the answer to a question; nil believes the connection alone.
	Believe func(kind, id string, raw []byte) (json.RawMessage, error)

	OnOffer func(wire.Offer)
	OnBoard func(wire.Board)
	OnOrder func(wire.Order)               // to this node alone
	OnLink  func(up bool, since time.Time) // since: when a branch that fell silent was last heard
	// OnSlip hears what stands on slips, with the bytes to keep if slips can be printed by it; it may be nil.
	OnSlip func(l wire.SlipLayout, raw []byte)
	// OnStale hears that the board shown has become stale, or is it no more (Board says which); it may be nil.
	OnStale func()
	// OnTime hears what the branch's clock said, a little late; it may be nil. Quality says how good the node's own is.
	OnTime  func(branch time.Time)
	Quality func() wire.ClockQuality
	// Unseal opens an order if it is to be followed; signed says whether the branch's protocol signs orders. Nil follows
	// whatever came over the connection. Unseal tells itself what it refuses.
	Unseal func(raw []byte, signed bool) (order []byte, ok bool)
	// OnAgreement hears which protocol version the branch and this node speak, or that there is none; it may be nil.
	OnAgreement func(carrier.Agreement)
	// Speaks are the protocol versions said; zero is all that there are.
	Speaks wire.Versions
	// Keep is given what should outlive a restart, by name.
	Keep func(name string, payload []byte)
}

// Names of what the branch tells all its nodes.
const (
	OfferName = "offer"
	BoardName = "board"
	SlipName  = "slip"
	beatName  = "beat"
)

// farewell is how long an ending kiosk stays for the branch to take over its last facts.
const farewell = 2 * time.Second

// Uplink is the way to one branch.
type Uplink struct {
	cfg    Config
	child  *carrier.Child
	pulse  *pulse
	behind *behind

	mu    sync.Mutex
	board wire.Board // the newest seen
}

// New prepares the way; nothing is connected until Run.
func New(cfg Config) (*Uplink, error) {
	u := &Uplink{cfg: cfg, pulse: &pulse{now: cfg.Now, tell: cfg.OnLink}, behind: &behind{now: cfg.Now}}
	var err error
	u.child, err = carrier.NewChild(carrier.ChildConfig{
		Node: cfg.Node, Boot: cfg.Boot, Software: cfg.Software,
		Link:   mqttlink.Config{Brokers: cfg.Brokers, Password: cfg.Password, TLS: cfg.TLS, RetryMax: 2 * time.Second},
		Source: cfg.Source, Linger: farewell, Now: cfg.Now, OnSite: u.heard, OnCommand: u.told, OnLink: u.pulse.link, Log: cfg.Log,
		OnTime: cfg.OnTime, ClockQuality: cfg.Quality, OnAgreement: cfg.OnAgreement, Speaks: cfg.Speaks,
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

// Run keeps the way open until ctx ends and, if the branch is there, until it holds the whole log.
func (u *Uplink) Run(ctx context.Context) error {
	watching, stop := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		u.pulse.run(watching)
	}()
	err := u.child.Run(ctx)
	stop()
	<-watched
	return err
}

// Nudge tells that the log has grown.
func (u *Uplink) Nudge() { u.child.Nudge() }

// Unsent returns how many facts the branch is not known to hold.
func (u *Uplink) Unsent() uint64 {
	n, _ := u.child.Unsent()
	return n
}

// Health sends a sample of the node's state.
func (u *Uplink) Health(h wire.Health) {
	if data, err := json.Marshal(h); err == nil {
		u.child.Health(data)
	}
}

// Reserve asks the branch for a number until it answers or ctx ends. The same request gets the same answer.
func (u *Uplink) Reserve(ctx context.Context, q wire.TicketRequest) (wire.TicketReply, error) {
	data, err := json.Marshal(q)
	if err != nil {
		return wire.TicketReply{}, fmt.Errorf("encode request: %w", err)
	}
	r, err := u.child.Request(ctx, wire.Request{ID: q.Request, Data: data})
	if err != nil {
		return wire.TicketReply{}, err
	}
	var reply wire.TicketReply
	if err := json.Unmarshal(r.Data, &reply); err != nil {
		return wire.TicketReply{}, fmt.Errorf("read the branch's reply: %w", wire.ErrMalformed)
	}
	if reply.Request != q.Request || (reply.Ticket == nil) == (reply.Refused == "") {
		return wire.TicketReply{}, fmt.Errorf("read the branch's reply: %w: neither a number nor a refusal", wire.ErrMalformed)
	}
	return reply, nil
}

// Lease asks the branch which numbers this kiosk may give out by itself. Hold is what it has; ctx must have a deadline.
func (u *Uplink) Lease(ctx context.Context, id string, hold []wire.LeasedRange) ([]wire.LeasedRange, error) {
	epoch, _, _, _, err := u.cfg.Source.Position(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask for numbers: %w", err)
	}
	data, err := json.Marshal(wire.LeaseRequest{Kind: wire.KindLease, Epoch: epoch, Hold: hold})
	if err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	r, err := u.child.Request(ctx, wire.Request{ID: id, Data: data})
	if err != nil {
		return nil, err
	}
	var reply wire.LeaseReply
	if err := json.Unmarshal(r.Data, &reply); err != nil {
		return nil, fmt.Errorf("read the branch's reply: %w", wire.ErrMalformed)
	}
	if u.cfg.Believe != nil {
		body, err := u.cfg.Believe(wire.KindLease, id, reply.Seal)
		if err != nil {
			return nil, fmt.Errorf("read the branch's reply: %w", err)
		}
		reply = wire.LeaseReply{}
		if err := json.Unmarshal(body, &reply); err != nil {
			return nil, fmt.Errorf("read the branch's reply: %w", wire.ErrMalformed)
		}
	}
	for _, l := range reply.Ranges {
		if l.From < 1 || l.To < l.From || l.Day == "" || l.Division == "" || l.Prefix == "" {
			return nil, fmt.Errorf("read the branch's reply: %w: a range of numbers that cannot be", wire.ErrMalformed)
		}
	}
	return reply.Ranges, nil
}

// Reachable reports whether the branch is known to be there.
func (u *Uplink) Reachable() bool { return u.child.Reachable() }

// Agreement returns which protocol version the branch and this node speak.
func (u *Uplink) Agreement() carrier.Agreement { return u.child.Agreement() }

// heard takes what the branch publishes for all its nodes. Only a newer board replaces the one shown.
func (u *Uplink) heard(topic string, payload []byte) {
	u.pulse.hear(topic == beatName)
	switch topic {
	case OfferName:
		var o wire.Offer
		if err := json.Unmarshal(payload, &o); err != nil {
			u.cfg.Log.Warn("unreadable offer", "err", err)
			return
		}
		u.cfg.Keep(OfferName, payload)
		u.cfg.OnOffer(o)
	case SlipName:
		var l wire.SlipLayout
		if err := json.Unmarshal(payload, &l); err != nil {
			u.cfg.Log.Warn("unreadable layout of slips", "err", err)
			return
		}
		if u.cfg.OnSlip != nil {
			u.cfg.OnSlip(l, payload)
		}
	case BoardName:
		var b wire.Board
		if err := json.Unmarshal(payload, &b); err != nil {
			u.cfg.Log.Warn("unreadable board", "err", err)
			return
		}
		if u.newer(b) {
			u.cfg.Keep(BoardName, payload)
			u.cfg.OnBoard(b)
			u.staled(u.behind.board(b))
		}
	case beatName:
		var b wire.Beat
		if err := json.Unmarshal(payload, &b); err != nil {
			u.cfg.Log.Warn("unreadable beat", "err", err)
			return
		}
		u.staled(u.behind.beat(b))
	}
}

func (u *Uplink) staled(changed bool) {
	if changed && u.cfg.OnStale != nil {
		u.cfg.OnStale()
	}
}

// told takes what the branch says to this node alone.
func (u *Uplink) told(channel wire.Channel, payload []byte) {
	u.pulse.hear(false)
	if channel != wire.ChannelCmd {
		return // of a newer branch
	}
	if u.cfg.Unseal != nil {
		agreed := u.child.Agreement().Version
		if agreed == 0 {
			return // it is repeated
		}
		var ok bool
		if payload, ok = u.cfg.Unseal(payload, agreed >= wire.ProtocolSealed); !ok {
			return
		}
	}
	o, err := wire.DecodeOrder(payload)
	if err != nil {
		u.cfg.Log.Warn("unreadable order", "err", err)
		return
	}
	u.cfg.OnOrder(o)
}

// newer reports whether a board is at least as new as the last one: the same revision is a refreshed one.
func (u *Uplink) newer(b wire.Board) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if b.Epoch < u.board.Epoch || (b.Epoch == u.board.Epoch && b.Seq < u.board.Seq) {
		return false
	}
	u.board = b
	return true
}
