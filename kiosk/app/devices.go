package app

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"balcao/internal/wire"
	"balcao/kiosk/flow"
)

// Devices of a kiosk, as health and facts name them.
const (
	devicePrinter = "printer"
	deviceReader  = "reader"
	deviceSound   = "sound"
	deviceScreen  = "screen"
)

// State codes that more than one device has.
const (
	stateStarting = "starting"
	stateReady    = "ready"
	stateAbsent   = "absent"
	stateNull     = "null" // the sound goes into a null sink
	stateNearEnd  = "near_end"
	stateUnsure   = "not_confirmed" // it is written to, and has never answered
)

// devices knows how each device is, tells health, and logs a fact when one changes. At the start they get a moment to
// be found before their absence is a fact.
type devices struct {
	app  *App
	rung chan struct{} // one is enough: it says "look"

	mu       sync.Mutex
	states   map[string]string // "" until a device was heard of
	noted    map[string]string // as logged last
	news     chan struct{}     // closed, and made anew, when a state changes
	settled  bool              // the moment of grace is over
	wasLinks bool              // the branch was heard of, for better or worse
}

func newDevices(a *App) *devices {
	return &devices{app: a, rung: make(chan struct{}, 1), news: make(chan struct{}), states: map[string]string{}, noted: map[string]string{}}
}

// expect says that this kiosk should have a device.
func (d *devices) expect(device string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, known := d.states[device]; !known {
		d.states[device] = ""
	}
}

// report takes in how a device is now. It never blocks.
func (d *devices) report(device, state string) {
	d.mu.Lock()
	changed := d.states[device] != state
	d.states[device] = state
	d.tell()
	d.mu.Unlock()
	if changed {
		d.ring()
	}
}

// found waits until it is known how a device is, at the latest until the moment of grace is over.
func (d *devices) found(ctx context.Context, device string) {
	for {
		d.mu.Lock()
		state, news := d.states[device], d.news
		d.mu.Unlock()
		if state != "" {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-news:
		}
	}
}

func (d *devices) ring() {
	select {
	case d.rung <- struct{}{}:
	default:
	}
	if d.app.health != nil {
		d.app.health.ring()
	}
}

// linked notes that the branch was heard of, or is known not to be.
func (d *devices) linked() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wasLinks = true
}

// now returns the state code of every device.
func (d *devices) now() map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := maps.Clone(d.states)
	for device, state := range all {
		if state == "" {
			all[device] = stateStarting
		}
	}
	return all
}

// run logs changes in their order.
func (d *devices) run(ctx context.Context) error {
	grace := time.NewTimer(d.app.cfg.Times.Settle)
	defer grace.Stop()
	look := time.NewTicker(d.app.cfg.Times.Settle)
	defer look.Stop()
	for unseen := 0; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-grace.C:
			d.settle()
		case <-look.C:
			unseen = d.look(unseen)
		case <-d.rung:
		}
		d.note(ctx)
	}
}

// look says whether a browser shows a face. One that has never come is not missed; one that left comes back by itself
// within seconds, or its machine needs somebody.
func (d *devices) look(unseen int) (now int) {
	if d.app.screen.Watched() {
		d.report(deviceScreen, stateReady)
		return 0
	}
	d.mu.Lock()
	_, seen := d.states[deviceScreen]
	d.mu.Unlock()
	if seen && unseen >= 1 {
		d.report(deviceScreen, stateAbsent)
	}
	return unseen + 1
}

// tell wakes whoever waits for news; the caller holds the lock.
func (d *devices) tell() {
	close(d.news)
	d.news = make(chan struct{})
}

// settle says of what was not heard of until now that it is not there.
func (d *devices) settle() {
	d.mu.Lock()
	d.settled = true
	unlinked := !d.wasLinks
	var absent []string
	for device, state := range d.states {
		if state == "" {
			d.states[device] = stateAbsent
			absent = append(absent, device)
		}
	}
	d.tell()
	d.mu.Unlock()
	d.ring()
	for _, device := range absent {
		switch device {
		case devicePrinter:
			d.app.post(flow.PrinterChanged{Status: flow.PrinterAbsent})
		case deviceReader:
			d.app.post(flow.ReaderChanged{})
		}
	}
	if unlinked {
		d.app.heardLink(false, d.app.clock.Now())
	}
}

// note logs what changed since it was logged last.
func (d *devices) note(ctx context.Context) {
	d.mu.Lock()
	states, settled := maps.Clone(d.states), d.settled
	d.mu.Unlock()
	for _, device := range slices.Sorted(maps.Keys(states)) {
		before, state := d.noted[device], states[device]
		if state == before || state == "" || (faulty(state) && !settled) {
			continue
		}
		for _, kind := range facts(device, before, state) {
			if err := d.app.store.Note(ctx, kind, wire.DeviceFact{Device: device, State: state}, d.app.clock.Now()); err != nil {
				d.app.log.Error("state of a device not logged", "device", device, "err", err)
			}
		}
		d.noted[device] = state
		d.app.log.Info("device", "device", device, "state", state)
		d.app.uplink.Nudge()
	}
}

// facts are the types of what is logged about a change.
func facts(device, before, now string) []string {
	var kinds []string
	if device == devicePrinter {
		kinds = append(kinds, wire.TypePrinterState)
	}
	switch {
	case faulty(now) && !faulty(before):
		kinds = append(kinds, wire.TypeDeviceFault)
	case faulty(before) && !faulty(now):
		kinds = append(kinds, wire.TypeDeviceRecovered)
	}
	return kinds
}

// faulty reports whether a device in this state does not do its work.
func faulty(state string) bool {
	return !slices.Contains([]string{"", stateStarting, stateReady, stateNearEnd, stateNull, stateUnsure, wire.DiskOK, wire.DiskScarce, wire.DiskSlow, wire.DiskChecking, wire.ClockOff}, state)
}
