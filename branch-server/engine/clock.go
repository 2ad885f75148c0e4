package engine

import "time"

// mostBehind is how far a clock that was set back is made up for: beyond that the journal's own times were wrong, as
// after a battery that failed, and the clock is believed.
const mostBehind = 2 * time.Hour

// catchUp looks, after a replay, whether the clock stands before the journal's last entry, as when it was set back while
// the program was away. Time then goes on from that entry, so that nobody has waited less than before and what was due
// stays due. The order of the journal never comes from time.
func (e *Engine) catchUp() {
	e.lag = 0
	gap := e.day.Last().Sub(e.cfg.Now())
	switch {
	case e.day.Last().IsZero() || gap <= 0:
	case gap <= mostBehind:
		e.lag = gap
		e.cfg.Log.Warn("clock was set back; the day goes on from its last entry", "by", gap.String())
	default:
		e.cfg.Log.Error("clock stands far before the journal; set it", "by", gap.String())
	}
}

// now is the moment of the Day. It does not run backwards while the program lives, because the configured clock does not.
func (e *Engine) now() time.Time { return e.cfg.Now().Add(e.lag).In(e.cfg.Zone) }
