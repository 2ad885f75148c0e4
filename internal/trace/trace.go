// Package trace reads example branch days: who arrives when and for what, how long each needs, which counters are
// there. They shape the traffic of the demo and of tests. Two such days are built in.
package trace

import (
	"bufio"
	"bytes"
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
	Services []Service
	Counters []Counter
	Arrivals []Arrival
}

// Service is one service of the day; ID counts from 0.
type Service struct {
	ID   int
	Code string
	Mean time.Duration // usual time at the counter
}

// Counter is one counter of the day; ID counts from 1.
type Counter struct {
	ID        int
	Primary   []int
	Secondary []int
	From, To  time.Duration
}

// Arrival is one citizen: when the ticket is taken, for what, whether with priority by law, how long the citizen will
// wait before leaving silently, and how long the work at the counter takes.
type Arrival struct {
	ID       int
	At       time.Duration
	Service  int
	Law      bool
	Patience time.Duration
	Work     time.Duration
}

// ErrMalformed means that a file is not an example day.
var ErrMalformed = errors.New("not an example day")

// maxLine bounds one line of a file.
const maxLine = 64 << 10

// Names of the built-in days.
const (
	LojaA1   = "loja-a-day1"
	EspacoB1 = "espaco-b-day1"
)

// BuiltIn returns one of the days that come with the program.
func BuiltIn(name string) (Day, error) {
	raw, err := days.ReadFile("days/" + name + ".jsonl")
	if err != nil {
		return Day{}, fmt.Errorf("read example day: %w", err)
	}
	return Parse(raw)
}

// line is any line of a file; which fields count depends on its kind.
type line struct {
	Kind   string  `json:"k"`
	Branch string  `json:"branch"`
	Open   float64 `json:"open"`
	Close  float64 `json:"close"`

	ID   int     `json:"id"`
	Code string  `json:"code"`
	Mean float64 `json:"mean"`

	Primary   []int   `json:"prim"`
	Secondary []int   `json:"sec"`
	From      float64 `json:"from"`
	To        float64 `json:"to"`

	At       float64 `json:"t"`
	Service  int     `json:"svc"`
	Priority int     `json:"pr"`
	Patience float64 `json:"pat"`
	Work     float64 `json:"work"`
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
	switch l.Kind {
	case "day":
		d.Branch, d.Open, d.Close = l.Branch, seconds(l.Open), seconds(l.Close)
	case "svc":
		if l.ID != len(d.Services) {
			return fmt.Errorf("%w: service %d out of order", ErrMalformed, l.ID)
		}
		d.Services = append(d.Services, Service{ID: l.ID, Code: l.Code, Mean: seconds(l.Mean)})
	case "ctr":
		d.Counters = append(d.Counters, Counter{
			ID: l.ID, Primary: l.Primary, Secondary: l.Secondary, From: seconds(l.From), To: seconds(l.To),
		})
	case "arr":
		if l.Service < 0 || l.Service >= len(d.Services) {
			return fmt.Errorf("%w: arrival %d for unknown service %d", ErrMalformed, l.ID, l.Service)
		}
		d.Arrivals = append(d.Arrivals, Arrival{
			ID: l.ID, At: seconds(l.At), Service: l.Service, Law: l.Priority == 1,
			Patience: seconds(l.Patience), Work: seconds(l.Work),
		})
	}
	return nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
