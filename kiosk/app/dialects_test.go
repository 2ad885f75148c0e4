package app

import (
	"slices"
	"testing"

	"balcao/internal/wire"
	"balcao/printers/printertest"
)

// The printers of every dialect, with the virtual machine that speaks it, and makes of ESC/POS and Star whose words prove
// less: weak proof, none, and a printer that nobody knows to forget a torn slip.
var speakers = []struct {
	profile  string
	language printertest.Language
}{
	{"virtual/escpos-80", printertest.ESCPOS},
	{"virtual/star-80", printertest.Star},
	{"virtual/starprnt-80", printertest.StarPRNT},
	{"virtual/custom-80", printertest.Custom},
	{"epson/tm-t88v", printertest.ESCPOS},
	{"generic/escpos", printertest.ESCPOS},
	{"star/tsp700", printertest.Star},
}

// TestEveryPrinterIsDealtWithWhenItFails breaks printers of every dialect before a citizen touches and in the middle of a
// slip. One number is given for one touch; what the kiosk says of the paper is so: failed is not in anybody's hand, and
// printed is; and after the repair the next citizen has a slip.
func TestEveryPrinterIsDealtWithWhenItFails(t *testing.T) {
	for _, s := range speakers {
		for _, fault := range []printertest.Kind{printertest.PaperOut, printertest.CoverOpen, printertest.CableOut} {
			if testing.Short() && fault != printertest.PaperOut {
				continue
			}
			t.Run(s.profile+"/"+string(fault), func(t *testing.T) {
				t.Parallel()
				b := newBranch(t)
				printer := speaking(t, s.language)
				cfg := touchConfig(t, b, printer.Path())
				cfg.Printer.Profile = s.profile
				k := start(t, cfg).ready(t)
				story := failing{t: t, b: b, k: k, printer: printer, fault: fault}
				story.before()
				story.within()
				story.after()
			})
		}
	}
}

// failing is the story of one printer with one fault.
type failing struct {
	t       *testing.T
	b       *branch
	k       *kiosk
	printer *printertest.Printer
	fault   printertest.Kind
}

func (f failing) set(on bool, after int) {
	f.t.Helper()
	if err := f.printer.Set(printertest.Fault{Kind: f.fault, On: on, AfterBytes: after}); err != nil {
		f.t.Fatal(err)
	}
}

// is waits until the kiosk knows its printer to be ready, or not.
func (f failing) is(ready bool) {
	f.t.Helper()
	f.b.eventually("what the printer is", func() bool { return (f.k.app.devices.now()[devicePrinter] == stateReady) == ready },
		func() any { return f.k.app.devices.now() })
}

// slips are the whole slips with a number, first ones and copies.
func (f failing) slips(number string) (first, copies int) {
	for _, p := range f.printer.Papers() {
		switch {
		case p.Biggest() != number || !p.Says("receção"): // the last line is not there
		case p.Says("2.ª via"):
			copies++
		default:
			first++
		}
	}
	return first, copies
}

// before: the fault is there when the citizen touches. Nothing was sent; the same number is printed after the repair.
func (f failing) before() {
	f.t.Helper()
	f.set(true, 0)
	f.is(false)
	f.k.page.press(f.t, "before-touch-0001", "home", "service", "cc")
	if s := f.k.page.screen(f.t, "nopaper"); !s.says("A001") {
		f.t.Errorf("the screen without paper does not show the number: %v", s)
	}
	f.b.holds("before-touch-0001", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketFailed)
	f.set(false, 0)
	f.is(true)
	f.k.page.press(f.t, "before-touch-0002", "nopaper", "reprint", "")
	f.told("before-touch-0001", 2)
	f.is(true)
	if first, copies := f.slips("A001"); first != 1 || copies != 0 { // no byte had been sent: it is no copy
		f.t.Errorf("%d slips and %d copies of A001, want one slip", first, copies)
	}
	f.leave("before-touch-0003")
}

// within: it begins in the middle of a slip.
func (f failing) within() {
	f.t.Helper()
	f.set(true, 120)
	f.k.page.press(f.t, "within-touch-0001", "home", "service", "cc")
	said := f.told("within-touch-0001", 1)
	if said == wire.TypeTicketFailed {
		f.k.page.screen(f.t, "nopaper")
	}
	f.set(false, 0)
	f.is(true)
	if said == wire.TypeTicketFailed {
		f.k.page.press(f.t, "within-touch-0002", "nopaper", "reprint", "")
		f.told("within-touch-0001", 2)
		f.is(true)
	}
	f.leave("within-touch-0003")
	switch first, copies := f.slips("A002"); {
	case first > 1 || copies > 1 || first > 0 && copies > 0:
		f.t.Errorf("%s: %d slips and %d copies of A002", said, first, copies)
	case said == wire.TypeTicketFailed && copies != 1, said == wire.TypeTicketPrinted && first != 1:
		f.t.Errorf("said to be %s, and there are %d slips and %d copies", said, first, copies)
	}
}

// after: the next citizen has a slip, and three touches were three numbers.
func (f failing) after() {
	f.t.Helper()
	f.k.page.press(f.t, "after-touch-0001", "home", "service", "cc")
	f.told("after-touch-0001", 1)
	f.is(true)
	if first, copies := f.slips("A003"); first != 1 || copies != 0 {
		f.t.Errorf("%d slips and %d copies of A003, want one slip", first, copies)
	}
	if given := f.b.given(); len(given) != 3 {
		f.t.Errorf("numbers given: %v, want three", given)
	}
}

// told waits until the branch holds what became of a number's nth slip, and returns it.
func (f failing) told(request string, nth int) string {
	f.t.Helper()
	ends := []string{wire.TypeTicketPrinted, wire.TypeTicketFailed, wire.TypeTicketUnknown}
	var said []string
	f.b.eventually("what became of the slip", func() bool {
		said = slices.DeleteFunc(f.b.facts(request), func(kind string) bool { return !slices.Contains(ends, kind) })
		return len(said) >= nth
	}, func() any { return f.b.facts(request) })
	return said[nth-1]
}

// leave takes the slip, if one is to be taken, and ends the screen of the ticket.
func (f failing) leave(key string) {
	f.t.Helper()
	f.printer.Take()
	f.k.page.screen(f.t, "ticket")
	f.k.page.press(f.t, key, "ticket", "finish", "")
	f.k.page.screen(f.t, "home")
}
