package network

import (
	"slices"
	"strings"
	"time"

	"balcao/hq/visit"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Sight is what somebody sees of the network. The zero value sees all of it; both parts hold together.
type Sight struct {
	// District says of which districts; nil is all.
	District func(district string) bool
	// Serves says of which bodies; nil is all. Only branches that host one of them are seen, and of those only the visits
	// of these bodies are told: figures, tickets, half hours and facts. What a branch has for all of its bodies is seen: its
	// state, its link, its devices, and how many counters are open.
	Serves func(body queue.BodyID) bool
}

// sees says whether a branch is seen.
func (v Sight) sees(b *branch) bool {
	return (v.District == nil || v.District(b.District)) && (v.Serves == nil || slices.ContainsFunc(b.bodies(), v.Serves))
}

// bodies are those that the branch hosts, as far as it said: that it gives numbers for, or gave today, or did when the
// program that was here before this one heard it last.
func (b *branch) bodies() []queue.BodyID {
	all := b.visits.BodyIDs()
	add := func(id queue.BodyID) {
		if id != "" && !slices.ContainsFunc(all, func(known queue.BodyID) bool { return strings.EqualFold(string(known), string(id)) }) {
			all = append(all, id)
		}
	}
	for _, l := range b.live.Queues {
		add(queue.BodyID(strings.ToLower(short(l.Body))))
	}
	if len(b.live.Queues) == 0 {
		for _, id := range b.hosted {
			add(id)
		}
	}
	slices.Sort(all)
	return all
}

// Sees says whether somebody sees a branch; false where it is not known.
func (n *Network) Sees(id wire.NodeID, of Sight) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	b, known := n.branches[id]
	return known && of.sees(b)
}

// Bodies returns the bodies that the branches of a sight host, by id, those that are seen alone.
func (n *Network) Bodies(of Sight) []queue.BodyID {
	n.mu.Lock()
	defer n.mu.Unlock()
	seen := map[queue.BodyID]bool{}
	var all []queue.BodyID
	for _, b := range n.order {
		if !of.sees(b) {
			continue
		}
		for _, id := range b.bodies() {
			if !seen[id] && (of.Serves == nil || of.Serves(id)) {
				seen[id], all = true, append(all, id)
			}
		}
	}
	slices.Sort(all)
	return all
}

// Services returns the services that the branches of a sight have now, by id, those of the bodies that are seen alone.
func (n *Network) Services(of Sight) []queue.ServiceID {
	n.mu.Lock()
	defer n.mu.Unlock()
	seen := map[queue.ServiceID]bool{}
	var all []queue.ServiceID
	add := func(id queue.ServiceID, body queue.BodyID) {
		if !seen[id] && (of.Serves == nil || of.Serves(body)) {
			seen[id], all = true, append(all, id)
		}
	}
	for _, b := range n.order {
		if !of.sees(b) {
			continue
		}
		for _, l := range liveLines(b.live.Queues) {
			add(l.Service, l.Body)
		}
		b.visits.EachService(add)
	}
	slices.Sort(all)
	return all
}

// seen is a summary as somebody sees it. The state is judged anew: it is not theirs that another body's visits wait.
func (b *branch) seen(now time.Time, opt Options, of Sight) Summary {
	s := b.summary(now, opt)
	if of.Serves == nil {
		return s
	}
	s.Limited = true
	s.Bodies = slices.DeleteFunc(s.Bodies, func(id queue.BodyID) bool { return !of.Serves(id) })
	counters := s.Counters
	switch s.Source {
	case FromLog:
		f := b.visits.FiguresOf(of.Serves, b.there(now))
		s.Figures = Figures{
			Issued: f.Issued, Waiting: f.Waiting, Called: f.Called, Serving: f.Serving, Served: f.Served, NoShows: f.NoShows,
			WaitAvg: f.Wait.Mean, Longest: f.LongestNow,
		}
		if f.Waiting > 0 {
			s.Ticket = f.Longest.String()
		}
	case FromLive:
		s.Figures = Figures{}
		for _, l := range liveLines(b.live.Queues) {
			if of.Serves(l.Body) {
				s.Waiting += l.Waiting
				s.Longest = max(s.Longest, l.LongestNow)
			}
		}
		if s.Waiting > 0 {
			s.Longest += max(0, min(now.Sub(b.liveAt), time.Minute))
		}
	case FromNowhere:
	}
	s.Counters, s.Unlawful = counters, 0
	s.State, s.Cause = judge(s, opt)
	return s
}

// OnlyQueues says whether the figures are told for some bodies out of what the branch says live: then Waiting and Longest are all
// that is known of them.
func (s Summary) OnlyQueues() bool { return s.Limited && s.Source == FromLive }

// Look returns everything that somebody sees of one branch at a moment; false where they do not see it.
func (n *Network) Look(id wire.NodeID, now time.Time, of Sight) (Detail, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	b, known := n.branches[id]
	if !known || !of.sees(b) {
		return Detail{}, false
	}
	d := b.detail(now, n.opt)
	if of.Serves == nil {
		return d, true
	}
	d.Summary = b.seen(now, n.opt, of)
	others := func(l visit.Line) bool { return !of.Serves(l.Body) }
	d.Services, d.Bodies = slices.DeleteFunc(d.Services, others), slices.DeleteFunc(d.Bodies, others)
	f := b.visits.FiguresOf(of.Serves, d.There)
	d.Wait, d.Service, d.Halves = f.Wait, f.ServiceTime, b.visits.HalvesOf(of.Serves)
	d.Counters, d.Facts = b.visits.CountersOf(of.Serves), b.visits.RecentOf(of.Serves)
	return d, true
}
