package queue_test

import (
	"errors"
	"testing"
	"time"

	"balcao/internal/queue"
)

// seat is a day on which counter 1 is open and one citizen is being served there.
type seat struct {
	t   *testing.T
	day *queue.Day
	at  time.Time
}

func newSeat(t *testing.T) *seat {
	t.Helper()
	s := &seat{t: t, day: queue.NewDay(storyCatalogue(), 0), at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	s.does(queue.OpenDay{Day: "2026-11-23"})
	s.does(queue.OpenCounter{Counter: "1"})
	s.does(queue.Issue{Request: "r1", Service: "A", Class: queue.ClassWalkIn})
	s.does(queue.CallNext{Counter: "1"})
	s.at = s.at.Add(time.Minute)
	s.does(queue.Start{Counter: "1"})
	s.at = s.at.Add(5 * time.Minute)
	return s
}

func (s *seat) does(cmd queue.Command) []queue.Entry {
	s.t.Helper()
	entries, err := s.day.Handle(cmd, s.at)
	if err != nil {
		s.t.Fatalf("%T: %v", cmd, err)
	}
	return entries
}

func (s *seat) refused(cmd queue.Command, want queue.Refusal) {
	s.t.Helper()
	if _, err := s.day.Handle(cmd, s.at); !errors.Is(err, want) {
		s.t.Errorf("%T: %v, want %v", cmd, err, want)
	}
}

func TestWhatEndedAVisitByMistakeIsTakenBack(t *testing.T) {
	t.Parallel()
	done := []queue.Delivered{{Service: "A", Quantity: 1}}
	for name, end := range map[string]queue.Command{
		"finish":   queue.Finish{Counter: "1", Delivered: done},
		"forward":  queue.Forward{Counter: "1", Service: "B", Place: queue.PlaceFront, Delivered: done},
		"postpone": queue.Postpone{Counter: "1", Service: "B"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSeat(t)
			before, _ := s.day.Visit(1)
			s.does(end)
			s.at = s.at.Add(9 * time.Second)
			s.does(queue.TakeBack{Counter: "1", Visit: 1})
			after, _ := s.day.Visit(1)
			if after.State != queue.StateServing || after.Service != "A" || !after.StartedAt.Equal(before.StartedAt) || len(after.Legs) != 0 || !after.EndedAt.IsZero() {
				t.Errorf("taken back = %+v", after)
			}
			if at := s.day.Counter("1"); at.Visit == nil || at.Visit.ID != 1 {
				t.Errorf("the counter has %+v", at.Visit)
			}
			if n := len(s.day.Waiting()); n != 0 {
				t.Errorf("%d wait, want nobody", n)
			}
			s.does(queue.Finish{Counter: "1", Delivered: done})
			s.at = s.at.Add(time.Minute)
			s.refused(queue.TakeBack{Counter: "1", Visit: 1}, queue.ErrTooLate)
		})
	}
}

func TestNobodyTakesBackWhatIsAnotherCounters(t *testing.T) {
	t.Parallel()
	s := newSeat(t)
	s.does(queue.OpenCounter{Counter: "2"})
	s.does(queue.Finish{Counter: "1"})
	s.refused(queue.TakeBack{Counter: "2", Visit: 1}, queue.ErrTooLate)
	s.refused(queue.TakeBack{Counter: "1", Visit: 9}, queue.ErrUnknownVisit)
}

func TestAClerkServesOnlyWhatTheyChose(t *testing.T) {
	t.Parallel()
	s := newSeat(t)
	s.does(queue.Finish{Counter: "1"})
	s.does(queue.Issue{Request: "r2", Service: "B", Class: queue.ClassLaw})
	s.does(queue.Issue{Request: "r3", Service: "A", Class: queue.ClassWalkIn})
	s.refused(queue.OpenCounter{Counter: "1"}, queue.ErrCounterOpen)
	s.refused(queue.OpenCounter{Counter: "1", Skills: []queue.ServiceID{"nothing"}}, queue.ErrCounterOpen)
	s.does(queue.OpenCounter{Counter: "1", Skills: []queue.ServiceID{"A"}})
	if order := s.day.Order("1", s.at); len(order) != 1 || order[0].Service != "A" {
		t.Errorf("order = %v", order)
	}
	s.does(queue.OpenDay{Day: "2026-11-24"})
	if got := s.day.Counter("1").Skills; len(got) != 1 || got[0] != "A" {
		t.Errorf("over midnight the clerk serves %v", got)
	}
	s.does(queue.OpenCounter{Counter: "1"})
	if got := s.day.Counter("1").Skills; len(got) != 0 {
		t.Errorf("all again = %v", got)
	}
}

func TestAnAlarmRingsUntilSomebodyAnswers(t *testing.T) {
	t.Parallel()
	s := newSeat(t)
	s.refused(queue.RaiseAlarm{Counter: "2"}, queue.ErrCounterClosed)
	if n := len(s.does(queue.RaiseAlarm{Counter: "1"})); n != 1 {
		t.Errorf("raised with %d facts", n)
	}
	if n := len(s.does(queue.RaiseAlarm{Counter: "1"})); n != 0 {
		t.Errorf("pressed twice: %d facts", n)
	}
	if !s.day.Counter("1").Alarm.Ringing() {
		t.Error("it does not ring")
	}
	s.does(queue.AnswerAlarm{Counter: "1", By: "2"})
	if a := s.day.Counter("1").Alarm; a.Ringing() || a.By != "2" {
		t.Errorf("answered = %+v", a)
	}
	if n := len(s.does(queue.AnswerAlarm{Counter: "1"})); n != 0 {
		t.Errorf("answered twice: %d facts", n)
	}
	s.does(queue.RaiseAlarm{Counter: "1"})
	if !s.day.Counter("1").Alarm.Ringing() {
		t.Error("a second alarm does not ring")
	}
}

func TestANoShowTakenBackAtOnceLeavesTheReturnOfWhoMissedACall(t *testing.T) {
	t.Parallel()
	s := newSeat(t)
	s.does(queue.Finish{Counter: "1"})
	s.does(queue.OpenCounter{Counter: "2"})
	s.does(queue.Issue{Request: "r2", Service: "A", Class: queue.ClassWalkIn})
	s.does(queue.CallNext{Counter: "1"})
	for range 2 { // a clerk may err twice
		s.does(queue.NoShow{Counter: "1", Visit: 2})
		s.at = s.at.Add(9 * time.Second)
		e := s.does(queue.Revive{Visit: 2, Counter: "1"})
		if back, is := e[0].Event.(queue.Revived); !is || !back.Undo {
			t.Fatalf("taken back with %+v", e[0].Event)
		}
		if v, _ := s.day.Visit(2); v.State != queue.StateWaiting || v.Revived || len(v.Legs) != 0 || !v.EndedAt.IsZero() {
			t.Errorf("taken back = %+v", v)
		}
		s.does(queue.CallNext{Counter: "1"})
	}
	s.does(queue.NoShow{Counter: "1", Visit: 2})
	s.at = s.at.Add(time.Minute)
	s.does(queue.Revive{Visit: 2, Counter: "1"}) // now the citizen really was late
	if v, _ := s.day.Visit(2); !v.Revived || len(v.Legs) != 1 {
		t.Errorf("put back = %+v", v)
	}
	s.does(queue.CallNext{Counter: "1"})
	s.does(queue.NoShow{Counter: "1", Visit: 2})
	s.refused(queue.Revive{Visit: 2, Counter: "2"}, queue.ErrRevivedBefore)
	s.at = s.at.Add(time.Minute)
	s.refused(queue.Revive{Visit: 2, Counter: "1"}, queue.ErrRevivedBefore)
}

func TestAForwardedBookingThatIsTakenBackIsBookedAgain(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]queue.Command{
		"forward":  queue.Forward{Counter: "1", Service: "B"},
		"postpone": queue.Postpone{Counter: "1", Service: "B"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSeat(t)
			s.does(queue.Finish{Counter: "1"})
			slot := s.at.Add(5 * time.Minute)
			s.does(queue.Issue{Request: "r2", Service: "A", Class: queue.ClassBooked, Slot: slot})
			s.at = slot
			s.does(queue.CallNext{Counter: "1"})
			s.does(queue.Start{Counter: "1"})
			s.does(end)
			if v, _ := s.day.Visit(2); v.Class != queue.ClassWalkIn {
				t.Fatalf("it goes on as %s, want by arrival", v.Class)
			}
			s.does(queue.TakeBack{Counter: "1", Visit: 2})
			if v, _ := s.day.Visit(2); v.Class != queue.ClassBooked || !v.Slot.Equal(slot) {
				t.Errorf("taken back as %s at %s, want its booking", v.Class, v.Slot)
			}
		})
	}
}
