package rollup

import "time"

// Calls reads of a stored sum how many were called, and how many of these within a limit.
func Calls(whole []byte, limit time.Duration) (calls int, within float64, err error) {
	if len(whole) == 0 || whole[0] != version {
		return 0, 0, ErrMalformed
	}
	r := reader{b: whole[1:]}
	var c Counts
	var f [13]int64
	for i := range f {
		f[i] = int64(min(r.number(), mostNumber)) //nolint:gosec // bounded
	}
	c.add(f)
	within = r.within(limit.Seconds())
	if r.bad {
		return 0, 0, ErrMalformed
	}
	return c.Called, within, nil
}

// within reads a stored histogram and counts, as Hist.Within does, those at most so many seconds long.
func (r *reader) within(at float64) float64 {
	used := r.number()
	if used > Buckets {
		r.bad = true
		return 0
	}
	n, i := 0.0, uint64(0)
	for range used {
		i += r.number()
		c := float64(r.number())
		if i >= Buckets {
			r.bad = true
			return 0
		}
		switch from, to := edge(int(i)), edge(int(i)+1); { //nolint:gosec // bounded
		case to <= at:
			n += c
		case from < at:
			n += c * (at - from) / (to - from)
		}
	}
	return n
}
