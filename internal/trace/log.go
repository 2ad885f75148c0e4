package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Event is one line of an observable log: what a branch sees. Times are whole seconds since local midnight.
type Event struct {
	Kind    string `json:"e"` // one of the kinds below
	At      int64  `json:"t"`
	Ticket  int    `json:"id,omitempty"`
	Counter int    `json:"ctr,omitempty"`
	Service *int   `json:"svc,omitempty"` // of an issue or a transfer
	Law     int    `json:"pr,omitempty"`  // 1 for priority by law
	Slot    int64  `json:"slot,omitempty"`
}

// Kinds of event in a log.
const (
	Issue    = "issue"
	Call     = "call"
	NoShow   = "noshow"
	End      = "end"
	Transfer = "xfer"
	Up       = "up"
	Down     = "down"
)

// ParseLog reads the events of an observable log; its opening lines are passed over.
func ParseLog(raw []byte) ([]Event, error) {
	var events []Event
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var e Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("line %d: %w: %w", n, ErrMalformed, err)
		}
		if e.Kind != "" {
			events = append(events, e)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return events, nil
}

// hidden are the fields of opening lines that no branch could know.
var hidden = []string{"off", "speed"}

// WriteLog writes an observable log: the opening lines of the day without hidden fields, then events.
func (d Day) WriteLog(w io.Writer, events []Event) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	for _, raw := range d.opening {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(raw, &fields); err != nil {
			return fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		for _, f := range hidden {
			delete(fields, f)
		}
		if _, seeded := fields["seed"]; seeded {
			fields["seed"] = json.RawMessage("0")
		}
		if err := enc.Encode(fields); err != nil {
			return fmt.Errorf("write the opening lines: %w", err)
		}
	}
	for _, e := range events {
		if err := enc.Encode(e); err != nil {
			return fmt.Errorf("write an event: %w", err)
		}
	}
	return out.Flush()
}
