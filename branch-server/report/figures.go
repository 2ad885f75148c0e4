package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"balcao/internal/queue"
)

// Terms is what the figures need of the branch beside its journal.
type Terms struct {
	Zone   *time.Location                    // half hours are those of the branch's own clock
	Target map[queue.ServiceID]time.Duration // the wait that should not be passed; a service without one has no level
}

// Figures is what became of some visits or legs. For every group, Issued + Entered = Finished + PassedOn + NoShows +
// Cancelled + Open.
type Figures struct {
	Issued    int // visits that took a ticket or were served without one
	Entered   int // legs that came from another service, or back
	Finished  int // served to the end
	PassedOn  int // served, and went on to another service or is to come back
	NoShows   int
	Cancelled int
	Open      int // waiting, called, served, held or to come back
	Walked    int // of the issued: served without a ticket
	Called    int // legs called, for the first time
	Delivered int // acts done
	Holds     int
	Unlawful  int // calls before somebody with priority by law, by a ratio

	Inaccurate  int // visits whose clerk said that their times are wrong: in no time below
	Implausible int // services of a few seconds: in the times, and named

	Wait    Times // issue, or the later of check-in and booked time, to first call
	Walk    Times // call to start of service
	Service Times // start to finish, holds excluded
	Stay    Times // issue to last finish; of whole visits only
	Level   Level
	Told    Promise // of whole visits only
}

// GaveUp returns the visits that ended without service, as a share of those issued; false if none was.
func (f Figures) GaveUp() (share float64, ok bool) {
	if f.Issued == 0 {
		return 0, false
	}
	return float64(f.NoShows+f.Cancelled) / float64(f.Issued), true
}

// Promise holds what citizens were told of their wait to what came true.
type Promise struct {
	Told   int           // were told a range, and were called
	Within int           // waited as long as that range said
	Longer int           // waited longer than it said
	Error  time.Duration // mean distance between estimate and wait
	Bias   time.Duration // mean of estimate minus wait: above zero, people were told too much
}

// Kept returns the share of ranges that came true; false if nobody was told one.
func (p Promise) Kept() (float64, bool) {
	if p.Told == 0 {
		return 0, false
	}
	return float64(p.Within) / float64(p.Told), true
}

// promised holds one visit to its promise.
func (p *Promise) promised(v *Visit) {
	wait, called := v.Legs[0].Wait()
	if v.Told == nil || v.Told.High == 0 || v.Inaccurate || !called {
		return
	}
	p.Told++
	off := time.Duration(v.Told.MidMS)*time.Millisecond - wait
	p.Bias += off
	p.Error += off.Abs()
	switch {
	case wait > time.Duration(v.Told.High)*time.Minute:
		p.Longer++
	case wait >= time.Duration(v.Told.Low)*time.Minute:
		p.Within++
	}
}

func (p Promise) mean() Promise {
	if p.Told > 0 {
		p.Error /= time.Duration(p.Told)
		p.Bias /= time.Duration(p.Told)
	}
	return p
}

// Times describes some durations. The median of an even number is the middle between the two in the middle; P90 is a
// value that occurred: nine in ten are at most that.
type Times struct {
	N                          int
	Mean, Median, P90, Longest time.Duration
}

// Level counts first calls of services with a target, and those of them that came within it.
type Level struct{ Called, Within int }

// Share returns the service level; false without calls.
func (l Level) Share() (float64, bool) {
	if l.Called == 0 {
		return 0, false
	}
	return float64(l.Within) / float64(l.Called), true
}

// implausible is a service too short to be one. Such visits are a known pattern of fraud, or of a hurried key; they
// are named and never deleted.
const implausible = 15 * time.Second

// Row is the figures of one group.
type Row struct {
	Key string // id of the service, body or counter, or the date
	Figures
}

// Half is the figures of one half hour of the branch's clock, over all Days of the report.
type Half struct {
	Start  time.Duration // since midnight
	Issued int           // tickets issued then
	Called int           // first calls made then
	Ended  int           // legs served that ended then
	Wait   Times         // of those calls
	Level  Level         // of those calls
}

// Clock returns when the half hour starts, such as 10:30.
func (h Half) Clock() string {
	return fmt.Sprintf("%02d:%02d", int(h.Start.Hours()), int(h.Start.Minutes())%60)
}

// Quantile returns the least of some sorted values that at least percent of 100 do not pass; zero without any.
func Quantile[T cmp.Ordered](sorted []T, percent int) T {
	var zero T
	if len(sorted) == 0 {
		return zero
	}
	return sorted[max(0, (len(sorted)*percent+99)/100-1)]
}

// Median returns the middle of some sorted values, or the middle between the two in the middle; zero without any.
func Median[T ~int | ~int64](sorted []T) T {
	n := len(sorted)
	switch {
	case n == 0:
		return 0
	case n%2 == 1:
		return sorted[n/2]
	}
	return sorted[n/2-1] + (sorted[n/2]-sorted[n/2-1])/2
}

func timesOf(all []time.Duration) Times {
	if len(all) == 0 {
		return Times{}
	}
	slices.Sort(all)
	var sum time.Duration
	for _, d := range all {
		sum += d
	}
	return Times{
		N: len(all), Mean: sum / time.Duration(len(all)), Median: Median(all), P90: Quantile(all, 90), Longest: all[len(all)-1],
	}
}

// tally is figures in the making.
type tally struct {
	Figures
	wait, walk, service, stay []time.Duration
}

func (t *tally) figures() Figures {
	t.Wait, t.Walk, t.Service, t.Stay = timesOf(t.wait), timesOf(t.walk), timesOf(t.service), timesOf(t.stay)
	return t.Figures
}

// leg counts one leg of a visit.
func (t *tally) leg(v *Visit, nth int, terms *Terms) {
	l := &v.Legs[nth]
	if nth == 0 {
		t.Issued++
		if v.Walked {
			t.Walked++
		}
		if v.Inaccurate {
			t.Inaccurate++
		}
	} else {
		t.Entered++
	}
	switch l.Outcome {
	case Finished:
		t.Finished++
	case PassedOn:
		t.PassedOn++
	case NoShow:
		t.NoShows++
	case Cancelled:
		t.Cancelled++
	case Open:
		t.Open++
	}
	t.Delivered += l.Delivered
	t.Holds += l.Holds
	if l.Unlawful {
		t.Unlawful++
	}
	if l.Called != 0 {
		t.Called++
	}
	if !v.Inaccurate {
		t.measure(l, terms)
	}
}

func (t *tally) measure(l *Leg, terms *Terms) {
	if wait, called := l.Wait(); called {
		t.wait = append(t.wait, wait)
		t.Level = t.Level.plus(levelOf(l.Service, wait, terms))
	}
	if walk, came := l.Walk(); came && l.Called != 0 {
		t.walk = append(t.walk, walk)
	}
	if served, over := l.ServiceTime(); over {
		t.service = append(t.service, served)
		if served < implausible {
			t.Implausible++
		}
	}
}

func levelOf(s queue.ServiceID, wait time.Duration, terms *Terms) Level {
	target := terms.Target[s]
	switch {
	case target <= 0:
		return Level{}
	case wait <= target:
		return Level{Called: 1, Within: 1}
	}
	return Level{Called: 1}
}

func (l Level) plus(o Level) Level { return Level{l.Called + o.Called, l.Within + o.Within} }

// Total adds up whole visits. Its waits are those until the first call of each visit; its level and times of service
// count every leg, as each queue has its own target.
func Total(terms Terms, days ...Record) Figures {
	var t tally
	for d := range days {
		for i := range days[d].Visits {
			v := &days[d].Visits[i]
			for nth := range v.Legs {
				before := len(t.wait)
				t.leg(v, nth, &terms)
				if nth > 0 {
					t.wait = t.wait[:before]
				}
			}
			t.Told.promised(v)
			if last := v.Legs[len(v.Legs)-1]; last.Outcome == Finished && !v.Inaccurate {
				t.stay = append(t.stay, max(0, time.Duration(last.Ended-v.Issued)*time.Millisecond))
			}
		}
	}
	t.Told = t.Told.mean()
	return t.figures()
}

// ByService adds up legs by service.
func ByService(terms Terms, days ...Record) []Row {
	return group(terms, days, func(_ *Record, l *Leg) string { return string(l.Service) })
}

// ByBody adds up legs by the organisation that they belong to.
func ByBody(terms Terms, days ...Record) []Row {
	return group(terms, days, func(_ *Record, l *Leg) string { return string(l.Body) })
}

// ByClass adds up legs by the class they had when they were called, or have.
func ByClass(terms Terms, days ...Record) []Row {
	return group(terms, days, func(_ *Record, l *Leg) string { return string(l.Class) })
}

// ByDay adds up legs by date.
func ByDay(terms Terms, days ...Record) []Row {
	return group(terms, days, func(r *Record, _ *Leg) string { return string(r.Date) })
}

func group(terms Terms, days []Record, key func(*Record, *Leg) string) []Row {
	tallies := map[string]*tally{}
	for d := range days {
		for i := range days[d].Visits {
			v := &days[d].Visits[i]
			for nth := range v.Legs {
				k := key(&days[d], &v.Legs[nth])
				if tallies[k] == nil {
					tallies[k] = &tally{}
				}
				tallies[k].leg(v, nth, &terms)
			}
		}
	}
	rows := make([]Row, 0, len(tallies))
	for k, t := range tallies {
		rows = append(rows, Row{Key: k, Figures: t.figures()})
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(a.Key, b.Key) })
	return rows
}

// ByHalfHour adds up by the half hours of the branch's clock, from the first with anything in it to the last, none
// left out between.
func ByHalfHour(terms Terms, days ...Record) []Half {
	type slot struct {
		Half
		wait []time.Duration
	}
	slots := map[time.Duration]*slot{}
	at := func(m Milli) *slot {
		local := m.At().In(terms.Zone)
		start := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute()/30*30)*time.Minute
		if slots[start] == nil {
			slots[start] = &slot{Half: Half{Start: start}}
		}
		return slots[start]
	}
	for d := range days {
		for i := range days[d].Visits {
			v := &days[d].Visits[i]
			at(v.Issued).Issued++
			for _, l := range v.Legs {
				if l.Outcome == Finished || l.Outcome == PassedOn {
					at(l.Ended).Ended++
				}
				if l.Called == 0 {
					continue
				}
				s := at(l.Called)
				s.Called++
				if wait, called := l.Wait(); called && !v.Inaccurate {
					s.wait = append(s.wait, wait)
					s.Level = s.Level.plus(levelOf(l.Service, wait, &terms))
				}
			}
		}
	}
	if len(slots) == 0 {
		return nil
	}
	first, last := 24*time.Hour, time.Duration(0)
	for start := range slots {
		first, last = min(first, start), max(last, start)
	}
	var halves []Half
	for start := first; start <= last; start += 30 * time.Minute {
		h := Half{Start: start}
		if s := slots[start]; s != nil {
			h = s.Half
			h.Wait = timesOf(s.wait)
		}
		halves = append(halves, h)
	}
	return halves
}
