package wire

import (
	"encoding/json"
	"fmt"
)

// Presence is what a birth or a death says about a node.
type Presence string

// The states of a status message. Lost is only ever published by the broker as
// the connection's will.
const (
	Online  Presence = "online"
	Lost    Presence = "lost"
	Offline Presence = "offline"
)

// StatusMessage is the retained birth or death of a node or of a parent. A
// death counts only when its Boot and Conn are those of the last birth.
type StatusMessage struct {
	State Presence `json:"s"`
	// Boot is random for each start of the process.
	Boot string `json:"boot"`
	// Conn is random for each connection to the broker.
	Conn string `json:"conn"`
	// Epoch is the node's current epoch; absent for a parent.
	Epoch uint64 `json:"epoch,omitempty"`
	// Software is the version of the program.
	Software string `json:"sw,omitempty"`
	// Incarnation names a parent's state; absent for a node.
	Incarnation string `json:"inc,omitempty"`
}

// HelloMessage tells a parent what a node's log holds.
type HelloMessage struct {
	Epoch uint64 `json:"e"`
	// First and Last are the sequences held; First is Last+1 when none is.
	First uint64 `json:"f"`
	Last  uint64 `json:"l"`
	// Head is the chain's hash after Last.
	Head Hash   `json:"hh"`
	Boot string `json:"boot"`
	Conn string `json:"conn"`
	// Software and Config are the versions of program and configuration.
	Software string `json:"sw,omitempty"`
	Config   string `json:"cfg,omitempty"`
	// ProtocolMin and ProtocolMax are the protocol versions understood; the
	// parent answers with the highest it has in common.
	ProtocolMin int `json:"pmin"`
	ProtocolMax int `json:"pmax"`
	// TS is the node's clock in Unix milliseconds, CQ its quality.
	TS int64        `json:"ts"`
	CQ ClockQuality `json:"cq,omitempty"`
	// Base is what a log that was compacted begins after; nil where it begins at 1.
	Base *Base `json:"b,omitempty"`
}

// Ack tells a node how far its parent has committed.
type Ack struct {
	Epoch uint64 `json:"e"`
	// HWM is the last sequence that is in the parent's durable store.
	HWM uint64 `json:"h"`
	// Head is the chain's hash after HWM as the parent computed it.
	Head Hash `json:"hh"`
	// Credit is how many batches may be on their way at once.
	Credit int `json:"cr"`
	// Incarnation names the parent's state; a new one may know less.
	Incarnation string `json:"inc"`
	// Time is the parent's clock in Unix milliseconds.
	Time int64 `json:"t"`
	// Gap means that a batch came after records that did not: go back.
	Gap bool `json:"g,omitempty"`
	// Quarantined means that this epoch was found to have two contents and
	// that no more of it is taken in.
	Quarantined bool `json:"q,omitempty"`
	// Renew comes with Quarantined once an operator has lifted it: the node
	// begins a new epoch, and this one stays as it is for ever.
	Renew bool `json:"n,omitempty"`
	// Protocol is the version that the two agreed on in the last hello; 0 from
	// a parent that knows version 1 alone, and before any hello.
	Protocol int `json:"p,omitempty"`
	// Refused means that the two have no version in common and that nothing of
	// this node's log is taken in. Quarantined is set with it, because programs
	// that know no refusal stop sending for that.
	Refused Refusal `json:"x,omitempty"`
	// ProtocolMin and ProtocolMax are what the parent speaks; 0 from one of
	// version 1.
	ProtocolMin int `json:"pmin,omitempty"`
	ProtocolMax int `json:"pmax,omitempty"`
}

// Versions returns the versions that a node's hello names.
func (h HelloMessage) Versions() Versions { return Versions{Min: h.ProtocolMin, Max: h.ProtocolMax} }

// Versions returns the versions that the parent says it speaks.
func (a Ack) Versions() Versions { return Versions{Min: a.ProtocolMin, Max: a.ProtocolMax} }

// Sample is the envelope of live figures and of health: last value wins.
type Sample struct {
	// TS is the node's clock in Unix milliseconds.
	TS int64 `json:"ts"`
	// Unsent is how many events of the node's log the parent lacks.
	Unsent uint64          `json:"unsent"`
	Data   json.RawMessage `json:"d"`
}

// Request is a node's question to its parent. The same question, asked again,
// carries the same ID; whoever answers makes it happen once.
type Request struct {
	ID string `json:"id"`
	// TTL is how many milliseconds the node will wait from now.
	TTL  int64           `json:"ttl"`
	Data json.RawMessage `json:"d"`
}

// Reply is a parent's answer to the Request with the same ID.
type Reply struct {
	ID   string          `json:"id"`
	Data json.RawMessage `json:"d"`
}

// SessionMessage is any of the JSON messages of this file.
type SessionMessage interface {
	StatusMessage | HelloMessage | Ack | Sample | Request | Reply
}

// Encode returns a message as JSON.
func Encode[M SessionMessage](m M) ([]byte, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", m, err)
	}
	if len(b) > MaxPayload {
		return nil, fmt.Errorf("encode %T: %w: %d bytes", m, ErrTooLarge, len(b))
	}
	return b, nil
}

// Decode reads a message from JSON and checks it. Fields it does not know are
// accepted.
func Decode[M SessionMessage](payload []byte) (M, error) {
	var m M
	if len(payload) > MaxPayload {
		return m, fmt.Errorf("decode %T: %w: %d bytes", m, ErrTooLarge, len(payload))
	}
	if err := json.Unmarshal(payload, &m); err != nil {
		return m, fmt.Errorf("decode %T: %w: %w", m, ErrMalformed, err)
	}
	if err := check(m); err != nil {
		return m, fmt.Errorf("decode %T: %w", m, err)
	}
	return m, nil
}

// maxToken bounds ids and versions that come from outside.
const maxToken = 128

func check[M SessionMessage](m M) error {
	switch m := any(m).(type) {
	case StatusMessage:
		if m.State != Online && m.State != Lost && m.State != Offline {
			return fmt.Errorf("%w: unknown state", ErrMalformed)
		}
		return checkTokens(m.Boot, m.Conn, m.Software, m.Incarnation)
	case HelloMessage:
		if m.Epoch == 0 || m.First == 0 || m.First > m.Last+1 {
			return fmt.Errorf("%w: epoch or range", ErrMalformed)
		}
		if err := m.Base.check(m.First); err != nil {
			return err
		}
		if err := m.Versions().check(); err != nil {
			return err
		}
		return checkTokens(m.Boot, m.Conn, m.Software, m.Config)
	case Ack:
		if m.Epoch == 0 || m.Credit < 0 || m.Protocol < 0 || m.Protocol > maxVersion {
			return fmt.Errorf("%w: epoch, credit or version", ErrMalformed)
		}
		if err := m.Versions().check(); err != nil {
			return err
		}
		return checkTokens(m.Incarnation, string(m.Refused))
	case Request:
		if m.ID == "" || m.TTL < 0 {
			return fmt.Errorf("%w: id or deadline", ErrMalformed)
		}
		return checkTokens(m.ID)
	case Reply:
		if m.ID == "" {
			return fmt.Errorf("%w: no id", ErrMalformed)
		}
		return checkTokens(m.ID)
	}
	return nil
}

func checkTokens(tokens ...string) error {
	for _, t := range tokens {
		if len(t) > maxToken {
			return fmt.Errorf("%w: a name of %d bytes", ErrTooLarge, len(t))
		}
	}
	return nil
}
