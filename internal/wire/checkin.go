package wire

// Ways in which a citizen with a booking is recognised.
const (
	ByCode = "code" // the code of the booking, typed or scanned
	ByCard = "card" // the document number of the Citizen Card, or its MultiPass token
)

// CheckIn is the part of a TicketRequest that stands for a booking: neither code nor document number, but its digest
// under the key of the day, which the kiosk has asked for by a KeyRequest. Service and Class of the request are empty.
type CheckIn struct {
	Day    string `json:"day"`
	By     string `json:"by"`
	Digest []byte `json:"digest"`
}

// Refusals of a check-in; each has a text and a next step on the kiosk's screen.
const (
	RefusedNoBooking = "no_booking" // of this branch
	RefusedTooEarly  = "too_early"  // see Booked.FromMS
	RefusedOtherDay  = "other_day"  // see Booked.SlotMS
	RefusedWithdrawn = "withdrawn"  // the booking was cancelled
	RefusedOver      = "over"       // its ticket was called and is over
	RefusedStaleKey  = "stale_key"  // the digest is of another day: ask for the key again
)

// Booked is what a reply to a check-in says of the booking. It names nobody.
type Booked struct {
	SlotMS  int64  `json:"slot"` // Unix milliseconds
	Service string `json:"svc"`
	FromMS  int64  `json:"from,omitempty"`  // when a check-in is taken, if it is too early
	Late    bool   `json:"late,omitempty"`  // came too late: the ticket is an ordinary one
	Again   bool   `json:"again,omitempty"` // was here before: the ticket is the one given then, of another request
}

// KindDayKey marks a KeyRequest among the requests of a node.
const KindDayKey = "day_key"

// KeyRequest asks the branch for the key of its present day (up/req), sealed for the owner of Public.
type KeyRequest struct {
	Kind    string `json:"kind"`
	Request string `json:"req"`
	Public  []byte `json:"pub"`
}

// KeyReply answers a KeyRequest (dn/rsp). Refused is a code, empty when a key was given.
type KeyReply struct {
	Request string `json:"req"`
	Refused string `json:"refused,omitempty"`
	Day     string `json:"day,omitempty"`
	Public  []byte `json:"pub,omitempty"`
	Sealed  []byte `json:"sealed,omitempty"`
}

// KeyPurpose binds a key that is handed over to its branch, day and node.
func KeyPurpose(node NodeID, day string) string {
	return string(node.Branch()) + " " + day + " " + string(node)
}
