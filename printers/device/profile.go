package device

import (
	"fmt"
	"slices"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/printers"
	"balcao/printers/escpos"
	"balcao/printers/escpos/custom"
	"balcao/printers/star"
)

// Dialect returns the language of a model, set up as its profile says.
func Dialect(p profiles.Profile) (printers.Dialect, error) {
	if p.Kind != "printer" {
		return nil, fmt.Errorf("profile %s describes a %s, not a printer", p.ID, p.Kind)
	}
	switch p.Dialect {
	case "escpos":
		return escpos.New(escposOptions(p))
	case "custom":
		if p.Presenter == nil {
			return nil, fmt.Errorf("profile %s: a CUSTOM printer needs a presenter", p.ID)
		}
		return custom.New(customOptions(p))
	case "star":
		return star.New(starOptions(p))
	}
	return nil, fmt.Errorf("profile %s: no dialect %q", p.ID, p.Dialect)
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
		Presenter: p.Presenter != nil, NearEndSensor: !p.Status.NoNearEnd, Confirmation: confirmation(p),
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
