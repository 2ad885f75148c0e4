package fleet

import (
	"container/heap"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"balcao/internal/queue"
)

// openFor is how long the branches are open: from nine to half past five.
const (
	opensAt = 9 * time.Hour
	openFor = 8*time.Hour + 30*time.Minute
)

// eventsPerVisit is about how many facts a visit leaves: reserved, issued, called, started, finished.
const eventsPerVisit = 5

// crowd is how many come in each half hour, beside the mean of the day: the rush before eleven, the hour of lunch, a
// smaller rush after it, and the last who want to be served before the doors close.
var crowd = [...]float64{1.5, 1.6, 1.7, 1.6, 1.4, 1.2, 1.0, 0.8, 0.6, 0.7, 0.9, 1.1, 1.0, 0.8, 0.6, 0.4, 0.1}

// weekdays is how many come on each day of the week, from Sunday on; branches are closed where it is 0.
var weekdays = [...]float64{0, 1.2, 1.0, 0.95, 0.95, 1.05, 0}

// morning is where a fleet that lives now begins, so that there is something to see at any hour.
const morning = time.Hour

// life is what happens in one branch: moments are counted from the opening, at the pace of the fleet's days.
type life struct {
	due     time.Duration // when something happens next
	at      int           // place in the order of the fleet
	arrival time.Duration
	load    float64 // of this weekday
	papers  []paper
	clerks  []clerk

	issued, finished, noShows, called, serving, served int
	waited                                             time.Duration
}

// paper is a slip on its way out of the printer.
type paper struct {
	request queue.RequestID
	at      time.Duration
}

// clerk is one counter.
type clerk struct {
	next  time.Duration // of what is begun; never while idle
	doing doing
}

type doing int

const (
	idle doing = iota
	calling
	walking
	serving
)

const never = time.Duration(math.MaxInt64)

// open begins a Day with every counter.
func (b *branch) open(day queue.Date, at time.Time, from time.Duration) {
	load := 1.0
	if date, err := time.Parse(time.DateOnly, string(day)); err == nil {
		load = max(0.5, weekdays[date.Weekday()])
	}
	was := b.life.at
	b.do(queue.OpenDay{Day: day}, at, false)
	b.life = life{at: was, load: load, clerks: make([]clerk, b.size)}
	for i := range b.life.clerks {
		b.life.clerks[i].next = never
		b.do(queue.OpenCounter{Counter: counterID(i)}, at, false)
	}
	b.life.arrival = from + b.gap(from)
	b.plan()
}

// gap is how long it takes until the next citizen comes.
func (b *branch) gap(now time.Duration) time.Duration {
	share := crowd[int(now%openFor/(30*time.Minute))%len(crowd)]
	mean := openFor.Seconds() / (float64(b.citizens) * b.life.load * share)
	return time.Duration(b.dice.ExpFloat64() * mean * float64(time.Second))
}

// plan finds out when something happens next.
func (b *branch) plan() {
	b.life.due = b.life.arrival
	for _, p := range b.life.papers {
		b.life.due = min(b.life.due, p.at)
	}
	for _, c := range b.life.clerks {
		b.life.due = min(b.life.due, c.next)
	}
}

// step lets happen what is due by now, dated by at.
func (b *branch) step(now time.Duration, at time.Time, timed bool) {
	for b.life.arrival <= now {
		b.arrive(now, at, timed)
		b.life.arrival += max(time.Millisecond, b.gap(b.life.arrival))
	}
	for len(b.life.papers) > 0 && b.life.papers[0].at <= now {
		p := b.life.papers[0]
		b.life.papers = b.life.papers[1:]
		var out queue.Command = queue.ConfirmPrint{Request: p.request}
		if b.dice.IntN(200) == 0 {
			out = queue.DoubtPrint{Request: p.request}
		}
		if b.do(out, at, timed) {
			b.life.issued++
			b.fleet.issued.Add(1)
			if timed {
				b.fleet.gave(b, at)
			}
			b.wake(now)
		}
	}
	for i := range b.life.clerks {
		if b.life.clerks[i].next <= now {
			b.work(i, now, at, timed)
		}
	}
	b.plan()
}

// gave tells that a branch gave a number, or keeps that for the moment at which the branch is connected first.
func (f *Fleet) gave(b *branch, at time.Time) {
	if b.linked.Load() == nil {
		f.early = append(f.early, b)
		return
	}
	f.tell(at)
}

// connected tells the numbers of branches that have been connected meanwhile.
func (f *Fleet) connected() {
	f.early = slices.DeleteFunc(f.early, func(b *branch) bool {
		at := b.linked.Load()
		if at != nil {
			f.tell(*at)
		}
		return at != nil
	})
}

func (f *Fleet) tell(at time.Time) {
	if f.told++; f.cfg.Gave != nil {
		f.cfg.Gave(f.told, at)
	}
}

// arrive lets a citizen ask for a number at a kiosk.
func (b *branch) arrive(now time.Duration, at time.Time, timed bool) {
	b.next++
	wish := queue.Reserve{
		Request: queue.RequestID(fmt.Sprintf("%s-%d", b.id, b.next)), Kiosk: queue.KioskID(b.id + "-K01"), Boot: "simulado",
		Service: b.services[b.dice.IntN(len(b.services))], Class: queue.ClassWalkIn, Lang: "pt",
	}
	if ahead := b.day.WaitingCount(wish.Service); ahead > 0 {
		mid := time.Duration(float64(ahead+1) * b.serviceTime() / float64(b.size) * float64(len(b.services)) * float64(time.Second))
		wish.Told = &queue.Told{Service: wish.Service, Low: int(mid.Minutes() * 0.6), High: int(mid.Minutes()*1.5) + 5, Mid: mid}
	}
	switch b.dice.IntN(16) {
	case 0, 1:
		wish.Class = queue.ClassLaw
	case 2, 3, 4:
		wish.Class, wish.Slot = queue.ClassBooked, at.Add(5*time.Minute).Truncate(15*time.Minute)
	}
	if b.do(wish, at, timed) {
		b.life.papers = append(b.life.papers, paper{wish.Request, now + 4*time.Second})
	}
}

// wake has an idle clerk call soon.
func (b *branch) wake(now time.Duration) {
	for i := range b.life.clerks {
		if c := &b.life.clerks[i]; c.doing == idle && c.next == never {
			c.next = now + time.Duration(2+b.dice.IntN(8))*time.Second
			return
		}
	}
}

// work lets the clerk of a counter do what comes next.
func (b *branch) work(i int, now time.Duration, at time.Time, timed bool) {
	c := &b.life.clerks[i]
	id := counterID(i)
	switch c.doing {
	case idle, calling:
		c.doing, c.next = idle, never
		if b.do(queue.CallNext{Counter: id}, at, timed) {
			c.doing, c.next = walking, now+time.Duration(15+b.dice.IntN(30))*time.Second
			b.life.called++
			if v := b.day.Counter(id).Visit; v != nil {
				b.life.waited += v.Wait(at)
				b.life.served++
			}
		}
	case walking:
		b.life.called--
		if b.dice.IntN(12) == 0 {
			b.do(queue.NoShow{Counter: id}, at, timed)
			b.life.noShows++
			c.doing, c.next = calling, now+5*time.Second
			return
		}
		b.do(queue.Start{Counter: id}, at, timed)
		b.life.serving++
		// Short matters and long ones: half take less than two thirds of the mean.
		c.doing, c.next = serving, now+time.Duration((0.3+0.7*b.dice.ExpFloat64())*b.serviceTime()*float64(time.Second))
	case serving:
		b.do(queue.Finish{Counter: id, Delivered: b.delivered(id)}, at, timed)
		b.life.serving--
		b.life.finished++
		c.doing, c.next = calling, now+time.Duration(5+b.dice.IntN(30))*time.Second
	}
}

// delivered is what the visit at a counter came for.
func (b *branch) delivered(id queue.CounterID) []queue.Delivered {
	v := b.day.Counter(id).Visit
	if v == nil {
		return nil
	}
	return []queue.Delivered{{Service: v.Service, Quantity: 1, Outcome: "done"}}
}

// serviceTime is the mean in seconds at which the counters of the branch are busy for three quarters of a common day.
func (b *branch) serviceTime() float64 {
	return max(60, 0.75*openFor.Seconds()*float64(b.size)/float64(b.citizens)-45)
}

// wholeDay lives one Day from its opening to its end at once.
func (b *branch) wholeDay(day time.Time) error {
	opens := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, b.fleet.cfg.Zone).Add(opensAt)
	b.open(queue.Date(day.Format(time.DateOnly)), opens, 0)
	for now := b.life.due; now < openFor+2*time.Hour; now = b.life.due {
		if now >= openFor {
			b.life.arrival = never
		}
		b.step(now, opens.Add(now), false)
		if b.life.due == never {
			break
		}
	}
	end := opens.Add(openFor + 2*time.Hour)
	for i := range b.life.clerks {
		b.do(queue.CloseCounter{Counter: counterID(i)}, end, false)
	}
	b.do(queue.CloseDay{}, end, false)
	return nil
}

// workingDays are the last so many Days before a date on which branches were open, oldest first.
func workingDays(before queue.Date, n int) []time.Time {
	day, err := time.Parse(time.DateOnly, string(before))
	if err != nil {
		return nil
	}
	days := make([]time.Time, n)
	for i := n - 1; i >= 0; i-- {
		for day = day.AddDate(0, 0, -1); weekdays[day.Weekday()] == 0; {
			day = day.AddDate(0, 0, -1)
		}
		days[i] = day
	}
	return days
}

// turn is the order in which something happens in the branches.
type turn []*branch

func (t turn) Len() int           { return len(t) }
func (t turn) Less(i, j int) bool { return t[i].life.due < t[j].life.due }
func (t turn) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].life.at, t[j].life.at = i, j
}

// Push and Pop are not used: no branch comes or goes.

// Push does nothing.
func (t turn) Push(any) {}

// Pop does nothing.
func (t turn) Pop() any { return nil }

// lookEvery is how finely time passes for the fleet.
const lookEvery = 20 * time.Millisecond

// live lets the branches live until ctx ends, and sends their figures in turn.
func (f *Fleet) live(ctx context.Context) {
	began := f.cfg.Now()
	f.issued.Store(0)
	order := turn(append([]*branch(nil), f.branches...))
	for i, b := range order {
		b.life.at = i
		b.open(queue.DateOf(began, f.cfg.Zone), began, morning)
	}
	heap.Init(order)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for told := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		f.connected()
		at := f.cfg.Now()
		passed := at.Sub(began)
		if !f.quiet.Load() {
			now := morning + time.Duration(float64(passed)*f.cfg.Pace)
			for order[0].life.due <= now {
				b := order[0]
				if today := queue.DateOf(at, f.cfg.Zone); today > b.day.Date() {
					b.open(today, at, now)
				}
				b.step(now, at, true)
				heap.Fix(order, b.life.at)
			}
		}
		// What could not be sent in its second is not sent later.
		wanted := int(float64(passed) / float64(f.cfg.LiveEvery) * float64(len(f.branches)))
		for told = max(told, wanted-len(f.branches)); told < wanted; told++ {
			f.branches[told%len(f.branches)].report(at)
		}
	}
}
