package wire

import "slices"

// BoardZone is one view of a branch's board: the calls of some places and bodies, for the screens that hang there.
// Empty lists mean all. A zone without an id is that of the screens that belong to no other.
type BoardZone struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Places   []string `json:"places,omitempty"`
	Bodies   []string `json:"bodies,omitempty"`
	Boxes    []string `json:"boxes,omitempty"`    // node ids of the callboard boxes that show it
	Earlier  int      `json:"earlier,omitempty"`  // earlier calls shown beside the present one; 0 is the usual five
	Takeover int      `json:"takeover,omitempty"` // seconds a new call stays yellow; 0 is the usual time

	Video *BoardVideo `json:"video,omitempty"` // beside the calls, while none is new
}

// BoardVideo is a video beside the calls of a board. A screen shows the file
// with these very bytes, or none.
type BoardVideo struct {
	File   string `json:"file"`
	SHA256 string `json:"sha"` // hexadecimal
}

// Shows reports whether calls of a body that waits at a place belong to the zone.
func (z BoardZone) Shows(body, place string) bool {
	return (len(z.Bodies) == 0 || slices.Contains(z.Bodies, body)) && (len(z.Places) == 0 || slices.Contains(z.Places, place))
}

// BoardNote is a message to the hall. It is public and holds no personal data.
type BoardNote struct {
	Text    Text     `json:"text"`
	Zones   []string `json:"zones,omitempty"` // where it is shown; empty is everywhere
	UntilMS int64    `json:"until,omitempty"` // not shown from then on; 0 is for ever
}

// Zone returns the zone with an id.
func (b Board) Zone(id string) (BoardZone, bool) {
	i := slices.IndexFunc(b.Zones, func(z BoardZone) bool { return z.ID == id })
	if i < 0 {
		return BoardZone{}, false
	}
	return b.Zones[i], true
}

// ZoneOf returns the zone that a callboard box shows; the empty id, of the whole board, if none names the box.
func (b Board) ZoneOf(box string) string {
	for _, z := range b.Zones {
		if slices.Contains(z.Boxes, box) {
			return z.ID
		}
	}
	return ""
}

// In returns the board as a zone shows it: its calls, its lines with those of one body put together, its messages.
// A zone that is not known, such as one that was just taken away, shows everything: an empty board would be worse.
func (b Board) In(zone string) Board {
	z, known := b.Zone(zone)
	known = known && zone != ""
	shown := b
	shown.Calls, shown.Queues, shown.Notes = []BoardCall{}, []BoardLine{}, nil
	for _, c := range b.Calls {
		if z.Shows(c.BodyID, c.Place) {
			shown.Calls = append(shown.Calls, c)
		}
	}
	for _, q := range b.Queues {
		if !z.Shows(q.BodyID, q.Place) {
			continue
		}
		i := slices.IndexFunc(shown.Queues, func(o BoardLine) bool { return o.Body == q.Body })
		if i < 0 {
			shown.Queues = append(shown.Queues, q)
			continue
		}
		shown.Queues[i] = shown.Queues[i].and(q)
	}
	for _, n := range b.Notes {
		if len(n.Zones) == 0 || !known || slices.Contains(n.Zones, zone) {
			shown.Notes = append(shown.Notes, n)
		}
	}
	return shown
}

// and puts two lines of one body together; the longer wait is told.
func (l BoardLine) and(o BoardLine) BoardLine {
	l.Waiting += o.Waiting
	l.Place = ""
	if !l.Wait.Known() || o.Wait.Known() && o.Wait.High > l.Wait.High {
		l.Wait = o.Wait
	}
	return l
}
