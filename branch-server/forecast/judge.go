package forecast

import (
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Score is how what people were told compares with how long they waited, over some visits that were called.
type Score struct {
	Told   int           // were told a range, and were called
	Silent int           // were called and had been told that nobody knows
	Inside int           // waited within the range
	Longer int           // waited longer than its upper end
	Bias   time.Duration // mean of estimate minus wait: below zero promised too little
	Error  time.Duration // mean absolute difference
}

// Judge holds what was told today to what came true, by the service it was told for; the empty service is all of
// them. Visits left out of statistics, and those sent to another service before their first call, do not count.
func Judge(d *queue.Day) map[queue.ServiceID]Score {
	all := map[queue.ServiceID]Score{}
	for _, v := range d.Visits() {
		if v.CalledAt.IsZero() || v.IssuedAt.IsZero() || v.Inaccurate || v.Walked || v.State == queue.StateVoid {
			continue
		}
		first := v.Service
		if len(v.Legs) > 0 {
			first = v.Legs[0].Service
		}
		if v.Told != nil && v.Told.Service != first {
			continue
		}
		for _, s := range []queue.ServiceID{first, ""} {
			all[s] = all[s].plus(v)
		}
	}
	for s, score := range all {
		if score.Told > 0 {
			score.Bias /= time.Duration(score.Told)
			score.Error /= time.Duration(score.Told)
			all[s] = score
		}
	}
	return all
}

// plus adds a visit; Bias and Error are sums until Judge divides them.
func (s Score) plus(v queue.Visit) Score {
	if v.Told == nil {
		s.Silent++
		return s
	}
	waited := v.CalledAt.Sub(v.Asked)
	s.Told++
	s.Bias += v.Told.Mid - waited
	s.Error += (v.Told.Mid - waited).Abs()
	r := wire.Range{Low: v.Told.Low, High: v.Told.High, Next: v.Told.Next}
	switch {
	case waited > minutes(r.High) && !r.Over():
		s.Longer++
	case waited >= minutes(r.Low):
		s.Inside++
	}
	return s
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
