package app

import (
	"strings"
	"sync"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
	"balcao/kiosk/flow"
	"balcao/printers"
)

// offers is the last of what the branch said to everybody; slips take their words from it.
type offers struct {
	app *App

	mu    sync.Mutex
	offer *wire.Offer
	calls []flow.Call
}

func newOffers(a *App) *offers { return &offers{app: a} }

func (o *offers) set(offer wire.Offer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.offer = &offer
}

// day is the present day of the branch; empty before it was heard.
func (o *offers) day(now time.Time) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.offer == nil {
		return ""
	}
	return string(queue.DateOf(now, zoneOf(o.offer.Branch.Zone)))
}

// offered is a service as it was last offered, and the present day of the branch.
func (o *offers) offered(service string, now time.Time) (wire.OfferService, string, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.offer == nil {
		return wire.OfferService{}, "", false
	}
	for _, s := range o.offer.Services {
		if s.ID == service {
			return s, string(queue.DateOf(now, zoneOf(o.offer.Branch.Zone))), true
		}
	}
	return wire.OfferService{}, "", false
}

// today is the present day of the branch, as far as it is known where that is.
func (o *offers) today(now time.Time) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	zone := ""
	if o.offer != nil {
		zone = o.offer.Branch.Zone
	}
	return string(queue.DateOf(now, zoneOf(zone)))
}

func (o *offers) setCalls(b wire.Board) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls = callsFor(b)
}

// known is what the path can be told at the start.
func (o *offers) known() []flow.Input {
	o.mu.Lock()
	defer o.mu.Unlock()
	var in []flow.Input
	if o.offer != nil {
		in = append(in, flow.OfferChanged{Offer: o.path(*o.offer)})
	}
	return append(in, flow.BoardChanged{Calls: o.calls})
}

// validity is what a ticket is worth, at the foot of its slip; the printed page adds the English line.
const validity = "Válida só hoje. Se perder a vez, fale com a receção."

// slip writes what a number's paper says, in Portuguese and in the citizen's language, with the local time of the
// branch.
func (o *offers) slip(t wire.Ticket, lang string) printers.Slip {
	o.mu.Lock()
	offer := o.offer
	o.mu.Unlock()
	named := lang // names are drawn where the printer lacks their letters; labels are not, for so much takes seconds
	lang = printers.PaperLanguage(lang)
	s := printers.Slip{
		Number: t.Number, Service: t.Service, Body: t.Body, Place: t.Place, Validity: validity,
		Class: both(t.ClassText, lang), Priority: t.Class == string(queue.ClassLaw), Ahead: t.Ahead, Language: lang,
		Wait: printers.Wait{From: t.Wait.Low, To: t.Wait.High, Next: t.Wait.Next, Over: t.Wait.Over()},
	}
	if t.Slip {
		s.Validity = validityNoNum
	}
	zone := lisbon
	if offer != nil {
		s.Branch = offer.Branch.Name
		if offer.Branch.Zone != "" {
			zone = offer.Branch.Zone
		}
		s.Service, s.Body = names(*offer, t, named)
		for _, id := range t.Then {
			then, _ := names(*offer, wire.Ticket{Service: id}, named)
			s.Then = append(s.Then, then)
		}
		if f := offer.Branch.Feedback; f != nil && f.Slip {
			s.QR, s.QRFor = f.Address, printers.QRFeedback
			s.Validity += " Reclamar, elogiar ou sugerir: " + plainAddress(f.Address)
		}
	}
	s.Issued, s.Booked = written(t.IssuedMS, zone), hourOf(t.SlotMS, zone)
	return s
}

// plainAddress is an address as people read it.
func plainAddress(address string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "www."), "/")
}

// names are those of the service and its body, in Portuguese and, where that is another, in the citizen's language.
func names(offer wire.Offer, t wire.Ticket, lang string) (service, body string) {
	service, body = t.Service, t.Body
	for _, s := range offer.Services {
		if s.ID == t.Service {
			service = both(s.Name, lang)
		}
	}
	for _, b := range offer.Bodies {
		if b.ID == t.Body {
			body = b.Name.In("pt")
			if b.Short != "" && b.Short != body {
				body = b.Short + " · " + body
			}
		}
	}
	return service, body
}

func both(name wire.Text, lang string) string {
	pt, other := name.In("pt"), name.In(lang)
	if other == "" || other == pt {
		return pt
	}
	return pt + " / " + other
}

// written is a moment as it is written in Portugal, 22-11-2026 10:24, in the branch's zone. A zone that this machine
// does not know is a fault of the branch's configuration; the slip then says the time of Lisbon.
func written(atMS int64, zone string) string {
	return time.UnixMilli(atMS).In(zoneOf(zone)).Format("02-01-2006 15:04")
}

// zoneOf is the zone of a name; that of Lisbon for one that this machine does not know.
func zoneOf(name string) *time.Location {
	for _, name := range []string{name, "Europe/Lisbon"} {
		if loc, err := time.LoadLocation(name); err == nil && name != "" {
			return loc
		}
	}
	return time.UTC
}

// hourOf is the hour of a moment, 10:45, in the branch's zone; empty for none.
func hourOf(atMS int64, zone string) string {
	if atMS == 0 {
		return ""
	}
	return time.UnixMilli(atMS).In(zoneOf(zone)).Format("15:04")
}

// lisbon is the zone where a branch states none.
const lisbon = "Europe/Lisbon"

// link is where a telephone follows the ticket of a request; empty if the branch told of no such place.
func (o *offers) link(request string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.offer == nil {
		return ""
	}
	link := wire.TicketLink(o.offer.Branch.Public, request)
	if len(link) > printers.MaxQR {
		return ""
	}
	return link
}

// zone is the branch's time zone.
func (o *offers) zone() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.offer == nil || o.offer.Branch.Zone == "" {
		return lisbon
	}
	return o.offer.Branch.Zone
}

// ticketFor is the number of a request as the path shows it.
func (o *offers) ticketFor(t wire.Ticket, request string) flow.Ticket {
	zone := o.zone()
	return flow.Ticket{
		Link: o.link(request),
		Slot: hourOf(t.SlotMS, zone), Number: t.Number, Service: t.Service, Place: t.Place, AtMS: t.IssuedMS, Ahead: t.Ahead,
		Wait: rangeFor(t.Wait), Alone: t.Alone, Nameless: t.Slip, Class: flow.Text(t.ClassText), Then: t.Then,
	}
}

func rangeFor(r wire.Range) flow.Range {
	return flow.Range{Low: r.Low, High: r.High, Next: r.Next, Over: r.Over()}
}

// path is what the branch offers as the path of this kiosk shows it.
func (o *offers) path(offer wire.Offer) flow.Offer {
	f := offerFor(offer)
	for _, name := range offer.Branch.Paper {
		if name != o.app.cfg.Node {
			f.Paper = append(f.Paper, name)
		}
	}
	return f
}

// offerFor is what the branch offers as the path shows it.
func offerFor(o wire.Offer) flow.Offer {
	f := flow.Offer{Branch: o.Branch.Name, Zone: o.Branch.Zone, Open: o.Branch.Open, Greeting: o.Branch.Greeting}
	f.ID, f.Bookings = o.Branch.ID, o.Branch.Bookings
	f.Door = flow.Door{
		State: o.Branch.State, Why: flow.Text(o.Branch.Why), Next: flow.Text(o.Branch.Next),
		Elsewhere: flow.Text(o.Branch.Elsewhere), Book: flow.Text(o.Branch.Book),
	}
	if said := o.Branch.Feedback; said != nil {
		f.Feedback = flow.Feedback{Book: flow.Text(said.Book), Address: said.Address}
	}
	for _, line := range o.Branch.Hours {
		f.Door.Hours = append(f.Door.Hours, flow.Text(line))
	}
	for _, b := range o.Bodies {
		f.Bodies = append(f.Bodies, flow.Body{ID: b.ID, Short: b.Short, Name: flow.Text(b.Name), Icon: b.Icon})
	}
	for _, s := range o.Services {
		f.Services = append(f.Services, flow.Service{
			ID: s.ID, Body: s.Body, Name: flow.Text(s.Name), Help: flow.Text(s.Help), Icon: s.Icon, Also: s.Also,
			Collection: s.Group == "collection", Popular: s.Popular, Place: s.Place, State: flow.ServiceState(s.State),
			Why: flow.Text(s.Why), Next: flow.Text(s.Next), Waiting: s.Waiting, Wait: rangeFor(s.Wait),
		})
	}
	return f
}

// stripCalls is how many of the last calls the strip is given; a board tells more of them.
const stripCalls = 12

// callsFor is the strip of last calls as the path shows it, newest first.
func callsFor(b wire.Board) []flow.Call {
	var calls []flow.Call
	for _, c := range b.Calls[:min(len(b.Calls), stripCalls)] {
		calls = append(calls, flow.Call{Number: c.Number, Counter: c.Counter})
	}
	return calls
}
