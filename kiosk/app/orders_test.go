package app

import (
	"testing"
	"time"

	"balcao/internal/wire"
	"balcao/printers/printertest"
)

// orders sends an order as the branch does.
func (b *branch) orders(id string, ttl time.Duration) {
	b.t.Helper()
	raw, err := wire.EncodeOrder(wire.Order{ID: id, TTL: ttl.Milliseconds(), Print: &wire.PrintOrder{
		Request: "w-1", Lang: "en", Ticket: wire.Ticket{
			Number: "A042", Day: "2026-11-23", Service: "cc", Body: "irn", Class: "law", Place: "Piso 0", IssuedMS: time.Now().UnixMilli(),
		},
	}})
	if err == nil {
		err = b.parent.PublishTo(node, wire.ChannelCmd, false, raw)
	}
	if err != nil {
		b.t.Error(err)
	}
}

// TestAKioskPrintsWhatReceptionGave: the slip says what any slip says, the branch hears of it by the same facts, an order
// that comes again prints nothing, and the citizen's screen is left alone.
func TestAKioskPrintsWhatReceptionGave(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	k := start(t, touchConfig(t, b, printer.Path())).ready(t)
	k.agreed(b)
	b.orders("one", time.Minute)
	b.orders("one", time.Minute)
	paper := papers(t, printer, 1)[0]
	for _, words := range []string{"Loja de ensaio", "Citizen Card", "Piso 0", "Atendimento prioritário"} {
		if !paper.Says(words) {
			t.Errorf("the slip does not say %q:\n%s", words, paper.Text())
		}
	}
	if paper.Biggest() != "A042" {
		t.Errorf("number on paper = %q", paper.Biggest())
	}
	b.holds("w-1", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketPrinted)
	b.orders("one", time.Minute)
	b.orders("two", time.Minute) // its slip is out: another would be a second one
	k.page.press(t, "touch-0001", "home", "service", "cc")
	if all := papers(t, printer, 2); len(all) != 2 || all[1].Biggest() != "A001" {
		t.Errorf("%d slips, the last says %q", len(all), all[len(all)-1].Biggest())
	}
}

// TestAFailedOrderIsPrintedOnlyWhenItIsGivenAgain: the branch hears that the slip did not come out, and orders anew.
func TestAFailedOrderIsPrintedOnlyWhenItIsGivenAgain(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	k := start(t, touchConfig(t, b, printer.Path())).ready(t)
	k.agreed(b)
	if err := printer.Set(printertest.Fault{Kind: printertest.PaperOut, On: true, AfterBytes: 120}); err != nil {
		t.Fatal(err)
	}
	b.orders("one", time.Minute)
	b.holds("w-1", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketFailed)
	if err := printer.Set(printertest.Fault{Kind: printertest.PaperOut}); err != nil {
		t.Fatal(err)
	}
	b.eventually("the printer is ready again", func() bool { return k.app.devices.now()[devicePrinter] == stateReady },
		func() any { return k.app.devices.now() })
	b.orders("one", time.Minute) // the same order once more is no new wish
	b.orders("two", time.Minute)
	if paper := papers(t, printer, 1)[0]; paper.Biggest() != "A042" {
		t.Errorf("number on paper = %q", paper.Biggest())
	}
	b.holds("w-1", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketFailed, wire.TypePrintStarted, wire.TypeTicketPrinted)
}
