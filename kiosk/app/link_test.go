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

// TestASlipSaysWhereToComplainIfTheBranchWantsIt: with the code, unless that is for the turn; then in words alone.
func TestASlipSaysWhereToComplainIfTheBranchWantsIt(t *testing.T) {
	b := newBranch(t)
	o := offer()
	o.Branch.Feedback = &wire.OfferFeedback{Book: wire.Text{"pt": "Livro Amarelo"}, Address: "https://www.livroamarelo.gov.pt", Slip: true}
	b.publish("offer", o)
	printer := virtualPrinter(t)
	k := start(t, touchConfig(t, b, printer.Path())).ready(t)
	b.eventually("the offer is heard", func() bool {
		return k.app.offers.slip(wire.Ticket{Number: "A001", Service: "cc"}, "pt").QR != ""
	}, func() any { return "an offer without" })
	k.page.press(t, "touch-0001", "home", "service", "cc")
	if paper := papers(t, printer, 1)[0]; !paper.Says("Reclamar, elogiar ou sugerir") || !paper.Says("livroamarelo.gov.pt") {
		t.Errorf("the slip says nothing of it:\n%s", paper.Text())
	}
}
