package app

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"balcao/internal/config"
	"balcao/internal/slip"
	"balcao/internal/wire"
	"balcao/kiosk/uplink"
	"balcao/printers"
	"balcao/printers/device"
	"balcao/printers/form"
)

// layouts knows what stands on a slip: what the branch published last, else what this kiosk's own file says, else the
// standard layout. It also prints slips for a test, which are no tickets.
type layouts struct {
	app *App

	mu     sync.Mutex
	layout *slip.Layout     // of the branch; nil until it was heard
	form   *printers.Form   // of the branch's layout; nil where the kiosk's own counts
	tested *wire.SlipTested // the last test
}

func newLayouts(a *App) *layouts { return &layouts{app: a} }

// heard takes in what the branch published, and keeps it for the next start. What cannot be printed changes neither.
func (l *layouts) heard(published wire.SlipLayout, raw []byte) {
	if err := sound(published.Layout); err != nil {
		l.app.log.Warn("the branch's slip cannot be printed; the last one stays", "hash", published.Hash, "err", err)
		return
	}
	l.app.keeper.keep(uplink.SlipName, raw)
	l.use(published)
}

// use prints by a layout from the next slip on.
func (l *layouts) use(published wire.SlipLayout) {
	l.mu.Lock()
	defer l.mu.Unlock()
	changed := l.layout == nil || l.layout.Hash() != published.Layout.Hash()
	l.layout, l.form = &published.Layout, nil
	if len(published.Layout.Parts) > 0 {
		f := form.Of(published.Layout)
		l.form = &f
	}
	if changed && l.app.unit != nil {
		l.app.unit.keepLogos(l.form)
	}
	if changed {
		l.app.log.Info("slips are laid out anew", "hash", published.Layout.Hash())
		l.app.health.ring()
	}
}

// sound reports what is wrong with a layout that came over the wire.
func sound(l slip.Layout) error {
	doc := struct {
		slip.Layout
	}{l}
	var read checkedLayout
	return config.Decode("slip", config.Encode(&doc), &read)
}

// checkedLayout is a layout whose faults are named when it is read.
type checkedLayout struct{ slip.Layout }

// Check names the faults of the layout.
func (c *checkedLayout) Check(faults *config.Faults) { c.Layout.Check("", faults) }

// remember takes up what was published before the last end of the program.
func (l *layouts) remember(raw []byte) error {
	var published wire.SlipLayout
	if err := json.Unmarshal(raw, &published); err != nil {
		return err
	}
	if err := sound(published.Layout); err != nil {
		return err
	}
	l.use(published)
	return nil
}

// of is the form of the next slip; nil is the one that the printer was set up with.
func (l *layouts) of() *printers.Form {
	l.mu.Lock()
	f := l.form
	l.mu.Unlock()
	if f == nil || l.app.unit == nil {
		return nil
	}
	return device.Fitted(f, l.app.unit.speaks())
}

// printed names the layout that slips have; empty for a file of the kiosk's own.
func (l *layouts) printed() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.layout != nil && len(l.layout.Parts) > 0:
		return l.layout.Hash()
	case l.app.cfg.Printer.Form != "":
		return ""
	}
	return slip.Layout{}.Hash()
}

// lastTest is what became of the last slip printed for a test; nil if there was none.
func (l *layouts) lastTest() *wire.SlipTested {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tested
}

// test prints a slip that is no ticket, once and in time.
func (l *layouts) test(o wire.Order) {
	a := l.app
	if !a.tickets.first(o.ID) {
		a.health.ring() // the branch may not have heard yet
		return
	}
	l.settle(wire.SlipTested{ID: o.ID})
	if err := sound(o.Test.Layout); err != nil {
		a.log.Warn("test slip cannot be printed", "err", err)
		l.settle(wire.SlipTested{ID: o.ID, Result: printers.Failed.String(), Reason: "layout"})
		return
	}
	due := a.clock.Now().Add(time.Duration(o.TTL) * time.Millisecond)
	a.tickets.jobs.do("test "+o.ID, func(ctx context.Context, _ *job) {
		if a.clock.Now().After(due) {
			l.settle(wire.SlipTested{ID: o.ID, Result: printers.Failed.String(), Reason: "late"})
			return
		}
		l.print(ctx, o.ID, *o.Test)
	})
}

func (l *layouts) print(ctx context.Context, id string, t wire.SlipTest) {
	a := l.app
	f := form.Of(t.Layout)
	paper := printers.Slip{
		TicketID: "ENSAIO", Number: "T000", Branch: t.Branch, Body: t.Body, Service: t.Service, Place: t.Place,
		Issued: written(a.time.now().UnixMilli(), a.offers.zone()), Validity: "Talão de ensaio: não é uma senha.", Ahead: 3,
		Wait: printers.Wait{From: 10, To: 20}, QR: "HTTPS://ENSAIO.EXAMPLE/T000", Language: t.Lang, Large: t.Large,
		Form: device.Fitted(&f, a.unit.speaks()),
	}
	outcome, err := a.printer.Print(ctx, paper, func() { a.tickets.prints(slipOf{}) })
	if err != nil {
		a.log.Warn("test slip not confirmed", "err", err)
	}
	l.settle(wire.SlipTested{ID: id, Result: outcome.Result.String(), Reason: code(outcome.Reason), Weak: outcome.Weak})
}

// settle says what became of a test.
func (l *layouts) settle(t wire.SlipTested) {
	l.mu.Lock()
	l.tested = &t
	l.mu.Unlock()
	l.app.health.ring()
}
