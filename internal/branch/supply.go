package branch

import (
	"fmt"
	"slices"
	"time"

	"balcao/internal/config"
	"balcao/internal/hours"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Supply says when numbers are given, how many, and what citizens are told when there are none. A branch that says
// nothing gives numbers always, holidays included.
type Supply struct {
	Hours      []hours.Weekly    `yaml:"hours"`
	Exceptions []hours.Exception `yaml:"exceptions"`
	Holidays   hours.Calendar    `yaml:"holidays"`          // national, azores, madeira or none; empty is national
	Municipal  hours.Municipal   `yaml:"municipal_holiday"` // 06-13 or easter+39
	Stop       time.Duration     `yaml:"stop_before"`       // numbers stop so long before closing
	DayEnd     hours.Clock       `yaml:"day_end"`           // the Day closes then; 0 is at midnight
	Occupancy  int               `yaml:"occupancy"`         // most citizens inside; 0 is no limit
	Book       wire.Text         `yaml:"book"`              // how to book: «Marque em …»
	Elsewhere  wire.Text         `yaml:"elsewhere"`         // the nearest branch: «A Loja de … fecha às 22:00»
	Bodies     []BodySupply      `yaml:"bodies"`
	Services   []ServiceSupply   `yaml:"services"`
}

// BodySupply is a body's own hours.
type BodySupply struct {
	Body       string            `yaml:"body"`
	Hours      []hours.Weekly    `yaml:"hours"`
	Exceptions []hours.Exception `yaml:"exceptions"`
}

// ServiceSupply is a service's own hours and its numbers of a Day.
type ServiceSupply struct {
	Service    string            `yaml:"service"`
	Hours      []hours.Weekly    `yaml:"hours"`
	Exceptions []hours.Exception `yaml:"exceptions"`
	Stop       time.Duration     `yaml:"stop_before"` // 0 is the branch's
	Quota      int               `yaml:"quota"`       // most numbers of a Day without a booking; 0 is no limit
	GiveBack   bool              `yaml:"give_back"`   // no-shows and cancelled visits give their place back
	Next       wire.Text         `yaml:"next"`        // what to do when there are none, before the branch's own words
}

func (s Supply) of(service string) ServiceSupply {
	i := slices.IndexFunc(s.Services, func(o ServiceSupply) bool { return o.Service == service })
	if i < 0 {
		return ServiceSupply{}
	}
	return s.Services[i]
}

// schedule returns the hours of the levels given, in a zone.
func (s Supply) schedule(zone *time.Location, levels ...hours.Level) hours.Schedule {
	calendar := s.Holidays
	if calendar == "" {
		calendar = hours.National
	}
	house := hours.Level{Weekly: s.Hours, Exceptions: s.Exceptions}
	return hours.Schedule{
		Zone: zone, Levels: append([]hours.Level{house}, levels...), Calendar: calendar, Municipal: s.Municipal, Stop: s.Stop,
	}
}

// House returns the hours of the branch itself, in its own zone.
func (b *Branch) House(zone *time.Location) hours.Schedule { return b.Supply.schedule(zone) }

// Schedule returns the hours of a service, in the branch's own zone.
func (b *Branch) Schedule(id queue.ServiceID, zone *time.Location) hours.Schedule {
	service, _ := b.Service(id)
	div, _ := b.Division(service.Division)
	var body hours.Level
	for _, o := range b.Supply.Bodies {
		if o.Body == div.Body {
			body = hours.Level{Weekly: o.Hours, Exceptions: o.Exceptions}
		}
	}
	own := b.Supply.of(string(id))
	s := b.Supply.schedule(zone, body, hours.Level{Weekly: own.Hours, Exceptions: own.Exceptions})
	if own.Stop > 0 {
		s.Stop = own.Stop
	}
	return s
}

// Ends returns the moment at which a Day closes by itself; zero if only the next Day ends it.
func (b *Branch) Ends(day queue.Date, zone *time.Location) time.Time {
	date, err := hours.ParseDate(string(day))
	if b.Supply.DayEnd == 0 || err != nil {
		return time.Time{}
	}
	return date.Moment(b.Supply.DayEnd, zone)
}

// Admit refuses a number outside the hours of its service. The moment is in the branch's own zone. A check-in comes
// when it comes, a request that was granted before is only asked again, and a number given by somebody with
// permission carries its reason.
func (b *Branch) Admit(d *queue.Day, cmd queue.Command, at time.Time) error {
	var (
		request  queue.RequestID
		services []queue.ServiceID
	)
	switch c := cmd.(type) {
	case queue.Reserve:
		if !c.Slot.IsZero() {
			return nil
		}
		request, services = c.Request, append([]queue.ServiceID{c.Service}, c.Then...)
	case queue.Issue:
		if !c.Slot.IsZero() || c.Override != "" {
			return nil
		}
		request, services = c.Request, append([]queue.ServiceID{c.Service}, c.Then...)
	case queue.Supervise:
		for _, one := range c.Do {
			if err := b.Admit(d, one, at); err != nil {
				return err
			}
		}
		return nil
	default:
		return nil
	}
	if _, known := d.Requested(request); known || !d.Open() {
		return nil
	}
	for _, service := range services {
		if _, known := b.Service(service); known && !b.Schedule(service, at.Location()).State(at).Gives {
			return queue.ErrOutOfHours
		}
	}
	return nil
}

// supply adds what the queue must know of quotas and room.
func (b *Branch) supply(c *queue.Catalogue) {
	c.Policy.Occupancy = b.Supply.Occupancy
	for i, s := range c.Services {
		own := b.Supply.of(string(s.ID))
		c.Services[i].Quota, c.Services[i].GiveBack = own.Quota, own.GiveBack
	}
}

// supply names the faults of hours and quotas.
func (c checker) supply() {
	s := c.b.Supply
	if s.Holidays != "" && !s.Holidays.Valid() {
		c.add("supply.holidays", "%q is none of national, azores, madeira, none", s.Holidays)
	}
	c.stop("supply.stop_before", s.Stop)
	if s.Occupancy < 0 {
		c.add("supply.occupancy", "cannot be negative; 0 is no limit")
	}
	for key, text := range map[string]wire.Text{"book": s.Book, "elsewhere": s.Elsewhere} {
		if len(text) > 0 && text["pt"] == "" {
			c.add("supply."+key, "needs a Portuguese text (pt)")
		}
	}
	c.level("supply", s.Hours, s.Exceptions)
	seen := map[string]bool{}
	for i, o := range s.Bodies {
		at := config.Index("supply.bodies", i)
		if !slices.ContainsFunc(c.b.Bodies, func(b Body) bool { return b.ID == o.Body }) {
			c.add(at+".body", "unknown body %q", o.Body)
		} else if seen[o.Body] {
			c.add(at+".body", "%q stands twice", o.Body)
		}
		seen[o.Body] = true
		c.level(at, o.Hours, o.Exceptions)
	}
	seen = map[string]bool{}
	for i, o := range s.Services {
		at := config.Index("supply.services", i)
		if !slices.ContainsFunc(c.b.Services, func(s Service) bool { return s.ID == o.Service }) {
			c.add(at+".service", "unknown service %q", o.Service)
		} else if seen[o.Service] {
			c.add(at+".service", "%q stands twice", o.Service)
		}
		seen[o.Service] = true
		c.level(at, o.Hours, o.Exceptions)
		c.stop(at+".stop_before", o.Stop)
		if o.Quota < 0 || o.Quota > 9999 {
			c.add(at+".quota", "must be between 0 and 9999")
		}
		if len(o.Next) > 0 && o.Next["pt"] == "" {
			c.add(at+".next", "needs a Portuguese text (pt)")
		}
	}
}

func (c checker) stop(key string, d time.Duration) {
	if d < 0 || d > 8*time.Hour {
		c.add(key, "must be between 0 and 8h")
	}
}

func (c checker) level(at string, weekly []hours.Weekly, exceptions []hours.Exception) {
	for _, f := range (hours.Level{Weekly: weekly, Exceptions: exceptions}).Faults(at+".hours", at+".exceptions") {
		c.add(f.Key, "%s", f.Text)
	}
	if end := c.b.Supply.DayEnd; end > 0 {
		for i, w := range weekly {
			for j, s := range w.Spans {
				if s.To > end && s.From < s.To {
					c.add(fmt.Sprintf("%s.hours[%d].spans[%d]", at, i, j), "%s goes on after the Day's end, %s", s, end)
				}
			}
		}
	}
}
