package sim

import (
	"fmt"
	"time"

	"balcao/internal/queue"
)

// trouble plans everything that goes wrong of itself.
func (w *world) trouble() {
	for _, l := range w.links {
		w.weather(l)
	}
	w.mortal(w.hq.program, 8*time.Hour)
	w.forgetful(w.hq.program, 16*time.Hour)
	for _, b := range w.branches {
		w.mortal(b.program, 8*time.Hour)
		w.forgetful(b.program, 16*time.Hour)
		for _, k := range b.kiosks {
			w.mortal(k.program, 5*time.Hour)
			w.forgetful(k.program, 20*time.Hour)
		}
	}
	if w.cfg.Away > 0 {
		w.after(time.Hour, func() error {
			for _, l := range w.hq.parent.links {
				_ = l.mend() // another cut may just end: this one lasts
				l.sever(w.cfg.Away)
			}
			return nil
		})
	}
}

// weather changes a link's mood now and then.
func (w *world) weather(l *link) {
	w.after(w.between(10*time.Minute, 4*time.Hour), func() error {
		if w.healed {
			return nil
		}
		switch n := w.dice.IntN(100); {
		case n < 40:
			l.mood = honest
		case n < 60:
			l.mood = slow
		case n < 80:
			l.mood = liar
		case n < 90:
			l.sever(w.between(time.Second, 2*time.Minute))
		default:
			l.sever(w.between(2*time.Minute, 40*time.Minute))
		}
		w.weather(l)
		return nil
	})
}

// mortal has a program killed about every so often. Its clock may stand elsewhere afterwards.
func (w *world) mortal(p *program, every time.Duration) {
	w.after(w.between(every/10, 2*every), func() error {
		if w.healed {
			return nil
		}
		if w.chance(10) {
			p.setClock()
		}
		w.mortal(p, every)
		return p.die(w.between(500*time.Millisecond, 90*time.Second))
	})
}

// setClock has the clock of a machine stand wrong from its next start on, or right again.
func (p *program) setClock() {
	p.ahead = 0
	switch p.w.dice.IntN(8) {
	case 0:
		p.ahead = p.w.between(-5*time.Minute, 5*time.Minute)
	case 1:
		p.ahead = p.w.between(-time.Hour, time.Hour)
	}
	if p.ahead != 0 {
		p.w.tell("the clock of %s stands %s wrong", p.name, p.ahead.Round(time.Second))
		p.w.witness.clocks++
	}
}

// forgetful has a program copied at times, and put back from the copy at others. A branch is put back once a day at
// the most: it has four blocks of numbers for that.
func (w *world) forgetful(p *program, every time.Duration) {
	w.after(w.between(every/10, every), func() error {
		if w.healed {
			return nil
		}
		if err := p.copy(); err != nil {
			return err
		}
		w.after(w.between(time.Minute, every), func() error {
			if w.healed {
				return nil
			}
			day := queue.DateOf(w.now, w.zone)
			if w.chance(60) && p.restored != day {
				p.restored = day
				if err := p.restore(); err != nil {
					return err
				}
			}
			w.forgetful(p, every)
			return nil
		})
		return nil
	})
}

// struck kills a program just after it put something on disk, once in a long while. The caller does nothing more.
func (p *program) struck() bool {
	if p.w.healed || p.w.cfg.Calm || p.w.dice.IntN(500) > 0 {
		return false
	}
	if err := p.die(p.w.between(500*time.Millisecond, 30*time.Second)); err != nil {
		p.w.witness.fault("%v", err)
	}
	return true
}

// citizens come to all kiosks over the whole time.
func (w *world) citizens() {
	var all []*kiosk
	for _, b := range w.branches {
		all = append(all, b.kiosks...)
	}
	mean := w.cfg.Span / time.Duration(w.cfg.Tickets)
	left := w.cfg.Tickets
	var next func() error
	next = func() error {
		if left--; left > 0 {
			w.after(w.between(0, 2*mean), next)
		}
		return all[w.dice.IntN(len(all))].come()
	}
	w.after(w.between(time.Minute, 10*time.Minute), next)
}

// heal ends all trouble and lets everything come to rest.
func (w *world) heal() error {
	w.tell("everything heals")
	w.healed = true
	for _, l := range w.links {
		l.mood = honest
		if err := l.mend(); err != nil {
			return err
		}
	}
	for range 60 {
		if err := w.until(w.now.Add(2 * time.Minute)); err != nil {
			return err
		}
		if rests, err := w.rests(); err != nil || rests {
			return err
		}
	}
	return fmt.Errorf("it never comes to rest")
}

func (w *world) rests() (bool, error) {
	if !w.hq.up {
		return false, nil
	}
	for _, l := range w.links {
		if !l.child.up || !l.up {
			return false, nil
		}
		if err := l.child.head(); err != nil {
			return false, err
		}
		if !l.child.sender.CaughtUp() {
			return false, l.child.act()
		}
	}
	for _, b := range w.branches {
		due := false
		if err := b.engine.Read(w.ctx, func(d *queue.Day, _ time.Time) { due = !d.Due().IsZero() }); err != nil || due {
			return false, err
		}
	}
	return true, nil
}
