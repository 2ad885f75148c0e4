// Package branch describes one branch: its bodies, services, divisions and counters, with their names; and it paints
// what others show of the branch's Day: the offer for kiosks, the board for callboards, the live figures for
// headquarters. It is pure: it reads no clock and opens nothing.
package branch

import (
	"time"

	"balcao/internal/queue"
	"balcao/internal/slip"
	"balcao/internal/wire"
)

// Branch is one place that serves citizens. It is read only once it was checked.
type Branch struct {
	ID        string     `yaml:"id"`   // node id, such as L901
	Name      string     `yaml:"name"` // Loja de Cidadão Demonstração
	Zone      string     `yaml:"zone"` // IANA time zone, Europe/Lisbon
	Greeting  bool       `yaml:"greeting"`
	Bodies    []Body     `yaml:"bodies"`
	Divisions []Division `yaml:"divisions"`
	Services  []Service  `yaml:"services"`
	Counters  []Counter  `yaml:"counters"`
	Policy    Policy     `yaml:"policy"`
	Bookings  Bookings   `yaml:"bookings"`
	Supply    Supply     `yaml:"supply"`
	Lend      Lend       `yaml:"lend"` // numbers for kiosks that are alone

	Callboards []Callboard `yaml:"callboards"`
	Video      string      `yaml:"video"`    // file beside the calls of every board that is none of the callboards above; empty is none
	Messages   []Message   `yaml:"messages"` // shown on every callboard in turn when nothing is called
	Feedback   Feedback    `yaml:"feedback"`

	StaffReport StaffReport `yaml:"staff_report"` // figures by person; off unless the branch says so

	Slip slip.Layout `yaml:"slip"` // what stands on a slip; without parts the standard layout
}

// Body is an organisation present in the branch.
type Body struct {
	ID    string    `yaml:"id"`
	Short string    `yaml:"short"` // IRN
	Name  wire.Text `yaml:"name"`
	Icon  string    `yaml:"icon"`
}

// Division is what a ticket letter stands for here.
type Division struct {
	ID     string `yaml:"id"`
	Body   string `yaml:"body"`
	Prefix string `yaml:"prefix"`
	First  int    `yaml:"first"` // first number of the Day; 0 means 1
	Quota  int    `yaml:"quota"` // most numbers of a Day; 0 means up to 999
	Place  string `yaml:"place"` // where its citizens wait
}

// Groups of services: a request and the collection of its document are separate queues.
const (
	GroupRequest    = "request"
	GroupCollection = "collection"
)

// Service is something a citizen comes for.
type Service struct {
	ID       string        `yaml:"id"`
	Division string        `yaml:"division"`
	Name     wire.Text     `yaml:"name"`
	Help     wire.Text     `yaml:"help"`
	Icon     string        `yaml:"icon"`
	Also     []string      `yaml:"also"`  // what else people call it, in any language, for the search at the kiosk
	Group    string        `yaml:"group"` // request, collection or empty
	Popular  bool          `yaml:"popular"`
	Target   time.Duration `yaml:"target"` // wait that should not be passed
	Mean     time.Duration `yaml:"mean"`   // usual time at the counter
}

// Counter is where one clerk serves.
type Counter struct {
	ID        string   `yaml:"id"`
	Label     string   `yaml:"label"` // Balcão 3
	Primary   []string `yaml:"primary"`
	Secondary []string `yaml:"secondary"`
	Closed    []string `yaml:"closed"` // classes it is never given
	Only      []string `yaml:"only"`   // the only classes it is given, as for priority by law; empty is all
}

// Catalogue returns what the queue must know of the branch.
func (b *Branch) Catalogue() queue.Catalogue {
	c := queue.Catalogue{Policy: b.Policy.policy()}
	for _, d := range b.Divisions {
		c.Divisions = append(c.Divisions, queue.Division{
			ID: queue.DivisionID(d.ID), Body: queue.BodyID(d.Body), Prefix: d.Prefix, First: max(1, d.First), Quota: d.Quota,
			Lease: b.Lend.Size(),
		})
	}
	for _, s := range b.Services {
		div, _ := b.Division(s.Division)
		c.Services = append(c.Services, queue.Service{
			ID: queue.ServiceID(s.ID), Body: queue.BodyID(div.Body), Division: queue.DivisionID(s.Division),
		})
	}
	for _, k := range b.Counters {
		c.Counters = append(c.Counters, queue.Counter{
			ID: queue.CounterID(k.ID), Primary: serviceIDs(k.Primary), Secondary: serviceIDs(k.Secondary),
			Closed: classIDs(k.Closed), Only: classIDs(k.Only),
		})
	}
	b.supply(&c)
	return c
}

func serviceIDs(ids []string) []queue.ServiceID {
	out := make([]queue.ServiceID, len(ids))
	for i, id := range ids {
		out[i] = queue.ServiceID(id)
	}
	return out
}

func classIDs(ids []string) []queue.ClassID {
	var out []queue.ClassID
	for _, id := range ids {
		out = append(out, queue.ClassID(id))
	}
	return out
}

// Body returns the body with an id.
func (b *Branch) Body(id queue.BodyID) (Body, bool) {
	for _, body := range b.Bodies {
		if body.ID == string(id) {
			return body, true
		}
	}
	return Body{}, false
}

// Division returns the division with an id.
func (b *Branch) Division(id string) (Division, bool) {
	for _, d := range b.Divisions {
		if d.ID == id {
			return d, true
		}
	}
	return Division{}, false
}

// Service returns the service with an id.
func (b *Branch) Service(id queue.ServiceID) (Service, bool) {
	for _, s := range b.Services {
		if s.ID == string(id) {
			return s, true
		}
	}
	return Service{}, false
}

// Counter returns the counter with an id.
func (b *Branch) Counter(id queue.CounterID) (Counter, bool) {
	for _, k := range b.Counters {
		if k.ID == string(id) {
			return k, true
		}
	}
	return Counter{}, false
}

// Label returns what a counter is called on screens and in the spoken call.
func (b *Branch) Label(id queue.CounterID) string {
	if k, known := b.Counter(id); known {
		return k.Label
	}
	return "Balcão " + string(id)
}

// SharesLetter reports whether another body of this branch uses the same letters, so that boards must name the body.
func (b *Branch) SharesLetter(prefix string, body queue.BodyID) bool {
	for _, d := range b.Divisions {
		if d.Prefix == prefix && d.Body != string(body) {
			return true
		}
	}
	return false
}
