package wire

import "balcao/internal/slip"

// SlipLayout is what stands on the slips of a branch (_site/slip, retained): kiosks print by it from the next slip on.
type SlipLayout struct {
	Hash   string      `json:"hash"`
	Layout slip.Layout `json:"layout"`
}

// SlipTest asks a kiosk to print a slip that is no ticket, by a layout that need not be published.
type SlipTest struct {
	Layout slip.Layout `json:"layout"`
	Lang   string      `json:"lang,omitempty"`
	Large  bool        `json:"large,omitempty"`

	// The words of the slip, from the branch's description.
	Branch  string `json:"branch"`
	Body    string `json:"body"`
	Service string `json:"svc"`
	Place   string `json:"place,omitempty"`
}

// SlipTested is what became of the last such slip, in a kiosk's health. Result is empty while it is being printed.
type SlipTested struct {
	ID     string `json:"id"`               // of the order
	Result string `json:"result,omitempty"` // printed, failed or unknown
	Reason string `json:"reason,omitempty"` // as devices say it
	Weak   bool   `json:"weak,omitempty"`   // the printer does not prove that paper came out
}
