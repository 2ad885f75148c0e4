package site

import (
	"context"
	"slices"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// publishSlip tells the kiosks what stands on a slip, if that is not the layout of the hash. It returns the hash of what
// they know now. What is published is retained: a kiosk that comes later is told too. As with all that nodes are told,
// the engine is asked first.
func (s *Site) publishSlip(ctx context.Context, to Publisher, known string) string {
	told := wire.SlipLayout{Hash: known}
	if err := s.cfg.Commands.Read(ctx, func(*queue.Day, time.Time) {
		told.Layout = s.cfg.Branch().Slip
		told.Hash = told.Layout.Hash()
	}); err == nil && told.Hash != known { // a failure is told where the board is painted
		s.publish(to, SlipTopic, told)
	}
	return told.Hash
}

// test is a slip that is no ticket and that a kiosk was asked for.
type test struct {
	id    string
	node  wire.NodeID
	until time.Time
	slip  wire.SlipTest
}

// TestSlip asks a kiosk to print a slip that is no ticket. The same id is begun once by the kiosk, however often it is
// asked; what became of it stands in the kiosk's health. It never blocks.
func (s *Site) TestSlip(id string, node wire.NodeID, slip wire.SlipTest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.tests, func(t test) bool { return t.id == id }) && len(s.tests) < mostOrders {
		s.tests = append(s.tests, test{id: id, node: node, until: s.cfg.Now().Add(orderFor), slip: slip})
	}
	select {
	case s.ordered <- struct{}{}:
	default:
	}
}

// sendTests sends the tests that no kiosk has begun yet, and forgets the others.
func (s *Site) sendTests(to Publisher) {
	now := s.cfg.Now()
	s.mu.Lock()
	s.tests = slices.DeleteFunc(s.tests, func(t test) bool {
		n := s.nodes[t.node]
		return !now.Before(t.until) || n != nil && n.SlipTest != nil && n.SlipTest.ID == t.id
	})
	due := slices.Clone(s.tests)
	s.mu.Unlock()
	for _, t := range due {
		s.sendOrder(to, wire.Order{ID: t.id, TTL: t.until.Sub(now).Milliseconds(), Test: &t.slip}, t.node, t.until)
	}
}
