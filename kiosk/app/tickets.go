package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
	"balcao/kiosk/flow"
	"balcao/kiosk/store"
	"balcao/printers"
	"balcao/printers/device"
)

// longestAsking ends an asking that nobody withdrew; the path withdraws much earlier.
const longestAsking = 5 * time.Minute

// nudgeAfter is how long a request may be answered before the log of it is sent beside it: an answer that comes at
// once need not share the branch's disk with the log.
const nudgeAfter = 250 * time.Millisecond

// tickets carries out what the path wants done about requests. Each step is on disk before its consequence: the wish
// before the branch is asked, the number before the first byte goes to the printer.
type tickets struct {
	app  *App
	jobs *jobs

	mu       sync.Mutex
	leftover map[string]*time.Timer // requests of the last run that may be taken up, until they are given up
	unsure   map[string]string      // ticket id on the slip → request, of prints with an unknown outcome
	order    []string               // of unsure, oldest first
	orders   []string               // of the branch, that were begun; the last ones
	printing slipOf                 // being printed now
	held     slipOf                 // in the printer's mouth
}

// slipOf is the paper of one request.
type slipOf struct{ request, number string }

func newTickets(a *App) *tickets {
	return &tickets{app: a, jobs: newJobs(), leftover: map[string]*time.Timer{}, unsure: map[string]string{}}
}

// run waits for the end, and then for every step under way.
func (t *tickets) run(ctx context.Context) error {
	<-ctx.Done()
	t.mu.Lock()
	for _, timer := range t.leftover {
		timer.Stop()
	}
	t.mu.Unlock()
	t.jobs.finish()
	return nil
}

// ask begins a request, or takes it up again when it is known: the same key never leads to a second number.
func (t *tickets) ask(e flow.RequestTicket) {
	class := queue.ClassWalkIn
	if e.Priority {
		class = queue.ClassLaw
	}
	t.request(wire.TicketFact{Request: e.Request, Service: e.Service, Class: string(class), Lang: e.Lang, Then: e.Then}, nil)
}

// claiming makes the part of a request that stands for a booking; nil for a plain ticket.
type claiming func(ctx context.Context) (*wire.CheckIn, error)

func (t *tickets) request(asked wire.TicketFact, claim claiming) {
	if t.jobs.busy(asked.Request) {
		return
	}
	if t.app.unable() {
		t.app.post(flow.TicketReply{Request: asked.Request, Refused: flow.RefusedUnable})
		return
	}
	t.takeUp(asked.Request)
	asked.Boot = t.app.boot
	pressed := t.app.clock.Now()
	t.jobs.do(asked.Request, func(ctx context.Context, j *job) {
		known, err := t.app.store.Ask(ctx, asked, pressed)
		if err != nil {
			t.app.log.Error("request not logged", "err", err)
			t.app.post(flow.TicketReply{Request: asked.Request, Refused: flow.RefusedUnavailable})
			return
		}
		t.app.trace(StepAsked, asked.Request)
		j.state, j.ticket, j.claim = known.State, known.Ticket, claim
		j.copies = max(j.copies, known.Asked.Attempts)
		switch {
		case j.state == store.Requested && j.ticket == nil:
			t.reserve(ctx, j, known.Asked, pressed)
		case j.state == store.Abandoned || j.ticket == nil:
			t.app.post(flow.TicketReply{Request: asked.Request, Refused: flow.RefusedSettled})
		default: // it has its number
			t.app.post(flow.TicketReply{Request: asked.Request, Ticket: t.app.offers.ticketFor(*j.ticket, j.request)})
		}
	})
}

// reserve asks the branch. When it is silent the kiosk gives a number of its lease; without one it asks until it is
// answered or nobody waits for the answer any more.
func (t *tickets) reserve(ctx context.Context, j *job, asked wire.TicketFact, pressed time.Time) {
	ctx, cancel := t.jobs.asking(ctx, j)
	defer cancel()
	slow := time.AfterFunc(nudgeAfter, t.app.uplink.Nudge)
	defer slow.Stop()
	request := wire.TicketRequest{
		Request: asked.Request, Boot: t.app.boot, Service: asked.Service, Class: asked.Class, Lang: asked.Lang,
		Then: asked.Then,
	}
	patient, lose := context.WithTimeout(ctx, t.patience(pressed))
	reply, err := t.pose(patient, j, request)
	lose()
	if err != nil && ctx.Err() == nil {
		if t.shut(asked.Service) && j.claim == nil {
			t.end(ctx, j, store.Abandoned, flow.RefusedClosed, 0)
			t.app.post(flow.TicketReply{Request: j.request, Refused: flow.RefusedClosed})
			return
		}
		if j.claim == nil && t.alone(ctx, j, asked) {
			t.given(ctx, j)
			return
		}
		if t.app.time.lost() && j.claim == nil {
			t.end(ctx, j, store.Abandoned, causeClock, 0)
			t.app.post(flow.TicketReply{Request: j.request, Refused: flow.RefusedUnable})
			return
		}
		last, lose := context.WithTimeout(ctx, t.lastPatience(j))
		reply, err = t.pose(last, j, request)
		lose()
		if err != nil && ctx.Err() == nil && j.claim == nil && t.nameless(ctx, j, asked) {
			t.given(ctx, j)
			return
		}
	}
	for err != nil && ctx.Err() == nil {
		t.app.log.Warn("answer of the branch not usable", "err", err)
		wait(ctx, time.Second)
		reply, err = t.pose(ctx, j, request)
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		t.end(ctx, j, store.Abandoned, "unanswered", 0)
		t.app.post(flow.TicketReply{Request: j.request, Refused: flow.RefusedUnavailable})
	case err != nil: // withdrawn, or the program ends and may take it up again
	case reply.Refused != "":
		t.end(ctx, j, store.Abandoned, reply.Refused, 0)
		t.app.post(flow.TicketReply{Request: j.request, Refused: reply.Refused, Booked: bookedFor(reply.Booked, t.app.offers.zone())})
	case reply.Booked != nil && reply.Booked.Again: // the ticket is that of another request, which has its slip
		t.end(ctx, j, store.Abandoned, "again", 0)
		t.app.post(flow.TicketReply{Request: j.request, Ticket: t.app.offers.ticketFor(*reply.Ticket, j.request), Booked: bookedFor(reply.Booked, t.app.offers.zone())})
	default:
		j.ticket = reply.Ticket
		j.booked = bookedFor(reply.Booked, t.app.offers.zone())
		t.given(ctx, j)
	}
}

// given tells that a request has its number. A number that the screen shows as valid outlives this program: that it
// will be printed is on disk first.
func (t *tickets) given(ctx context.Context, j *job) {
	t.app.trace(StepReserved, j.request)
	if t.app.printer.Status().Ready() {
		t.begin(ctx, j)
	}
	t.app.post(flow.TicketReply{Request: j.request, Ticket: t.app.offers.ticketFor(*j.ticket, j.request), Booked: j.booked})
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// withdraw stops the asking; a number that was reserved meanwhile is given up.
func (t *tickets) withdraw(request string) {
	t.jobs.stopAsking(request)
	t.abandon(request)
}

func (t *tickets) abandon(request string) { t.settle(request, store.Abandoned, "citizen") }
func (t *tickets) accept(request string)  { t.settle(request, store.Accepted, "") }

func (t *tickets) settle(request string, to store.State, cause string) {
	t.jobs.do(request, func(ctx context.Context, j *job) { t.end(ctx, j, to, cause, 0) })
}

func (t *tickets) print(e flow.Print) {
	t.jobs.do(e.Request, func(ctx context.Context, j *job) {
		j.lang, j.large = e.Lang, e.Large
		t.put(ctx, j)
	})
}

func (t *tickets) reprint(request string) { t.jobs.do(request, t.put) }

// begin puts on disk that a number will be printed, before the first byte goes out. It reports whether it could.
func (t *tickets) begin(ctx context.Context, j *job) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	if err := t.app.store.Begin(ctx, j.request, *j.ticket, t.app.clock.Now()); err != nil {
		t.app.log.Error("print not begun", "ticket", j.ticket.Number, "err", err)
		return false
	}
	j.state, j.begun = store.Printing, true
	t.app.trace(StepBegun, j.request)
	return true
}

// put brings a number to paper, unless an earlier slip of it came out or may have.
func (t *tickets) put(ctx context.Context, j *job) {
	t.recall(ctx, j)
	switch {
	case j.state == store.Printed:
		t.app.post(flow.PrintOutcome{Request: j.request, Result: flow.PrintDone})
		return
	case !j.open() || j.ticket == nil:
		t.app.post(flow.PrintOutcome{Request: j.request, Result: flow.PrintUnknown})
		return
	}
	// After a start the printer may be there and not have answered yet.
	t.app.devices.found(ctx, devicePrinter)
	if !j.begun && !t.begin(ctx, j) {
		// Not a byte has gone out.
		t.app.post(flow.PrintOutcome{Request: j.request, Result: flow.PrintFailed})
		return
	}
	j.begun = false
	slip := t.app.offers.slip(*j.ticket, j.lang)
	slip.TicketID, slip.Copy, slip.Large = wire.TicketCode(j.request), j.copies+1, j.large
	if link := t.app.offers.link(j.request); link != "" {
		slip.QR, slip.QRFor = link, printers.QRTurn // one code a slip: where to complain stands in words then
	}
	slip.Form = t.app.layouts.of()
	began := t.app.clock.Now()
	touched := false // paper may have moved
	outcome, err := t.app.printer.Print(ctx, slip, func() {
		touched = true
		t.prints(slipOf{request: j.request, number: j.ticket.Number})
		t.app.trace(StepFirstByte, j.request)
		t.app.uplink.Nudge()
	})
	if touched {
		j.copies++
		t.app.roll.printed(slip)
	}
	took := t.app.clock.Now().Sub(began)
	t.app.trace(StepPrinted, j.request)
	t.tell(err, j, outcome)
	state, result := verdict(outcome)
	if state == store.Unknown {
		t.doubt(slip.TicketID, j.request)
	}
	t.end(ctx, j, state, code(outcome.Reason), took)
	t.app.post(flow.PrintOutcome{Request: j.request, Result: result})
}

// recall reads what became of a request that had ended when its job was looked at last.
func (t *tickets) recall(ctx context.Context, j *job) {
	if j.state != "" {
		return
	}
	r, found, err := t.app.store.Find(ctx, j.request)
	if err != nil {
		t.app.log.Error("request not found", "err", err)
	}
	if found {
		j.state, j.ticket = r.State, r.Ticket
	}
}

func (t *tickets) tell(err error, j *job, o printers.Outcome) {
	level := slog.LevelInfo
	if err != nil {
		level = slog.LevelWarn
	}
	t.app.log.Log(context.Background(), level, "slip", "ticket", j.ticket.Number, "result", o.Result.String(), "reason", string(o.Reason))
}

func verdict(o printers.Outcome) (store.State, flow.PrintResult) {
	switch o.Result {
	case printers.Done:
		return store.Printed, flow.PrintDone
	case printers.Failed:
		return store.Failed, flow.PrintFailed
	default:
		return store.Unknown, flow.PrintUnknown
	}
}

// end logs what became of a request. It does so also while the program ends: a slip that came out must be known.
func (t *tickets) end(ctx context.Context, j *job, to store.State, cause string, took time.Duration) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	err := t.app.store.End(ctx, j.request, to, cause, took, t.app.clock.Now())
	switch {
	case errors.Is(err, store.ErrSettled): // it had ended before
	case err != nil:
		t.app.log.Error("end of a request not logged", "state", string(to), "err", err)
	default:
		j.state = to
		t.app.countEnd(to)
		t.app.trace(StepEnded, j.request)
		t.app.uplink.Nudge()
	}
}

// manyUnsure bounds how many prints with an unknown outcome may still be heard of.
const manyUnsure = 64

func (t *tickets) doubt(id, request string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unsure[id] = request
	t.order = append(t.order, id)
	if len(t.order) > manyUnsure {
		delete(t.unsure, t.order[0])
		t.order = t.order[1:]
	}
}

// late hears that a slip with an unknown outcome came out after all.
func (t *tickets) late(id string) {
	t.mu.Lock()
	request, known := t.unsure[id]
	t.mu.Unlock()
	if known {
		t.settle(request, store.Printed, "late")
	}
}

// prints notes whose slip the printer has begun: what its mouth tells next is about that one.
func (t *tickets) prints(s slipOf) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.printing = s
}

// mouth hears what became of a slip that the printer holds out until it is taken. It is called by the printer's own
// goroutine and leaves the writing to the request's.
func (t *tickets) mouth(m device.Mouth) {
	t.mu.Lock()
	if m == device.SlipPresented {
		t.held = t.printing
		t.mu.Unlock()
		return
	}
	s := t.held
	t.held = slipOf{}
	t.mu.Unlock()
	if s.request == "" {
		return // of an earlier run
	}
	kind := wire.TypeSlipTaken
	if m == device.SlipRetracted {
		kind = wire.TypeSlipRetracted
		t.app.post(flow.SlipRetracted{Request: s.request})
	} else {
		t.app.post(flow.SlipTaken{Request: s.request})
	}
	t.jobs.do(s.request, func(ctx context.Context, _ *job) {
		fact := wire.SlipFact{Request: s.request, Ticket: s.number}
		if err := t.app.store.Note(ctx, kind, fact, t.app.clock.Now()); err != nil {
			t.app.log.Error("fate of a slip not logged", "ticket", s.number, "err", err)
		}
		t.app.uplink.Nudge()
	})
}
