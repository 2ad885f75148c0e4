package app

import (
	"errors"
	"sync"
	"testing"
	"time"

	"balcao/internal/wire"
	"balcao/kiosk/store"
	"balcao/printers/printertest"
)

func TestATouchBecomesPaperAndTheBranchKnowsIt(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	k := start(t, touchConfig(t, b, printer.Path())).ready(t)

	k.page.press(t, "touch-0001", "home", "service", "cc")
	paper := papers(t, printer, 1)[0]
	if paper.Biggest() != "A001" {
		t.Errorf("number on paper = %q, want A001", paper.Biggest())
	}
	for _, words := range []string{"Loja de ensaio", "Cartão de Cidadão", "IRN · Registos e Notariado", "Piso 0", "23-07-2026 10:24", "5 a 15 min", "2 pessoas"} {
		if !paper.Says(words) {
			t.Errorf("the slip does not say %q:\n%s", words, paper.Text())
		}
	}
	s := k.page.wait(t, "a printed ticket", func(s state) bool { return s.says("Retire o seu talão") })
	if !s.says(`"A001"`) {
		t.Errorf("the screen does not show the number: %v", s)
	}
	b.holds("touch-0001", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketPrinted)
	if took := k.app.Latencies(); len(took) != 1 || took[0].FirstByte < took[0].Begun || took[0].Begun < took[0].Reserved || took[0].Asked <= 0 {
		t.Errorf("durations of the ticket's steps: %+v", took)
	}
}

func TestPriorityIsAskedForAndPrintedWithoutAGround(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	k := start(t, touchConfig(t, b, printer.Path())).ready(t)
	k.page.press(t, "touch-0001", "home", "language", "en")
	k.page.press(t, "touch-0002", "home", "priority", "")
	k.page.press(t, "touch-0003", "priority", "service", "cc")
	paper := papers(t, printer, 1)[0]
	for _, words := range []string{"Atendimento prioritário", "Priority service", "Citizen Card", "Estimated wait"} {
		if !paper.Says(words) {
			t.Errorf("the slip does not say %q:\n%s", words, paper.Text())
		}
	}
}

func TestPaperThatRanOutAndIsBackPrintsTheSameNumber(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	k := start(t, touchConfig(t, b, printer.Path())).ready(t)
	if err := printer.Set(printertest.Fault{Kind: printertest.PaperOut, On: true, AfterBytes: 120}); err != nil {
		t.Fatal(err)
	}

	k.page.press(t, "touch-0001", "home", "service", "cc")
	if s := k.page.screen(t, "nopaper"); !s.says("A001") {
		t.Errorf("the screen without paper does not show the number: %v", s)
	}
	b.holds("touch-0001", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketFailed)
	if err := printer.Set(printertest.Fault{Kind: printertest.PaperOut}); err != nil {
		t.Fatal(err)
	}
	b.eventually("the printer is ready again", func() bool { return k.app.devices.now()[devicePrinter] == stateReady },
		func() any { return k.app.devices.now() })

	k.page.press(t, "touch-0002", "nopaper", "reprint", "")
	if paper := papers(t, printer, 1)[0]; paper.Biggest() != "A001" || !paper.Says("2.ª via") {
		t.Errorf("the second slip:\n%s", paper.Text())
	}
	b.holds("touch-0001", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketFailed, wire.TypePrintStarted, wire.TypeTicketPrinted)
	if given := b.given(); len(given) != 1 {
		t.Errorf("numbers given: %v, want one", given)
	}
}

func TestANumberWithoutPaperIsAcceptedOrGivenUp(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	if err := printer.Set(printertest.Fault{Kind: printertest.CoverOpen, On: true}); err != nil {
		t.Fatal(err)
	}
	k := start(t, touchConfig(t, b, printer.Path()))
	k.log.wait(t, `"device":"printer","state":"cover_open"`)

	k.page.screen(t, "home")
	k.page.press(t, "touch-0001", "home", "service", "cc")
	k.page.screen(t, "nopaper")
	k.page.press(t, "touch-0002", "nopaper", "accept", "")
	k.page.screen(t, "onscreen")
	b.holds("touch-0001", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketFailed, wire.TypeTicketAccepted)

	k.page.press(t, "touch-0003", "onscreen", "again", "")
	k.page.screen(t, "home")
	k.page.press(t, "touch-0004", "home", "service", "cc")
	k.page.screen(t, "nopaper")
	k.page.press(t, "touch-0005", "nopaper", "abandon", "")
	k.page.screen(t, "home")
	b.holds("touch-0004", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketFailed, wire.TypeTicketAbandoned)
	if all := confirmed(printer); len(all) != 0 {
		t.Errorf("%d slips came out of an open printer", len(all))
	}
}

func TestABranchThatComesBackAnswersTheSameRequestOnce(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	cfg := touchConfig(t, b, printer.Path())
	cfg.Times.Slip = time.Hour
	k := start(t, cfg).ready(t)
	b.lock(func() { b.silent = true }) // it reserves and the answer is lost
	k.page.press(t, "touch-0001", "home", "service", "cc")
	b.eventually("the request arrives", func() bool { return len(b.given()) == 1 }, func() any { return b.given() })
	b.hang()
	k.page.wait(t, "the branch is away", func(s state) bool { return s.text("screen") == "working" })

	b.lock(func() { b.silent = false })
	b.open()
	if paper := papers(t, printer, 1)[0]; paper.Biggest() != "A001" {
		t.Errorf("number on paper = %q, want A001", paper.Biggest())
	}
	b.holds("touch-0001", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketPrinted)
	if given := b.given(); len(given) != 1 {
		t.Errorf("numbers given: %v, want one", given)
	}
}

func TestARequestNobodyWaitsForIsGivenUp(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	k := start(t, touchConfig(t, b, printer.Path())).ready(t)
	b.lock(func() { b.silent = true })
	k.page.press(t, "touch-0001", "home", "service", "cc")
	k.page.screen(t, "working")
	k.page.press(t, "touch-0002", "working", "abandon", "")
	k.page.screen(t, "home")
	b.holds("touch-0001", wire.TypeTicketRequested, wire.TypeTicketAbandoned)
}

func TestTwoTouchesAtOnceAreOneTicket(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	k := start(t, touchConfig(t, b, printer.Path())).ready(t)
	var touches sync.WaitGroup
	for i := range 8 {
		key := "touch-0001" // a touch sent again
		if i >= 4 {
			key = "touch-000" + string(rune('2'+i-4)) // a finger that trembles
		}
		touches.Go(func() { k.page.tap(key, "home", "service", "cc") })
	}
	touches.Wait()
	papers(t, printer, 1)
	k.page.wait(t, "a printed ticket", func(s state) bool { return s.says("Retire o seu talão") })
	k.page.press(t, "touch-0009", "ticket", "finish", "")
	k.page.screen(t, "home")
	if given := b.given(); len(given) != 1 {
		t.Errorf("numbers given: %v, want one", given)
	}
	if all := confirmed(printer); len(all) != 1 {
		t.Errorf("%d slips, want 1", len(all))
	}
}

func TestAProgramThatEndsWhilePrintingSaysThatItDoesNotKnow(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	cfg := touchConfig(t, b, printer.Path())
	out := make(chan struct{})
	cfg.Trace = func(step Step, _ string) {
		if step == StepFirstByte {
			close(out)
		}
	}
	k := start(t, cfg).ready(t)
	if err := printer.Set(printertest.Fault{Kind: printertest.Silent, On: true}); err != nil {
		t.Fatal(err)
	}
	k.page.press(t, "touch-0001", "home", "service", "cc")
	select {
	case <-out:
	case <-time.After(patience):
		t.Fatal("no byte went out")
	}
	k.stop()

	cfg.Trace = nil
	start(t, cfg)
	b.holds("touch-0001", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketUnknown)
}

func TestAKnownRequestIsNeverPrintedTwice(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	cfg := touchConfig(t, b, printer.Path())
	cfg.Times.TakeUp, cfg.Times.Hold = time.Hour, time.Hour
	for _, left := range []struct {
		state  store.State
		papers int    // that come out when the touch is repeated
		shows  string // on the screen then
	}{
		{store.Requested, 1, "Retire o seu talão"},
		{store.Printing, 0, "ticket.unknown"},
		{store.Failed, 1, "Retire o seu talão"},
		{store.Printed, 0, "Retire o seu talão"},
		{store.Unknown, 0, "ticket.unknown"},
		{store.Abandoned, 0, "refused"},
	} {
		t.Run(string(left.state), func(t *testing.T) {
			request := "touch-" + string(left.state)
			cfg.Data = t.TempDir()
			leave(t, b, cfg, request, left.state)
			before := len(confirmed(printer))
			k := start(t, cfg).ready(t)
			k.page.press(t, request, "home", "service", "cc")
			k.page.wait(t, left.shows, func(s state) bool {
				switch left.shows {
				case "ticket.unknown":
					return s.text("screen") == "ticket" && s.says("b-no-paper")
				case "refused":
					return s.text("screen") == "refused"
				default:
					return s.says(left.shows)
				}
			})
			if got := len(confirmed(printer)) - before; got != left.papers {
				t.Errorf("%d slips came out, want %d", got, left.papers)
			}
			k.stop()
		})
	}
}

// leave writes what a kiosk that was killed had on its disk.
func leave(t *testing.T, b *branch, cfg Config, request string, at store.State) {
	t.Helper()
	a, err := New(t.Context(), cfg, discard())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	_, err = a.store.Ask(t.Context(), wire.TicketFact{Request: request, Service: "cc", Class: "walkin", Lang: "pt"}, now)
	ticket := wire.Ticket{Number: "A900", Service: "cc", Body: "irn"}
	if at != store.Requested && at != store.Abandoned {
		err = errors.Join(err, a.store.Begin(t.Context(), request, ticket, now))
	}
	if at != store.Requested && at != store.Printing {
		err = errors.Join(err, a.store.End(t.Context(), request, at, "", 0, now))
	}
	if err := errors.Join(err, a.close()); err != nil {
		t.Fatal(err)
	}
	_ = b
}
