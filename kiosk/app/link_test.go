package app

import (
	"strings"
	"testing"

	"balcao/internal/wire"
	"balcao/printers/printertest"
)

func TestASlipAndTheScreenWithoutPaperOpenTheSamePage(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	k := start(t, touchConfig(t, b, printer.Path())).ready(t)
	told := offer()
	told.Branch.Public = "https://senhas.example.pt/"
	k.app.offers.set(told)

	k.page.press(t, "touch-0001", "home", "service", "cc")
	want := "https://senhas.example.pt/s/" + wire.TicketCode("touch-0001")
	if paper := papers(t, printer, 1)[0]; paper.QR() != want || !paper.Says(wire.TicketCode("touch-0001")) {
		t.Errorf("the slip opens %q, want %q, and says the code:\n%s", paper.QR(), want, paper.Text())
	}
	if got := k.app.offers.link("touch-0001"); got != want {
		t.Errorf("the screen opens %q, want %q", got, want)
	}
	told.Branch.Public = "https://" + strings.Repeat("x", 40)
	k.app.offers.set(told)
	if got := k.app.offers.link("touch-0001"); got != "" {
		t.Errorf("an address that no slip holds is printed: %q", got)
	}
}

func TestWithoutPaperTheScreenShowsTheCode(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	k := start(t, touchConfig(t, b, printer.Path())).ready(t)
	told := offer()
	told.Branch.Public = "https://senhas.example.pt"
	k.app.offers.set(told)
	if err := printer.Set(printertest.Fault{Kind: printertest.PaperOut, On: true}); err != nil {
		t.Fatal(err)
	}
	k.page.press(t, "touch-0001", "home", "service", "cc")
	if s := k.page.screen(t, "nopaper"); !s.says("telemóvel") || !s.says("A001") {
		t.Errorf("the screen without paper shows no code: %v", s)
	}
}
