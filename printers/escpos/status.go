package escpos

import (
	"slices"
	"time"

	"balcao/printers"
)

// Times within which an answer must be whole. On the slowest line, 9600 baud,
// a byte takes a millisecond.
const (
	// blockLimit is for one answer of several bytes.
	blockLimit = 500 * time.Millisecond
	// answerLimit is from a question to its one byte.
	answerLimit = 2500 * time.Millisecond
	// textMost is the longest text answer; longer is noise.
	textMost = 80
)

// Parser reads an ESC/POS printer's answers: automatic status (ASB, four
// bytes), answers to DLE EOT (one byte), process ids and the word that a clear
// is done (37 … 00), texts (5F … 00), and the answer to GS r. It implements
// [printers.Parser].
//
// Which answer begins is told by its first byte (Epson's reference, appendix
// G); the bytes that follow mean nothing without it, so a block that is not
// whole in time is thrown away as noise. XON and XOFF may stand anywhere.
type Parser struct {
	questions []byte

	status printers.Status
	block  []byte
	since  time.Time

	asked  []asked // questions that may still be answered, oldest first
	unsure bool    // two were open at once: no answer counts before none is open any more
}

// asked is a DLE EOT n that went out.
type asked struct {
	n  byte
	at time.Time
}

// Asked notes that Question(turn) went out.
func (p *Parser) Asked(turn int, at time.Time) {
	if n, ok := question(p.questions, turn); ok {
		p.forget(at)
		p.asked = append(p.asked, asked{n, at})
		p.unsure = p.unsure || len(p.asked) > 1
	}
}

// forget drops the questions that will not be answered any more.
func (p *Parser) forget(at time.Time) {
	p.asked = slices.DeleteFunc(p.asked, func(a asked) bool { return at.Sub(a.at) > answerLimit })
	p.unsure = p.unsure && len(p.asked) > 0
}

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
		if len(p.block) > 0 && automatic(p.block[0]) && c&0x90 != 0 {
			// Bytes 2 to 4 of automatic status have bits 4 and 7 clear: this
			// one begins something else, and what came before was torn.
			events = append(events, p.discard())
		}
		if len(p.block) == 0 {
			p.since = at
		}
		p.block = append(p.block, c)
		if e := p.step(at); e != nil {
			events = append(events, e)
		}
	}
	return events
}

func (p *Parser) discard() printers.Event {
	n := len(p.block)
	p.block = p.block[:0]
	return printers.Noise{Bytes: n}
}

// step looks at the block so far; it returns an event when the block is whole
// or cannot become so.
func (p *Parser) step(at time.Time) printers.Event {
	first := p.block[0]
	switch {
	case first == 0x37:
		return p.identified()
	case first == 0x5f:
		return p.text()
	case first&0x93 == 0x12: // 0xx1xx10
		return p.answer(first, at)
	case automatic(first):
		return p.automatic()
	case first&0x90 == 0: // 0xx0xxxx
		p.block = p.block[:0]
		return printers.Processed{}
	}
	return p.discard()
}

// automatic tells whether b is the first byte of automatic status: 0xx1xx00.
func automatic(b byte) bool { return b&0x93 == 0x10 }

// identified reads 37 22 id 00, the process id answer, and 37 25 00, the end
// of a clear.
func (p *Parser) identified() printers.Event {
	if len(p.block) < 2 {
		return nil
	}
	switch p.block[1] {
	case 0x22:
		if len(p.block) < 7 {
			return nil
		}
		id, ok := undigits([4]byte(p.block[2:6]))
		if !ok || p.block[6] != 0 {
			return p.discard()
		}
		p.block = p.block[:0]
		return printers.Printed{ID: id}
	case 0x72:
		return p.logos()
	case 0x25:
		if len(p.block) < 3 {
			return nil
		}
		if p.block[2] != 0 {
			return p.discard()
		}
		p.block = p.block[:0]
		return printers.Cleared{}
	}
	return p.discard()
}

func (p *Parser) text() printers.Event {
	last := p.block[len(p.block)-1]
	switch {
	case len(p.block) == 1:
		return nil
	case last == 0:
		text := string(p.block[1 : len(p.block)-1])
		p.block = p.block[:0]
		return printers.Answered{Text: text}
	case last < 0x20 || last > 0x7e || len(p.block) > textMost:
		return p.discard()
	}
	return nil
}

// automatic reads the four bytes of automatic status back (ASB).
func (p *Parser) automatic() printers.Event {
	if len(p.block) < 4 {
		return nil
	}
	one, two, three := p.block[0], p.block[1], p.block[2]
	p.block = p.block[:0]
	p.status = printers.Status{
		Connected:     true,
		Offline:       one&(1<<3) != 0,
		CoverOpen:     one&(1<<5) != 0,
		Recoverable:   two&(1<<2) != 0,
		CutterError:   two&(1<<3) != 0,
		Unrecoverable: two&(1<<5) != 0,
		HeadHot:       two&(1<<6) != 0,
		NearEnd:       three&0x03 != 0,
		PaperOut:      three&0x0c != 0,
	}
	return printers.StatusChanged{Status: p.status}
}

// answer reads the one byte of an answer to DLE EOT n.
func (p *Parser) answer(b byte, at time.Time) printers.Event {
	p.block = p.block[:0]
	p.forget(at)
	// An answer does not say which question it is for: with two questions open
	// it may be for either, and be read as something that is not so.
	last := len(p.asked) - 1
	if last < 0 {
		return printers.Noise{Bytes: 1}
	}
	n, sure := p.asked[last].n, !p.unsure
	p.asked = p.asked[:last]
	p.unsure = p.unsure && last > 0
	if !sure {
		return printers.Noise{Bytes: 1}
	}
	p.status.Connected = true
	switch n {
	case 1:
		p.status.Offline = b&(1<<3) != 0
	case 2:
		p.status.CoverOpen = b&(1<<2) != 0
		// Bit 5, stopped by paper end, is told by question 4 as well, and
		// unlike that one it is not cleared by a new roll on all models.
	case 3:
		p.status.Recoverable = b&(1<<2) != 0
		p.status.CutterError = b&(1<<3) != 0
		p.status.Unrecoverable = b&(1<<5) != 0
		p.status.HeadHot = b&(1<<6) != 0
	case 4:
		p.status.NearEnd = b&0x0c != 0
		p.status.PaperOut = b&0x60 != 0
	}
	return printers.StatusChanged{Status: p.status}
}
