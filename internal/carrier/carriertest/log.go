// Package carriertest holds what tests of a hop need beside real brokers: a
// log in memory, a ledger on SQLite that can be told to fail, and a cable that
// can be cut.
package carriertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"balcao/internal/carrier"
	"balcao/internal/wire"
)

// Log is a node's log in memory. It implements carrier.Source and
// carrier.EpochOpener and is safe for several goroutines.
type Log struct {
	mu     sync.Mutex
	epochs []epoch
	acked  uint64
}

type epoch struct {
	id      uint64
	gone    wire.Base // compacted up to here
	records []wire.Record
	heads   []wire.Hash
}

// NewLog returns an empty log of an epoch.
func NewLog(id uint64) *Log {
	return &Log{epochs: []epoch{{id: id, heads: []wire.Hash{{}}}}}
}

// Append writes events whose bodies say text and returns the last sequence.
func (l *Log) Append(n int, text string) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.append(n, "test.written", text)
}

func (l *Log) append(n int, kind, text string) uint64 {
	e := l.current()
	for range n {
		seq := uint64(len(e.records) + 1)
		body, err := json.Marshal(map[string]string{"text": text})
		if err != nil {
			panic(err) // a map of strings always encodes
		}
		raw, err := wire.EncodeEvent(wire.Event{
			Seq: seq, ID: fmt.Sprintf("01K%08d%015d", e.id, seq), Type: kind, Version: 1, TS: 1795305600123, CQ: wire.ClockOK,
			Data: body,
		})
		if err != nil {
			panic(err) // the text is a test's own
		}
		r := wire.Record{Seq: seq, Raw: raw}
		e.records = append(e.records, r)
		e.heads = append(e.heads, e.heads[seq-1].Next(r))
	}
	return uint64(len(e.records))
}

func (l *Log) current() *epoch { return &l.epochs[len(l.epochs)-1] }

// Forget makes the log as it was after n records, like a restored backup.
func (l *Log) Forget(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.current()
	e.records, e.heads = e.records[:n:n], e.heads[:n+1:n+1]
}

// Clone returns an independent copy, like that of a card.
func (l *Log) Clone() *Log {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := &Log{}
	for _, e := range l.epochs {
		c.epochs = append(c.epochs, epoch{id: e.id, records: slices.Clone(e.records), heads: slices.Clone(e.heads)})
	}
	return c
}

// Records returns the records of the present epoch.
func (l *Log) Records() (id uint64, records []wire.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current().id, slices.Clone(l.current().records)
}

// Acked returns what was last told to be acknowledged.
func (l *Log) Acked() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.acked
}

// Position implements carrier.Source.
func (l *Log) Position(context.Context) (id, first, last uint64, head wire.Hash, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.current()
	return e.id, e.gone.Seq + 1, uint64(len(e.records)), e.heads[len(e.records)], nil
}

// After implements carrier.Source.
func (l *Log) After(_ context.Context, seq uint64, maxEvents, maxBytes int) ([]wire.Record, wire.Hash, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.current()
	if seq > uint64(len(e.records)) || seq < e.gone.Seq {
		return nil, wire.Hash{}, errors.New("after the end")
	}
	var out []wire.Record
	for _, r := range e.records[seq:] {
		maxBytes -= len(r.Raw) + 1
		if len(out) == maxEvents || maxBytes < 0 && len(out) > 0 {
			break
		}
		out = append(out, r)
	}
	return out, e.heads[seq], nil
}

// Compact takes the first n records away.
func (l *Log) Compact(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.current()
	for _, r := range e.records[e.gone.Seq:n] {
		e.gone.Snapshot.Add("test.written", 1795305600123)
		e.gone.Seq, e.gone.Head = r.Seq, e.heads[r.Seq]
	}
}

// Base implements carrier.Compacted.
func (l *Log) Base(context.Context) (*wire.Base, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if base := l.current().gone; base.Seq > 0 {
		return &base, nil
	}
	return nil, nil
}

// Acknowledged implements carrier.Source.
func (l *Log) Acknowledged(_ context.Context, _, seq uint64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked = seq
	return nil
}

// OpenEpoch implements carrier.EpochOpener.
func (l *Log) OpenEpoch(_ context.Context, why carrier.Amnesia) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epochs = append(l.epochs, epoch{id: why.OldEpoch + 1, heads: []wire.Hash{{}}})
	l.append(1, "node.amnesia", fmt.Sprint(why.ParentHWM))
	return nil
}
