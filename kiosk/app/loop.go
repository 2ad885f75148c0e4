package app

import (
	"context"
	"time"

	"balcao/kiosk/flow"
)

// loop owns the state of the citizen's path: one goroutine hears every input in turn, has the effects done by others,
// and shows what became of it.
type loop struct {
	app    *App
	state  flow.State
	inputs chan flow.Input
	pulses chan chan struct{} // whoever wants to know whether the loop still turns
	rests  chan chan bool     // whoever wants to know whether nobody is at the screen
	done   chan struct{}      // closed when nobody listens any more

	timer *time.Timer
	waits flow.StartTimer // what the timer that runs is for
}

// manyInputs is how many inputs may wait for the loop, which never blocks: a burst of news from all devices.
const manyInputs = 64

func newLoop(a *App) *loop {
	return &loop{
		app: a, state: flow.New(flow.Config{
			Lang: a.cfg.Lang, Languages: a.cfg.offered(), Few: a.cfg.Screen.touching().Tight, Contactless: a.cfg.Reader.Contactless,
			Listen: a.cfg.Ear.hears(),
		}),
		inputs: make(chan flow.Input, manyInputs), pulses: make(chan chan struct{}), rests: make(chan chan bool), done: make(chan struct{}),
	}
}

// post hands in an input from outside the loop.
func (l *loop) post(in flow.Input) {
	select {
	case l.inputs <- in:
	case <-l.done:
	}
}

// pulse returns when the loop has taken it, or has ended.
func (l *loop) pulse() {
	taken := make(chan struct{})
	select {
	case l.pulses <- taken:
		<-taken
	case <-l.done:
	}
}

// resting reports whether nobody is at the screen; true when the loop has ended.
func (l *loop) resting() bool {
	answer := make(chan bool, 1)
	select {
	case l.rests <- answer:
		return <-answer
	case <-l.done:
		return true
	}
}

func (l *loop) run(ctx context.Context) error {
	defer close(l.done)
	l.timer = time.NewTimer(time.Hour)
	defer l.timer.Stop()
	l.timer.Stop()
	for _, in := range l.app.offers.known() {
		l.step(in)
	}
	l.app.screen.Show(l.state.View())
	for {
		select {
		case <-ctx.Done():
			return nil
		case in := <-l.app.screen.Inputs():
			if tap, ok := in.(flow.Tap); ok && tap.Action == flow.ActService {
				l.app.trace(StepTap, tap.Key)
			}
			l.step(in)
		case taken := <-l.pulses:
			close(taken)
		case answer := <-l.rests:
			answer <- l.state.Resting()
		case in := <-l.inputs:
			l.step(in)
		case <-l.timer.C:
			l.step(flow.TimerFired{Name: l.waits.Name, ID: l.waits.ID})
		}
	}
}

func (l *loop) step(in flow.Input) {
	if tap, ok := in.(flow.Tap); ok && l.app.guide.trembles(tap) {
		return
	}
	next, effects := flow.Next(l.state, in)
	l.state = next
	wiped := false
	for _, e := range effects {
		l.do(e)
		_, wipe := e.(flow.WipeCard)
		wiped = wiped || wipe
	}
	l.app.screen.Show(l.state.View())
	if wiped {
		l.app.screen.Forget() // the view that is gone had a name in it
	}
}

// do begins an effect. None of them takes time here.
func (l *loop) do(e flow.Effect) {
	t, c := l.app.tickets, l.app.cards
	switch e := e.(type) {
	case flow.RequestTicket:
		t.ask(e)
	case flow.CheckIn:
		t.checkIn(e)
	case flow.Withdraw:
		t.withdraw(e.Request)
	case flow.Print:
		t.print(e)
	case flow.RetryPrint:
		t.reprint(e.Request)
	case flow.AcceptOnScreen:
		t.accept(e.Request)
	case flow.Abandon:
		t.abandon(e.Request)
	case flow.StartCard:
		c.start(e.CheckIn)
	case flow.TypeNumber:
		c.number.add(e.Digit)
	case flow.EraseNumber:
		c.number.drop()
	case flow.OpenCard:
		c.open(e.CheckIn)
	case flow.StopCard:
		c.stop()
	case flow.CallStaff:
		l.app.assistance.call(e.Who)
	case flow.WipeCard:
		c.wipe()
	case flow.Speak:
		l.app.guide.say(e, l.state.View().Ear == nil)
	case flow.Hush:
		l.app.guide.hush(l.state.View().Ear == nil)
	case flow.StartTimer:
		l.waits = e
		l.timer.Reset(e.After)
	case flow.StopTimer:
		l.timer.Stop()
	}
}
