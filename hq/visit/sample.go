package visit

import (
	"math"
	"slices"
	"time"
)

// Spread is how some durations lie: their number, mean, median and 90th percentile. All are zero when there are none.
type Spread struct {
	Count  int
	Mean   time.Duration
	Median time.Duration
	P90    time.Duration
}

// sample is a growing set of durations in whole milliseconds, kept sorted: thirty-two bits hold seven weeks.
type sample struct {
	sorted []uint32
	sum    int64
}

func (s *sample) add(d time.Duration) {
	ms := uint32(min(max(0, d.Milliseconds()), math.MaxUint32))
	i, _ := slices.BinarySearch(s.sorted, ms)
	s.sorted = slices.Insert(s.sorted, i, ms)
	s.sum += int64(ms)
}

func (s *sample) merge(o *sample) {
	s.sorted = append(s.sorted, o.sorted...)
	s.sum += o.sum
	slices.Sort(s.sorted)
}

func (s *sample) spread() Spread {
	n := len(s.sorted)
	if n == 0 {
		return Spread{}
	}
	return Spread{
		Count:  n,
		Mean:   time.Duration(s.sum/int64(n)) * time.Millisecond,
		Median: s.quantile(0.5),
		P90:    s.quantile(0.9),
	}
}

// quantile interpolates between the two values nearest to rank q·(n-1), the common default of statistics programs.
func (s *sample) quantile(q float64) time.Duration {
	rank := q * float64(len(s.sorted)-1)
	low := int(rank)
	high := min(low+1, len(s.sorted)-1)
	a, b := float64(s.sorted[low]), float64(s.sorted[high])
	return time.Duration(math.Round(a+(b-a)*(rank-float64(low)))) * time.Millisecond
}
