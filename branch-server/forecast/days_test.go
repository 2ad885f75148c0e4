package forecast_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"balcao/branch-server/forecast"
	"balcao/branch-server/replay"
	"balcao/internal/queue"
	"balcao/internal/trace"
)

// score is how good the estimates given at issue were, over tickets that did not find a fitting counter idle.
type score struct {
	n, in, below, above, unknown int // below: the wait was shorter than the range
	bias, abs, width             time.Duration
	waited                       time.Duration
}

func (s *score) add(e forecast.Estimate, waited time.Duration) {
	if !e.Known {
		s.unknown++
		return
	}
	r := e.Range()
	s.n++
	s.bias += e.Mid - waited
	s.abs += (e.Mid - waited).Abs()
	s.width += time.Duration(r.High-r.Low) * time.Minute
	s.waited += waited
	m := waited.Minutes()
	switch {
	case m < float64(r.Low):
		s.below++
	case m > float64(r.High) && !r.Over():
		s.above++
	default:
		s.in++
	}
}

func (s score) String() string {
	n := float64(max(1, s.n))
	return fmt.Sprintf("%d tickets, mean wait %.1f, MAE %.1f, bias %+.1f min; inside %.0f %%, shorter %.0f %%, longer %.0f %%; width %.0f min; not known %d",
		s.n, s.waited.Minutes()/n, s.abs.Minutes()/n, s.bias.Minutes()/n,
		100*float64(s.in)/n, 100*float64(s.below)/n, 100*float64(s.above)/n, s.width.Minutes()/n, s.unknown)
}

// judge lives an example day again and asks at each issue.
func judge(t *testing.T, name string) map[queue.ClassID]*score {
	t.Helper()
	day, err := trace.BuiltIn(name)
	if err != nil {
		t.Fatal(err)
	}
	lived, err := replay.Run(day)
	if err != nil {
		t.Fatal(err)
	}
	services := make([]queue.ServiceID, len(day.Services))
	for i := range services {
		services[i] = queue.ServiceID(strconv.Itoa(i))
	}
	q := &forecast.Queue{
		Usual: func(s queue.ServiceID) time.Duration {
			return day.Services[slices.Index(services, s)].Mean
		},
		Services: func() []queue.ServiceID { return services },
		Spread:   forecast.UsualSpread,
	}
	d := queue.NewDay(replay.Catalogue(day), 0)
	scores := map[queue.ClassID]*score{queue.ClassLaw: {}, queue.ClassBooked: {}, queue.ClassWalkIn: {}}
	for i, e := range lived.Entries {
		d.Apply(e)
		issued, is := e.Event.(queue.Issued)
		if !is {
			continue
		}
		if i+1 < len(lived.Entries) {
			if c, called := lived.Entries[i+1].Event.(queue.Called); called && c.Visit == issued.Visit {
				continue // an idle counter took it at once
			}
		}
		v, _ := d.Visit(issued.Visit)
		end, _ := lived.Day.Visit(issued.Visit)
		scores[v.Class].add(q.Ask(d, e.At).Visits[v.ID], end.CalledAt.Sub(v.Asked))
	}
	return scores
}

func TestRangesHoldOnTheExampleDays(t *testing.T) {
	t.Parallel()
	var all score
	for _, name := range []string{trace.LojaA1, trace.LojaA2, trace.EspacoB1, trace.EspacoB2} {
		for class, s := range judge(t, name) {
			t.Logf("%s %s: %s", name, class, s)
			all.n += s.n
			all.in += s.in
			all.below += s.below
			all.above += s.above
			all.unknown += s.unknown
			all.bias += s.bias
			all.abs += s.abs
			all.width += s.width
			all.waited += s.waited
		}
	}
	t.Logf("all: %s", all)
	if inside := float64(all.in) / float64(all.n); inside < 0.7 || math.IsNaN(inside) {
		t.Errorf("only %.0f %% of the waits were inside the range that was told", 100*inside)
	}
}
