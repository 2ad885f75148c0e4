package registry

import (
	"cmp"
	"slices"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Tally counts sites of the plan.
type Tally struct {
	All     int
	Steps   map[Delivery]int
	Late    int
	Planned int // of which the plan says that they are open by today
}

// Region is the tally of a district.
type Region struct {
	Name          string
	Lojas, Spaces Tally
	Last          string // planned opening of its last site that is not open
}

// Month is how many sites were to be open at its end, and were.
type Month struct {
	Month time.Time // its first day
	Plan  int
	Done  int // -1 for months to come
}

// Progress is the delivery of the plan on a day.
type Progress struct {
	Lojas, Spaces Tally
	Sites         []Site // of the plan: open first, then the later steps, the late ones last
	Regions       []Region
	Months        []Month
	Late          []Site // the latest first
	// Ends is when the last site opens at the rate of the last three months; the zero time where nothing opened in them.
	Ends time.Time
	// PlanEnds is the last planned opening; the zero time where the plan has no dates.
	PlanEnds time.Time
}

// Open returns how many sites are open, and how many there are.
func (p Progress) Open() (open, all int) {
	return p.Lojas.Steps[Opened] + p.Spaces.Steps[Opened], p.Lojas.All + p.Spaces.All
}

// Planned returns how many sites the plan has open by today.
func (p Progress) Planned() int { return p.Lojas.Planned + p.Spaces.Planned }

// Deliver adds up the sites that are part of the plan, on a day.
func Deliver(sites []Site, today time.Time) Progress {
	p := Progress{Lojas: Tally{Steps: map[Delivery]int{}}, Spaces: Tally{Steps: map[Delivery]int{}}}
	regions := map[string]*Region{}
	for _, s := range sites {
		if s.Delivery == "" {
			continue
		}
		p.Sites = append(p.Sites, s)
		name := s.District
		if name == "" {
			name = "Estrangeiro"
		}
		r, known := regions[name]
		if !known {
			r = &Region{Name: name, Lojas: Tally{Steps: map[Delivery]int{}}, Spaces: Tally{Steps: map[Delivery]int{}}}
			regions[name] = r
		}
		if s.Kind == Loja {
			p.Lojas.add(s, today)
			r.Lojas.add(s, today)
		} else {
			p.Spaces.add(s, today)
			r.Spaces.add(s, today)
		}
		if s.Delivery != Opened {
			r.Last = max(r.Last, s.Opens)
		}
		if s.Late(today) > 0 {
			p.Late = append(p.Late, s)
		}
	}
	for _, r := range regions {
		p.Regions = append(p.Regions, *r)
	}
	names := collate.New(language.Portuguese)
	slices.SortFunc(p.Regions, func(x, y Region) int { return names.CompareString(x.Name, y.Name) })
	slices.SortFunc(p.Late, func(x, y Site) int {
		return cmp.Or(-cmp.Compare(x.Late(today), y.Late(today)), cmp.Compare(x.ID, y.ID))
	})
	slices.SortFunc(p.Sites, func(x, y Site) int {
		return cmp.Or(cmp.Compare(min(x.Late(today), 1), min(y.Late(today), 1)), cmp.Compare(step(y), step(x)), cmp.Compare(x.ID, y.ID))
	})
	p.months(today)
	return p
}

func step(s Site) int { return slices.Index(Steps(), s.Delivery) }

func (t *Tally) add(s Site, today time.Time) {
	t.All++
	t.Steps[s.Delivery]++
	if s.Late(today) > 0 {
		t.Late++
	}
	if s.Opens != "" && s.Opens <= today.Format(time.DateOnly) {
		t.Planned++
	}
}

// recent is over how many days the rate is taken.
const recent = 91

// months draws plan and deed month by month, and says when the rest is done at the present rate.
func (p *Progress) months(today time.Time) {
	var first, last string
	lately, open := 0, 0
	since := today.AddDate(0, 0, -recent).Format(time.DateOnly)
	for _, s := range p.Sites {
		for _, date := range []string{s.Opens, s.Opened} {
			if date != "" && (first == "" || date < first) {
				first = date
			}
			last = max(last, date)
		}
		if s.Delivery == Opened {
			open++
			if s.Opened > since {
				lately++
			}
		}
	}
	from, err := time.Parse(time.DateOnly, first)
	if err != nil {
		return
	}
	to, err := time.Parse(time.DateOnly, last)
	if err != nil {
		return
	}
	for _, s := range p.Sites {
		if date, err := time.Parse(time.DateOnly, s.Opens); err == nil && date.After(p.PlanEnds) {
			p.PlanEnds = date
		}
	}
	if left := len(p.Sites) - open; lately > 0 {
		p.Ends = today.AddDate(0, 0, left*recent/lately)
	}
	now := today.Format(time.DateOnly)
	for m := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC); !m.After(to) && len(p.Months) < 240; m = m.AddDate(0, 1, 0) {
		end := m.AddDate(0, 1, -1).Format(time.DateOnly)
		month := Month{Month: m, Done: -1}
		past := m.Format(time.DateOnly) <= now
		if past {
			month.Done = 0
		}
		for _, s := range p.Sites {
			if s.Opens != "" && s.Opens <= end {
				month.Plan++
			}
			if past && s.Delivery == Opened && s.Opened <= min(end, now) {
				month.Done++
			}
		}
		p.Months = append(p.Months, month)
	}
}
