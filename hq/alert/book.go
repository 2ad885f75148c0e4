package alert

import (
	"cmp"
	"slices"
	"time"
)

// steady is how many checks in a row must agree before an alert opens, and before it closes.
const steady = 2

// Alert is a finding that stayed.
type Alert struct {
	Finding
	Since  time.Time // first found
	Opened time.Time
	Closed time.Time // zero while it is open
}

// Key tells the alert from others.
func (a Alert) Key() Key { return a.key() }

// Book remembers findings from check to check. It has one owner, who calls it from one goroutine at a time.
type Book struct {
	tracks map[Key]*track
}

type track struct {
	alert Alert
	seen  int       // checks in a row that found it
	gone  int       // checks in a row that did not
	lost  time.Time // the first of those
}

// NewBook returns a book in which nothing is open.
func NewBook() *Book { return &Book{tracks: map[Key]*track{}} }

// Check takes in everything that was found at one moment, over the whole network, and returns the alerts that opened
// and those that closed.
func (b *Book) Check(at time.Time, found []Finding) (opened, closed []Alert) {
	now := map[Key]bool{}
	for _, f := range found {
		k := f.key()
		if now[k] {
			continue
		}
		now[k] = true
		t, known := b.tracks[k]
		if !known {
			t = &track{alert: Alert{Since: at}}
			b.tracks[k] = t
		}
		t.alert.Finding = f
		t.seen++
		t.gone = 0
		if t.alert.Opened.IsZero() && t.seen >= steady && at.Sub(t.alert.Since) >= f.Hold {
			t.alert.Opened = at
			opened = append(opened, t.alert)
		}
	}
	for k, t := range b.tracks {
		if now[k] {
			continue
		}
		if t.gone == 0 {
			t.lost = at
		}
		t.gone++
		t.seen = 0
		switch {
		case t.alert.Opened.IsZero():
			delete(b.tracks, k)
		case t.gone >= steady && at.Sub(t.lost) >= t.alert.Rest:
			t.alert.Closed = at
			closed = append(closed, t.alert)
			delete(b.tracks, k)
		}
	}
	order(opened)
	order(closed)
	return opened, closed
}

// Open returns the open alerts: by degree, then as they opened, so that none changes its place.
func (b *Book) Open() []Alert {
	var all []Alert
	for _, t := range b.tracks {
		if !t.alert.Opened.IsZero() {
			all = append(all, t.alert)
		}
	}
	order(all)
	return all
}

func order(all []Alert) { slices.SortFunc(all, Compare) }

// Compare orders alerts: by degree, then as they opened.
func Compare(x, y Alert) int {
	return cmp.Or(cmp.Compare(x.Degree, y.Degree), x.Opened.Compare(y.Opened), cmp.Compare(x.Rule, y.Rule),
		cmp.Compare(x.Branch, y.Branch), cmp.Compare(x.Where, y.Where), cmp.Compare(x.About, y.About))
}

// Restore goes on with alerts that were open before a restart: they close like any other when they are no longer found.
func (b *Book) Restore(open []Alert) {
	for _, a := range open {
		b.tracks[a.key()] = &track{alert: a, seen: steady}
	}
}
