package site

import (
	"context"
	"errors"
	"slices"
	"time"

	"balcao/internal/wire"
)

// Why a node's program was not started again.
var (
	// ErrNoNode means that no such node is there, or that it has never said which start of its program it is.
	ErrNoNode = errors.New("no such node is there")
	// ErrNotBack means that the node did not come back in time: somebody is at it, its program is too old to know the order, or
	// it does not start.
	ErrNotBack = errors.New("the node did not come back")
)

// restart is a node whose program was asked to end.
type restart struct {
	id    string
	node  wire.NodeID
	boot  string // the start that is to end
	until time.Time
}

// backEvery is how often a node that is to start again is looked for.
const backEvery = 200 * time.Millisecond

// Restart asks a node's program to end once nobody is at it, and returns when another start of it has come, or an error when
// its time is over.
func (s *Site) Restart(ctx context.Context, id string, node wire.NodeID, patience time.Duration) error {
	s.mu.Lock()
	boot, there := s.boot(node)
	if there {
		s.starts = append(s.starts, restart{id: id, node: node, boot: boot, until: s.cfg.Now().Add(patience)})
	}
	s.mu.Unlock()
	if !there {
		return ErrNoNode
	}
	defer s.forgetRestart(id)
	select {
	case s.ordered <- struct{}{}:
	default:
	}
	look := time.NewTicker(backEvery)
	defer look.Stop()
	over := time.NewTimer(patience)
	defer over.Stop()
	for {
		s.mu.Lock()
		now, online := s.boot(node)
		s.mu.Unlock()
		if online && now != boot {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over.C:
			return ErrNotBack
		case <-look.C:
		}
	}
}

// boot returns which start of a node's program is there; false while none is. The caller holds the lock.
func (s *Site) boot(node wire.NodeID) (string, bool) {
	n, c := s.nodes[node], s.clocks[node]
	if n == nil || c == nil || !n.Online {
		return "", false
	}
	return c.boot, c.boot != ""
}

func (s *Site) forgetRestart(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.starts = slices.DeleteFunc(s.starts, func(r restart) bool { return r.id == id })
}

// sendRestarts sends the orders to end that are due still.
func (s *Site) sendRestarts(to Publisher) {
	now := s.cfg.Now()
	s.mu.Lock()
	due := slices.DeleteFunc(slices.Clone(s.starts), func(r restart) bool {
		boot, there := s.boot(r.node)
		return !now.Before(r.until) || !there || boot != r.boot
	})
	s.mu.Unlock()
	for _, r := range due {
		s.sendOrder(to, wire.Order{ID: r.id, TTL: r.until.Sub(now).Milliseconds(), Restart: r.boot}, r.node, r.until)
	}
}
