// Package trace reads example branch days: who arrives when and for what, how long each needs, which counters are
// there; and the logs of what a branch saw of such a day. They shape the traffic of the demo, and hold the calling
// rules to a reference. Some days and their reference logs are built in.
package trace

import (
	"bufio"
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

//go:embed days/*.jsonl
var days embed.FS

// Day is one example day, in the order of its file. Times of day count from local midnight.
type Day struct {
	Branch   string
	Open     time.Duration
	Close    time.Duration
	Policy   Policy
	Services []Service
	Counters []Counter
	Bookings []Booking
	Arrivals []Arrival

	opening [][]byte // the lines of the day, its services, counters and bookings, as they came
}

// Policy is the calling rule of the day: windows of bookings, guard and overflow, and what a no-show costs a counter.
type Policy struct {
	Mode     string
	Early    time.Duration
	Late     time.Duration
	Guard    time.Duration
	Overflow time.Duration
	NoShow   time.Duration
}

// Booking is a booked time that is known at opening.
type Booking struct {
	Service int
	Slot    time.Duration
}

// Break is when a counter should pause, and for how long it then does.
type Break struct {
	From, For time.Duration
}

// Service is one service of the day; ID counts from 0.
type Service struct {
	ID   int
	Code string
	Mean time.Duration // usual time at the counter
}

// Counter is one counter of the day; ID counts from 1. Off and Speed are hidden from a branch: when it really pauses,
// and how fast its clerk is.
type Counter struct {
	ID        int
	Primary   []int
	Secondary []int
	From, To  time.Duration
	Plan      []Break
	Off       []Break
	Speed     float64 // time at the counter is work divided by this; 1 if the file names none
}

// Arrival is one citizen: when the ticket is taken, for what, whether with priority by law or a booked time. The rest
// is hidden from a branch: how long the citizen will wait before leaving silently, how long the work at the counter
// takes, and where the citizen is then forwarded.
type Arrival struct {
	ID       int
	At       time.Duration
	Service  int
	Law      bool
	Slot     time.Duration // booked time; 0 for a walk-in
	Patience time.Duration
	Work     time.Duration
	Next     int           // service of the second leg; -1 for none
	NextWork time.Duration // work of the second leg
}

// ErrMalformed means that a file is not an example day.
var ErrMalformed = errors.New("not an example day")

// maxLine bounds one line of a file.
const maxLine = 64 << 10

// Names of the built-in days.
const (
	LojaA1   = "loja-a-day1"
	LojaA2   = "loja-a-day2"
	EspacoB1 = "espaco-b-day1"
	EspacoB2 = "espaco-b-day2"
)

// BuiltIn returns one of the days that come with the program.
func BuiltIn(name string) (Day, error) {
	raw, err := days.ReadFile("days/" + name + ".jsonl")
	if err != nil {
		return Day{}, fmt.Errorf("read example day: %w", err)
	}
	return Parse(raw)
}

// BuiltInLog returns what a branch saw of a built-in day under the reference policy.
func BuiltInLog(name string) ([]Event, error) {
	raw, err := days.ReadFile("days/" + name + ".log.jsonl")
	if err != nil {
		return nil, fmt.Errorf("read example log: %w", err)
	}
	return ParseLog(raw)
}

// line is any line of a file; which fields count depends on its kind.
type line struct {
	Kind   string     `json:"k"`
	Branch string     `json:"branch"`
	Open   float64    `json:"open"`
	Close  float64    `json:"close"`
	Policy policyLine `json:"policy"`

	ID   int     `json:"id"`
	Code string  `json:"code"`
	Mean float64 `json:"mean"`

	Primary   []int        `json:"prim"`
	Secondary []int        `json:"sec"`
	From      float64      `json:"from"`
	To        float64      `json:"to"`
	Plan      [][2]float64 `json:"plan"`
	Off       [][2]float64 `json:"off"`
	Speed     float64      `json:"speed"`

	At       float64 `json:"t"`
	Service  int     `json:"svc"`
	Priority int     `json:"pr"`
	Slot     float64 `json:"slot"`
	Patience float64 `json:"pat"`
	Work     float64 `json:"work"`
	Next     int     `json:"next"` // service of the second leg plus 1
	NextWork float64 `json:"work2"`
}

type policyLine struct {
	Mode     string  `json:"mode"`
	Early    float64 `json:"early"`
	Late     float64 `json:"late"`
	Guard    float64 `json:"guard"`
	Overflow float64 `json:"overflow"`
	NoShow   float64 `json:"noshow"`
}

// Parse reads a day input, one JSON object a line. Kinds of line that it does not know are passed over.
func Parse(raw []byte) (Day, error) {
	var d Day
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return Day{}, fmt.Errorf("line %d: %w: %w", n, ErrMalformed, err)
		}
		if err := d.take(l); err != nil {
			return Day{}, fmt.Errorf("line %d: %w", n, err)
		}
		if l.Kind != "arr" {
			d.opening = append(d.opening, bytes.Clone(lines.Bytes()))
		}
	}
	if err := lines.Err(); err != nil {
		return Day{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if d.Branch == "" {
		return Day{}, fmt.Errorf("%w: no day line", ErrMalformed)
	}
	return d, nil
}

func (d *Day) take(l line) error {
	known := func(service int) bool { return service >= 0 && service < len(d.Services) }
	switch l.Kind {
	case "day":
		d.Branch, d.Open, d.Close = l.Branch, seconds(l.Open), seconds(l.Close)
		d.Policy = Policy{
			Mode: l.Policy.Mode, Early: seconds(l.Policy.Early), Late: seconds(l.Policy.Late),
			Guard: seconds(l.Policy.Guard), Overflow: seconds(l.Policy.Overflow), NoShow: seconds(l.Policy.NoShow),
		}
	case "svc":
		if l.ID != len(d.Services) {
			return fmt.Errorf("%w: service %d out of order", ErrMalformed, l.ID)
		}
		d.Services = append(d.Services, Service{ID: l.ID, Code: l.Code, Mean: seconds(l.Mean)})
	case "ctr":
		if l.Speed < 0 {
			return fmt.Errorf("%w: counter %d has a speed below 0", ErrMalformed, l.ID)
		}
		d.Counters = append(d.Counters, Counter{
			ID: l.ID, Primary: l.Primary, Secondary: l.Secondary, From: seconds(l.From), To: seconds(l.To),
			Plan: breaks(l.Plan), Off: breaks(l.Off), Speed: cmp.Or(l.Speed, 1),
		})
	case "bk":
		if !known(l.Service) {
			return fmt.Errorf("%w: booking for unknown service %d", ErrMalformed, l.Service)
		}
		d.Bookings = append(d.Bookings, Booking{Service: l.Service, Slot: seconds(l.Slot)})
	case "arr":
		if !known(l.Service) || l.Next != 0 && !known(l.Next-1) {
			return fmt.Errorf("%w: arrival %d for an unknown service", ErrMalformed, l.ID)
		}
		d.Arrivals = append(d.Arrivals, Arrival{
			ID: l.ID, At: seconds(l.At), Service: l.Service, Law: l.Priority == 1, Slot: seconds(l.Slot),
			Patience: seconds(l.Patience), Work: seconds(l.Work), Next: l.Next - 1, NextWork: seconds(l.NextWork),
		})
	}
	return nil
}

func breaks(pairs [][2]float64) []Break {
	var all []Break
	for _, p := range pairs {
		all = append(all, Break{From: seconds(p[0]), For: seconds(p[1])})
	}
	return all
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
