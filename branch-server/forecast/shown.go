package forecast

import (
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Shown is what people are told, the same on every face: it asks a Forecast once for each state of the Day, and lets
// a range that is shown move only when the estimate under it moved by five minutes or more, or a word of it changed.
// It has no lock of its own: whoever looks at the Day holds the engine's.
type Shown struct {
	forecast Forecast
	answer   Answer
	day      queue.Date
	seq      uint64
	told     map[queue.Newcomer]Estimate
}

// NewShown returns a Shown that has told nobody anything yet.
func NewShown(f Forecast) *Shown { return &Shown{forecast: f, told: map[queue.Newcomer]Estimate{}} }

// fresh is how old an answer about a Day that stands still may be.
const fresh = 5 * time.Second

func (s *Shown) ask(d *queue.Day, at time.Time) Answer {
	age := at.Sub(s.answer.At)
	if s.day != d.Date() || s.seq != d.Seq() || s.answer.At.IsZero() || age < 0 || age >= fresh {
		if s.day != d.Date() {
			clear(s.told)
		}
		s.answer, s.day, s.seq = s.forecast.Ask(d, at), d.Date(), d.Seq()
	}
	return s.answer
}

// moves is by how much an estimate must have moved for the range to follow.
const moves = 5 * time.Minute

// steady returns the estimate that is told of a newcomer.
func (s *Shown) steady(d *queue.Day, at time.Time, n queue.Newcomer) Estimate {
	e := s.ask(d, at).Newcomers[n]
	if !d.Open() {
		e = Estimate{} // nobody can come
	}
	old, shown := s.told[n]
	if shown && e.Known == old.Known && e.Next == old.Next && (e.Mid-old.Mid).Abs() < moves {
		return old
	}
	s.told[n] = e
	return e
}

// Wait returns what somebody who comes now is told of the wait for a service in a class.
func (s *Shown) Wait(d *queue.Day, at time.Time, service queue.ServiceID, class queue.ClassID) wire.Range {
	return s.steady(d, at, newcomer(service, class)).Range()
}

// Told is Wait as it is recorded with the number; nil if nothing is told. Who has a booking is told the wait of that
// booking, which nobody else is shown.
func (s *Shown) Told(d *queue.Day, at time.Time, service queue.ServiceID, class queue.ClassID, slot time.Time) *queue.Told {
	n := newcomer(service, class)
	shown := s.steady(d, at, n)
	e := s.ask(d, at).Newcomers[n]
	if class != queue.ClassLaw && !slot.IsZero() && d.Open() {
		n = queue.Newcomer{Service: service, Class: class, Slot: slot}
		e = s.forecast.Ask(d, at, n).Newcomers[n]
		shown = e
	}
	r := shown.Range()
	if !r.Known() {
		return nil
	}
	return &queue.Told{Service: service, Low: r.Low, High: r.High, Next: r.Next, Mid: e.Mid.Truncate(time.Second)}
}

// newcomer names whom the estimate is made for: classes without priority by law wait as those who walk in.
func newcomer(service queue.ServiceID, class queue.ClassID) queue.Newcomer {
	if class != queue.ClassLaw {
		class = queue.ClassWalkIn
	}
	return queue.Newcomer{Service: service, Class: class}
}
