// Package site is the branch towards its kiosks and callboard boxes: it answers their requests for numbers, takes in
// their logs, tells them what is offered and who is called, and knows which of them are there and how they are.
package site

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"balcao/branch-server/engine"
	"balcao/internal/branch"
	"balcao/internal/carrier"
	"balcao/internal/media"
	"balcao/internal/queue"
	"balcao/internal/seal"
	"balcao/internal/wire"
)

// Commands is what a site asks of the engine.
type Commands interface {
	Do(ctx context.Context, key string, cmd queue.Command) (engine.Answer, error)
	Read(ctx context.Context, look func(d *queue.Day, at time.Time)) error
}

// Publisher speaks to the nodes of the branch; carrier.Parent does.
type Publisher interface {
	PublishSite(name string, retain bool, payload []byte) error
	// PublishTo speaks to one node, on one of its own channels.
	PublishTo(n wire.NodeID, channel wire.Channel, retain bool, payload []byte) error
}

// Names of what is published to all nodes (sync-protocol §4).
const (
	BoardTopic = "board"
	OfferTopic = "offer"
	BeatTopic  = "beat"
	SlipTopic  = "slip"
)

// Config is what a Site needs.
type Config struct {
	// Seal signs a reply for a node and a question; nil where there are no certificates.
	Seal func(kind, to, id string, body []byte) ([]byte, error)
	// Order seals an order for a node under a number, until a moment; nil where there are no certificates.
	Order    func(to string, number uint64, until time.Time, order []byte) ([]byte, error)
	Branch   func() *branch.Branch // the description in force: read once for each painting, never kept
	Commands Commands
	Waits    branch.Waits            // what people are told of waits
	Public   string                  // where telephones reach the branch; empty for nowhere
	Notes    func() []wire.BoardNote // what the coordination says on the boards; nil is nothing
	Videos   *media.Folder           // what can be shown beside the calls; nil is nothing
	Epoch    uint64                  // of the branch's journal
	Now      func() time.Time
	Log      *slog.Logger
	Arrivals Arrivals // of bookings; nil means that none are taken
}

// Site is the branch's side of its nodes.
type Site struct {
	cfg     Config
	changed chan struct{}
	ordered chan struct{} // there is an order to send

	mu      sync.Mutex
	orders  []order
	tests   []test
	starts  []restart
	numbers seal.Numbers // of sealed orders
	nodes   map[wire.NodeID]*wire.KioskHealth
	clocks  map[wire.NodeID]*nodeClock
}

// New returns a site that knows no nodes yet.
func New(cfg Config) *Site {
	return &Site{
		cfg: cfg, changed: make(chan struct{}, 1), ordered: make(chan struct{}, 1),
		nodes: map[wire.NodeID]*wire.KioskHealth{}, clocks: map[wire.NodeID]*nodeClock{},
	}
}

// Hear is told of entries that are on disk. It never blocks.
func (s *Site) Hear([]queue.Entry) {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// offerPause bounds how often the offer is published; boards are published at once.
const offerPause = 500 * time.Millisecond

// beatEvery is how often the branch says that it is there: its nodes take six seconds of silence for its absence.
const beatEvery = 2 * time.Second

// Run publishes the board at once and the offer soon after each change, and both once a minute and when hours
// begin or end, so that they stay true while nothing happens. It returns when ctx ends.
func (s *Site) Run(ctx context.Context, to Publisher) error {
	offer := time.NewTimer(0)
	defer offer.Stop()
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	orders := time.NewTicker(orderEvery)
	defer orders.Stop()
	hours := time.NewTimer(s.untilChange(ctx))
	defer hours.Stop()
	due := true
	layout := s.publishSlip(ctx, to, "")
	s.publishBoard(ctx, to)
	s.publishBeat(ctx, to)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.changed:
			layout = s.publishSlip(ctx, to, layout)
			s.publishBoard(ctx, to)
			if !due {
				due = true
				offer.Reset(offerPause)
			}
		case <-s.ordered:
			s.sendOrders(ctx, to)
			s.sendTests(to)
			s.sendRestarts(to)
		case <-orders.C:
			s.sendOrders(ctx, to)
			s.sendTests(to)
			s.sendRestarts(to)
		case <-offer.C:
			due = false
			s.publishOffer(ctx, to)
		case <-beat.C:
			s.publishBeat(ctx, to)
		case <-hours.C:
			s.publishBoard(ctx, to)
			s.publishOffer(ctx, to)
			hours.Reset(s.untilChange(ctx))
		case <-minute.C:
			hours.Reset(s.untilChange(ctx)) // the clock or the hours may have been set
			layout = s.publishSlip(ctx, to, layout)
			s.publishBoard(ctx, to)
			s.publishOffer(ctx, to)
		}
	}
}

// untilChange is how long the branch's hours stay as they are, at most some minutes.
func (s *Site) untilChange(ctx context.Context) time.Duration {
	const most, least = 10 * time.Minute, 50 * time.Millisecond
	left := most
	// What cannot be read now is asked again in time.
	_ = s.cfg.Commands.Read(ctx, func(_ *queue.Day, at time.Time) {
		if next := s.cfg.Branch().Change(at); !next.IsZero() {
			left = next.Sub(at)
		}
	})
	return max(least, min(most, left))
}

func (s *Site) publishBoard(ctx context.Context, to Publisher) {
	var board wire.Board
	var notes []wire.BoardNote
	if s.cfg.Notes != nil {
		notes = s.cfg.Notes()
	}
	if err := s.cfg.Commands.Read(ctx, func(d *queue.Day, at time.Time) {
		board = s.cfg.Branch().Board(d, s.cfg.Waits, notes, s.cfg.Epoch, at)
	}); err != nil {
		s.cfg.Log.Warn("paint the board", "err", err)
		return
	}
	s.cfg.Videos.Fill(board.Zones)
	s.publish(to, BoardTopic, board)
}

func (s *Site) publishOffer(ctx context.Context, to Publisher) {
	var offer wire.Offer
	if err := s.cfg.Commands.Read(ctx, func(d *queue.Day, at time.Time) {
		offer = s.cfg.Branch().Offer(d, s.cfg.Waits, at)
	}); err != nil {
		s.cfg.Log.Warn("paint the offer", "err", err)
		return
	}
	offer.Branch.Public = s.cfg.Public
	s.tellPaper(&offer)
	s.publish(to, OfferTopic, offer)
}

// publishBeat asks the engine first: a branch that cannot read its Day is not there. It is retained, so that a node
// that has just come knows that there will be more.
func (s *Site) publishBeat(ctx context.Context, to Publisher) {
	beat := wire.Beat{Epoch: s.cfg.Epoch}
	if err := s.cfg.Commands.Read(ctx, func(d *queue.Day, at time.Time) {
		beat.Seq, beat.AtMS = d.Seq(), at.UnixMilli()
	}); err != nil {
		return // told where the board is painted
	}
	s.publish(to, BeatTopic, beat)
}

func (s *Site) publish(to Publisher, topic string, what any) {
	payload, err := json.Marshal(what)
	if err == nil {
		err = to.PublishSite(topic, true, payload)
	}
	if err != nil {
		s.cfg.Log.Warn("publish to the branch's nodes", "topic", topic, "err", err)
	}
}

// Handle answers a node's question: for a number, for the number of a booking, for the key of the day, or for numbers
// to give out alone.
func (s *Site) Handle(ctx context.Context, node wire.NodeID, r wire.Request) json.RawMessage {
	var kind struct {
		Kind string `json:"kind"`
	}
	if json.Unmarshal(r.Data, &kind) == nil {
		switch kind.Kind {
		case wire.KindDayKey:
			return s.dayKey(node, r)
		case wire.KindLease:
			return s.lease(ctx, node, r)
		}
	}
	var q wire.TicketRequest
	if err := json.Unmarshal(r.Data, &q); err != nil || q.Request == "" || q.Request != r.ID || len(q.Request) > wire.MaxRequestID {
		s.cfg.Log.Warn("unreadable request", "node", string(node))
		return reply(wire.TicketReply{Request: r.ID, Refused: wire.RefusedInvalid})
	}
	give := s.number
	if q.CheckIn != nil {
		give = s.checkIn
	}
	answer, ok := give(ctx, node, q)
	if !ok {
		return nil // no answer is better than a wrong one: the kiosk asks again
	}
	return reply(answer)
}

func reply(r wire.TicketReply) json.RawMessage {
	data, err := json.Marshal(r)
	if err != nil {
		return nil
	}
	return data
}

// number reserves a number for a request, or finds the one it has.
func (s *Site) number(ctx context.Context, node wire.NodeID, q wire.TicketRequest) (wire.TicketReply, bool) {
	request := queue.RequestID(q.Request)
	class := queue.ClassID(q.Class)
	if class == "" || class == queue.ClassBooked { // that is for a check-in to say
		class = queue.ClassWalkIn
	}
	wish := queue.Reserve{
		Request: request, Kiosk: queue.KioskID(node), Boot: q.Boot, Service: queue.ServiceID(q.Service),
		Then: wire.Services(q.Then), Class: class, Lang: wire.Language(q.Lang),
	}
	if err := s.cfg.Commands.Read(ctx, func(d *queue.Day, at time.Time) {
		wish.Told = s.cfg.Waits.Told(d, at, wish.Service, class, time.Time{})
	}); err != nil {
		s.cfg.Log.Error("foretell a wait", "node", string(node), "err", err)
		return wire.TicketReply{}, false
	}
	answer, err := s.cfg.Commands.Do(ctx, q.Request, wish)
	if err != nil {
		s.cfg.Log.Error("reserve a number", "node", string(node), "err", err)
		return wire.TicketReply{}, false
	}
	if answer.Refused != "" {
		return wire.TicketReply{Request: q.Request, Refused: refusalCode(answer.Refused)}, true
	}
	return s.paint(ctx, wire.TicketReply{Request: q.Request}, request)
}

func refusalCode(r queue.Refusal) string {
	switch r {
	case queue.ErrSoldOut:
		return wire.RefusedSoldOut
	case queue.ErrDayNotOpen, queue.ErrOutOfHours:
		return wire.RefusedClosed
	case queue.ErrSuspended:
		return wire.RefusedSuspended
	case queue.ErrFull:
		return wire.RefusedFull
	case queue.ErrNoRoom, queue.ErrNoClock:
		return wire.RefusedUnable
	case queue.ErrUnknownService:
		return wire.RefusedUnknownService
	case queue.ErrRequestClosed:
		return wire.RefusedSettled
	default:
		return wire.RefusedInvalid
	}
}

// Presence notes that a node came or went.
func (s *Site) Presence(p carrier.Presence) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.noted(s.withPaper())
	n := s.node(p.Node)
	if n.Online != p.Online {
		n.Since = s.cfg.Now().UnixMilli()
	}
	n.Online, n.SeenMS = p.Online, s.cfg.Now().UnixMilli()
}

// Health notes a node's sample of itself.
func (s *Site) Health(id wire.NodeID, sample wire.Sample) {
	var h wire.Health
	if err := json.Unmarshal(sample.Data, &h); err != nil || len(h.Devices) > maxDevices || len(h.Models) > maxDevices {
		s.cfg.Log.Warn("unreadable health", "node", string(id))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.noted(s.withPaper())
	n := s.node(id)
	n.SeenMS, n.Faces, n.Devices, n.Unsent = s.cfg.Now().UnixMilli(), h.Faces, h.Devices, sample.Unsent
	n.Models, n.Roll, n.SlipTest = h.Models, h.Roll, h.SlipTest
	n.Cert, n.Software = h.Cert, h.Software
	n.Call, n.CallMS = h.Call, h.CallMS
	n.Disk, n.Board = h.Disk, h.Board
	s.numbers.Above(h.Order)
	s.reads(id, h.Boot, sample.TS)
	n.Clock = s.clockHealth(id, h.Clock)
}

// maxDevices bounds what a node may say of itself; maxNodes bounds how many are remembered.
const (
	maxDevices = 16
	maxNodes   = 256
)

// node returns what is known of a node; the caller holds the lock.
func (s *Site) node(id wire.NodeID) *wire.KioskHealth {
	n, known := s.nodes[id]
	if !known {
		n = &wire.KioskHealth{Node: string(id), Since: s.cfg.Now().UnixMilli()}
		if len(s.nodes) < maxNodes {
			s.nodes[id] = n
		}
	}
	return n
}

// Devices returns how the branch's nodes are, by name.
func (s *Site) Devices() []wire.KioskHealth {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]wire.KioskHealth, 0, len(s.nodes))
	for _, n := range s.nodes {
		all = append(all, refusedMark(*n))
	}
	slices.SortFunc(all, func(a, b wire.KioskHealth) int { return strings.Compare(a.Node, b.Node) })
	return all
}
