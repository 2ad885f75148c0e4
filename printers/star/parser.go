package star

import (
	"slices"
	"time"

	"balcao/printers"
)

const (
	// blockLimit is within which an answer must be whole, and as long as
	// escpos allows for the same lines.
	blockLimit = 500 * time.Millisecond
	// textMost is the longest text answer; longer is noise.
	textMost = 80
	// counts is how far the ETB counter goes before it begins again.
	counts = 32
)

// Parser reads a Star printer's answers: automatic status (ASB, 7 bytes or
// more) and the text that names model and version. It implements
// [printers.Parser] and [printers.Mindful].
//
// A printer that executes ETB adds one to a counter of five bits once all
// before it is on paper, and tells it in byte 8. The parser knows which jobs
// are under way and in which order, so that a count names a job.
type Parser struct {
	counter   bool // byte 8 may be relied on
	documents bool // the ids of documents are repeated; the counter proves only a clear

	block []byte
	since time.Time

	known    bool // a count was heard
	count    int
	executed bool             // the ETB status of that report
	jobs     []printers.JobID // sent whole or being sent, not counted yet

	clearing int // reports of a counter at zero still wanted, 0 if none

	present bool
}

// Asked does nothing: answers are understood without their question.
func (p *Parser) Asked(int, time.Time) {}

// Sending notes that a job goes out.
func (p *Parser) Sending(id printers.JobID) { p.jobs = append(p.jobs, id) }

// Torn notes that a job did not go out whole: its ETB never comes.
func (p *Parser) Torn(id printers.JobID) {
	p.jobs = slices.DeleteFunc(p.jobs, func(j printers.JobID) bool { return j == id })
}

// Clearing notes that CAN goes out, with two questions behind it. One report
// may have been on its way before; two with the counter at zero prove that it
// was reset.
func (p *Parser) Clearing() { p.clearing = 2 }

// Feed reads bytes that arrived at the given moment.
func (p *Parser) Feed(b []byte, at time.Time) []printers.Event {
	var events []printers.Event
	if len(p.block) > 0 && at.Sub(p.since) > blockLimit {
		events = append(events, p.discard())
	}
	for _, c := range b {
		if c == xon || c == xof {
			continue
		}
		if len(p.block) > 0 && header(p.block[0]) && c&0x11 != 0 {
			// Bits 0 and 4 are clear in all bytes but the first: this one
			// begins something else.
			events = append(events, p.discard())
		}
		if len(p.block) == 0 {
			p.since = at
		}
		p.block = append(p.block, c)
		events = append(events, p.step()...)
	}
	return events
}

func (p *Parser) discard() printers.Event {
	n := len(p.block)
	p.block = p.block[:0]
	return printers.Noise{Bytes: n}
}

// header tells whether b is the first byte of automatic status: 0xx0xxx1.
func header(b byte) bool { return b&0x91 == 0x01 && length(b) >= 7 }

// length is the value of bits 5, 3, 2 and 1.
func length(b byte) int { return int(b>>2&8 | b>>1&7) }

func (p *Parser) step() []printers.Event {
	first := p.block[0]
	switch {
	case first == esc && len(p.block) > 1 && p.block[1] == gs:
		return p.document()
	case first == esc:
		return p.text()
	case !header(first):
		return []printers.Event{p.discard()}
	case len(p.block) < length(first):
		return nil
	}
	block := slices.Clone(p.block)
	p.block = p.block[:0]
	return p.report(block)
}

// text reads 1B 23 2A 2C, the name and version, 0A 00.
func (p *Parser) text() []printers.Event {
	lead := []byte{esc, '#', '*', ','}
	n := len(p.block)
	last := p.block[n-1]
	switch {
	case n <= len(lead):
		if last != lead[n-1] {
			return []printers.Event{p.discard()}
		}
	case last == 0 && p.block[n-2] == lf:
		said := string(p.block[len(lead) : n-2])
		p.block = p.block[:0]
		return []printers.Event{printers.Answered{Text: said}}
	case last == lf:
	case p.block[n-2] == lf || last < 0x20 || last > 0x7e || n > textMost:
		return []printers.Event{p.discard()}
	}
	return nil
}

// document reads 1B 1D 03 s, the id of a document in two bytes, and the counter
// of documents in two: with s = 1 the answer to the end of a job.
func (p *Parser) document() []printers.Event {
	n := len(p.block)
	switch {
	case n > 2 && p.block[2] != etx, n > 3 && p.block[3] > 2:
		return []printers.Event{p.discard()}
	case n < 8:
		return nil
	}
	ended, id := p.block[3] == 1, [2]byte(p.block[4:6])
	p.block = p.block[:0]
	if !ended || !p.documents {
		return nil
	}
	i := slices.IndexFunc(p.jobs, func(j printers.JobID) bool { return document(j) == id })
	if i < 0 {
		return nil // of somebody else, or of a job that was given up
	}
	job := p.jobs[i]
	p.jobs = p.jobs[i+1:]
	return []printers.Event{printers.Printed{ID: job}}
}

// report reads automatic status. Its bytes are counted from 1 in Star's
// manual, appendix 2.
func (p *Parser) report(b []byte) []printers.Event {
	at := func(n int) byte {
		if n > len(b) {
			return 0
		}
		return b[n-1]
	}
	events := []printers.Event{printers.StatusChanged{Status: printers.Status{
		Connected:     true,
		Offline:       at(3)&(1<<3) != 0,
		CoverOpen:     at(3)&(1<<5) != 0 || at(5)&(1<<1) != 0, // or the head is up
		CutterError:   at(4)&(1<<3) != 0,
		Unrecoverable: at(4)&(1<<5|1<<2) != 0, // or a mechanical error
		HeadHot:       at(4)&(1<<6) != 0,
		Recoverable:   at(5)&(1<<2) != 0, // paper stuck in the presenter
		NearEnd:       at(6)&(1<<1|1<<2) != 0,
		PaperOut:      at(6)&(1<<3) != 0,
	}}}
	if p.counter && len(b) >= 8 {
		n := int(b[7]>>1&7 | b[7]>>2&0x18)
		events = append(events, p.counted(n, at(3)&(1<<1) != 0)...)
	}
	if len(b) >= 9 {
		events = append(events, p.mouth(b[8]>>1&7)...)
	}
	return events
}

// counted takes in the ETB counter, and whether any ETB was executed since it
// was last reset.
func (p *Parser) counted(n int, executed bool) []printers.Event {
	before, known, had := p.count, p.known, p.executed
	p.count, p.known, p.executed = n, true, executed
	if n == 0 && !executed {
		if had {
			p.jobs = nil // a reset forgets them
		}
		if p.clearing == 0 {
			return nil
		}
		if p.clearing--; p.clearing > 0 {
			return nil
		}
		p.jobs = nil
		return []printers.Event{printers.Cleared{}}
	}
	moved := (n - before + counts) % counts
	if !known || moved == 0 || len(p.jobs) == 0 || p.documents {
		return nil
	}
	if moved > len(p.jobs) {
		// More ends than slips: the count speaks of something else.
		p.jobs = nil
		return nil
	}
	id := p.jobs[moved-1]
	p.jobs = p.jobs[moved:]
	return []printers.Event{printers.Printed{ID: id}}
}

// Presenter positions, bits 3 to 1 of byte 9.
const (
	canBePulled = 3
	recovered   = 6
	pulledOut   = 7
)

func (p *Parser) mouth(position byte) []printers.Event {
	before := p.present
	p.present = position == canBePulled
	switch {
	case p.present && !before:
		return []printers.Event{printers.Presented{}}
	case !before || p.present:
		return nil
	case position == pulledOut:
		return []printers.Event{printers.Left{}, printers.Taken{}}
	case position == recovered:
		return []printers.Event{printers.Left{}, printers.Retracted{}}
	}
	return []printers.Event{printers.Left{}}
}
