package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"balcao/branch-server/report"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// painter paints views of one moment of the Day. What it makes holds copies only.
type painter struct {
	w       *Web
	d       *queue.Day
	at      time.Time // of the engine's clock
	facts   facts
	devices []wire.KioskHealth
	link    Link
	server  *wire.KioskHealth // nil where it is not known

	timeline []factView                 // of the coordinator's page
	book     *alertBook                 // since when somebody should look at what
	sitting  map[queue.CounterID]string // pseudonyms of those who sit at counters
}

// paint makes the frames of some views from one look at the Day. Only the hub's goroutine calls it.
func (w *Web) paint(ctx context.Context, keys []viewKey) (map[viewKey]frame, error) {
	devices, link, now := w.cfg.Devices(), w.cfg.Link(), w.cfg.Now()
	var server *wire.KioskHealth
	if w.cfg.Server != nil {
		own := w.cfg.Server()
		server = &own
	}
	timeline, sitting := w.managersPart(ctx, keys, now)
	painted := make(map[viewKey]any, len(keys))
	var seq uint64
	err := w.cfg.Commands.Read(ctx, func(d *queue.Day, at time.Time) {
		seq = d.Seq()
		w.facts = w.facts.renewed(w, d, at)
		p := painter{w: w, d: d, at: at, facts: w.facts, devices: devices, link: link, timeline: timeline, book: &w.book, sitting: sitting, server: server}
		for _, key := range keys {
			switch key.kind {
			case viewBoard:
				painted[key] = p.board(key.zone)
			case viewCounter:
				painted[key] = p.counterOf(key.token, now)
			case viewReception:
				painted[key] = p.reception()
			case viewManager:
				painted[key] = p.manager()
			case viewSupply:
				painted[key] = p.supply()
			}
		}
	})
	if err != nil {
		return nil, err
	}
	frames := make(map[viewKey]frame, len(painted))
	for key, view := range painted {
		if frames[key], err = newFrame(view, seq, now); err != nil {
			return nil, fmt.Errorf("paint %s: %w", key.kind, err)
		}
	}
	return frames, nil
}

// placeView is what every page says of the branch.
type placeView struct {
	Name string `json:"name"`
	Day  string `json:"day"` // segunda-feira, 23 nov. 2026
	Open bool   `json:"open"`
	Zone string `json:"zone"`
}

func (p painter) place() placeView {
	return placeView{Name: p.w.cfg.Branch().Name, Day: dayWords(p.d.Date()), Open: p.d.Open(), Zone: p.w.cfg.Branch().Zone}
}

// facts are figures of the whole Day that need a look at every visit; they are renewed once a second at the most.
type facts struct {
	at     time.Time
	seq    uint64
	day    queue.Date
	posts  map[queue.CounterID]postFacts
	totals queue.Totals
	level  level // of the last half hour, over all services
	levels map[string]level
	halves []half
	ahead  outlook
}

// postFacts is what a counter did today.
type postFacts struct {
	Visits int
	Median int // minutes at the counter; meaningless without visits
	Acts   int // services delivered
}

// level counts calls and those that came within their service's target.
type level struct{ called, within int }

// percent returns the service level in whole per cent; -1 without calls.
func (l level) percent() int {
	if l.called == 0 {
		return -1
	}
	return (200*l.within + l.called) / (2 * l.called)
}

// half is one half hour of the Day.
type half struct {
	start  time.Time
	issued int
	called int
	level  level
}

const halfHour = 30 * time.Minute

func (f facts) renewed(w *Web, d *queue.Day, at time.Time) facts {
	if f.posts != nil && f.day == d.Date() && f.seq <= d.Seq() && at.Sub(f.at) < time.Second && at.Sub(f.at) >= 0 {
		return f
	}
	n := facts{
		at: at, seq: d.Seq(), day: d.Date(), posts: map[queue.CounterID]postFacts{}, totals: d.Totals(),
		levels: map[string]level{}, ahead: f.ahead.renewed(w, d, at),
	}
	lengths, acts := map[queue.CounterID][]time.Duration{}, map[queue.CounterID]int{}
	halves := map[int64]*half{}
	of := func(t time.Time) *half {
		start := t.Truncate(halfHour) // zones in use differ from UTC by whole half hours
		h, known := halves[start.Unix()]
		if !known {
			h = &half{start: start}
			halves[start.Unix()] = h
		}
		return h
	}
	for _, v := range d.Visits() {
		if v.IssuedAt.IsZero() || v.State == queue.StateVoid {
			continue
		}
		of(v.IssuedAt).issued++
		for _, leg := range v.Legs {
			if leg.StartedAt.IsZero() {
				continue
			}
			lengths[leg.Counter] = append(lengths[leg.Counter], max(0, leg.EndedAt.Sub(leg.StartedAt)-leg.HeldFor))
			for _, done := range leg.Delivered {
				acts[leg.Counter] += done.Quantity
			}
		}
		if v.CalledAt.IsZero() {
			continue
		}
		s := w.names().services[v.Service]
		var one level // a service without a target has no level
		if s.target > 0 {
			one.called = 1
			if v.Wait(at) <= s.target {
				one.within = 1
			}
		}
		h := of(v.CalledAt)
		h.called++
		h.level = h.level.plus(one)
		if at.Sub(v.CalledAt) < halfHour {
			n.level = n.level.plus(one)
			n.levels[s.division] = n.levels[s.division].plus(one)
		}
	}
	for id, all := range lengths {
		n.posts[id] = postFacts{Visits: len(all), Median: minutes(median(all) + 30*time.Second), Acts: acts[id]}
	}
	for _, h := range halves {
		n.halves = append(n.halves, *h)
	}
	slices.SortFunc(n.halves, func(a, b half) int { return a.start.Compare(b.start) })
	return n
}

func (l level) plus(o level) level { return level{l.called + o.called, l.within + o.within} }

// median returns the middle of some values, as reports do; zero without any. It sorts them.
func median[T ~int | ~int64](all []T) T {
	slices.Sort(all)
	return report.Median(all)
}

// quantile returns the least value that some per cent of the values do not pass, as reports do; zero without any. It
// sorts them.
func quantile[T cmp.Ordered](all []T, percent int) T {
	slices.Sort(all)
	return report.Quantile(all, percent)
}
