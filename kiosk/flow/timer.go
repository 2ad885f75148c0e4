package flow

import "time"

// timer is the one that runs; its name is empty when none does.
type timer struct {
	name  Timer
	id    int
	after time.Duration
}

// wants is the timer this state needs.
func (s State) wants() timer {
	t, se := s.cfg.Times, s.session
	switch {
	case se.warned:
		return timer{name: TimerWarn, after: s.patient(t.Warn)}
	case se.asking:
		return timer{name: TimerSlow, after: t.Slow}
	case se.base() == Working:
		return timer{name: TimerGive, after: t.Give}
	case se.base() == TicketReady && se.print == underWay:
		return timer{name: TimerPrint, after: t.Print}
	case se.base() == TicketReady, se.base() == OnScreen, se.base() == BookingHere:
		return timer{name: TimerClose, after: s.patient(t.Close)}
	case se.base() == NoPaper:
		return timer{name: TimerHold, after: t.Hold}
	case s.resting():
		return timer{}
	default:
		return timer{name: TimerIdle, after: s.patient(t.Idle)}
	}
}

// resting is the first screen as it is for somebody who has just come.
func (s State) resting() bool {
	return s.session == s.fresh()
}

// Resting reports whether nobody is at the kiosk, as far as the screen knows.
func (s State) Resting() bool { return s.resting() }

// patient is a delay, or a much longer one for somebody who asked for time.
func (s State) patient(d time.Duration) time.Duration {
	switch {
	case s.session.ear.unplugged:
	case s.session.modes.MoreTime:
		return 8 * d
	case s.session.ear.on:
		return 3 * d // listening takes longer than reading
	}
	return d
}

// wind starts or stops the timer as the state needs. A touch winds up again
// what waits for touches, and only that.
func (s State) wind(touched bool) (State, []Effect) {
	want := s.wants()
	again := touched && (want.name == TimerIdle || want.name == TimerClose)
	if want.name == s.timer.name && !again {
		return s, nil
	}
	if want.name == "" {
		s.timer = timer{}
		return s, []Effect{StopTimer{}}
	}
	s.serial++
	want.id = s.serial
	s.timer = want
	return s, []Effect{StartTimer{Name: want.name, ID: want.id, After: want.after}}
}

func (s State) fired(in TimerFired) (State, []Effect) {
	if in.Name != s.timer.name || in.ID != s.timer.id {
		return s, nil // a timer that was stopped or replaced
	}
	s.timer = timer{}
	switch in.Name {
	case TimerIdle:
		s.session.warned = true
	case TimerSlow:
		s.session.asking = false
		s.session.screen = Working
	case TimerPrint:
		s.session.print = outcomeUnknown
	case TimerWarn, TimerClose, TimerGive, TimerHold:
		return s.end()
	}
	return s, nil
}
