package report

import (
	"cmp"
	"slices"
	"time"

	"balcao/internal/queue"
)

// CounterRow is what one counter did over some Days. Legs count where they were last called.
type CounterRow struct {
	Counter  queue.CounterID
	Open     time.Duration // somebody sat there
	Break    time.Duration // of that, on a break
	Idle     time.Duration // of that, with nobody called or served and no break
	Serving  time.Duration // of that, from start to finish, holds excluded
	LeftOpen int           // Days at whose end nobody had closed it
	Chosen   int           // calls by hand
	Figures
}

// Occupancy returns the time of service as a share of the time open; false if it never was.
func (r CounterRow) Occupancy() (float64, bool) {
	if r.Open <= 0 {
		return 0, false
	}
	return min(1, float64(r.Serving)/float64(r.Open)), true
}

// ByCounter adds up by counter, in their order. It says what a counter did, and nothing of who sat there.
func ByCounter(terms Terms, days ...Record) []CounterRow {
	type sum struct {
		row CounterRow
		t   tally
	}
	sums := map[queue.CounterID]*sum{}
	of := func(id queue.CounterID) *sum {
		if sums[id] == nil {
			sums[id] = &sum{row: CounterRow{Counter: id}}
		}
		return sums[id]
	}
	for d := range days {
		for _, k := range days[d].Counters {
			s := of(k.ID)
			s.row.Open += time.Duration(k.OpenMS) * time.Millisecond
			s.row.Break += time.Duration(k.BreakMS) * time.Millisecond
			s.row.Serving += time.Duration(k.ServiceMS) * time.Millisecond
			s.row.Idle += time.Duration(max(0, k.OpenMS-k.BreakMS-k.BusyMS)) * time.Millisecond
			if k.LeftOpen {
				s.row.LeftOpen++
			}
		}
		for i := range days[d].Visits {
			v := &days[d].Visits[i]
			for nth := range v.Legs {
				l := &v.Legs[nth]
				if l.Counter == "" {
					continue
				}
				s := of(l.Counter)
				s.t.leg(v, nth, &terms)
				if l.Rule == queue.RuleChosen {
					s.row.Chosen++
				}
			}
		}
	}
	rows := make([]CounterRow, 0, len(sums))
	for _, s := range sums {
		s.row.Figures = s.t.figures()
		rows = append(rows, s.row)
	}
	slices.SortFunc(rows, func(a, b CounterRow) int {
		return cmp.Or(cmp.Compare(len(a.Counter), len(b.Counter)), cmp.Compare(a.Counter, b.Counter)) // 9 before 10
	})
	return rows
}
