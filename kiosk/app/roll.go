package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"balcao/internal/wire"
	"balcao/printers"
	"balcao/printers/device"
)

const (
	// rollName is the name under which the roll is kept on disk.
	rollName = "roll"
	// paceOver is how far back the pace is looked for; paceLeast and paceSlips are how long and how many slips make one.
	paceOver  = time.Hour
	paceLeast = 20 * time.Minute
	paceSlips = 5
)

// paperRoll knows how much paper is left: it counts what each slip takes, and is corrected by the printer's sensor. A
// roll was changed when the sensor saw little or no paper and sees enough again.
type paperRoll struct {
	app    *App
	length int // of a new roll, in millimetres; 0 is not known

	mu     sync.Mutex
	roll   printers.Roll
	low    bool        // the printer said that little or nothing is left
	recent []time.Time // slips of the last hour
}

// keptRoll is what is kept of it on disk.
type keptRoll struct {
	Roll printers.Roll `json:"roll"`
	Low  bool          `json:"low"`
}

func newPaperRoll(a *App) *paperRoll {
	length := int(a.cfg.Printer.RollMetres * 1000)
	return &paperRoll{app: a, length: length, roll: printers.Roll{LengthMM: length}}
}

// remember takes up what was counted before the start. Another length in the configuration holds from now on.
func (p *paperRoll) remember(ctx context.Context) error {
	raw, err := p.app.store.Kept(ctx, rollName)
	if err != nil {
		return fmt.Errorf("remember the paper roll: %w", err)
	}
	var kept keptRoll
	if raw == nil {
		return nil
	}
	if err := json.Unmarshal(raw, &kept); err != nil {
		p.app.log.Warn("what was kept is not readable", "name", rollName, "err", err)
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.roll, p.low = kept.Roll, kept.Low
	p.roll.LengthMM = p.length
	return nil
}

// keep writes it down; the lock is held.
func (p *paperRoll) keep() {
	if raw, err := json.Marshal(keptRoll{p.roll, p.low}); err == nil {
		p.app.keeper.keep(rollName, raw)
	}
}

// printed counts a slip of which paper may have come out.
func (p *paperRoll) printed(s printers.Slip) {
	p.app.unit.mu.Lock()
	profile, paper := p.app.unit.profile, p.app.unit.paper
	p.app.unit.mu.Unlock()
	long, err := device.SlipMM(profile, paper, s)
	if err != nil {
		p.app.log.Warn("length of a slip not known", "err", err)
		return
	}
	now := p.app.clock.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.roll = p.roll.After(long)
	p.recent = append(p.since(now), now)
	p.keep()
	p.app.health.ring()
}

// since returns the slips of the last hour; the lock is held.
func (p *paperRoll) since(now time.Time) []time.Time {
	return slices.DeleteFunc(p.recent, func(at time.Time) bool { return now.Sub(at) > paceOver })
}

// heard takes in what the printer says of its paper. With an open cover its sensors say nothing.
func (p *paperRoll) heard(s printers.Status) {
	if !s.Connected || s.CoverOpen {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	before := keptRoll{p.roll, p.low}
	low := s.NearEnd || s.PaperOut
	if p.low && !low {
		p.roll = p.roll.Fresh(p.length)
	}
	p.low, p.roll = low, p.roll.At(s)
	if before != (keptRoll{p.roll, p.low}) {
		p.keep()
	}
}

// forecast is what health tells of it; nil where nothing can be said.
func (p *paperRoll) forecast() *wire.PaperRoll {
	now := p.app.clock.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	left, known := p.roll.Left()
	if !known {
		return nil
	}
	told := &wire.PaperRoll{Left: left}
	p.recent = p.since(now)
	if n := len(p.recent); n >= paceSlips && now.Sub(p.recent[0]) >= paceLeast {
		if lasts, known := p.roll.LastsFor(float64(n) / now.Sub(p.recent[0]).Hours()); known {
			told.LastMS = now.Add(lasts).UnixMilli()
		}
	}
	return told
}
