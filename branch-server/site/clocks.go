package site

import (
	"time"

	"balcao/internal/chrono"
	"balcao/internal/wire"
)

// nodeClock is how far this branch's clock is ahead of a node's, as measured here: the node's word for it is not needed,
// and a broker's delay can only make it look behind.
type nodeClock struct {
	boot   string
	behind chrono.Offset // of the node's clock against ours
}

// Hello notes what a node's clock said when its log was about to come: what is in the log is dated by that clock.
func (s *Site) Hello(id wire.NodeID, h wire.HelloMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads(id, h.Boot, h.TS)
}

// reads takes in a reading of a node's clock. Another start of its program has another clock. The caller holds the lock.
func (s *Site) reads(id wire.NodeID, boot string, atMS int64) {
	c := s.clocks[id]
	if c == nil || c.boot != boot {
		if c == nil && len(s.clocks) >= maxNodes {
			return
		}
		c = &nodeClock{boot: boot}
		s.clocks[id] = c
	}
	c.behind.Note(time.UnixMilli(atMS), s.cfg.Now())
}

// ahead is how far this branch's clock is ahead of a node's. The caller holds the lock.
func (s *Site) ahead(id wire.NodeID) (time.Duration, bool) {
	c := s.clocks[id]
	if c == nil {
		return 0, false
	}
	d, known := c.behind.Value()
	return -d, known
}

// Ahead returns how far this branch's clock is ahead of a node's; 0 where nothing was measured or nobody would notice.
func (s *Site) Ahead(node string) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, known := s.ahead(wire.NodeID(node))
	if !known || d.Abs() <= chrono.Near {
		return 0
	}
	return d
}

// clockHealth is what a node says of its clock, with the distance as it was measured here. The caller holds the lock.
func (s *Site) clockHealth(id wire.NodeID, said *wire.ClockHealth) *wire.ClockHealth {
	if said == nil {
		return nil
	}
	h := *said
	d, known := s.ahead(id)
	h.OffsetMS, h.Known = d.Milliseconds(), known
	return &h
}
