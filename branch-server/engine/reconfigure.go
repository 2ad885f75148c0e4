package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Publication is a new description of the branch on its way into force. What it says is a document that the journal
// keeps beside its entries; the queue needs the catalogue only.
type Publication struct {
	Version   int    // one more than the version in force
	Hash      string // SHA-256 of the document, hexadecimal
	Document  []byte
	Author    string // sign-in name
	Note      string // what the author says of it
	Draft     int    // revision of the draft that ends with it; 0 is none
	At        time.Time
	Catalogue queue.Catalogue

	Own   []byte        // the branch's own document underneath what headquarters decides; nil where nothing is decided
	Above *Above        // what headquarters decides, where that is what is published
	Also  []queue.Noted // facts that are true with it
}

// Above is a configuration of headquarters on its way into force.
type Above struct {
	Serial   uint64 // of the sealed statement it came in
	Number   int    // as people know it
	Hash     string // SHA-256 of the document, hexadecimal
	Document []byte
}

// ErrVersion means that another version was published meanwhile: whoever wished to publish must look at it first.
var ErrVersion = errors.New("another version was published meanwhile")

// FaultsError names what is wrong with a catalogue.
type FaultsError []string

// Error returns every fault in one line.
func (e FaultsError) Error() string { return strings.Join(e, "; ") }

// LeftError means that a publication would leave visits, counters or letters of the running Day behind.
type LeftError struct{ queue.Left }

// Error returns how much would be left behind, in short.
func (e LeftError) Error() string {
	return fmt.Sprintf("%d tickets, %d open counters and %d letters in use would be left behind",
		e.Tickets(), len(e.Counters), len(e.Letters))
}

// Reconfigure puts a new description into force in the middle of the Day: the document, the fact that marks its place
// in the journal and the answer are one commit; then inForce is called, with the engine still locked, so that nobody
// sees the Day under one description and names from another. It refuses with FaultsError, LeftError or ErrVersion, and
// then nothing has changed. The same key again returns the first answer, and does nothing.
func (e *Engine) Reconfigure(ctx context.Context, key string, p Publication, inForce func()) (Answer, error) {
	if faults := p.Catalogue.Faults(); len(faults) > 0 {
		return Answer{}, FaultsError(faults)
	}
	data, err := json.Marshal(wire.ConfigFact{Version: p.Version, Hash: p.Hash})
	if err != nil {
		return Answer{}, fmt.Errorf("encode the publication: %w", err)
	}
	mark := queue.Note{Fact: queue.Noted{Type: wire.TypeConfigPublished, Version: 1, Data: data}}
	var answer Answer
	var refused error
	err = e.submit(ctx, func(d *queue.Day, at time.Time, b *Batch) {
		if given, known := e.answered(key, b); known {
			answer = given
			return
		}
		if p.Version != e.cfg.Version+1 || b.Publication != nil {
			refused = ErrVersion
			return
		}
		if left := d.LeftBy(p.Catalogue); !left.Nothing() {
			refused = LeftError{left}
			return
		}
		entries, err := d.Handle(mark, at)
		if err != nil {
			refused = err
			return
		}
		for _, fact := range p.Also {
			more, err := d.Handle(queue.Note{Fact: fact}, at)
			if err != nil {
				refused = err
				return
			}
			entries = append(entries, more...)
		}
		d.Recatalogue(p.Catalogue)
		answer = Answer{Key: key, At: at, Seq: entries[0].Seq}
		b.Entries = append(b.Entries, entries...)
		if key != "" {
			b.Answers = append(b.Answers, answer)
		}
		p.At = at
		b.Publication, b.inForce = &p, inForce
	})
	if err != nil {
		return Answer{}, err
	}
	return answer, refused
}

// adoptPublication makes what a batch published the present description, once it is on disk. The engine is locked.
func (e *Engine) adoptPublication(b Batch) {
	if b.Publication == nil {
		return
	}
	e.cfg.Catalogue, e.cfg.Version = b.Publication.Catalogue, b.Publication.Version
	if b.inForce != nil {
		b.inForce()
	}
}
