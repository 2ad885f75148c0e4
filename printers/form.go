package printers

import "cmp"

// Form says what stands on a slip, from top to bottom. The standard form is
// used where there is none; package printers/form reads one from a file.
type Form struct {
	// Parts are what stands on the slip.
	Parts []Part
}

// Kind names what a part of a form prints.
type Kind string

// The kinds of parts there are. What a slip does not have is left out.
const (
	// PartHeader: the branch at the left, day and time at the right, a line
	// below.
	PartHeader Kind = "header"
	// PartService and PartBody: what the citizen came for, and whose it is.
	PartService Kind = "service"
	PartBody    Kind = "body"
	// PartCopy: "2.ª via" on a slip that was printed again.
	PartCopy Kind = "copy"
	// PartNumber: the number, as large as the paper allows.
	PartNumber Kind = "number"
	// PartPriority: that the visit has priority, never why; or the hour that
	// was booked.
	PartPriority Kind = "priority"
	// PartPlace: the black bar that says where to wait.
	PartPlace Kind = "place"
	// PartAhead and PartWait: how many wait before, and for how long.
	PartAhead Kind = "ahead"
	PartWait  Kind = "wait"
	// PartQR: the code, with a line above that says what it is for.
	PartQR Kind = "qr"
	// PartValidity: what the slip is worth.
	PartValidity Kind = "validity"
	// PartTicket: the short id for support.
	PartTicket Kind = "ticket"
	// PartText: words of the branch, such as instructions.
	PartText Kind = "text"
	// PartRule: a dashed line.
	PartRule Kind = "rule"
	// PartGap: white paper.
	PartGap Kind = "gap"
	// PartLogo: a picture.
	PartLogo Kind = "logo"
)

// Kinds lists all kinds of parts, in the order of the standard form and the
// others after.
func Kinds() []Kind {
	return []Kind{
		PartHeader, PartService, PartBody, PartCopy, PartNumber, PartPriority, PartPlace, PartAhead, PartWait, PartQR,
		PartValidity, PartTicket, PartText, PartRule, PartGap, PartLogo,
	}
}

// Part is one thing on a form. Fields that its kind does not use are zero.
type Part struct {
	Kind Kind
	// Portuguese are the words of a text.
	Portuguese string
	// Other are the same words by language; one of them is printed below, for
	// those who asked for that language, else English.
	Other map[string]string
	// Bold, Centred and Strong are the style of a text; strong letters are
	// twice as wide.
	Bold, Centred, Strong bool
	// Dots is the height of a gap.
	Dots int
	// Module is the side of a square of the QR code in dots; 0 is as the
	// model has it.
	Module int
	// Logo is the number of a picture that is in the printer already.
	Logo int
	// Picture is one to print, from the printer's memory where that is known to
	// have it; nil is the one of that number.
	Picture *Picture
}

// standard is the form of a slip where no other is given.
var standard = standardForm().Parts

func standardForm() Form {
	var f Form
	for _, k := range Kinds()[:12] {
		f.Parts = append(f.Parts, Part{Kind: k})
	}
	return f
}

// Standard returns the form that is used where no other is given.
func Standard() Form { return standardForm() }

// Logo is a picture in the middle of the paper.
type Logo struct {
	// Number is which of those that the printer keeps; a printer without leaves
	// it out.
	Number int
	// Picture is what to draw where the printer does not keep it; nil is
	// nothing.
	Picture *Picture
}

func (Logo) block() {}

func (p *page) part(part Part, s Slip) {
	switch part.Kind {
	case PartHeader:
		p.header(s)
	case PartService:
		p.say(p.strong, true, false, s.Service)
		p.then(s)
	case PartBody:
		p.say(p.body, false, false, s.Body)
	case PartCopy:
		p.again(s)
	case PartNumber:
		p.number(s)
	case PartPriority:
		p.priority(s)
	case PartPlace:
		p.place(s)
	case PartAhead:
		p.ahead(s)
	case PartWait:
		p.wait(s)
	case PartQR:
		p.code(s, cmp.Or(part.Module, p.media.QRModule))
	case PartValidity:
		p.validity(s)
	case PartTicket:
		p.ticketID(s)
	case PartText:
		st := p.body
		if part.Strong {
			st = p.strong
		}
		p.say(st, part.Bold, part.Centred, part.Portuguese)
		if p.language != "" && p.language != "pt" {
			p.say(style{1, 2}, false, true, cmp.Or(part.Other[p.language], part.Other["en"]))
		}
	case PartRule:
		p.rule()
	case PartGap:
		p.gap(part.Dots)
	case PartLogo:
		p.blocks = append(p.blocks, Logo{Number: part.Logo, Picture: part.Picture})
	}
}
