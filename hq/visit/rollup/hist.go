package rollup

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"time"
)

// Buckets of a histogram: a second each below sixteen, then sixteen to every doubling, up to more than nine hours.
const (
	fine    = 16
	doubles = 11
	// Buckets is how many a histogram has; the last one also holds what is longer.
	Buckets = fine + fine*doubles
)

// Hist counts durations. The zero value is empty.
type Hist [Buckets]uint32

// bucket returns where a duration of so many seconds is counted.
func bucket(seconds uint32) int {
	if seconds < fine {
		return int(seconds)
	}
	double := bits.Len32(seconds) - 5 // 16 to 31 is the first
	if double >= doubles {
		return Buckets - 1
	}
	return fine + double*fine + int(seconds>>double) - fine
}

// edge returns the fewest seconds that are counted in a bucket; that of Buckets is where the last one ends.
func edge(i int) float64 {
	if i < fine {
		return float64(i)
	}
	double, step := (i-fine)/fine, (i-fine)%fine
	return float64(uint64(fine+step) << double)
}

// Add counts a duration; one below zero counts as zero.
func (h *Hist) Add(d time.Duration) { h[bucket(uint32(max(0, d)/time.Second))]++ } //nolint:gosec // a Day is shorter

// Merge adds the counts of another.
func (h *Hist) Merge(o *Hist) {
	for i, n := range o {
		h[i] += n
	}
}

// Count returns how many durations were counted.
func (h *Hist) Count() int {
	n := 0
	for _, c := range h {
		n += int(c)
	}
	return n
}

// Quantile returns the duration below which the share q of them lies, from 0 to 1, as if those of a bucket lay evenly
// in it; 0 when there are none.
func (h *Hist) Quantile(q float64) time.Duration {
	n := h.Count()
	if n == 0 {
		return 0
	}
	rank := q * float64(n)
	for i, c := range h {
		if rank <= float64(c) && c > 0 {
			from, to := edge(i), edge(i+1)
			return time.Duration((from + (to-from)*rank/float64(c)) * float64(time.Second))
		}
		rank -= float64(c)
	}
	return time.Duration(edge(Buckets) * float64(time.Second))
}

// Within returns how many were at most so long, those of the bucket in which the limit lies by their share of it.
func (h *Hist) Within(limit time.Duration) float64 {
	at, n := limit.Seconds(), 0.0
	for i, c := range h {
		switch from, to := edge(i), edge(i+1); {
		case to <= at:
			n += float64(c)
		case from < at:
			n += float64(c) * (at - from) / (to - from)
		}
	}
	return n
}

// append writes the histogram: how many buckets are not empty, then each as the distance from the one before and its
// count.
func (h *Hist) append(b []byte) []byte {
	used := 0
	for _, c := range h {
		if c > 0 {
			used++
		}
	}
	b = binary.AppendUvarint(b, uint64(used)) //nolint:gosec // at most Buckets
	last := 0
	for i, c := range h {
		if c > 0 {
			b = binary.AppendUvarint(b, uint64(i-last)) //nolint:gosec // in order
			b = binary.AppendUvarint(b, uint64(c))
			last = i
		}
	}
	return b
}

// ErrMalformed means that stored bytes are not what this package writes.
var ErrMalformed = errors.New("malformed roll-up")

// reader reads numbers from stored bytes; after the first fault all are zero.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) number() uint64 {
	if r.bad {
		return 0
	}
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[size:]
	return n
}

// hist adds a stored histogram to h.
func (r *reader) hist(h *Hist) {
	used := r.number()
	if used > Buckets {
		r.bad = true
		return
	}
	at := uint64(0)
	for range used {
		at += r.number()
		n := r.number()
		if at >= Buckets || n > 1<<31 {
			r.bad = true
			return
		}
		h[at] += uint32(n)
	}
}
