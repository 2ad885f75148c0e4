package report

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/hq/network"
	"balcao/hq/visit/rollup"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Group is what the rows of an answer stand for.
type Group string

// What the rows of an answer can stand for.
const (
	ByDay      Group = "dia"
	ByMonth    Group = "mes"
	ByDistrict Group = "distrito"
	ByBranch   Group = "loja"
	ByBody     Group = "entidade"
	ByService  Group = "servico"
	ByHalfHour Group = "meia-hora"
)

// Groups returns all of them in the order in which pages offer them.
func Groups() []Group {
	return []Group{ByDay, ByMonth, ByDistrict, ByBranch, ByBody, ByService, ByHalfHour}
}

// Bounds of a question.
const (
	MostDays   = 92  // that are shown one by one
	MostMonths = 36  // of a period
	FewCalls   = 100 // below these a branch is not compared with others: chance would speak
)

// Question asks what the visits of a period come to. Empty filters are all.
type Question struct {
	From, To time.Time // local dates, both among it; the time of day counts nothing
	Group    Group
	District string
	Branch   wire.NodeID
	Body     queue.BodyID
	Service  queue.ServiceID
	// Sees says of which districts; nil is all.
	Sees func(district string) bool
	// Serves says of which bodies; nil is all. What several bodies share, such as the time of counters, is not among it.
	Serves func(queue.BodyID) bool
	// Target is the wait that calls should stay within.
	Target time.Duration
}

// Faults of a question.
var (
	ErrBackward = errors.New("the period ends before it begins")
	ErrTooLong  = errors.New("the period is too long")
)

// Row is what the visits of one day, district, branch, body, service or half hour come to.
type Row struct {
	Key      string // a date, a month, a district, an id, or the number of the half hour
	Branches int    // that had visits
	Sum      rollup.Sum
	// Level is the share called within the target, from 0 to 1; -1 where nobody was called.
	Level float64
	// Expected is the level that the branch would have if each of its services went as in all branches together; -1
	// where it is not compared. Low and High are the bounds between which its level lies with 95 % certainty (Wilson).
	Expected, Low, High float64
}

// Answer is the rows and what all of them come to.
type Answer struct {
	Rows   []Row
	Total  Row
	Places map[wire.NodeID]network.Place
	UpTo   time.Time // when facts of a branch that was asked about were last summed; zero if never
}

// Part is one kept line: of a Day, or of a whole month.
type Part struct {
	Branch        wire.NodeID
	Date          string // a Day's, or a month's as YYYY-MM
	Service       queue.ServiceID
	Body          queue.BodyID
	Whole, Halves []byte // only until the next one is read; Halves are nil unless asked for

	// An area's part is of no branch but of a district; Branches are ids with spaces between.
	Area               bool
	District, Branches string
}

// Reading says which kept lines are wanted.
type Reading struct {
	Months   bool   // of whole months; else of Days
	From, To string // dates or months, both among it
	Branch   wire.NodeID
	Branches []wire.NodeID   // of lines alone; nil is all
	Body     queue.BodyID    // of lines alone
	Service  queue.ServiceID // of lines alone
	Halves   bool
	// Areas asks for the sums of districts in place of the lines of branches, without those of some dates.
	Areas    bool
	District string // of areas alone
	Except   []string
}

// Kept reads what was kept.
type Kept interface {
	// Read yields the lines.
	Read(ctx context.Context, r Reading, yield func(Part) error) error
	// Stale returns the Days and months whose areas are not summed since their lines changed, by date.
	Stale(ctx context.Context) ([]Stale, error)
	// Marks returns how far each branch is rolled up.
	Marks(ctx context.Context) (map[wire.NodeID]Mark, error)
}

// Desk answers questions.
type Desk struct {
	kept Kept
	live *network.Network
}

// NewDesk returns a desk that reads what was kept.
func NewDesk(kept Kept, live *network.Network) *Desk { return &Desk{kept: kept, live: live} }

// Ask answers a question.
func (d *Desk) Ask(ctx context.Context, q Question) (Answer, error) {
	from, to := day(q.From), day(q.To)
	switch {
	case to.Before(from):
		return Answer{}, ErrBackward
	case to.Sub(from) > MostMonths*31*24*time.Hour, q.Group == ByDay && to.Sub(from) >= MostDays*24*time.Hour:
		return Answer{}, ErrTooLong
	}
	t := tally{q: q, places: d.live.Places(), rows: map[string]*group{}, mix: map[string]map[queue.ServiceID]*mix{}}
	branches := t.branches()
	for _, r := range readings(from, to, q) {
		r.Branches = branches
		if err := d.read(ctx, r, t.add); err != nil {
			return Answer{}, err
		}
	}
	a := t.answer()
	upTo, err := d.upTo(ctx, q, branches)
	a.UpTo = upTo
	return a, err
}

// upTo is the newest of the marks of the branches that a question is about.
func (d *Desk) upTo(ctx context.Context, q Question, branches []wire.NodeID) (time.Time, error) {
	marks, err := d.kept.Marks(ctx)
	if err != nil {
		return time.Time{}, err
	}
	var newest time.Time
	for id, m := range marks {
		asked := (q.Branch == "" || id == q.Branch) && (branches == nil || slices.Contains(branches, id))
		if asked && m.At.After(newest) {
			newest = m.At
		}
	}
	return newest, nil
}

func day(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }

// readings cuts a period into whole months and the days before and after them.
func readings(from, to time.Time, q Question) []Reading {
	one := func(months bool, from, to string) Reading {
		return Reading{
			Months: months, From: from, To: to, Branch: q.Branch, Body: q.Body, Service: q.Service, Halves: q.Group == ByHalfHour,
			Areas: q.Branch == "" && q.Group != ByBranch, District: q.District,
		}
	}
	days := func(a, b time.Time) Reading { return one(false, a.Format(time.DateOnly), b.Format(time.DateOnly)) }
	if q.Group == ByDay {
		return []Reading{days(from, to)}
	}
	first := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC)
	if first.Before(from) {
		first = first.AddDate(0, 1, 0)
	}
	after := to.AddDate(0, 0, 1) // the first day that is not among it
	last := time.Date(after.Year(), after.Month(), 1, 0, 0, 0, 0, time.UTC)
	if !first.Before(last) {
		return []Reading{days(from, to)}
	}
	var all []Reading
	if from.Before(first) {
		all = append(all, days(from, first.AddDate(0, 0, -1)))
	}
	all = append(all, one(true, first.Format("2006-01"), last.AddDate(0, -1, 0).Format("2006-01")))
	if last.Before(after) {
		all = append(all, days(last, to))
	}
	return all
}

// branches are those that a comparison of branches reads: engines find the Days of each quicker than those of a period. Nil is
// all, where the question is not of single branches.
func (t *tally) branches() []wire.NodeID {
	if t.q.Group != ByBranch || t.q.Branch != "" {
		return nil
	}
	all := []wire.NodeID{}
	for id, place := range t.places {
		if (t.q.District == "" || t.q.District == place.District) && (t.q.Sees == nil || t.q.Sees(place.District)) {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

// tally adds kept lines up.
type tally struct {
	q      Question
	places map[wire.NodeID]network.Place
	rows   map[string]*group
	mix    map[string]map[queue.ServiceID]*mix // by branch
}

type group struct {
	sum      rollup.Sum
	branches map[wire.NodeID]bool
}

// mix is how one service went in one branch.
type mix struct {
	calls  int
	within float64
}

func (t *tally) add(p Part) error {
	district := p.District
	if !p.Area {
		district = t.places[p.Branch].District
	}
	counters := p.Service == ""
	switch q := &t.q; {
	case q.Sees != nil && !q.Sees(district), q.District != "" && district != q.District,
		q.Branch != "" && p.Branch != q.Branch:
		return nil
	case counters && (q.Body != "" || q.Serves != nil || q.Service != "" || q.Group == ByBody || q.Group == ByService):
		return nil // counters serve several
	case !counters && (q.Body != "" && p.Body != q.Body || q.Service != "" && p.Service != q.Service || q.Serves != nil && !q.Serves(p.Body)):
		return nil
	}
	g := t.group(t.key(p, district))
	if err := g.sum.Add(p.Whole, p.Halves); err != nil {
		return err
	}
	if counters {
		return nil
	}
	if !p.Area {
		g.branches[p.Branch] = true
	}
	for id := range strings.FieldsSeq(p.Branches) {
		g.branches[wire.NodeID(id)] = true
	}
	if t.q.Group == ByBranch {
		return t.mixIn(p)
	}
	return nil
}

// key says to which row a part belongs.
func (t *tally) key(p Part, district string) string {
	switch t.q.Group {
	case ByDay:
		return p.Date
	case ByMonth:
		return p.Date[:min(7, len(p.Date))]
	case ByDistrict:
		return district
	case ByBranch:
		return string(p.Branch)
	case ByBody:
		return string(p.Body)
	case ByService:
		return string(p.Service)
	case ByHalfHour:
	}
	return ""
}

func (t *tally) group(key string) *group {
	g, known := t.rows[key]
	if !known {
		g = &group{branches: map[wire.NodeID]bool{}}
		if t.q.Group == ByHalfHour {
			g.sum.Halves = new([rollup.HalfHours]rollup.Half)
		}
		t.rows[key] = g
	}
	return g
}

func (t *tally) mixIn(p Part) error {
	calls, within, err := rollup.Calls(p.Whole, t.q.Target)
	if err != nil {
		return err
	}
	services := t.mix[string(p.Branch)]
	if services == nil {
		services = map[queue.ServiceID]*mix{}
		t.mix[string(p.Branch)] = services
	}
	m := services[p.Service]
	if m == nil {
		m = &mix{}
		services[p.Service] = m
	}
	m.calls += calls
	m.within += within
	return nil
}

// answer orders the rows: times as they go, all others by how many visits they had.
func (t *tally) answer() Answer {
	a := Answer{Places: t.places}
	total := &group{branches: map[wire.NodeID]bool{}}
	for key, g := range t.rows {
		total.sum.Merge(&g.sum)
		for b := range g.branches {
			total.branches[b] = true
		}
		if t.q.Group != ByHalfHour {
			a.Rows = append(a.Rows, t.row(key, g))
		}
	}
	a.Total = t.row("", total)
	if g, is := t.rows[""]; is && t.q.Group == ByHalfHour {
		for i, h := range g.sum.Halves {
			if h.Issued+h.Called > 0 || h.OpenSeconds > 0 {
				a.Rows = append(a.Rows, t.half(i, h, g))
			}
		}
		return a
	}
	if t.q.Group == ByBranch {
		t.compare(a.Rows)
	}
	timed := t.q.Group == ByDay || t.q.Group == ByMonth
	slices.SortFunc(a.Rows, func(x, y Row) int {
		if timed {
			return cmp.Compare(x.Key, y.Key)
		}
		return cmp.Or(cmp.Compare(y.Sum.Issued, x.Sum.Issued), cmp.Compare(x.Key, y.Key))
	})
	return a
}

func (t *tally) row(key string, g *group) Row {
	r := Row{Key: key, Branches: len(g.branches), Sum: g.sum, Level: -1, Expected: -1}
	if n := g.sum.Wait.Count(); n > 0 {
		r.Level = g.sum.Wait.Within(t.q.Target) / float64(n)
	}
	return r
}

func (t *tally) half(i int, h rollup.Half, g *group) Row {
	one := &group{branches: g.branches}
	one.sum.Issued, one.sum.Called, one.sum.OpenSeconds, one.sum.BusySeconds = h.Issued, h.Called, h.OpenSeconds, h.Busy
	one.sum.Wait = h.Wait
	return t.row(strconv.Itoa(i), one)
}

// compare says what each branch's level would be if every service of it went as in all branches together: a branch that
// has the hard services is not held against one that has the easy ones.
func (t *tally) compare(rows []Row) {
	all := map[queue.ServiceID]*mix{}
	for _, services := range t.mix {
		for id, m := range services {
			sum := all[id]
			if sum == nil {
				sum = &mix{}
				all[id] = sum
			}
			sum.calls, sum.within = sum.calls+m.calls, sum.within+m.within
		}
	}
	for i := range rows {
		r := &rows[i]
		calls, expected := 0, 0.0
		for id, m := range t.mix[r.Key] {
			if sum := all[id]; sum.calls > 0 {
				calls += m.calls
				expected += float64(m.calls) * sum.within / float64(sum.calls)
			}
		}
		if calls < FewCalls || r.Level < 0 {
			continue
		}
		r.Expected = expected / float64(calls)
		r.Low, r.High = wilson(r.Level, calls)
	}
}

// wilson returns the bounds of a share that was seen among n, with 95 % certainty (Wilson, JASA 22, 1927).
func wilson(share float64, n int) (low, high float64) {
	const z = 1.959964
	m := float64(n)
	centre := (share + z*z/(2*m)) / (1 + z*z/m)
	spread := z / (1 + z*z/m) * math.Sqrt(share*(1-share)/m+z*z/(4*m*m))
	return max(0, centre-spread), min(1, centre+spread)
}
