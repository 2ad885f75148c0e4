// Package cases is what people at headquarters do about alerts: each alert that opened is a case that somebody takes,
// notes things on, or silences with a reason; one that nobody takes is escalated. Everything is on disk before it is
// shown, and a restart goes on where it ended.
package cases

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"balcao/hq/alert"
)

// Case is an alert with what people did about it.
type Case struct {
	alert.Alert

	ID        int64
	Taken     Mark // by whom; zero while nobody did
	Escalated time.Time
	Silence   *Silence // the one in force over it; nil for none
}

// Mark says who did something, and when. By is a sign-in name.
type Mark struct {
	By string
	At time.Time
}

// Kind is what a step of a case was.
type Kind string

// The kinds of steps.
const (
	Opened    Kind = "opened"
	Taken     Kind = "taken"
	Released  Kind = "released"
	Noted     Kind = "noted"
	Escalated Kind = "escalated"
	Closed    Kind = "closed"
)

// Step is one thing that happened to a case. By is empty where nobody did it.
type Step struct {
	Case int64
	Kind Kind
	By   string
	At   time.Time
	Note string
}

// Silence keeps alerts from being told outside. It is of one rule, of one branch, or of a rule in a branch.
type Silence struct {
	ID     int64
	Rule   alert.Rule // empty is every rule
	Branch string     // empty is every branch
	Until  time.Time
	Reason string
	By     string
	At     time.Time
	Ended  time.Time // before its time, by somebody; zero otherwise
}

// Covers says whether an alert is silent at a moment.
func (s Silence) Covers(a alert.Alert, now time.Time) bool {
	return s.Ended.IsZero() && now.Before(s.Until) && (s.Rule == "" || s.Rule == a.Rule) && (s.Branch == "" || s.Branch == a.Branch)
}

// Ledger keeps cases; the store does. What is told outside is written down with the step that it tells of.
type Ledger interface {
	// OpenCases returns the cases that are not closed.
	OpenCases(ctx context.Context) ([]Case, error)
	// OpenCase begins a case and returns its number.
	OpenCase(ctx context.Context, a alert.Alert, tell bool) (int64, error)
	// AddStep adds a step, which may close the case.
	AddStep(ctx context.Context, s Step, tell bool) error
	// Silences returns the silences that end after a moment.
	Silences(ctx context.Context, after time.Time) ([]Silence, error)
	// PutSilence keeps a silence and returns its number; one with a number is changed.
	PutSilence(ctx context.Context, s Silence) (int64, error)
}

// Refusals of what people ask for.
var (
	ErrNoCase    = errors.New("the alert is not open any more")
	ErrTaken     = errors.New("somebody else has taken it")
	ErrNotYours  = errors.New("who took it gives it back")
	ErrNoNote    = errors.New("a note has 1 to 400 bytes")
	ErrNoReason  = errors.New("a silence needs a reason of 3 to 200 bytes")
	ErrScope     = errors.New("a silence names a branch or a rule")
	ErrDuration  = errors.New("a silence lasts a minute to seven days")
	ErrNoSilence = errors.New("there is no such silence")
)

const (
	longestNote    = 400
	leastReason    = 3
	longestReason  = 200
	longestSilence = 7 * 24 * time.Hour
)

// Options are the rules.
type Options struct {
	// Escalate is how long an urgent alert may stay untaken before it is told to more people; 0 is never.
	Escalate time.Duration
	Now      func() time.Time
}

// Desk is the open cases. It is safe for several goroutines.
type Desk struct {
	ledger Ledger
	opt    Options

	mu       sync.Mutex // held while the ledger writes, so that memory and disk agree
	open     map[alert.Key]*Case
	silences []Silence
}

// New reads what is open.
func New(ctx context.Context, ledger Ledger, opt Options) (*Desk, error) {
	d := &Desk{ledger: ledger, opt: opt}
	return d, d.Reload(ctx)
}

// Reload reads again what is open: another process may look after it.
func (d *Desk) Reload(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	open, err := d.ledger.OpenCases(ctx)
	if err != nil {
		return err
	}
	silences, err := d.ledger.Silences(ctx, d.opt.Now())
	if err != nil {
		return err
	}
	before := d.open
	d.open, d.silences = map[alert.Key]*Case{}, silences
	for _, c := range open {
		if was, known := before[c.Key()]; known && was.ID == c.ID {
			c.Finding = was.Finding // its words tell of a later moment than those with which it opened
		}
		d.open[c.Key()] = &c
	}
	return nil
}

// Watch takes in what is open at one look at the network, for its words alone: another process opens and closes cases.
func (d *Desk) Watch(open []alert.Alert) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range open {
		if c, known := d.open[a.Key()]; known {
			c.Finding = a.Finding
		}
	}
}

// Alerts returns the alerts of the open cases, so that whoever watches goes on with them.
func (d *Desk) Alerts() []alert.Alert {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]alert.Alert, 0, len(d.open))
	for _, c := range d.open {
		all = append(all, c.Alert)
	}
	return all
}

// Look takes in what opened, what closed and what is open at one look at the network, and escalates what nobody took.
func (d *Desk) Look(ctx context.Context, opened, closed, open []alert.Alert) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.opt.Now()
	var faults []error
	for _, a := range opened {
		faults = append(faults, d.begin(ctx, a, now))
	}
	for _, a := range open {
		if c, known := d.open[a.Key()]; known {
			c.Finding = a.Finding // its words tell of this moment
		}
	}
	for _, a := range closed {
		c, known := d.open[a.Key()]
		if !known {
			continue
		}
		if err := d.ledger.AddStep(ctx, Step{Case: c.ID, Kind: Closed, At: a.Closed}, !d.silent(c.Alert, now)); err != nil {
			faults = append(faults, fmt.Errorf("close case %d: %w", c.ID, err))
			continue
		}
		delete(d.open, a.Key())
	}
	return errors.Join(append(faults, d.escalate(ctx, now))...)
}

func (d *Desk) begin(ctx context.Context, a alert.Alert, now time.Time) error {
	if _, known := d.open[a.Key()]; known {
		return nil
	}
	id, err := d.ledger.OpenCase(ctx, a, !d.silent(a, now))
	if err != nil {
		return fmt.Errorf("open a case of %s: %w", a.Rule, err)
	}
	d.open[a.Key()] = &Case{ID: id, Alert: a}
	return nil
}

func (d *Desk) escalate(ctx context.Context, now time.Time) error {
	if d.opt.Escalate <= 0 {
		return nil
	}
	var faults []error
	for _, c := range d.open {
		if c.Degree != alert.Urgent || c.Taken.By != "" || !c.Escalated.IsZero() || d.silent(c.Alert, now) || now.Sub(c.Opened) < d.opt.Escalate {
			continue
		}
		if err := d.ledger.AddStep(ctx, Step{Case: c.ID, Kind: Escalated, At: now}, true); err != nil {
			faults = append(faults, fmt.Errorf("escalate case %d: %w", c.ID, err))
			continue
		}
		c.Escalated = now
	}
	return errors.Join(faults...)
}

func (d *Desk) silent(a alert.Alert, now time.Time) bool {
	return slices.ContainsFunc(d.silences, func(s Silence) bool { return s.Covers(a, now) })
}

// Open returns the open cases, in the order of alert.Book.Open.
func (d *Desk) Open() []Case {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.opt.Now()
	all := make([]Case, 0, len(d.open))
	for _, c := range d.open {
		one := *c
		if i := slices.IndexFunc(d.silences, func(s Silence) bool { return s.Covers(one.Alert, now) }); i >= 0 {
			silence := d.silences[i]
			one.Silence = &silence
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(x, y Case) int {
		return cmp.Or(alert.Compare(x.Alert, y.Alert), cmp.Compare(x.ID, y.ID))
	})
	return all
}

func (d *Desk) find(id int64) (*Case, error) {
	for _, c := range d.open {
		if c.ID == id {
			return c, nil
		}
	}
	return nil, ErrNoCase
}

// Find returns an open case.
func (d *Desk) Find(id int64) (Case, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, err := d.find(id)
	if err != nil {
		return Case{}, err
	}
	return *c, nil
}

// Take gives an open case to a person: they look after it. Taking it again changes nothing.
func (d *Desk) Take(ctx context.Context, by string, id int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, err := d.find(id)
	switch {
	case err != nil:
		return err
	case c.Taken.By == by:
		return nil
	case c.Taken.By != "":
		return ErrTaken
	}
	at := d.opt.Now()
	if err := d.ledger.AddStep(ctx, Step{Case: id, Kind: Taken, By: by, At: at}, false); err != nil {
		return fmt.Errorf("take case %d: %w", id, err)
	}
	c.Taken = Mark{By: by, At: at}
	return nil
}

// Release gives a case back by whoever took it; anybody may then take it.
func (d *Desk) Release(ctx context.Context, by string, id int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, err := d.find(id)
	switch {
	case err != nil:
		return err
	case c.Taken.By == "":
		return nil
	case c.Taken.By != by:
		return ErrNotYours
	}
	if err := d.ledger.AddStep(ctx, Step{Case: id, Kind: Released, By: by, At: d.opt.Now()}, false); err != nil {
		return fmt.Errorf("release case %d: %w", id, err)
	}
	c.Taken = Mark{}
	return nil
}

// Note writes something on an open case.
func (d *Desk) Note(ctx context.Context, by string, id int64, text string) error {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > longestNote {
		return ErrNoNote
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.find(id); err != nil {
		return err
	}
	if err := d.ledger.AddStep(ctx, Step{Case: id, Kind: Noted, By: by, At: d.opt.Now(), Note: text}, false); err != nil {
		return fmt.Errorf("note on case %d: %w", id, err)
	}
	return nil
}

// Hush begins a silence and returns its number.
func (d *Desk) Hush(ctx context.Context, s Silence) (int64, error) {
	s.Reason = strings.TrimSpace(s.Reason)
	s.ID, s.At, s.Ended = 0, d.opt.Now(), time.Time{}
	switch long := s.Until.Sub(s.At); {
	case s.Rule == "" && s.Branch == "":
		return 0, ErrScope
	case len(s.Reason) < leastReason || len(s.Reason) > longestReason:
		return 0, ErrNoReason
	case long < time.Minute || long > longestSilence:
		return 0, ErrDuration
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	id, err := d.ledger.PutSilence(ctx, s)
	if err != nil {
		return 0, fmt.Errorf("begin a silence: %w", err)
	}
	s.ID = id
	d.silences = append(d.current(), s)
	return id, nil
}

// EndSilence ends a silence before its time.
func (d *Desk) EndSilence(ctx context.Context, id int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.silences = d.current()
	i := slices.IndexFunc(d.silences, func(s Silence) bool { return s.ID == id })
	if i < 0 {
		return ErrNoSilence
	}
	s := d.silences[i]
	s.Ended = d.opt.Now()
	if _, err := d.ledger.PutSilence(ctx, s); err != nil {
		return fmt.Errorf("end silence %d: %w", id, err)
	}
	d.silences = slices.Delete(d.silences, i, i+1)
	return nil
}

// Silences returns the silences in force, those that end first coming first.
func (d *Desk) Silences() []Silence {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := slices.Clone(d.current())
	slices.SortFunc(all, func(x, y Silence) int { return cmp.Or(x.Until.Compare(y.Until), cmp.Compare(x.ID, y.ID)) })
	return all
}

// current returns the silences without those that are over.
func (d *Desk) current() []Silence {
	now := d.opt.Now()
	return slices.DeleteFunc(slices.Clone(d.silences), func(s Silence) bool { return !s.Ended.IsZero() || !now.Before(s.Until) })
}
