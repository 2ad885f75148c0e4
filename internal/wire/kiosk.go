package wire

import "strings"

// Types of the facts a kiosk or callboard box writes into its own log.
const (
	TypeNodeStarted     = "node.started"
	TypeNodeStopped     = "node.stopped"
	TypeNodeAmnesia     = "node.amnesia" // the log was put back from an old copy, and a new one begun
	TypeTicketRequested = "ticket.requested"
	TypePrintStarted    = "print.started"
	TypeTicketPrinted   = "ticket.printed"
	TypeTicketFailed    = "ticket.print_failed"
	TypeTicketUnknown   = "ticket.print_unknown"
	TypeTicketAccepted  = "ticket.accepted"
	TypeTicketAbandoned = "ticket.abandoned"
	TypePrinterState    = "printer.state"
	TypeDeviceFault     = "device.fault"
	TypeDeviceRecovered = "device.recovered"
	TypeClockStep       = "node.clock_step" // the clock was set, or the machine's jumped and was not followed
	TypeSlipTaken       = "slip.taken"      // somebody took the slip out of the printer's mouth
	TypeSlipRetracted   = "slip.retracted"  // nobody did, and the printer drew it back
)

// TicketFact is the body of every ticket fact of a kiosk: what happened to one request. Fields that a type does not
// use are empty.
type TicketFact struct {
	Request  string `json:"req"`
	Service  string `json:"svc,omitempty"`
	Class    string `json:"class,omitempty"`
	Lang     string `json:"lang,omitempty"`
	Ticket   string `json:"tk,omitempty"`
	Cause    string `json:"cause,omitempty"`
	Millis   int64  `json:"ms,omitempty"`
	Boot     string `json:"boot,omitempty"`
	Attempts int    `json:"n,omitempty"`
	Day      string `json:"day,omitempty"` // of the number, with print.started

	Then []string `json:"then,omitempty"` // services after the first, in order
}

// DeviceFact is the body of printer.state, device.fault and device.recovered: one device of a node and how it is.
type DeviceFact struct {
	Device string `json:"dev"`             // printer, reader, sound, screen
	State  string `json:"state,omitempty"` // a code such as ready, paper_out, near_end, absent
}

// SlipFact is the body of slip.taken and slip.retracted: the paper of one ticket.
type SlipFact struct {
	Request string `json:"req"`
	Ticket  string `json:"tk,omitempty"`
}

// NodeFact is the body of node.started and node.stopped.
type NodeFact struct {
	Boot     string `json:"boot"`
	Software string `json:"sw,omitempty"`
}

// AmnesiaFact is the body of node.amnesia: which epoch ended, how far the node still had it, and how far its parent.
type AmnesiaFact struct {
	Epoch uint64 `json:"old_epoch"`
	Last  uint64 `json:"my_last"`
	HWM   uint64 `json:"parent_hwm"`
	Fork  bool   `json:"fork,omitempty"` // nothing was lost: the parent held other records under the same numbers
}

// TicketRequest asks the branch for a number (up/req, kind ticket). The same Request asked again gets the same answer.
type TicketRequest struct {
	Request string `json:"req"`
	Boot    string `json:"boot"`
	Service string `json:"svc"`
	Class   string `json:"class"`
	Lang    string `json:"lang"`

	CheckIn *CheckIn `json:"checkin,omitempty"` // of a booking, in place of a service
	Then    []string `json:"then,omitempty"`    // services of the same visit after the first, in order
}

// Refusal codes of a TicketReply; each has a text and a next step on the kiosk's screen.
const (
	RefusedSoldOut        = "sold_out"
	RefusedClosed         = "closed"
	RefusedSuspended      = "suspended"
	RefusedFull           = "full"
	RefusedUnknownService = "unknown_service"
	RefusedInvalid        = "invalid"
	RefusedSettled        = "settled" // the request ended before: printed, accepted or void
	RefusedUnavailable    = "unavailable"
	RefusedUnable         = "unable" // the branch can give no tickets now: no room on its disk, or its clock is not set
)

// TicketReply answers a TicketRequest (dn/rsp). Refused is a code, empty when a number was given.
type TicketReply struct {
	Request string  `json:"req"`
	Refused string  `json:"refused,omitempty"`
	Ticket  *Ticket `json:"ticket,omitempty"`
	Booked  *Booked `json:"booked,omitempty"` // of a check-in
}

// Ticket is what a slip or screen says about a number.
type Ticket struct {
	Number    string `json:"tk"`
	Day       string `json:"day"`
	Service   string `json:"svc"`
	Body      string `json:"body"`
	Class     string `json:"class"`
	ClassText Text   `json:"class_text,omitempty"` // what the class is called, where a branch or body made it; none for law, booked, walkin
	Place     string `json:"place,omitempty"`      // where to wait
	SlotMS    int64  `json:"slot,omitempty"`       // the booked time, Unix milliseconds; 0 is a walk-in
	IssuedMS  int64  `json:"at"`                   // Unix milliseconds
	Ahead     int    `json:"ahead"`                // people before this one; -1 unknown
	Wait      Range  `json:"wait"`
	Alone     bool   `json:"alone,omitempty"` // given by the kiosk itself
	Slip      bool   `json:"slip,omitempty"`  // without a number: Number is the name of the slip, see SlipName

	Then []string `json:"then,omitempty"` // services of the same visit still to come, in order
}

// Range is an estimate in whole minutes, rounded outward to five; both zero means unknown.
type Range struct {
	Low  int  `json:"lo"`
	High int  `json:"hi"`
	Next bool `json:"next,omitempty"` // nobody stands between them and the next free counter
}

// MostWait is the longest wait in minutes that people are told. Of a wait that may be longer they are told only that
// it is more than its lower end.
const MostWait = 90

// Known reports whether there is anything to tell.
func (r Range) Known() bool { return r.Next || r.High > 0 }

// Over reports whether the wait may pass MostWait, so that only «more than Low» is told.
func (r Range) Over() bool { return !r.Next && r.High > MostWait }

// MaxRequestID bounds the name of a request, in bytes.
const MaxRequestID = 64

// Language returns a language code as it is if it is one, else nothing: no free text of a kiosk enters a journal.
func Language(code string) string {
	if len(code) != 2 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return code
}

// Text is one thing said in each language, keyed by language code; pt is always there.
type Text map[string]string

// In returns the text in a language, or in Portuguese where that language has none.
func (t Text) In(lang string) string {
	if s := t[lang]; s != "" {
		return s
	}
	return t["pt"]
}

// States of an offered service.
const (
	OfferOpen      = "open"
	OfferSoldOut   = "sold_out"
	OfferSuspended = "suspended"
	OfferClosed    = "closed"
	OfferNotOpen   = "not_open" // later today
	OfferFull      = "full"     // too many people inside
)

// Offer is what a branch offers now (_site/offer, retained): everything a kiosk shows. It is replaced as a whole.
type Offer struct {
	Revision uint64         `json:"rev"`
	AtMS     int64          `json:"at"`
	Branch   OfferBranch    `json:"branch"`
	Bodies   []OfferBody    `json:"bodies"`
	Services []OfferService `json:"services"`
}

// OfferBranch names the branch.
type OfferBranch struct {
	ID       string `json:"id"`
	Name     string `json:"name"` // Loja de Cidadão Demonstração
	Zone     string `json:"zone"` // IANA time zone
	Day      string `json:"day"`
	Open     bool   `json:"open"`
	Greeting bool   `json:"greeting"`           // the card may be used to greet
	Bookings bool   `json:"bookings,omitempty"` // there is a check-in for those who booked

	State     string `json:"state,omitempty"` // why nothing is offered: closed, not_open or full; empty while something is
	Why       Text   `json:"why,omitempty"`
	Next      Text   `json:"next,omitempty"`    // when there are numbers again, as a sentence
	NextMS    int64  `json:"next_ms,omitempty"` // the same in Unix milliseconds
	Hours     []Text `json:"hours,omitempty"`   // the week's hours, a line each
	Elsewhere Text   `json:"elsewhere,omitempty"`
	Book      Text   `json:"book,omitempty"`

	Public   string         `json:"public,omitempty"`   // where telephones reach the branch, https://senhas.example.pt; empty for nowhere
	Paper    []string       `json:"paper,omitempty"`    // kiosks that are there and can print
	Feedback *OfferFeedback `json:"feedback,omitempty"` // where citizens complain and praise
}

// OfferFeedback says where citizens complain, praise and suggest.
type OfferFeedback struct {
	Book    Text   `json:"book"`              // what the book of paper is called
	Address string `json:"address,omitempty"` // on the Internet; empty is none
	Slip    bool   `json:"slip,omitempty"`    // slips say so too
}

// OfferBody is an organisation present in the branch.
type OfferBody struct {
	ID    string `json:"id"`
	Short string `json:"short"` // IRN
	Name  Text   `json:"name"`
	Icon  string `json:"icon"`
}

// OfferService is one choice of the kiosk.
type OfferService struct {
	ID      string   `json:"id"`
	Body    string   `json:"body"`
	Name    Text     `json:"name"`
	Help    Text     `json:"help"`
	Icon    string   `json:"icon"`
	Group   string   `json:"group,omitempty"` // request or collection
	Also    []string `json:"also,omitempty"`  // what else people call it, in any language
	Prefix  string   `json:"prefix"`
	Div     string   `json:"div,omitempty"` // its division
	Place   string   `json:"place,omitempty"`
	Popular bool     `json:"popular"`
	State   string   `json:"state"`
	Why     Text     `json:"why,omitempty"`     // why no number can be had
	Next    Text     `json:"next,omitempty"`    // what to do instead
	NextMS  int64    `json:"next_ms,omitempty"` // numbers are given again, in Unix milliseconds
	LastMS  int64    `json:"last_ms,omitempty"` // while they are given: until then, for a kiosk that is alone; 0 is no end
	Waiting int      `json:"waiting"`
	Wait    Range    `json:"wait"`
}

// Board is what callboards show (_site/board, retained). Only a higher (Epoch, Seq) replaces what is shown.
type Board struct {
	Epoch  uint64      `json:"e"`
	Seq    uint64      `json:"s"`
	AtMS   int64       `json:"at"`
	Branch string      `json:"branch"` // its name
	Day    string      `json:"day"`
	Open   bool        `json:"open"`
	Next   Text        `json:"next,omitempty"` // while it is closed: when it opens, as a sentence
	Calls  []BoardCall `json:"calls"`          // newest first
	Queues []BoardLine `json:"queues"`
	Zones  []BoardZone `json:"zones,omitempty"`
	Notes  []BoardNote `json:"notes,omitempty"`
}

// Beat says that the branch decides and publishes still (_site/beat, every two seconds, retained), and which board
// is the newest. A branch that hangs keeps its connections for as long as the broker's keep-alive; its beats stop at
// once.
type Beat struct {
	Epoch uint64 `json:"e"`
	Seq   uint64 `json:"s"`
	AtMS  int64  `json:"at"`
}

// BoardCall is one call on a board. ID is the same for a call and its recalls; Count tells them apart.
type BoardCall struct {
	ID      int    `json:"id"` // of the visit on its Day
	Seq     uint64 `json:"s"`
	Number  string `json:"tk"`
	Counter string `json:"counter"` // its label, Balcão 3
	Body    string `json:"body"`    // short name
	Say     bool   `json:"say"`     // name the body: the letter repeats in this branch
	Service string `json:"svc"`
	Lang    string `json:"lang,omitempty"`
	AtMS    int64  `json:"at"`
	Count   int    `json:"n"`
	BodyID  string `json:"b,omitempty"`
	Place   string `json:"place,omitempty"` // where its citizens wait
}

// BoardLine is the state of one body's queues on a board, of one place where a body's citizens wait in several.
type BoardLine struct {
	Body    string `json:"body"`
	BodyID  string `json:"b,omitempty"`
	Place   string `json:"place,omitempty"`
	Waiting int    `json:"waiting"`
	Wait    Range  `json:"wait"`
}

// Health is a node's sample of itself (up/health): last value wins, never part of the log.
type Health struct {
	Node     string            `json:"n"`
	Boot     string            `json:"boot"`
	Software string            `json:"sw"`
	AtMS     int64             `json:"at"`
	UpMS     int64             `json:"up"`
	Faces    []string          `json:"faces,omitempty"`
	Devices  map[string]string `json:"dev,omitempty"` // device → state code
	Unsent   uint64            `json:"unsent"`        // events not yet acknowledged
	Memory   uint64            `json:"rss,omitempty"` // resident bytes
	Models   []DeviceModel     `json:"models,omitempty"`
	Roll     *PaperRoll        `json:"roll,omitempty"` // of the printer; nil where nothing can be said
	Kiosks   []KioskHealth     `json:"kiosks,omitempty"`
	Call     string            `json:"call,omitempty"`    // who a citizen asked to come to the kiosk: help or interpreter
	CallMS   int64             `json:"call_ms,omitempty"` // when, in Unix milliseconds
	SlipTest *SlipTested       `json:"slip_test,omitempty"`
	Disk     *DiskHealth       `json:"disk,omitempty"`  // of the data folder
	Clock    *ClockHealth      `json:"clock,omitempty"` // nil from older nodes
	Cert     *Certificate      `json:"cert,omitempty"`  // by which the node is known; nil without one
	Config   *ConfigHealth     `json:"conf,omitempty"`  // of headquarters; nil from kiosks and older branches
	Commands *CommandHealth    `json:"cmd,omitempty"`   // of a branch that takes commands; nil from kiosks and older branches
	Later    int               `json:"later,omitempty"` // facts of its nodes that wait for a newer version of the branch's program
	Order    uint64            `json:"order,omitempty"` // the highest number of a sealed order that it believed
	Board    *BoardShown       `json:"board,omitempty"` // nil where no callboard is shown
}

// BoardShown is which board a callboard shows.
type BoardShown struct {
	Epoch   uint64 `json:"e"`
	Seq     uint64 `json:"s"`
	StaleMS int64  `json:"stale,omitempty"` // Unix milliseconds since when the branch has had a newer one; 0 while it is the newest
}

// Certificate is for how long a node's certificate holds.
type Certificate struct {
	FromMS  int64 `json:"from"`  // Unix milliseconds
	UntilMS int64 `json:"until"` // Unix milliseconds
}

// Who told what a device is.
const (
	FromDevice = "device" // it said so itself
	FromSystem = "system" // the operating system of its machine
	FromConfig = "config" // the configuration, as somebody read it off its label
)

// PaperRoll is the forecast of a printer's paper.
type PaperRoll struct {
	Left   int   `json:"left"`            // slips
	LastMS int64 `json:"until,omitempty"` // Unix milliseconds when it runs out at the pace of the last hour; 0 is not known
}

// DeviceModel is what a node knows of the make of one of its devices: what the device said of itself, and by which
// profile it is spoken to.
type DeviceModel struct {
	Device   string `json:"dev"` // printer, reader, touch, sound, callboard, led; kiosk is the whole machine
	Maker    string `json:"maker,omitempty"`
	Model    string `json:"model,omitempty"`
	Serial   string `json:"serial,omitempty"`
	Firmware string `json:"fw,omitempty"`
	Profile  string `json:"profile,omitempty"`
	Hash     string `json:"hash,omitempty"`  // SHA-256 of the profile as laid together for this firmware
	Other    string `json:"other,omitempty"` // the profile that would describe it, where another is configured
	Slip     string `json:"slip,omitempty"`  // SHA-256 of the layout of its slips, for printers
	From     string `json:"from,omitempty"`  // who told model and firmware: device, system or config; empty is not known
	Size     string `json:"size,omitempty"`  // of a screen in pixels, such as 1080x1920
}

// KioskHealth is what a branch tells headquarters of one of its nodes.
type KioskHealth struct {
	Node    string            `json:"n"`
	Online  bool              `json:"on"`
	SeenMS  int64             `json:"seen"`
	Faces   []string          `json:"faces,omitempty"`
	Devices map[string]string `json:"dev,omitempty"`
	Unsent  uint64            `json:"unsent"`
	Since   int64             `json:"since"` // online or gone since, Unix milliseconds
	Models  []DeviceModel     `json:"models,omitempty"`
	Roll    *PaperRoll        `json:"roll,omitempty"`
	Call    string            `json:"call,omitempty"` // as Health has it
	CallMS  int64             `json:"call_ms,omitempty"`
	// SlipTest is what became of the last slip that it printed for a test.
	SlipTest *SlipTested  `json:"slip_test,omitempty"`
	Disk     *DiskHealth  `json:"disk,omitempty"`
	Clock    *ClockHealth `json:"clock,omitempty"` // OffsetMS as the branch measured it
	Cert     *Certificate `json:"cert,omitempty"`
	Software string       `json:"sw,omitempty"` // version of its program
	// Protocol is the version spoken with it; 0 from older branches. Refused tells why none is: its log is not taken in.
	Protocol int         `json:"p,omitempty"`
	Refused  Refusal     `json:"x,omitempty"`
	Board    *BoardShown `json:"board,omitempty"`
}

// Live is a branch's figures of this second (up/live): last value wins, never part of the log.
type Live struct {
	Branch   string     `json:"branch"`
	Name     string     `json:"name"`
	AtMS     int64      `json:"at"`
	Day      string     `json:"day"`
	Open     bool       `json:"open"`
	Closed   bool       `json:"closed,omitempty"`  // by its hours: no numbers are given, those inside are served
	NextMS   int64      `json:"next_ms,omitempty"` // numbers are given again, in Unix milliseconds; 0 unknown
	Seq      uint64     `json:"s"`                 // the journal's last entry
	Waiting  int        `json:"waiting"`
	Called   int        `json:"called"`
	Serving  int        `json:"serving"`
	Issued   int        `json:"issued"`
	Finished int        `json:"finished"`
	NoShows  int        `json:"no_shows"`
	WaitAvg  int64      `json:"wait_avg"`           // seconds, of those called today
	WaitNow  int64      `json:"wait_now"`           // seconds, the longest wait of those waiting
	Counters int        `json:"counters"`           // open
	Unlawful int        `json:"unlawful,omitempty"` // others called between two calls of priority by law, against the law; 0 is none
	Queues   []LiveLine `json:"queues,omitempty"`
}

// LiveLine is one service's part of Live.
type LiveLine struct {
	Service string `json:"svc"`
	Body    string `json:"body"`
	Waiting int    `json:"waiting"`
	Longest int64  `json:"longest"` // seconds
}
