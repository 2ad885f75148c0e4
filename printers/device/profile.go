package device

import (
	"fmt"
	"slices"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/printers"
	"balcao/printers/drawn"
	"balcao/printers/escpos"
	"balcao/printers/escpos/custom"
	"balcao/printers/star"
)

// Paper is what a kiosk has put into its printer, where that is not what the
// profile says.
type Paper struct {
	// RollMM is the width of the roll in millimetres, such as 58 or 82.5; 0 is
	// that of the profile.
	RollMM float64
	// Form says what stands on a slip; nil is the standard form.
	Form *printers.Form
	// Han is the file of a font with Chinese letters; nil leaves them out.
	Han []byte

	painter printers.Painter
}

// Rolls are the widths of paper that slips are laid out for, in millimetres.
func Rolls() []float64 { return []float64{58, 60, 80, 82.5} }

// Dots is how many dots a model prints across the paper of one kiosk.
func Dots(p profiles.Profile, on Paper) (int, error) { return on.dots(p) }

// Dialect returns the language of a model, set up as its profile says.
func Dialect(p profiles.Profile) (printers.Dialect, error) { return DialectOn(p, Paper{}) }

// DialectOn is [Dialect] for the paper of one kiosk. A roll that the model does
// not take is an error.
func DialectOn(p profiles.Profile, on Paper) (printers.Dialect, error) {
	if p.Kind != profiles.KindPrinter {
		return nil, fmt.Errorf("profile %s describes a %s, not a printer", p.ID, p.Kind)
	}
	dots, err := on.dots(p)
	if err != nil {
		return nil, fmt.Errorf("profile %s: %w", p.ID, err)
	}
	narrow := dots < p.Media.HeadDots
	p.Media.HeadDots = dots
	on.Form = Fitted(on.Form, p)
	letters, err := drawn.New(on.Han)
	if err != nil {
		return nil, fmt.Errorf("profile %s: %w", p.ID, err)
	}
	on.painter = letters
	switch p.Dialect {
	case "escpos":
		return escpos.New(on.over(escposOptions(p), narrow))
	case "custom":
		if p.Presenter == nil {
			return nil, fmt.Errorf("profile %s: a CUSTOM printer needs a presenter", p.ID)
		}
		o := customOptions(p)
		o.Text = on.over(o.Text, narrow)
		return custom.New(o)
	case "star", "starprnt":
		if narrow {
			return nil, fmt.Errorf("profile %s: a narrower roll is set in the printer itself; leave roll out", p.ID)
		}
		o := starOptions(p)
		o.Media.Painter = on.painter
		o.Media.Form, o.PRNT = on.Form, p.Dialect == "starprnt"
		return star.New(o)
	}
	return nil, fmt.Errorf("profile %s: no dialect %q", p.ID, p.Dialect)
}

// tearOff is how many dots of white paper end a slip that is torn off by hand,
// so that its last line stands clear of the edge: 15 mm at 203 dpi.
const tearOff = 120

// Fitted takes out of a form what a model cannot print, and adds what it needs.
// A form that suits as it is, is returned as it is.
func Fitted(f *printers.Form, p profiles.Profile) *printers.Form {
	if !p.QR.Missing && p.Cut.Kind != "none" {
		return f
	}
	out := printers.Standard()
	if f != nil {
		out.Parts = slices.Clone(f.Parts)
	}
	if p.QR.Missing {
		out.Parts = slices.DeleteFunc(out.Parts, func(part printers.Part) bool { return part.Kind == printers.PartQR })
	}
	if p.Cut.Kind == "none" {
		out.Parts = append(out.Parts, printers.Part{Kind: printers.PartGap, Dots: tearOff})
	}
	return &out
}

// dots is how many of the head's dots lie over the roll. A roll has 4 mm or 5 mm
// of margin at either edge; heads over narrow paper are counted in steps of 8
// dots.
func (on Paper) dots(p profiles.Profile) (int, error) {
	head, full := p.Media.HeadDots, float64(p.Media.WidthMM)
	switch {
	case on.RollMM == 0:
		return head, nil
	case !slices.Contains(Rolls(), on.RollMM):
		return 0, fmt.Errorf("no roll of %g mm; there are %v", on.RollMM, Rolls())
	case on.RollMM > full+3:
		return 0, fmt.Errorf("a roll of %g mm is wider than the %g mm it takes", on.RollMM, full)
	case on.RollMM >= full:
		return head, nil
	case p.Media.DPI == 0:
		return 0, fmt.Errorf("a roll of %g mm: how many dots an inch it prints is not known", on.RollMM)
	}
	printable := 72.0 // of 80 mm
	if on.RollMM < 80 {
		printable = 48 // of 58 and 60 mm
	}
	return min(head, 8*int(printable*float64(p.Media.DPI)/25.4/8+0.5)), nil
}

// over lays the paper over what the profile says.
func (on Paper) over(o escpos.Options, narrow bool) escpos.Options {
	o.Media.Form, o.Media.Painter = on.Form, on.painter
	if narrow {
		o.Area = o.Media.Dots
	}
	return o
}

// bladeMM is how far the blade stands behind the head, where no profile says
// otherwise: the paper that each slip begins with.
const bladeMM = 16

// SlipMM returns how much paper a slip takes on a model, in millimetres, white
// beginning included.
func SlipMM(p profiles.Profile, on Paper, s printers.Slip) (int, error) {
	dots, err := on.dots(p)
	if err != nil {
		return 0, fmt.Errorf("profile %s: %w", p.ID, err)
	}
	m := media(p)
	m.Dots, m.Form = dots, on.Form
	return printers.SlipMM(printers.Layout(s, m), m, p.Media.DPI, bladeMM), nil
}

// ConfirmWithin returns how long to wait for the model's word on a slip.
func ConfirmWithin(p profiles.Profile) time.Duration {
	return time.Duration(p.Confirm.TimeoutMS) * time.Millisecond
}

func escposOptions(p profiles.Profile) escpos.Options {
	o := escpos.Options{
		LeaveKanji: p.Text.LeaveKanji,
		FullCut:    p.Cut.Kind == "full",
		CutFeed:    byte(p.Cut.Feed),
		StatusPush: p.Status.Push,
		CanClear:   p.Confirm.Clear,
		LogoMemory: p.LogoMemory,
		QRIsModel2: p.QR.Model2,
	}
	o.Media, o.CodePages = media(p), codePages(p)
	for _, n := range p.Status.Questions {
		o.Questions = append(o.Questions, byte(n))
	}
	o.Confirmation = confirmation(p)
	return o
}

func customOptions(p profiles.Profile) custom.Options {
	return custom.Options{
		Text: escposOptions(p), Numbering31: p.QR.Numbering == "custom", Command: custom.Command(p.Presenter.Command),
		Millimetres: p.Presenter.Millimetres, Retract: p.Presenter.Untaken == "retract", Seconds: byte(p.Presenter.Seconds),
		CountsRetracted: p.Presenter.CountsRetracted, StatusPush: p.Status.Push, WithoutHeader: p.Status.WithoutHeader,
		NearEndSensor: !p.Status.NoNearEnd, Confirmation: confirmation(p),
	}
}

func starOptions(p profiles.Profile) star.Options {
	return star.Options{
		Media: media(p), CodePages: codePages(p), FullCut: p.Cut.Kind == "full",
		StatusPush: p.Status.Push, Asks: len(p.Status.Questions) > 0, CanClear: p.Confirm.Clear,
		LogoMemory: p.LogoMemory,
		Presenter:  p.Presenter != nil, NearEndSensor: !p.Status.NoNearEnd, Confirmation: confirmation(p),
	}
}

func media(p profiles.Profile) printers.Media {
	m := printers.Media{Dots: p.Media.HeadDots, QRModule: p.QR.Module}
	for _, f := range p.Text.Fonts {
		if f.ID == "A" {
			m.CellWidth, m.CellHeight = f.W, f.H
		}
	}
	return m
}

// codePages are those of the profile, the preferred first.
func codePages(p profiles.Profile) []printers.CodePage {
	var pages []printers.CodePage
	for _, want := range p.Text.Prefer {
		i := slices.IndexFunc(p.Text.CodePages, func(c profiles.CodePage) bool { return c.Encoding == want })
		if i >= 0 {
			pages = append(pages, printers.CodePage{Number: byte(p.Text.CodePages[i].N), Encoding: want})
		}
	}
	return pages
}

// confirmation reads the profile's method; one that is not known confirms
// nothing.
func confirmation(p profiles.Profile) printers.Confirmation {
	for c := range printers.NoConfirmation {
		if c.String() == p.Confirm.Method {
			return c
		}
	}
	return printers.NoConfirmation
}
