package device

import (
	"fmt"
	"slices"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/printers"
	"balcao/printers/escpos"
)

// Dialect returns the language of a model, set up as its profile says.
func Dialect(p profiles.Profile) (printers.Dialect, error) {
	if p.Kind != "printer" {
		return nil, fmt.Errorf("profile %s describes a %s, not a printer", p.ID, p.Kind)
	}
	switch p.Dialect {
	case "escpos":
		return escpos.New(escposOptions(p))
	}
	return nil, fmt.Errorf("profile %s: no dialect %q", p.ID, p.Dialect)
}

// ConfirmWithin returns how long to wait for the model's word on a slip.
func ConfirmWithin(p profiles.Profile) time.Duration {
	return time.Duration(p.Confirm.TimeoutMS) * time.Millisecond
}

func escposOptions(p profiles.Profile) escpos.Options {
	o := escpos.Options{
		Media:      printers.Media{Dots: p.Media.HeadDots, QRModule: p.QR.Module},
		LeaveKanji: p.Text.LeaveKanji,
		FullCut:    p.Cut.Kind == "full",
		CutFeed:    byte(p.Cut.Feed),
		StatusPush: p.Status.Push,
		CanClear:   p.Confirm.Clear,
	}
	for _, f := range p.Text.Fonts {
		if f.ID == "A" {
			o.Media.CellWidth, o.Media.CellHeight = f.W, f.H
		}
	}
	for _, want := range p.Text.Prefer {
		i := slices.IndexFunc(p.Text.CodePages, func(c profiles.CodePage) bool { return c.Encoding == want })
		if i >= 0 {
			o.CodePages = append(o.CodePages, escpos.CodePage{Number: byte(p.Text.CodePages[i].N), Encoding: want})
		}
	}
	for _, n := range p.Status.Questions {
		o.Questions = append(o.Questions, byte(n))
	}
	switch p.Confirm.Method {
	case printers.ByID.String():
		o.Confirmation = printers.ByID
	case printers.ByOrder.String():
		o.Confirmation = printers.ByOrder
	default:
		o.Confirmation = printers.NoConfirmation
	}
	return o
}
