package network_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"balcao/hq/network"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// A branch made up for months of looking: what it does is decided by dice of one seed, and headquarters is told of it as by
// a real one, by its log, its figures and its health. docs/decisions says what was made up, and by which numbers.

const tick = 15 * time.Second // as often as headquarters looks

// shape is a kind of branch.
type shape struct {
	kind     string
	counters int
	kiosks   int
	perDay   float64       // tickets on a usual day
	mean     time.Duration // at the counter
	lunch    bool          // it is closed from one to two
}

var shapes = []shape{
	{"Loja grande", 16, 3, 560, 11 * time.Minute, false},
	{"Loja", 9, 2, 300, 11 * time.Minute, false},
	{"Espaço", 3, 1, 70, 12 * time.Minute, false},
	{"Espaço de um balcão", 1, 1, 18, 12 * time.Minute, true},
}

// halves are the shares of a day's citizens by half hour from 9:00 to 17:00: a crowd at opening, less at lunch.
var halves = []float64{.105, .085, .08, .075, .075, .07, .06, .05, .045, .045, .05, .06, .06, .055, .05, .035}

// weekdays and the first days of a month bring more or less.
var weekdays = map[time.Weekday]float64{time.Monday: 1.15, time.Tuesday: 1.05, time.Wednesday: .95, time.Thursday: .95, time.Friday: .9}

type citizen struct {
	id     queue.VisitID
	number queue.Number
	at     time.Time
	called time.Time
}

type desk struct {
	open, paused bool
	visit        *citizen
	started      time.Time // zero while on the way
	till         time.Time // the next thing happens
	shows        bool
	breaks       []span
}

type span struct{ from, to time.Time }

func (s span) holds(at time.Time) bool { return !at.Before(s.from) && at.Before(s.to) }

// shop is one branch that lives.
type shop struct {
	shape
	t    *testing.T
	id   wire.NodeID
	net  *network.Network
	dice *rand.Rand

	seq     uint64
	unsent  []queue.Event
	stamps  []time.Time
	day     string
	factor  float64 // how many come today
	next    int
	line    []*citizen
	done    []*citizen // called today, with what came before them
	desks   []desk
	down    []span            // without a link
	devices map[string][]span // kiosk or box, and what ails it → when
	plant   *incident
}

// opens and shuts are the hours of a date.
func opens(date time.Time) time.Time { return date.Add(9 * time.Hour) }
func shuts(date time.Time) time.Time { return date.Add(17 * time.Hour) }

func (s *shop) tell(at time.Time, e queue.Event) {
	s.unsent, s.stamps = append(s.unsent, e), append(s.stamps, at)
}

// morning decides what the day will bring.
func (s *shop) morning(date time.Time) {
	s.day, s.next, s.line, s.done = date.Format(time.DateOnly), 0, nil, nil
	s.factor = weekdays[date.Weekday()] * max(.6, 1+.12*s.dice.NormFloat64())
	if date.Day() <= 5 {
		s.factor *= 1.1
	}
	s.down, s.devices = nil, map[string][]span{}
	s.tell(opens(date).Add(-20*time.Minute), queue.DayOpened{Day: queue.Date(s.day)})
	s.desks = make([]desk, s.counters)
	for i := range s.desks {
		lunch := opens(date).Add(3*time.Hour + time.Duration(i%3)*40*time.Minute + s.some(10*time.Minute))
		coffee := opens(date).Add(90*time.Minute + time.Duration(i%5)*15*time.Minute + s.some(10*time.Minute))
		s.desks[i].breaks = []span{{coffee, coffee.Add(10*time.Minute + s.some(6*time.Minute))}}
		if !s.lunch {
			s.desks[i].breaks = append(s.desks[i].breaks, span{lunch, lunch.Add(40*time.Minute + s.some(10*time.Minute))})
		}
	}
	// Two short losses of the link a week, of up to a minute; a router that starts anew, for two or three, every other week.
	s.happens(.4, date, func(at time.Time) { s.down = append(s.down, span{at, at.Add(10*time.Second + s.some(50*time.Second))}) })
	s.happens(.1, date, func(at time.Time) {
		s.down = append(s.down, span{at, at.Add(100*time.Second + s.some(80*time.Second))})
	})
	for k := range s.kiosks {
		paper := fmt.Sprintf("K%02d paper_out", k+1)
		cover := fmt.Sprintf("K%02d cover_open", k+1)
		gone := fmt.Sprintf("K%02d gone", k+1)
		// A roll of 80 m lasts 500 slips: it is changed in one to four minutes, sometimes only after it ran out.
		s.happens(s.perDay/float64(s.kiosks)/500, date, func(at time.Time) {
			out := at.Add(s.some(3 * time.Minute))
			s.ails(paper, at, out)
			s.ails(cover, out, out.Add(30*time.Second+s.some(60*time.Second)))
		})
		s.happens(.08, date, func(at time.Time) { s.ails(gone, at, at.Add(40*time.Second+s.some(50*time.Second))) }) // starts anew
	}
	s.happens(.05, date, func(at time.Time) { s.ails("D01 gone", at, at.Add(30*time.Second+s.some(50*time.Second))) })
	s.happens(.05, date, func(at time.Time) { s.ails("D01 stale", at, at.Add(s.some(8*time.Second))) })
}

func (s *shop) some(most time.Duration) time.Duration {
	return time.Duration(s.dice.Float64() * float64(most))
}

// happens calls what happens so many times on a day on the mean, at some moments of its hours.
func (s *shop) happens(mean float64, date time.Time, what func(at time.Time)) {
	for range s.poisson(mean) {
		what(opens(date).Add(s.some(8 * time.Hour)))
	}
}

func (s *shop) poisson(mean float64) int {
	n, p := 0, s.dice.Float64()
	for limit := math.Exp(-mean); p > limit; n++ {
		p *= s.dice.Float64()
	}
	return n
}

func (s *shop) ails(what string, from, to time.Time) {
	s.devices[what] = append(s.devices[what], span{from, to})
}

func (s *shop) ailing(what string, at time.Time) bool {
	for _, one := range s.devices[what] {
		if one.holds(at) {
			return true
		}
	}
	return false
}

// live lives one tick of the day.
func (s *shop) live(at, date time.Time) {
	shut := at.Before(opens(date)) || !at.Before(shuts(date)) || s.lunch && at.Hour() == 13
	if s.plant != nil {
		s.plant.act(s, at)
	}
	if !shut && !s.planted("nobody", at) {
		for range s.poisson(s.perDay * s.factor * halves[int(at.Sub(opens(date))/(30*time.Minute))] * float64(tick) / float64(30*time.Minute)) {
			s.next++
			c := &citizen{id: queue.VisitID(s.next), number: queue.Number{Prefix: "A", N: s.next}, at: at}
			s.tell(at, queue.Reserved{Visit: c.id, Number: c.number, Service: "x", Body: "irn", Request: queue.RequestID(strconv.Itoa(s.next))})
			s.tell(at, queue.Issued{Visit: c.id, Number: c.number, Print: queue.PrintConfirmed})
			s.line = append(s.line, c)
		}
	}
	for i := range s.desks {
		s.serve(i, at, shut)
	}
	if !at.Before(shuts(date).Add(70 * time.Minute)) {
		s.line = nil // the last ones have gone home; the day ends
	}
	s.send(at, shut)
}

func (s *shop) planted(what string, at time.Time) bool {
	return s.plant != nil && s.plant.what == what && s.plant.holds(at)
}

// serve lets one clerk go on.
func (s *shop) serve(i int, at time.Time, shut bool) {
	d, id := &s.desks[i], queue.CounterID(strconv.Itoa(i+1))
	if v := d.visit; v != nil {
		if at.Before(d.till) {
			return
		}
		switch {
		case !d.shows:
			s.tell(at, queue.NotShown{Visit: v.id, Counter: id})
		case d.started.IsZero():
			s.tell(at, queue.Started{Visit: v.id, Counter: id})
			d.started, d.till = at, at.Add(s.service())
			if s.planted("forgotten service", at) && i == 0 {
				d.till = at.Add(5 * time.Hour)
			}
			return
		default:
			s.tell(at, queue.Finished{Visit: v.id, Counter: id})
		}
		d.visit = nil
	}
	away := s.planted("few clerks", at) && i >= max(1, s.counters*2/5) || s.planted("no clerk", at)
	switch wanted := !away && (!shut || len(s.line) > 0); {
	case wanted && !d.open:
		s.tell(at, queue.CounterOpened{Counter: id})
		d.open = true
	case !wanted && d.open:
		s.tell(at, queue.CounterClosed{Counter: id})
		d.open, d.paused = false, false
	}
	pause := false
	for _, b := range d.breaks {
		pause = pause || b.holds(at)
	}
	if d.open && pause != d.paused {
		d.paused = pause
		if pause {
			s.tell(at, queue.BreakStarted{Counter: id, Reason: "planned", Planned: true})
		} else {
			s.tell(at, queue.BreakEnded{Counter: id})
		}
	}
	if !d.open || d.paused || len(s.line) == 0 {
		return
	}
	first := 0
	if s.planted("forgotten ticket", at) && len(s.line) > 0 && s.line[0] == s.plant.victim(s) {
		if first = 1; len(s.line) == 1 {
			return
		}
	}
	v := s.line[first]
	s.line = append(s.line[:first:first], s.line[first+1:]...)
	v.called = at
	s.done = append(s.done, v)
	s.tell(at, queue.Called{Visit: v.id, Number: v.number, Service: "x", Counter: id})
	d.visit, d.started, d.till = v, time.Time{}, at.Add(20*time.Second+s.some(30*time.Second))
	// Who waited long has gone more often.
	miss := .05 + .1*min(1, at.Sub(v.at).Minutes()/60)
	if s.planted("deaf hall", at) {
		miss = .45
	}
	if d.shows = s.dice.Float64() >= miss; !d.shows {
		d.till = at.Add(90 * time.Second)
	}
}

// service is a time at the counter: log-normal, its variation 0.7.
func (s *shop) service() time.Duration {
	const sigma = .632 // of the logarithm, for a variation of 0.7
	return time.Duration(float64(s.mean) * math.Exp(sigma*s.dice.NormFloat64()-sigma*sigma/2))
}

// send tells headquarters, unless the link is down: the log waits then.
func (s *shop) send(at time.Time, shut bool) {
	for _, d := range s.down {
		if d.holds(at) {
			return
		}
	}
	if s.planted("no link", at) {
		return
	}
	records := log(s.seq+1, s.unsent...)
	for i, r := range records {
		records[i].Raw = stamped(s.t, r, s.stamps[i])
	}
	s.seq += uint64(len(records))
	s.unsent, s.stamps = nil, nil
	if len(records) > 0 {
		s.net.Commit(s.id, 1, records, at)
	}
	s.net.Live(s.id, wire.Live{AtMS: at.UnixMilli(), Seq: s.seq, Open: true, Day: s.day, Closed: shut, Name: s.kind + " " + string(s.id)}, 0, at)
	s.net.Health(s.id, wire.Health{AtMS: at.UnixMilli(), Kiosks: s.nodes(at)}, 0, at)
}

// stamped gives a record another moment.
func stamped(t *testing.T, r wire.Record, at time.Time) []byte {
	e, err := wire.DecodeEvent(r.Raw)
	if err != nil {
		t.Fatal(err)
	}
	e.TS = at.UnixMilli()
	raw, err := wire.EncodeEvent(e)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// nodes are the branch's kiosks and its callboard box as its health has them.
func (s *shop) nodes(at time.Time) []wire.KioskHealth {
	var all []wire.KioskHealth
	for k := range s.kiosks {
		name := fmt.Sprintf("K%02d", k+1)
		state := "ready"
		for _, what := range []string{"paper_out", "cover_open"} {
			if s.ailing(name+" "+what, at) {
				state = what
			}
		}
		if s.planted("no paper", at) || s.planted("one printer", at) && k == 0 {
			state = "paper_out"
		}
		one := wire.KioskHealth{Node: string(s.id) + "-" + name, Online: true, Faces: []string{"touch"}, Devices: map[string]string{"printer": state}}
		s.gone(&one, name, at)
		if s.planted("kiosk without power", at) && k == 0 {
			one.Online, one.Since = false, s.plant.from.UnixMilli()
		}
		all = append(all, one)
	}
	box := wire.KioskHealth{Node: string(s.id) + "-D01", Online: true, Faces: []string{"callboard"}, Devices: map[string]string{"sound": "ready"}, Board: &wire.BoardShown{Epoch: 1, Seq: s.seq}}
	s.gone(&box, "D01", at)
	if s.planted("old board", at) && at.Sub(s.plant.from) > 10*time.Second {
		box.Board.StaleMS = s.plant.from.UnixMilli()
	}
	return append(all, box)
}

// gone takes a node away while it starts anew.
func (s *shop) gone(k *wire.KioskHealth, name string, at time.Time) {
	for _, one := range s.devices[name+" gone"] {
		if one.holds(at) {
			k.Online, k.Since = false, one.from.UnixMilli()
		}
	}
}
