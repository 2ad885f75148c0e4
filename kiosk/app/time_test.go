package app

import (
	"strings"
	"testing"
	"time"

	"balcao/internal/machine"
	"balcao/internal/wire"
)

// clockIs waits until the branch hears that a kiosk's clock is so.
func (b *branch) clockIs(want string) wire.Health {
	b.t.Helper()
	var got wire.Health
	b.eventually("the clock is "+want, func() bool {
		b.lock(func() { got = b.health })
		return got.Devices[wire.PartClock] == want
	}, func() any { return got.Devices })
	return got
}

// TestAKioskWhoseClockIsOffGivesNumbersOfTheBranchsDay: a day and two hours slow, it dates what it gives alone by the branch's
// clock, and says of its own facts that they are not to be trusted.
func TestAKioskWhoseClockIsOffGivesNumbersOfTheBranchsDay(t *testing.T) {
	b := lending(t)
	printer := virtualPrinter(t)
	cfg := touchConfig(t, b, printer.Path())
	cfg.Times.Off = -26 * time.Hour
	k := start(t, cfg).ready(t).lent(t)
	h := b.clockIs(wire.ClockOff)
	if h.Clock == nil || !h.Clock.Known || h.Clock.Quality != wire.ClockDrift || (time.Duration(h.Clock.OffsetMS)*time.Millisecond-26*time.Hour).Abs() > time.Minute {
		t.Errorf("health says %+v", h.Clock)
	}
	b.hang()
	before := time.Now()
	k.page.press(t, "clock-off-0001", "home", "service", "cc")
	k.page.wait(t, "a number", func(s state) bool { return s.says("A600") && s.says("Retire o seu talão") })
	slip := papers(t, printer, 1)[0].Text()
	if today := before.In(zoneOf("Europe/Lisbon")).Format("02-01-2006"); !strings.Contains(slip, today) {
		t.Errorf("the slip is not of %s:\n%s", today, slip)
	}
	b.open()
	b.holds("clock-off-0001", wire.TypeTicketRequested, wire.TypeTicketAlone, wire.TypePrintStarted, wire.TypeTicketPrinted)
	var epoch uint64
	b.lock(func() { epoch = b.epoch })
	records, err := b.ledger.Records(t.Context(), node, epoch)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		e, err := wire.DecodeEvent(r.Raw)
		if err != nil {
			t.Fatal(err)
		}
		if e.Type != wire.TypeTicketAlone {
			continue
		}
		if e.CQ != wire.ClockDrift || before.Sub(time.UnixMilli(e.TS)) < 25*time.Hour {
			t.Errorf("the fact says %s of %s", e.CQ, time.UnixMilli(e.TS))
		}
	}
}

// TestAKioskThatDoesNotKnowTheTimeGivesNothingWithAnHour: its battery is empty and its branch away. When the branch is
// back the kiosk has its time.
func TestAKioskThatDoesNotKnowTheTimeGivesNothingWithAnHour(t *testing.T) {
	b := lending(t)
	printer := virtualPrinter(t)
	cfg := touchConfig(t, b, printer.Path())
	k := start(t, cfg).ready(t).lent(t)
	k.stop()
	b.hang()

	cfg.Times.Off = -time.Since(time.Date(1970, 1, 1, 0, 3, 0, 0, time.UTC))
	k = start(t, cfg).ready(t)
	k.page.press(t, "no-clock-0001", "home", "service", "cc")
	k.page.wait(t, "what to do instead", func(s state) bool { return s.says("Agora não é possível dar senhas aqui") })
	k.page.press(t, "no-clock-0002", "refused", "finish", "")
	if n := len(confirmed(printer)); n != 0 {
		t.Errorf("%d slips came out", n)
	}
	b.open()
	b.clockIs(wire.ClockGood)
	k.log.wait(t, "the branch's time is taken")
	if now := k.app.time.now(); time.Since(now).Abs() > time.Minute {
		t.Errorf("the kiosk says it is %s", now)
	}
	k.page.press(t, "no-clock-0003", "home", "service", "cc")
	k.page.wait(t, "a number", func(s state) bool { return s.says("A001") })
	b.eventually("the step is logged", func() bool { return len(b.facts("", wire.TypeClockStep)) == 1 }, func() any { return b.facts("", wire.TypeClockStep) })
}

func TestAMachinesClockThatJumpsIsToldAndNotFollowed(t *testing.T) {
	b := newBranch(t)
	cfg := touchConfig(t, b, virtualPrinter(t).Path())
	a, err := New(t.Context(), cfg, discard())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.close(); err != nil {
			t.Error(err)
		}
	}()
	a.clock = machine.NewClockOff(5 * time.Hour)
	a.time.heard(time.Now())
	if got := a.time.state(); got != wire.ClockOff {
		t.Errorf("five hours fast is %s", got)
	}
	if now := a.time.now(); time.Since(now).Abs() > time.Minute {
		t.Errorf("what is printed would say %s", now)
	}
	if lost := a.time.lost(); lost {
		t.Error("a wrong clock beside a right one counts as none")
	}
}
