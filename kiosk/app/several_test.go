package app

import (
	"encoding/json"
	"slices"
	"testing"

	"balcao/internal/wire"
)

// TestSeveralServicesAreAskedForAtOnceAndStandOnThePaper: with the branch there, and by the kiosk alone.
func TestSeveralServicesAreAskedForAtOnceAndStandOnThePaper(t *testing.T) {
	b := lending(t)
	printer := virtualPrinter(t)
	k := start(t, touchConfig(t, b, printer.Path())).ready(t).lent(t)
	choose := func(request string) {
		k.page.press(t, request+"-bodies", "home", "bodies", "")
		k.page.press(t, request+"-several", "bodies", "several", "")
		k.page.press(t, request+"-first", "several", "pick", "cc")
		k.page.press(t, request+"-second", "several", "pick", "cert")
		k.page.press(t, request, "several", "take", "")
	}
	choose("both-0001")
	slip := papers(t, printer, 1)[0]
	if slip.Biggest() != "A001" || !slip.Says("Cartão de Cidadão") || !slip.Says("Depois: Certidões") {
		t.Errorf("the slip:\n%s", slip.Text())
	}
	k.page.wait(t, "the ticket with what follows", func(s state) bool {
		return s.says("Depois, com a mesma senha: Certidões") && s.says("Retire o seu talão")
	})
	k.page.press(t, "both-end", "ticket", "finish", "")

	b.hang()
	choose("alone-0001")
	k.page.wait(t, "a number of its own", func(s state) bool { return s.says("A600") && s.says("Retire o seu talão") })
	if slip := papers(t, printer, 2)[1]; slip.Biggest() != "A600" || !slip.Says("Depois: Certidões") {
		t.Errorf("the slip of a kiosk alone:\n%s", slip.Text())
	}
	b.open()
	b.holds("alone-0001", wire.TypeTicketRequested, wire.TypeTicketAlone, wire.TypePrintStarted, wire.TypeTicketPrinted)
	if then := b.alone("alone-0001").Then; !slices.Equal(then, []string{"cert"}) {
		t.Errorf("the branch is told of %v", then)
	}
}

// alone is the fact that the kiosk gave a number by itself, as the branch holds it.
func (b *branch) alone(request string) wire.AloneFact {
	b.t.Helper()
	var epoch uint64
	b.lock(func() { epoch = b.epoch })
	records, err := b.ledger.Records(b.t.Context(), node, epoch)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, r := range records {
		e, err := wire.DecodeEvent(r.Raw)
		if err != nil {
			b.t.Fatal(err)
		}
		var f wire.AloneFact
		if e.Type == wire.TypeTicketAlone && json.Unmarshal(e.Data, &f) == nil && f.Request == request {
			return f
		}
	}
	b.t.Fatalf("no fact of %s", request)
	return wire.AloneFact{}
}
