package queue

import (
	"maps"
	"slices"
	"time"
)

// decide turns a wish into facts without changing the Day.
func (d *Day) decide(cmd Command, at time.Time) ([]Event, error) {
	switch c := cmd.(type) {
	case OpenDay:
		return d.openDay(c)
	case CloseDay:
		return d.closeDay()
	case Reserve:
		return d.reserve(c)
	case Issue:
		return d.issue(c)
	case ConfirmPrint:
		return d.paper(c.Request, PrintConfirmed)
	case Accept:
		return d.paper(c.Request, PrintAccepted)
	case DoubtPrint:
		return d.doubt(c)
	case FailPrint:
		return d.failPrint(c, at)
	case Abandon:
		return d.abandon(c)
	case Tick:
		return d.tick(at), nil
	case OpenCounter:
		return d.openCounter(c)
	case CloseCounter:
		return d.closeCounter(c)
	case CallNext:
		return d.callNext(c, at)
	case Recall:
		return d.recall(c, at)
	case Start:
		return d.start(c)
	case Finish:
		return d.finish(c)
	case NoShow:
		return d.noShow(c)
	case SetPriority:
		return d.setPriority(c)
	case CallVisit:
		return d.callVisit(c, at)
	case Note:
		return []Event{c.Fact}, nil
	default:
		return d.decideLife(cmd, at)
	}
}

// decideLife turns the wishes of a visit that does more than wait, be called and be served, and of supply, into facts.
func (d *Day) decideLife(cmd Command, at time.Time) ([]Event, error) {
	switch c := cmd.(type) {
	case Walk:
		return d.walk(c)
	case Forward:
		return d.forward(c, at)
	case Transfer:
		return d.transfer(c)
	case AddService:
		return d.addService(c)
	case DropService:
		return d.dropService(c)
	case Hold:
		return d.hold(c)
	case Resume:
		return d.resume(c)
	case TakeBack:
		return d.takeBack(c, at)
	case RaiseAlarm:
		return d.raiseAlarm(c)
	case AnswerAlarm:
		return d.answerAlarm(c)
	case Cancel:
		return d.cancel(c)
	case Revive:
		return d.revive(c, at)
	case Postpone:
		return d.postpone(c)
	case Return:
		return d.comeBack(c)
	case MarkInaccurate:
		return d.markInaccurate(c)
	case TakeBreak:
		return d.takeBreak(c)
	case EndBreak:
		return d.endBreak(c)
	case SuspendService:
		return d.suspend(c, at)
	case ReopenService:
		return d.reopen(c)
	case HoldShare:
		return d.holdShare(c)
	case Lease:
		return d.lease(c)
	case ReserveAlone:
		return d.reserveAlone(c, at)
	case Recover:
		return d.decideRecover(c)
	case SetQuota:
		return d.setQuota(c)
	case EndDay:
		return d.endDay(c)
	case ReopenDay:
		return d.reopenDay(c)
	case BlockNumbers:
		return d.blockNumbers(c)
	case ReleaseNumbers:
		return d.releaseNumbers(c)
	case EnterPaper:
		return d.enterPaper(c, at)
	case CorrectPaper:
		return d.correctPaper(c)
	default:
		return d.decideOffice(cmd, func(wish Command) ([]Event, error) { return d.decide(wish, at) })
	}
}

func (d *Day) openDay(c OpenDay) ([]Event, error) {
	if c.Day <= d.date {
		return nil, ErrDayOpen
	}
	var events []Event
	if d.open {
		events = append(events, DayClosed{Day: d.date, Totals: d.Totals()})
	}
	events = append(events, DayOpened{Day: c.Day, Leases: d.ahead(c.Day)})
	// The clerks who sat there are still there: the new Day says so itself, because a replay begins with it.
	for _, id := range slices.Sorted(maps.Keys(d.counters)) {
		if d.counters[id].open {
			p := d.counters[id]
			events = append(events, CounterOpened{Counter: id, Skills: p.skills, By: p.by})
			if p.onBreak {
				events = append(events, BreakStarted{Counter: id, Reason: p.reason, Planned: p.planned})
			}
		}
	}
	return append(append(events, d.lendsOn()...), d.padsAgain()...), nil
}

func (d *Day) closeDay() ([]Event, error) {
	if !d.open {
		return nil, ErrDayNotOpen
	}
	return []Event{DayClosed{Day: d.date, Totals: d.Totals()}}, nil
}

// take returns the Reserved fact for the next number of a service's division. An override is the reason of somebody
// with permission for a number that supply does not allow.
func (d *Day) take(r RequestID, service ServiceID, then []ServiceID, class ClassID, booked bool, override string) (Reserved, error) {
	if r == "" {
		return Reserved{}, ErrNoRequest
	}
	if d.closed[r] {
		return Reserved{}, ErrRequestClosed
	}
	if !d.open {
		return Reserved{}, ErrDayNotOpen
	}
	s, known := d.index.services[service]
	if !known {
		return Reserved{}, ErrUnknownService
	}
	if _, known := d.index.calling(s.Body).class(class); !known {
		return Reserved{}, ErrUnknownClass
	}
	if err := d.permits(s.ID, booked, override); err != nil {
		return Reserved{}, err
	}
	if err := d.plan(s.ID, then, override); err != nil {
		return Reserved{}, err
	}
	div := d.index.divisions[s.Division]
	n := d.after(div)
	if _, last := d.central(div); n > last || override == "" && (d.Left(div.ID) == 0 || d.kept(div.ID, class)) {
		return Reserved{}, ErrSoldOut
	}
	return Reserved{
		Visit: VisitID(len(d.visits) + 1), Number: Number{Prefix: div.Prefix, N: n}, Division: div.ID,
		Service: s.ID, Body: s.Body, Class: class, Request: r, Day: d.date,
		Then: slices.Clone(then),
	}, nil
}

// after returns the number that the division's own sequence gives next.
func (d *Day) after(div Division) int {
	n := div.First
	if used, taken := d.issued[div.ID]; taken {
		n = used + 1
	}
	return d.unpadded(div.ID, n)
}

func (d *Day) reserve(c Reserve) ([]Event, error) {
	if _, asked := d.byRequest[c.Request]; asked {
		return nil, nil
	}
	e, err := d.take(c.Request, c.Service, c.Then, c.Class, !c.Slot.IsZero(), "")
	if err != nil {
		return nil, err
	}
	e.Lang, e.Kiosk, e.Boot, e.Slot, e.Told = c.Lang, c.Kiosk, c.Boot, slotOf(c.Slot), c.Told
	return []Event{e}, nil
}

func (d *Day) issue(c Issue) ([]Event, error) {
	if _, asked := d.byRequest[c.Request]; asked {
		return nil, nil
	}
	e, err := d.take(c.Request, c.Service, c.Then, c.Class, !c.Slot.IsZero(), c.Override)
	if err != nil {
		return nil, err
	}
	e.Lang, e.Slot, e.Told = c.Lang, slotOf(c.Slot), c.Told
	e.By, e.Kiosk = c.By, c.Kiosk
	if e.Override = c.Override; e.Override != "" {
		e.Despite = c.Despite
	}
	if c.Kiosk != "" { // paper first
		return []Event{e}, nil
	}
	return []Event{e, Issued{Visit: e.Visit, Number: e.Number, Print: PrintNone}}, nil
}

func slotOf(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}

// paper handles good news: the slip came out, or the citizen does without.
func (d *Day) paper(r RequestID, news PrintState) ([]Event, error) {
	v, known := d.byRequest[r]
	if !known {
		return nil, ErrUnknownRequest
	}
	switch v.State {
	case StateReserved:
		return []Event{Issued{Visit: v.ID, Number: v.Number, Print: news}}, nil
	case StateVoid:
		return []Event{Issued{Visit: v.ID, Number: v.Number, Print: news, Revived: true}}, nil
	default: // it waited already
		byHand := v.By != "" && (v.Print == PrintNone || v.Print == PrintAccepted) && news == PrintConfirmed
		if v.Print == PrintUnknown || byHand {
			return []Event{PrintKnown{Visit: v.ID, Print: news}}, nil
		}
	}
	return nil, nil
}

func (d *Day) doubt(c DoubtPrint) ([]Event, error) {
	v, known := d.byRequest[c.Request]
	if !known {
		return nil, ErrUnknownRequest
	}
	switch v.State {
	case StateReserved:
		return []Event{Issued{Visit: v.ID, Number: v.Number, Print: PrintUnknown}}, nil
	case StateVoid: // the slip may be in somebody's hand
		return []Event{Issued{Visit: v.ID, Number: v.Number, Print: PrintUnknown, Revived: true}}, nil
	default: // it waited already
	}
	return nil, nil
}

func (d *Day) failPrint(c FailPrint, at time.Time) ([]Event, error) {
	v, known := d.byRequest[c.Request]
	if !known {
		return nil, ErrUnknownRequest
	}
	switch {
	case v.State == StateReserved:
		return []Event{PrintFailure{Visit: v.ID, Cause: c.Cause, Until: at.Add(d.index.policy.Reprint)}}, nil
	case v.unproven():
		return []Event{Voided{Visit: v.ID, Number: v.Number, Cause: "print_failed"}}, nil
	}
	return nil, nil
}

func (d *Day) abandon(c Abandon) ([]Event, error) {
	v, known := d.byRequest[c.Request]
	if !known {
		return d.closeRequest(c.Request)
	}
	if v.State == StateReserved || v.unproven() {
		return []Event{Voided{Visit: v.ID, Number: v.Number, Cause: "abandoned"}}, nil
	}
	return nil, nil
}

// closeRequest refuses a request for ever that ended before the branch heard of it: it may still be under way.
func (d *Day) closeRequest(r RequestID) ([]Event, error) {
	if r == "" {
		return nil, ErrNoRequest
	}
	if d.closed[r] {
		return nil, nil
	}
	return []Event{RequestClosed{Request: r}}, nil
}

// tick settles the reservations whose time is up: a print known to have failed becomes void, silence becomes a visit
// that waits as print unknown.
func (d *Day) tick(at time.Time) []Event {
	var due []*Visit
	for _, v := range d.pending {
		if !v.PrintDue.After(at) {
			due = append(due, v)
		}
	}
	slices.SortFunc(due, func(a, b *Visit) int { return int(a.ID) - int(b.ID) })
	var events []Event
	for _, v := range due {
		if v.Print == PrintFailed {
			events = append(events, Voided{Visit: v.ID, Number: v.Number, Cause: "print_failed"})
		} else {
			events = append(events, Issued{Visit: v.ID, Number: v.Number, Print: PrintUnknown})
		}
	}
	return append(events, d.dueReopenings(at)...)
}

func (d *Day) closeCounter(c CloseCounter) ([]Event, error) {
	p, err := d.post(c.Counter)
	if err != nil {
		return nil, err
	}
	if p.visit != nil {
		return nil, ErrCounterBusy
	}
	return []Event{CounterClosed(c)}, nil
}

// post returns an open counter.
func (d *Day) post(id CounterID) (*post, error) {
	p, known := d.counters[id]
	if !known {
		if _, exists := d.index.counters[id]; !exists {
			return nil, ErrUnknownCounter
		}
		return nil, ErrCounterClosed
	}
	if !p.open {
		return nil, ErrCounterClosed
	}
	return p, nil
}

// at returns the visit at an open counter, in one of some states; id 0 means whichever is there.
func (d *Day) at(counter CounterID, id VisitID, wrong Refusal, states ...State) (*Visit, error) {
	p, err := d.post(counter)
	switch {
	case err != nil:
		return nil, err
	case p.visit == nil:
		return nil, ErrCounterFree
	case id != 0 && p.visit.ID != id:
		return nil, ErrOtherVisit
	case !slices.Contains(states, p.visit.State):
		return nil, wrong
	}
	return p.visit, nil
}

func (d *Day) recall(c Recall, at time.Time) ([]Event, error) {
	v, err := d.at(c.Counter, c.Visit, ErrNotCalled, StateCalled)
	if err != nil {
		return nil, err
	}
	if most := d.index.policy.Recalls; most > 0 && v.Recalled >= most {
		return nil, ErrRecallLimit
	}
	if at.Sub(v.LastCall) < d.index.policy.RecallPause {
		return nil, ErrTooSoon
	}
	return []Event{Recalled{Visit: v.ID, Counter: c.Counter, Count: v.Recalled + 1}}, nil
}

func (d *Day) start(c Start) ([]Event, error) {
	v, err := d.at(c.Counter, c.Visit, ErrNotCalled, StateCalled)
	if err != nil {
		return nil, err
	}
	return []Event{Started{Visit: v.ID, Counter: c.Counter}}, nil
}

func (d *Day) finish(c Finish) ([]Event, error) {
	v, err := d.at(c.Counter, c.Visit, ErrNotServing, StateServing)
	if err != nil {
		return nil, err
	}
	if err := deliveredRefusal(c.Delivered); err != nil {
		return nil, err
	}
	if next, goes := d.following(v); goes && !c.Whole {
		return d.goesOn(v, c, next)
	}
	return []Event{Finished{
		Visit: v.ID, Counter: c.Counter, Delivered: c.Delivered, Outcome: c.Outcome, Left: slices.Clone(v.Then),
	}}, nil
}

func (d *Day) noShow(c NoShow) ([]Event, error) {
	v, err := d.at(c.Counter, c.Visit, ErrNotCalled, StateCalled)
	if err != nil {
		return nil, err
	}
	return []Event{NotShown{Visit: v.ID, Counter: c.Counter}}, nil
}

func (d *Day) setPriority(c SetPriority) ([]Event, error) {
	v := d.visit(c.Visit)
	if v == nil {
		return nil, ErrUnknownVisit
	}
	if v.State != StateWaiting && v.State != StateReserved {
		return nil, ErrNotWaiting
	}
	class := ClassWalkIn
	switch {
	case c.Granted:
		class = ClassLaw
	case !v.Slot.IsZero():
		class = ClassBooked
	}
	if class == v.Class || !c.Granted && v.Class != ClassLaw {
		return nil, nil
	}
	return []Event{PrioritySet{Visit: v.ID, Class: class, Reason: c.Reason}}, nil
}
