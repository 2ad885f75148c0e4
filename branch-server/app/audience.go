package app

import "balcao/internal/queue"

// audience fans what is on disk out to everybody who shows or sends it. The engine calls it while locked, so nobody
// here may block; the parts are set before the first command.
type audience struct{ app *App }

// Hear tells every part that the Day changed.
func (h *audience) Hear(entries []queue.Entry) {
	h.app.count(entries)
	if h.app.site != nil {
		h.app.site.Hear(entries)
	}
	if h.app.web != nil {
		h.app.web.Hear(entries)
	}
	if h.app.uplink != nil {
		h.app.uplink.child.Nudge()
	}
}
