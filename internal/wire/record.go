package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// Limits of the log's encoding (sync-protocol §5).
const (
	// MaxEvent is the most bytes one encoded event may have.
	MaxEvent = 8 << 10
	// MaxBatchEvents is the most events of one batch.
	MaxBatchEvents = 100
	// MaxBatchBytes is the most bytes of one batch's events, line ends
	// included, before compression.
	MaxBatchBytes = 64 << 10
	// MaxPayload is the most bytes of any MQTT payload.
	MaxPayload = 256 << 10
)

// Errors of the decoders. They are wrapped with what was being read, never
// with its content.
var (
	// ErrTooLarge means that a limit of this package is exceeded.
	ErrTooLarge = errors.New("too large")
	// ErrMalformed means that bytes are not what they should be.
	ErrMalformed = errors.New("malformed")
)

// ClockQuality says how far an event's time can be trusted.
type ClockQuality string

// The clock qualities of sync-protocol §5.
const (
	ClockOK    ClockQuality = "ok"
	ClockDrift ClockQuality = "drift"
	ClockUnset ClockQuality = "unset"
)

// Via names the record of another node's log from which an event was written.
type Via struct {
	Node  NodeID `json:"n"`
	Epoch uint64 `json:"e"`
	Seq   uint64 `json:"s"`
}

// Event is one entry of a node's log. Its encoded bytes are stored, hashed and
// sent verbatim; nobody encodes a received event again.
type Event struct {
	// Seq counts from 1 without gaps inside an epoch.
	Seq uint64 `json:"s"`
	// ID is the ULID that the fact keeps wherever it is told again.
	ID string `json:"id"`
	// Type is for example "ticket.issued"; Version is that type's version.
	Type    string `json:"t"`
	Version int    `json:"v"`
	// TS is the writer's wall clock in Unix milliseconds, never corrected.
	TS int64 `json:"ts"`
	// Up is milliseconds since the writer's machine started.
	Up int64 `json:"up"`
	// CQ is the quality of TS.
	CQ ClockQuality `json:"cq"`
	// Via is set where the event re-tells a fact of another node's log.
	Via *Via `json:"via,omitempty"`
	// Data is the body; it never holds personal data.
	Data json.RawMessage `json:"d,omitempty"`
}

// EncodeEvent returns the one line of JSON that is stored, hashed and sent.
func EncodeEvent(e Event) ([]byte, error) {
	raw, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode event %s: %w", e.Type, err)
	}
	if len(raw) > MaxEvent {
		return nil, fmt.Errorf("encode event %s: %w: %d bytes", e.Type, ErrTooLarge, len(raw))
	}
	return raw, nil
}

// DecodeEvent reads one stored event. Fields it does not know are accepted. Data may share the bytes of raw.
func DecodeEvent(raw []byte) (Event, error) {
	if len(raw) > MaxEvent {
		return Event{}, fmt.Errorf("decode event: %w: %d bytes", ErrTooLarge, len(raw))
	}
	var e Event
	if seen, ok := scanEvent(raw); ok {
		e = seen.event()
	} else if err := json.Unmarshal(raw, &e); err != nil {
		return Event{}, fmt.Errorf("decode event: %w: %w", ErrMalformed, err)
	}
	if e.Seq == 0 || e.Type == "" || e.Version < 1 {
		return Event{}, fmt.Errorf("decode event: %w: sequence, type or version missing", ErrMalformed)
	}
	return e, nil
}

// Record is one event of a log as its sequence number and its stored bytes.
type Record struct {
	Seq uint64
	Raw []byte
}

// Hash is a point of a log's hash chain; the zero Hash stands before the first
// record. In JSON it is 64 hexadecimal digits, or "" for the zero Hash.
type Hash [sha256.Size]byte

// Next returns the chain's hash after one more record (invariant I9):
// h(n) = SHA-256(h(n-1) ‖ be64(n) ‖ SHA-256(raw)).
func (h Hash) Next(r Record) Hash {
	body := sha256.Sum256(r.Raw)
	var buf [sha256.Size + 8 + sha256.Size]byte
	copy(buf[:], h[:])
	binary.BigEndian.PutUint64(buf[sha256.Size:], r.Seq)
	copy(buf[sha256.Size+8:], body[:])
	return sha256.Sum256(buf[:])
}

// Chain returns the chain's hash after several more records.
func (h Hash) Chain(records []Record) Hash {
	for _, r := range records {
		h = h.Next(r)
	}
	return h
}

// String returns the hexadecimal digits, or "" for the zero Hash.
func (h Hash) String() string {
	if h == (Hash{}) {
		return ""
	}
	return hex.EncodeToString(h[:])
}

// MarshalText implements encoding.TextMarshaler.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hash) UnmarshalText(text []byte) error {
	*h = Hash{}
	if len(text) == 0 {
		return nil
	}
	if len(text) != 2*sha256.Size {
		return fmt.Errorf("read hash: %w", ErrMalformed)
	}
	if _, err := hex.Decode(h[:], text); err != nil {
		return fmt.Errorf("read hash: %w", ErrMalformed)
	}
	return nil
}

// Batch is a run of consecutive records of one node's epoch. Prev is the
// chain's hash before the first of them.
type Batch struct {
	Node    NodeID
	Epoch   uint64
	Prev    Hash
	Records []Record
}

// First returns the sequence of the first record, 0 for an empty batch.
func (b Batch) First() uint64 {
	if len(b.Records) == 0 {
		return 0
	}
	return b.Records[0].Seq
}

// Last returns the sequence of the last record, 0 for an empty batch.
func (b Batch) Last() uint64 {
	if len(b.Records) == 0 {
		return 0
	}
	return b.Records[len(b.Records)-1].Seq
}

type batchHeader struct {
	Kind  string `json:"k"`
	Node  NodeID `json:"n"`
	Epoch uint64 `json:"e"`
	First uint64 `json:"f"`
	Count int    `json:"c"`
	Prev  Hash   `json:"hh"`
}

// EncodeBatch returns the batch as NDJSON: a header line, then every record's
// stored bytes verbatim, each ended by a line feed. It compresses nothing; see
// Codec.Pack.
func EncodeBatch(b Batch) ([]byte, error) {
	if err := b.check(); err != nil {
		return nil, fmt.Errorf("encode batch of %s: %w", b.Node, err)
	}
	head, err := json.Marshal(batchHeader{
		Kind: "log", Node: b.Node, Epoch: b.Epoch, First: b.First(), Count: len(b.Records), Prev: b.Prev,
	})
	if err != nil {
		return nil, fmt.Errorf("encode batch of %s: %w", b.Node, err)
	}
	out := append(make([]byte, 0, len(head)+1+b.size()), head...)
	out = append(out, '\n')
	for _, r := range b.Records {
		out = append(out, r.Raw...)
		out = append(out, '\n')
	}
	return out, nil
}

func (b Batch) size() int {
	n := 0
	for _, r := range b.Records {
		n += len(r.Raw) + 1
	}
	return n
}

func (b Batch) check() error {
	if !b.Node.Valid() {
		return ErrNodeID
	}
	if b.Epoch == 0 || len(b.Records) == 0 || b.First() == 0 {
		return fmt.Errorf("%w: no epoch or no records", ErrMalformed)
	}
	if len(b.Records) > MaxBatchEvents || b.size() > MaxBatchBytes {
		return fmt.Errorf("%w: %d events, %d bytes", ErrTooLarge, len(b.Records), b.size())
	}
	for i, r := range b.Records {
		if r.Seq != b.First()+uint64(i) {
			return fmt.Errorf("%w: sequence jumps at record %d", ErrMalformed, i)
		}
		if len(r.Raw) > MaxEvent {
			return fmt.Errorf("%w: record %d", ErrTooLarge, r.Seq)
		}
		if bytes.IndexByte(r.Raw, '\n') >= 0 {
			return fmt.Errorf("%w: record %d holds a line end", ErrMalformed, r.Seq)
		}
	}
	return nil
}

// DecodeBatch reads an uncompressed batch. It checks the limits, that the
// records are consecutive, and that each carries the sequence it stands for;
// the hash chain is the receiver's to verify. The records share the bytes of
// payload.
func DecodeBatch(payload []byte) (Batch, error) {
	line, rest, ok := bytes.Cut(payload, []byte{'\n'})
	if !ok || len(line) > MaxEvent {
		return Batch{}, fmt.Errorf("decode batch: %w: no header", ErrMalformed)
	}
	var head batchHeader
	if err := json.Unmarshal(line, &head); err != nil {
		return Batch{}, fmt.Errorf("decode batch header: %w: %w", ErrMalformed, err)
	}
	if head.Kind != "log" || head.Count < 1 {
		return Batch{}, fmt.Errorf("decode batch header: %w", ErrMalformed)
	}
	if head.Count > MaxBatchEvents || len(rest) > MaxBatchBytes {
		return Batch{}, fmt.Errorf("decode batch: %w: %d events, %d bytes", ErrTooLarge, head.Count, len(rest))
	}
	b := Batch{Node: head.Node, Epoch: head.Epoch, Prev: head.Prev, Records: make([]Record, 0, head.Count)}
	for i := range head.Count {
		raw, after, ok := bytes.Cut(rest, []byte{'\n'})
		if !ok {
			return Batch{}, fmt.Errorf("decode batch: %w: %d records of %d", ErrMalformed, i, head.Count)
		}
		rest = after
		r := Record{Seq: head.First + uint64(i), Raw: raw}
		if err := r.check(); err != nil {
			return Batch{}, fmt.Errorf("decode batch: %w", err)
		}
		b.Records = append(b.Records, r)
	}
	if len(rest) > 0 {
		return Batch{}, fmt.Errorf("decode batch: %w: bytes after the last record", ErrMalformed)
	}
	if err := b.check(); err != nil {
		return Batch{}, fmt.Errorf("decode batch: %w", err)
	}
	return b, nil
}

// check reads only the sequence, so that event types and fields of other
// versions pass.
func (r Record) check() error {
	if len(r.Raw) > MaxEvent {
		return fmt.Errorf("record %d: %w", r.Seq, ErrTooLarge)
	}
	var head struct {
		Seq uint64 `json:"s"`
	}
	if seen, ok := scanEvent(r.Raw); ok {
		head.Seq = seen.seq
	} else if err := json.Unmarshal(r.Raw, &head); err != nil {
		return fmt.Errorf("record %d: %w: %w", r.Seq, ErrMalformed, err)
	}
	if head.Seq != r.Seq {
		return fmt.Errorf("record %d: %w: it says it is %d", r.Seq, ErrMalformed, head.Seq)
	}
	return nil
}
