package branch

// Lend is how many numbers of each division each kiosk is lent at a time, for today and tomorrow, to give out while it
// is alone; 0 means 40, less than 0 none. They stand above the division's quota.
type Lend int

const (
	defaultLend = 40
	mostLent    = 500
)

// Size returns how many numbers are lent at a time; 0 is none.
func (l Lend) Size() int {
	switch {
	case l == 0:
		return defaultLend
	case l < 0:
		return 0
	}
	return int(l)
}

func (c checker) lend() {
	if c.b.Lend > mostLent {
		c.add("lend", "at most %d numbers can be lent at a time", mostLent)
	}
}
