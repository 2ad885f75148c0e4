package app

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"balcao/internal/machine"
	"balcao/internal/wire"
)

// healthEvery is the longest time between two samples of the kiosk's state.
const healthEvery = 30 * time.Second

// health sends a sample of the kiosk's state at once when a device changes, and now and then.
type health struct {
	app  *App
	rung chan struct{} // one is enough: it says "look"
}

func newHealth(a *App) *health { return &health{app: a, rung: make(chan struct{}, 1)} }

func (h *health) ring() {
	select {
	case h.rung <- struct{}{}:
	default:
	}
}

func (h *health) run(ctx context.Context) error {
	often := time.NewTicker(healthEvery)
	defer often.Stop()
	for {
		h.app.uplink.Health(h.sample())
		select {
		case <-ctx.Done():
			return nil
		case <-h.rung:
		case <-often.C:
		}
	}
}

func (h *health) sample() wire.Health {
	a := h.app
	call, since := a.assistance.wished()
	return wire.Health{
		Call: call, CallMS: since,
		Node: a.cfg.Node, Boot: a.boot, Software: Version, AtMS: a.clock.Now().UnixMilli(), UpMS: machine.Uptime(),
		Faces: a.cfg.Faces, Devices: a.devices.now(), Unsent: a.uplink.Unsent(), Memory: machine.Resident(),
		Models: a.models(), Roll: a.paperLeft(), SlipTest: a.layouts.lastTest(),
		Disk: a.diskHealth(), Clock: a.time.health(),
		Cert: a.certificate(), Board: a.boardShown(), Order: a.orders.gate.Highest(),
	}
}

// boardShown is which board the callboard shows; nil where none is shown.
func (a *App) boardShown() *wire.BoardShown {
	if !a.cfg.shows(FaceCallboard) {
		return nil
	}
	epoch, seq, stale := a.uplink.Board()
	if seq == 0 {
		return nil
	}
	shown := &wire.BoardShown{Epoch: epoch, Seq: seq}
	if !stale.IsZero() {
		shown.StaleMS = stale.UnixMilli()
	}
	return shown
}

// paperLeft is the forecast of the printer's paper; nil without a printer.
func (a *App) paperLeft() *wire.PaperRoll {
	if a.roll == nil {
		return nil
	}
	return a.roll.forecast()
}

// others are the pages of the screen's server that are for programs.
func (a *App) others() map[string]http.Handler {
	all := map[string]http.Handler{
		"GET /healthz": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			answer(w, map[string]any{"node": a.cfg.Node, "version": Version, "devices": a.devices.now(), "models": a.models(), "roll": a.paperLeft(), "disk": a.diskHealth(), "clock": a.time.health()})
		}),
		"GET /debug/latency": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			answer(w, figures(a.Latencies()))
		}),
	}
	if a.speech != nil {
		all["GET /fala"] = http.HandlerFunc(a.speech.serveLog)
		all["GET /fala/{file}"] = http.HandlerFunc(a.speech.serveSound)
	}
	return all
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // whoever asked may have gone
}
