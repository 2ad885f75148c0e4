package engine

import (
	"time"

	"balcao/internal/queue"
)

// remembered begins a new block of numbers where a command shows that the journal lost its last moments and nothing else
// told so: a disk that said "written" too early, and a guard file that went with it. What kiosks printed since is believed
// from then on, and no number that it may have had is given to anybody else.
func (e *Engine) remembered(d *queue.Day, cmd queue.Command, at time.Time) []queue.Entry {
	if !d.Forgot(cmd) {
		return nil
	}
	var wish queue.Recover
	if e.cfg.Begun != nil {
		wish.Today, wish.Before = e.cfg.Begun(d.Date())
	}
	entries, err := d.Handle(wish, at)
	if err != nil {
		e.cfg.Log.Error("a kiosk knows a number that this journal never gave, and no block of numbers is left for that today", "day", string(d.Date()))
		return nil
	}
	e.cfg.Log.Error("a kiosk knows a number that this journal never gave: its last moments were lost, and numbers go on in a block that was never used",
		"day", string(d.Date()), "from", d.Recovered().From)
	return entries
}
