package flow

// Offer is what the branch offers now.
type Offer struct {
	ID       string // L901
	Branch   string // Loja de Cidadão Demonstração
	Zone     string // IANA name of its time zone, for the clock on the screen
	Open     bool
	Greeting bool // cards may be used to greet
	Bookings bool // there is a check-in for those who booked
	Bodies   []Body
	Services []Service // most asked for first
	Paper    []string  // other kiosks of the branch that can print, by name
	Feedback Feedback  // where citizens complain and praise
	Door     Door      // why there are no numbers at all, where there are none
}

// Text is one thing said in several languages, by language code; "pt" is
// always there.
type Text map[string]string

// In is the text in a language, or in Portuguese where it has none.
func (t Text) In(lang string) string {
	if s := t[lang]; s != "" {
		return s
	}
	return t["pt"]
}

// foreign is the language in which a text stands where it has none of the one that is asked for; empty otherwise.
func (t Text) foreign(lang string) string {
	if t[lang] == "" && t["pt"] != "" {
		return "pt"
	}
	return ""
}

// Body is an organisation present in the branch.
type Body struct {
	ID    string
	Short string
	Name  Text
	Icon  string
}

// full is the body's short and long name; once where they are the same.
func (b Body) full(lang string) string {
	name := b.Name.In(lang)
	if b.Short == "" || b.Short == name || b.Short == b.Name["pt"] {
		return name
	}
	return b.Short + " " + name
}

// ServiceState says whether a number can be had.
type ServiceState string

// The states of a service.
const (
	Open      ServiceState = "open"
	SoldOut   ServiceState = "sold_out"
	Suspended ServiceState = "suspended"
	Closed    ServiceState = "closed"
)

// Service is one thing a citizen comes for.
type Service struct {
	ID         string
	Body       string
	Name, Help Text
	Icon       string
	Also       []string // what else people call it, in any language
	Collection bool     // fetching something that was asked for before
	Popular    bool
	Place      string
	State      ServiceState
	Why, Next  Text // why no number can be had, and what to do instead; empty has our own words
	Waiting    int  // people waiting; negative when unknown
	Wait       Range
}

func (o Offer) service(id string) (Service, bool) {
	for _, s := range o.Services {
		if s.ID == id {
			return s, true
		}
	}
	return Service{}, false
}

func (o Offer) body(id string) (Body, bool) {
	for _, b := range o.Bodies {
		if b.ID == id {
			return b, true
		}
	}
	return Body{}, false
}

// popular is the services of the first screen: those marked so, or simply the
// first ones when none is.
func (o Offer) popular() []Service {
	var list []Service
	for _, s := range o.Services {
		if s.Popular {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		return o.Services
	}
	return list
}

func (o Offer) of(body string) []Service {
	var list []Service
	for _, s := range o.Services {
		if s.Body == body {
			list = append(list, s)
		}
	}
	return list
}
