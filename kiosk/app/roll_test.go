package app

import (
	"log/slog"
	"testing"

	"balcao/internal/wire"
	"balcao/printers/printertest"
)

// left waits until the kiosk's forecast is as wanted.
func left(t *testing.T, b *branch, a *App, what string, is func(*wire.PaperRoll) bool) {
	t.Helper()
	b.eventually(what, func() bool { return is(a.paperLeft()) }, func() any { return a.paperLeft() })
}

func TestHowManySlipsThePaperLastsFor(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	cfg := touchConfig(t, b, printer.Path())
	cfg.Printer.RollMetres = 80
	k := start(t, cfg).ready(t)
	if told := k.app.paperLeft(); told != nil {
		t.Errorf("a forecast before the first slip: %+v", told)
	}
	k.page.press(t, "touch-0001", "home", "service", "cc")
	papers(t, printer, 1)
	long := 0
	left(t, b, k.app, "a forecast after the first slip", func(r *wire.PaperRoll) bool {
		if r != nil {
			long = 80000 / r.Left
		}
		return r != nil && r.Left > 400 && r.Left < 1200 // of 66 to 200 mm
	})
	for _, on := range []bool{true, false} {
		if err := printer.Set(printertest.Fault{Kind: printertest.NearEnd, On: on}); err != nil {
			t.Fatal(err)
		}
		most := 80000/long + 1
		if on {
			most = 2000/long + 1
		}
		left(t, b, k.app, "what the sensor says", func(r *wire.PaperRoll) bool { return r != nil && r.Left <= most && r.Left >= most-20 })
	}
	var told *wire.PaperRoll
	b.eventually("health tells of the paper", func() bool {
		b.lock(func() { told = b.health.Roll })
		return told != nil && told.Left > 0
	}, func() any { return told })
	before := k.app.paperLeft().Left
	k.stop()

	again, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.close() }()
	if told := again.paperLeft(); told == nil || told.Left != before {
		t.Errorf("after a restart %+v are left, want %d", told, before)
	}
}

func TestWithoutALengthThereIsNoForecast(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	k := start(t, touchConfig(t, b, printer.Path())).ready(t)
	k.page.press(t, "touch-0001", "home", "service", "cc")
	papers(t, printer, 1)
	b.holds("touch-0001", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketPrinted)
	if told := k.app.paperLeft(); told != nil {
		t.Errorf("told %+v", told)
	}
}
