package app

import (
	"context"
	"sync"

	"balcao/internal/wire"
	"balcao/kiosk/flow"
	"balcao/kiosk/store"
)

// jobs does the work on requests: the steps of one request in their order, those of different requests side by side.
type jobs struct {
	mu     sync.Mutex
	all    map[string]*job
	ctx    context.Context //nolint:containedctx // the run's own; steps are begun by others
	stop   context.CancelFunc
	closed bool
	work   sync.WaitGroup
}

// job is one request under way. Its fields below the queue belong to the step that runs.
type job struct {
	request string
	queue   []func(context.Context, *job) // guarded by jobs.mu
	running bool                          // guarded by jobs.mu
	cancel  context.CancelFunc            // of the asking, guarded by jobs.mu
	gone    bool                          // nobody waits for the number, guarded by jobs.mu

	state  store.State
	ticket *wire.Ticket
	lang   string
	large  bool
	copies int      // slips of it that may lie about
	claim  claiming // of a booking; nil for a plain ticket
	booked flow.Booked
	begun  bool // that it will be printed is on disk, and no byte has gone out
}

func newJobs() *jobs { return &jobs{all: map[string]*job{}} }

// do puts a step of a request in line. After the end of the run nothing is begun any more.
func (js *jobs) do(request string, step func(context.Context, *job)) {
	js.mu.Lock()
	defer js.mu.Unlock()
	if js.closed || js.ctx == nil {
		return
	}
	j := js.all[request]
	if j == nil {
		j = &job{request: request}
		js.all[request] = j
	}
	j.queue = append(j.queue, step)
	if !j.running {
		j.running = true
		js.work.Go(func() { js.run(j) })
	}
}

// run does the steps of a job until none is left. A job that can go on later stays known.
func (js *jobs) run(j *job) {
	for {
		js.mu.Lock()
		if len(j.queue) == 0 {
			j.running = false
			if !j.open() {
				delete(js.all, j.request)
			}
			js.mu.Unlock()
			return
		}
		step := j.queue[0]
		j.queue = j.queue[1:]
		ctx := js.ctx
		js.mu.Unlock()
		step(ctx, j)
	}
}

// open reports whether more may happen to the request.
func (j *job) open() bool {
	return j.state == store.Requested || j.state == store.Printing || j.state == store.Failed
}

// asking makes the context in which the branch is asked; stopAsking ends it.
func (js *jobs) asking(ctx context.Context, j *job) (context.Context, context.CancelFunc) {
	js.mu.Lock()
	defer js.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, longestAsking)
	if j.cancel = cancel; j.gone {
		cancel()
	}
	return ctx, cancel
}

// stopAsking ends the asking of a request, also one that has not begun yet.
func (js *jobs) stopAsking(request string) {
	js.mu.Lock()
	defer js.mu.Unlock()
	j := js.all[request]
	if j == nil {
		return
	}
	if j.gone = true; j.cancel != nil {
		j.cancel()
	}
}

// busy reports whether a step of the request is under way or in line.
func (js *jobs) busy(request string) bool {
	js.mu.Lock()
	defer js.mu.Unlock()
	j := js.all[request]
	return j != nil && j.running
}

// idle reports whether no step of any request is under way or in line.
func (js *jobs) idle() bool {
	js.mu.Lock()
	defer js.mu.Unlock()
	for _, j := range js.all {
		if j.running {
			return false
		}
	}
	return true
}

// open lets steps begin; their context is a child of ctx.
func (js *jobs) open(ctx context.Context) {
	js.mu.Lock()
	defer js.mu.Unlock()
	js.ctx, js.stop = context.WithCancel(ctx)
}

// finish lets nothing more begin, ends what is under way and waits for it.
func (js *jobs) finish() {
	js.mu.Lock()
	js.closed = true
	js.stop()
	js.mu.Unlock()
	js.work.Wait()
}
