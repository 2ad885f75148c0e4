package app

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Step is a step on a request's way, as Config.Trace and the latency figures know it.
type Step string

// The steps of a request, in their order.
const (
	StepTap       Step = "tap"        // the touch has reached the loop
	StepAsked     Step = "asked"      // the wish is on disk
	StepReserved  Step = "reserved"   // the branch has answered with a number that is on its disk
	StepBegun     Step = "begun"      // the number is on this disk, no byte has gone out
	StepFirstByte Step = "first_byte" // the serial line has taken the first bytes
	StepPrinted   Step = "printed"    // the printer's word is here, or did not come; nothing is logged yet
	StepEnded     Step = "ended"      // what became of the request is on disk
)

// trace notes a step and tells whoever wants to know.
func (a *App) trace(step Step, request string) {
	if took, done := a.latency.note(step, request, a.clock.Now()); done {
		a.book.Observe("balcao_kiosk_first_byte_seconds", took.FirstByte.Seconds())
		a.log.Debug("tap to first byte", "asked", took.Asked, "reserved", took.Reserved, "begun", took.Begun, "first_byte", took.FirstByte)
	}
	if a.cfg.Trace != nil {
		a.cfg.Trace(step, request)
	}
}

// Took says how long a ticket took from the touch to each step on its way to paper.
type Took struct {
	Asked     time.Duration `json:"asked"`
	Reserved  time.Duration `json:"reserved"`
	Begun     time.Duration `json:"begun"`
	FirstByte time.Duration `json:"first_byte"`
}

// latency remembers how long the last tickets took.
type latency struct {
	mu   sync.Mutex
	open map[string]*timing
	done []Took // the newest last
}

type timing struct {
	tap  time.Time
	took Took
}

// Limits of what is remembered.
const (
	manyOpen = 64
	manyDone = 1000
)

func newLatency() *latency { return &latency{open: map[string]*timing{}} }

// note takes a step in; done is true when it was the first byte of a ticket whose touch was seen.
func (l *latency) note(step Step, request string, at time.Time) (took Took, done bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if step == StepTap {
		if len(l.open) >= manyOpen {
			clear(l.open) // requests that never came to paper
		}
		l.open[request] = &timing{tap: at}
		return Took{}, false
	}
	t := l.open[request]
	if t == nil {
		return Took{}, false
	}
	since := at.Sub(t.tap)
	switch step {
	case StepAsked:
		t.took.Asked = since
	case StepReserved:
		t.took.Reserved = since
	case StepBegun:
		t.took.Begun = since
	case StepFirstByte:
		t.took.FirstByte = since
		delete(l.open, request)
		l.done = append(l.done, t.took)
		if len(l.done) > manyDone {
			l.done = slices.Delete(l.done, 0, len(l.done)-manyDone)
		}
		return t.took, true
	case StepTap, StepPrinted, StepEnded:
	}
	return Took{}, false
}

// Latencies returns how long the last thousand tickets took, oldest first.
func (a *App) Latencies() []Took {
	a.latency.mu.Lock()
	defer a.latency.mu.Unlock()
	return slices.Clone(a.latency.done)
}

// figures are the quantiles of each step, in microseconds.
func figures(all []Took) map[string]any {
	f := map[string]any{"tickets": len(all)}
	for name, of := range map[string]func(Took) time.Duration{
		"asked":      func(t Took) time.Duration { return t.Asked },
		"reserved":   func(t Took) time.Duration { return t.Reserved },
		"begun":      func(t Took) time.Duration { return t.Begun },
		"first_byte": func(t Took) time.Duration { return t.FirstByte },
	} {
		if len(all) == 0 {
			continue
		}
		slices.SortFunc(all, func(x, y Took) int { return cmp.Compare(of(x), of(y)) })
		at := func(q float64) int64 { return of(all[int(q*float64(len(all)-1))]).Microseconds() }
		f[name] = map[string]int64{"p50": at(0.5), "p99": at(0.99), "max": at(1)}
	}
	return f
}
