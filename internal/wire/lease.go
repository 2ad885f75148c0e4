package wire

import (
	"encoding/json"

	"balcao/internal/queue"
)

// TypeTicketAlone is the fact that a kiosk gave a number of its lease, because the branch was silent (sync-protocol
// §7.2). It supersedes the request of the same name.
const TypeTicketAlone = "ticket.alone"

// AloneFact is the body of ticket.alone.
type AloneFact struct {
	Request string `json:"req"` // the request that it supersedes
	Boot    string `json:"boot,omitempty"`
	Service string `json:"svc"`
	Class   string `json:"class"`
	Lang    string `json:"lang,omitempty"`
	Day     string `json:"day"`
	Prefix  string `json:"p"`
	N       int    `json:"n"`

	Then []string `json:"then,omitempty"` // services after the first, in order
}

// KindLease marks a LeaseRequest among the questions of a node.
const KindLease = "lease"

// LeaseRequest asks the branch for numbers that the kiosk may give out by itself (up/req). It says what the kiosk
// holds; the branch adds where that is not enough.
type LeaseRequest struct {
	Kind  string        `json:"kind"`  // KindLease
	Epoch uint64        `json:"epoch"` // of the kiosk's memory
	Hold  []LeasedRange `json:"hold"`
}

// LeaseReply answers a LeaseRequest (dn/rsp) with every range that is the kiosk's.
type LeaseReply struct {
	Ranges []LeasedRange `json:"ranges"`
	// Seal is the same reply without this field, signed by the branch for this kiosk and this question; a kiosk with an
	// identity believes nothing else. Absent where the installation has no certificates.
	Seal json.RawMessage `json:"seal,omitempty"`
}

// Services reads the names of services that a message lists; nil for none.
func Services(names []string) []queue.ServiceID {
	var all []queue.ServiceID
	for _, n := range names {
		all = append(all, queue.ServiceID(n))
	}
	return all
}

// NumberText is a number as tickets say it.
func NumberText(prefix string, n int) string { return queue.Number{Prefix: prefix, N: n}.String() }

// LeasedRange is a range of numbers of one division and Day. Left, in a request, is how many of them are unused.
type LeasedRange struct {
	Day      string `json:"day"`
	Division string `json:"div"`
	Prefix   string `json:"p,omitempty"`
	From     int    `json:"from"`
	To       int    `json:"to"`
	Left     int    `json:"left,omitempty"`
}
