package custom

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/printers"
)

const (
	// blockLimit is within which an answer must be whole.
	blockLimit = 500 * time.Millisecond
	// textMost is the longest text answer; longer is noise.
	textMost = 16
)

// units end the texts of 1D E1 to 1D E5, which have no other end.
var units = []string{"cm", "cuts", "ret", "on"}

// Parser reads a CUSTOM printer's answers: the full status (10 0F and four
// bytes, or the four bytes alone) and counters as text. It implements
// [printers.Parser] and [printers.Mindful].
//
// A slip is proved by the sensor in the mouth: it must have seen paper arrive
// since the slip was sent, and the printer must say that it has nothing left
// to print and no fault.
type Parser struct {
	bare   bool // reports by itself lack their header
	proves bool

	block []byte
	since time.Time

	jobs []printers.JobID
	// present is what the sensor said last; risen is true from an arrival of
	// paper until it proves a slip.
	present, risen bool

	left    bool // a slip is gone, and it is not known how
	counted bool // the printer has told how many it drew back
	drawn   int
}

// Asked does nothing: answers are understood without their question.
func (p *Parser) Asked(int, time.Time) {}

// Sending notes that a job goes out. Paper that arrived before proves nothing
// for it.
func (p *Parser) Sending(id printers.JobID) {
	if len(p.jobs) == 0 {
		p.risen = false
	}
	p.jobs = append(p.jobs, id)
}

// Torn notes that a job did not go out whole: it is never presented.
func (p *Parser) Torn(id printers.JobID) {
	p.jobs = slices.DeleteFunc(p.jobs, func(j printers.JobID) bool { return j == id })
}

// Clearing does nothing: these printers are never cleared.
func (p *Parser) Clearing() {}

// Feed reads bytes that arrived at the given moment.
func (p *Parser) Feed(b []byte, at time.Time) []printers.Event {
	var events []printers.Event
	if len(p.block) > 0 && at.Sub(p.since) > blockLimit {
		events = append(events, p.discard())
	}
	for _, c := range b {
		// No status byte has bit 4, so these are never data.
		if c == xon || c == xof {
			continue
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

func (p *Parser) step() []printers.Event {
	first, n := p.block[0], len(p.block)
	last := p.block[n-1]
	switch {
	case first >= '0' && first <= '9':
		return p.text()
	case first == dle && (n == 2 && last != 0x0f || n > 2 && last&0x10 != 0):
		return []printers.Event{p.discard()}
	case first == dle && n == 6:
		return p.report([4]byte(p.block[2:]))
	case first == dle:
		return nil
	case !p.bare || last&0x10 != 0:
		return []printers.Event{p.discard()}
	case n == 4:
		return p.report([4]byte(p.block))
	}
	return nil
}

// text reads digits and a unit.
func (p *Parser) text() []printers.Event {
	said := string(p.block)
	unit := strings.TrimLeft(said, "0123456789")
	if unit == "" && len(said) <= textMost {
		return nil
	}
	if slices.Contains(units, unit) {
		p.block = p.block[:0]
		return p.count(said, unit)
	}
	if len(said) <= textMost && slices.ContainsFunc(units, func(u string) bool { return strings.HasPrefix(u, unit) }) {
		return nil
	}
	return []printers.Event{p.discard()}
}

// count takes in a counter. That of slips drawn back tells what became of the
// one that has left the mouth.
func (p *Parser) count(said, unit string) []printers.Event {
	events := []printers.Event{printers.Answered{Text: said}}
	if unit != "ret" {
		return events
	}
	n, err := strconv.Atoi(strings.TrimSuffix(said, unit))
	if err != nil {
		return []printers.Event{printers.Noise{Bytes: len(said)}}
	}
	switch {
	case !p.left || !p.counted:
	case n > p.drawn:
		events = append(events, printers.Retracted{Count: n})
	default:
		events = append(events, printers.Taken{})
	}
	p.left, p.counted, p.drawn = false, true, n
	return events
}

// report reads the four bytes of the full status: paper, user, recoverable and
// unrecoverable errors.
func (p *Parser) report(b [4]byte) []printers.Event {
	p.block = p.block[:0]
	paper, user, soft, hard := b[0], b[1], b[2], b[3]
	status := printers.Status{
		Connected:     true,
		PaperOut:      paper&(1<<0|1<<6) != 0,
		NearEnd:       paper&(1<<2) != 0,
		CoverOpen:     user&(1<<0|1<<1) != 0 || hard&(1<<1) != 0, // head up, cover, cutter's cover
		HeadHot:       soft&(1<<0) != 0,
		Recoverable:   soft&(1<<1|1<<3|1<<5|1<<6) != 0, // line, voltage, command, paper jam
		CutterError:   hard&(1<<0) != 0,
		Unrecoverable: hard&(1<<2|1<<3|1<<7) != 0, // memories, presenter
	}
	events := []printers.Event{printers.StatusChanged{Status: status}}
	now, spooling := paper&(1<<5) != 0, user&(1<<2) != 0
	switch {
	case now && !p.present:
		p.risen = true
		events = append(events, printers.Presented{})
	case !now && p.present:
		p.left = true
		events = append(events, printers.Left{})
	}
	p.present = now
	if p.risen && !spooling && soft == 0 && hard == 0 && !status.CoverOpen {
		p.risen = false
		if p.proves && len(p.jobs) > 0 {
			events = append(events, printers.Printed{ID: p.jobs[0]})
			p.jobs = p.jobs[1:]
		}
	}
	return events
}
