package app

import (
	"strings"
	"testing"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
	"balcao/kiosk/store"
)

// lending is a branch that lends its kiosk A600 and A601 of today.
func lending(t *testing.T) *branch {
	t.Helper()
	b := newBranch(t)
	day := string(queue.DateOf(time.Now(), zoneOf("Europe/Lisbon")))
	b.lock(func() { b.lent = []wire.LeasedRange{{Day: day, Division: "cc", Prefix: "A", From: 600, To: 601}} })
	return b
}

// lent waits until a kiosk holds numbers.
func (k *kiosk) lent(t *testing.T) *kiosk {
	t.Helper()
	deadline := time.After(patience)
	for {
		ranges, err := k.app.store.Lent(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(ranges) > 0 {
			return k
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatal("no numbers are lent")
		}
	}
}

func TestAKioskAloneGivesNumbersOfItsOwn(t *testing.T) {
	b := lending(t)
	printer := virtualPrinter(t)
	k := start(t, touchConfig(t, b, printer.Path())).ready(t).lent(t)
	b.hang()
	for i, number := range []string{"A600", "A601"} {
		request := "alone-000" + number
		k.page.press(t, request, "home", "service", "cc")
		k.page.wait(t, number+" with what it is worth", func(s state) bool {
			return s.says(number) && s.says("sem ligação") && s.says("Retire o seu talão")
		})
		if slip := papers(t, printer, i+1)[i].Text(); !strings.Contains(slip, number) {
			t.Errorf("the slip says %s", slip)
		}
		k.page.press(t, "end-"+number, "ticket", "finish", "")
	}
	k.page.press(t, "alone-none", "home", "service", "cc")
	k.page.wait(t, "a slip without a number", func(s state) bool { return s.says("K1-1") && s.says("Retire o seu talão") })
	k.page.press(t, "end-none", "ticket", "finish", "")

	b.open()
	b.holds("alone-000A600", wire.TypeTicketRequested, wire.TypeTicketAlone, wire.TypePrintStarted, wire.TypeTicketPrinted)
	b.holds("alone-none", wire.TypeTicketRequested, wire.TypeSlipGiven, wire.TypePrintStarted, wire.TypeTicketPrinted)
	k.page.wait(t, "the branch", func(s state) bool { return !s.says("sem ligação") })
	k.page.press(t, "not-alone-0001", "home", "service", "cc")
	k.page.wait(t, "a number of the branch", func(s state) bool { return s.says("A001") })
	if given := b.given(); len(given) != 1 {
		t.Errorf("the branch gave %v", given)
	}
}

func TestABranchThatIsTooSlowIsNotWaitedFor(t *testing.T) {
	b := lending(t)
	b.lock(func() { b.silent = true })
	k := start(t, touchConfig(t, b, virtualPrinter(t).Path())).ready(t).lent(t)
	k.page.press(t, "slow-0001", "home", "service", "cc")
	k.page.wait(t, "a number of its own", func(s state) bool { return s.says("A600") })
	b.lock(func() { b.silent = false })
	b.holds("slow-0001", wire.TypeTicketRequested, wire.TypeTicketAlone, wire.TypePrintStarted, wire.TypeTicketPrinted)
	if k.page.last.says("A001") {
		t.Error("the late answer took the place of the number that was given")
	}
}

func TestANumberGivenAloneOutlivesTheProgram(t *testing.T) {
	b := lending(t)
	cfg := touchConfig(t, b, virtualPrinter(t).Path())
	cfg.Times.TakeUp = time.Hour
	a, err := New(t.Context(), cfg, discard())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	day := a.offers.today(now)
	if err := a.store.Lend(t.Context(), []wire.LeasedRange{{Day: day, Division: "cc", Prefix: "A", From: 600, To: 649}}, day); err != nil {
		t.Fatal(err)
	}
	if _, err := a.store.Ask(t.Context(), wire.TicketFact{Request: "killed-1", Service: "cc", Class: "walkin", Lang: "pt"}, now); err != nil {
		t.Fatal(err)
	}
	ticket := func(prefix string, n int) wire.Ticket {
		return wire.Ticket{Number: wire.NumberText(prefix, n), Service: "cc", Body: "irn", Alone: true, Ahead: -1}
	}
	for range 2 { // asked again, it is the same
		if r, err := a.store.Alone(t.Context(), "killed-1", "cc", day, ticket, now); err != nil || r.Ticket.Number != "A600" || r.State != store.Requested {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	k := start(t, cfg).ready(t)
	k.page.press(t, "killed-1", "home", "service", "cc")
	k.page.wait(t, "the same number", func(s state) bool { return s.says("A600") && s.says("Retire o seu talão") })
	if given := b.given(); len(given) != 0 {
		t.Errorf("the branch was asked again and gave %v", given)
	}
}

// A kiosk alone gives no number after the hour at which the branch would have stopped.
func TestAKioskAloneKeepsTheHours(t *testing.T) {
	b := lending(t)
	o := offer()
	for i := range o.Services {
		o.Services[i].LastMS = time.Now().Add(-time.Second).UnixMilli()
	}
	b.publish("offer", o)
	printer := virtualPrinter(t)
	k := start(t, touchConfig(t, b, printer.Path())).ready(t).lent(t)
	b.hang()
	k.page.press(t, "too-late-0001", "home", "service", "cc")
	k.page.wait(t, "that the service gives no tickets now", func(s state) bool {
		return s.text("screen") == "refused" && s.says("Este serviço não dá senhas agora")
	})
}

func TestWhenNothingIsLeftToGiveASlipWithoutANumberIs(t *testing.T) {
	b := lending(t)
	b.lock(func() { b.lent = nil })
	printer := virtualPrinter(t)
	cfg := touchConfig(t, b, printer.Path())
	cfg.Times.Slip = time.Millisecond
	k := start(t, cfg).ready(t)
	b.hang()
	for i, name := range []string{"K1-1", "K1-2"} {
		k.page.press(t, "nameless-000"+name, "home", "service", "cc")
		k.page.wait(t, name+" with what to do", func(s state) bool {
			return s.says(name) && s.says("Mostre o talão na receção") && s.says("Retire o seu talão")
		})
		slip := papers(t, printer, i+1)[i].Text()
		for _, want := range []string{name, "Sem número: mostre este talão na receção", "Não é uma senha"} {
			if !strings.Contains(strings.Join(strings.Fields(slip), " "), want) {
				t.Errorf("the slip does not say %q: %s", want, slip)
			}
		}
		k.page.press(t, "end-"+name, "ticket", "finish", "")
	}
	b.open()
	b.holds("nameless-000K1-2", wire.TypeTicketRequested, wire.TypeSlipGiven, wire.TypePrintStarted, wire.TypeTicketPrinted)
}
