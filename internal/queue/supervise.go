package queue

// Supervise carries out wishes of the coordination, all or none, and records that they were its doing. The wishes are
// decided on one and the same state, so none may depend on another.
type Supervise struct {
	Action  string // code of what was done, such as end_visit
	By      string // pseudonym of whoever decided
	Reason  string // a code of procedure; needed
	Visit   VisitID
	Counter CounterID
	Service ServiceID
	Do      []Command
}

// MoveQueue lets everybody who waits for one service wait for another, each by their first arrival: they were sent to
// the wrong place, or nobody serves them there. Who was called or held stays.
type MoveQueue struct {
	From ServiceID
	To   ServiceID
}

// Supervised says that the coordination stepped in; what follows from it are the next entries. Visit, Counter and
// Service say what it was about, where it was about one.
type Supervised struct {
	Action  string    `json:"action"`
	By      string    `json:"by,omitempty"` // a pseudonym
	Reason  string    `json:"reason"`
	Visit   VisitID   `json:"visit,omitempty"`
	Counter CounterID `json:"counter,omitempty"`
	Service ServiceID `json:"svc,omitempty"`
	Entries int       `json:"entries"` // how many entries of the coordination's doing follow
}

func (Supervise) command()          {}
func (MoveQueue) command()          {}
func (e Supervised) about() VisitID { return e.Visit }

// decideOffice turns the wishes of those who run the branch into facts.
func (d *Day) decideOffice(cmd Command, decide func(Command) ([]Event, error)) ([]Event, error) {
	switch c := cmd.(type) {
	case Supervise:
		return d.supervise(c, decide)
	case MoveQueue:
		return d.moveQueue(c)
	case SetSkills:
		return d.setSkills(c)
	default: // decided elsewhere
	}
	panic("queue: a command without a rule")
}

func (d *Day) supervise(c Supervise, decide func(Command) ([]Event, error)) ([]Event, error) {
	if c.Reason == "" || c.Action == "" {
		return nil, ErrNoReason
	}
	var events []Event
	for _, wish := range c.Do {
		if _, nested := wish.(Supervise); nested {
			return nil, ErrNoReason
		}
		more, err := decide(wish)
		if err != nil {
			return nil, err
		}
		events = append(events, more...)
	}
	if len(events) == 0 {
		return nil, nil
	}
	said := Supervised{
		Action: c.Action, By: c.By, Reason: c.Reason, Visit: c.Visit, Counter: c.Counter, Service: c.Service, Entries: len(events),
	}
	return append([]Event{said}, events...), nil
}

func (d *Day) moveQueue(c MoveQueue) ([]Event, error) {
	if _, known := d.index.services[c.From]; !known {
		return nil, ErrUnknownService
	}
	var events []Event
	for _, v := range d.waiting[c.From] {
		more, err := d.transfer(Transfer{Visit: v.ID, Service: c.To})
		if err != nil {
			return nil, err
		}
		events = append(events, more...)
	}
	if len(events) == 0 {
		return nil, ErrQueueEmpty
	}
	return events, nil
}
