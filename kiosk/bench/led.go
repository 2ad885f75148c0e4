package bench

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"balcao/kiosk/alpha/alphatest"
	"balcao/printers/printertest"
)

// LEDProfile is the profile of the virtual sign of LEDs.
const LEDProfile = "virtual/alpha-led"

// Faults of the virtual sign of LEDs.
const (
	ledCable  = "cable-out"
	ledPower  = "power-off"
	ledSilent = "silent"
)

// hungSign is a sign of LEDs at the far end of a serial line.
type hungSign struct {
	port    string
	changed *bell

	mu     sync.Mutex
	sign   *alphatest.Sign
	line   *printertest.Line // nil while the cable is out
	faults map[string]bool
	seen   string // as pages were told of last
	rev    int    // grows when it changes
}

// hangSign plugs a sign in at port.
func hangSign(port string, changed *bell) (*hungSign, error) {
	h := &hungSign{port: port, changed: changed, sign: alphatest.New(alphatest.Demo()), faults: map[string]bool{}}
	line, err := printertest.Plug(port)
	if err != nil {
		return nil, fmt.Errorf("hang a virtual sign: %w", err)
	}
	h.line = line
	return h, nil
}

// run lets the sign hear until ctx ends.
func (h *hungSign) run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = h.set(ledCable, true) })
	defer stop()
	lend := time.NewTicker(time.Second)
	defer lend.Stop()
	for ctx.Err() == nil {
		h.mu.Lock()
		line := h.line
		h.mu.Unlock()
		if line == nil {
			select {
			case <-lend.C:
			case <-ctx.Done():
			}
			continue
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			h.listen(line)
		}()
		for open := true; open; {
			select {
			case <-done:
				open = false
			case <-lend.C:
				line.Share() // a host that was killed keeps the line to itself
			}
		}
	}
	return nil
}

// listen takes bytes from the line until it is gone.
func (h *hungSign) listen(line *printertest.Line) {
	buf := make([]byte, 64)
	for {
		n, err := line.Read(buf)
		if err != nil {
			return
		}
		h.mu.Lock()
		if !h.faults[ledPower] {
			answer := h.sign.Hear(buf[:n])
			if !h.faults[ledSilent] {
				_, _ = line.Write(answer) // what the host does not take is lost
			}
		}
		h.mu.Unlock()
		h.changed.ring()
	}
}

// set begins or ends a fault.
func (h *hungSign) set(fault string, on bool) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.faults[fault] = on
	defer h.changed.ring()
	switch {
	case fault == ledPower && !on:
		h.sign.Reset()
	case fault == ledCable && on && h.line != nil:
		line := h.line
		h.line = nil
		return line.Close()
	case fault == ledCable && !on && h.line == nil:
		line, err := printertest.Plug(h.port)
		if err != nil {
			return err
		}
		h.line = line
	}
	return nil
}

// ledState is everything the page of the sign shows.
type ledState struct {
	Simulated bool `json:"simulated"`
	Rev       int  `json:"rev"` // of the picture
	alphatest.State

	Faults []string `json:"faults"`
	Dark   bool     `json:"dark"` // switched off
}

func (h *hungSign) state() ledState {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := ledState{Simulated: true, State: h.sign.State(), Faults: []string{}, Dark: h.faults[ledPower]}
	for _, b := range ledFaults {
		if h.faults[b.Fault] {
			s.Faults = append(s.Faults, b.Fault)
		}
	}
	if seen := fmt.Sprint(s.Text, s.Flashing, s.Priority, s.Dark); seen != h.seen {
		h.rev++
		h.seen = seen
	}
	s.Rev = h.rev
	return s
}

// ledButton is a fault of the sign as the page offers it.
type ledButton struct{ Fault, Word string }

var ledFaults = []ledButton{{ledCable, "Cabo fora"}, {ledPower, "Desligado"}, {ledSilent, "Não responde"}}

func (b *Bench) ledPage(w http.ResponseWriter, _ *http.Request) {
	b.page(w, "Letreiro", "led", map[string]any{"Faults": ledFaults})
}

// getLED serves the sign as a picture: /led/picture.png?page=0&lit=1.
func (b *Bench) getLED(w http.ResponseWriter, r *http.Request) {
	page, err := strconv.Atoi(r.FormValue("page"))
	if err != nil {
		page = 0
	}
	b.led.mu.Lock()
	defer b.led.mu.Unlock()
	if b.led.faults[ledPower] {
		page = -1 // all LEDs are dark
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "no-store")
	if err := b.led.sign.WritePNG(w, page, r.FormValue("lit") != "0"); err != nil {
		b.cfg.Log.Debug("draw the sign", "err", err) // the browser may have gone
	}
}

// postLED begins or ends a fault of the sign: fault=silent&on=true.
func (b *Bench) postLED(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	on, err := strconv.ParseBool(r.FormValue("on"))
	known := false
	for _, f := range ledFaults {
		known = known || f.Fault == r.FormValue("fault")
	}
	if err != nil || !known {
		http.Error(w, "avaria desconhecida", http.StatusBadRequest)
		return
	}
	if err := b.led.set(r.FormValue("fault"), on); err != nil {
		b.cfg.Log.Warn("change the virtual sign", "err", err)
		http.Error(w, "o letreiro virtual não muda", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// LEDPort returns the path of the serial device of the sign of LEDs.
func (b *Bench) LEDPort() string { return b.led.port }

// closeLED takes the sign down when it was never run.
func (b *Bench) closeLED() error {
	if b.led == nil {
		return nil
	}
	return b.led.set(ledCable, true)
}
