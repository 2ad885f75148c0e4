package wire

import (
	"encoding/json"
	"fmt"
)

// KindOrder is what a sealed order is called.
const KindOrder = "order"

// Order is what a parent asks of one of its nodes (dn/cmd, sync-protocol §4). Where there are certificates and both speak
// version 2 it is sealed, and holds for that; else it holds because it came over the link: the access list lets nobody
// but the parent publish on that topic. The parent repeats an order until a fact of the node's log says what became of
// it, or its time is up; the node begins each ID once.
type Order struct {
	ID    string      `json:"id"`
	TTL   int64       `json:"ttl"`             // milliseconds from now; not begun afterwards
	Print *PrintOrder `json:"print,omitempty"` // the slip of a number
	Test  *SlipTest   `json:"test,omitempty"`  // a slip that is no ticket; what became of it stands in the node's health
	// Restart names the start of the node's program that is to end once nobody is at it, so that another one begins.
	Restart string `json:"restart,omitempty"`
}

// PrintOrder asks a kiosk to print the slip of a number that was given elsewhere in the branch, at reception. What
// becomes of it is told by the same facts as for a number asked for at the kiosk itself, under Request.
type PrintOrder struct {
	Request string `json:"req"`
	Lang    string `json:"lang,omitempty"`
	Ticket  Ticket `json:"ticket"`
}

// EncodeOrder returns an order as JSON.
func EncodeOrder(o Order) ([]byte, error) {
	b, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("encode order: %w", err)
	}
	return b, nil
}

// DecodeOrder reads an order and checks it. An order of a kind that this program does not know has neither Print, Test nor Restart; fields
// it does not know are accepted.
func DecodeOrder(payload []byte) (Order, error) {
	var o Order
	if len(payload) > MaxPayload {
		return o, fmt.Errorf("decode order: %w: %d bytes", ErrTooLarge, len(payload))
	}
	if err := json.Unmarshal(payload, &o); err != nil {
		return o, fmt.Errorf("decode order: %w: %w", ErrMalformed, err)
	}
	switch p := o.Print; {
	case o.ID == "" || len(o.ID) > maxToken || o.TTL < 0:
		return o, fmt.Errorf("decode order: %w: id or time", ErrMalformed)
	case p != nil && (p.Request == "" || len(p.Request) > MaxRequestID || p.Ticket.Number == ""):
		return o, fmt.Errorf("decode order: %w: a slip of nothing", ErrMalformed)
	}
	return o, nil
}
