package app

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	profiles "balcao/firmware-profiles"
	"balcao/internal/wire"
	"balcao/kiosk/flow"
	"balcao/printers"
	"balcao/printers/device"
	"balcao/printers/form"
	"balcao/printers/serialport"
	"balcao/printers/tcp"
	"balcao/printers/usblp"
)

// autoProfile in the configuration means the profile that describes what the printer says it is.
const autoProfile = "auto"

// fallbackProfile is spoken to a printer that is not known: plain ESC/POS, whose word on a slip counts little.
const fallbackProfile = "generic/escpos"

// printerUnit is the printer and what is known of its make.
type printerUnit struct {
	app       *App
	cfg       Printer
	catalogue profiles.Catalogue
	paper     device.Paper
	device    *device.Printer

	mu      sync.Mutex
	profile profiles.Profile
	model   wire.DeviceModel
	book    logoBook
}

// newPrinter makes the printer of the configuration's profile; the line is opened by its Run.
func newPrinter(a *App) (*printerUnit, error) {
	u := &printerUnit{app: a, cfg: a.cfg.Printer, catalogue: a.cfg.Printer.catalogue()}
	id := u.cfg.Profile
	if id == autoProfile {
		id = fallbackProfile
	}
	var err error
	if u.paper, err = u.cfg.paper(); err != nil {
		return nil, fmt.Errorf("prepare printer: %w", err)
	}
	if u.paper.Han == nil {
		a.log.Info("no font with Chinese letters on this machine: slips have ? for them; fonts-noto-cjk brings one, or set printer.chinese_font")
	}
	if u.profile, err = u.catalogue.Load(id, u.cfg.Firmware); err != nil {
		return nil, fmt.Errorf("prepare printer: %w", err)
	}
	dialect, err := device.DialectOn(u.profile, u.paper)
	if err != nil {
		return nil, fmt.Errorf("prepare printer: %w", err)
	}
	u.model = wire.DeviceModel{Device: devicePrinter, Firmware: u.cfg.Firmware, Profile: u.profile.ID, Hash: u.profile.Hash()}
	u.device = device.New(device.Config{
		Dialect: dialect, Confirm: device.ConfirmWithin(u.profile), Now: a.clock.Now, Log: a.log,
		Open: u.open, Changed: a.heardPrinter, Late: a.tickets.late, Mouth: a.tickets.mouth, Told: u.told,
		Stored: u.storedLogos,
	})
	u.keepLogos(nil)
	return u, nil
}

// paper reads what is in the printer.
func (p Printer) paper() (device.Paper, error) {
	paper := device.Paper{RollMM: p.Roll}
	var err error
	if paper.Han, err = p.han(hanFonts); err != nil {
		return paper, err
	}
	if p.Form == "" {
		return paper, nil
	}
	raw, err := os.ReadFile(p.Form)
	if err != nil {
		return paper, fmt.Errorf("read form: %w", err)
	}
	f, err := form.Read(p.Form, raw)
	if err != nil {
		return paper, err
	}
	paper.Form = &f
	return paper, nil
}

// open opens the line. With an automatic profile whatever is at its end is asked first what it is, in every language: it
// may be another machine than before.
func (u *printerUnit) open(ctx context.Context) (device.Transport, error) {
	u.mu.Lock()
	profile, ask := u.profile, u.cfg.Profile == autoProfile
	u.mu.Unlock()
	line, err := OpenPrinter(ctx, u.cfg, profile)
	if err != nil || !ask {
		return line, err
	}
	said, err := device.Identify(ctx, line)
	if err != nil {
		return nil, err
	}
	u.told(printers.Identity{Maker: said.Maker, Model: said.Model, Firmware: said.Firmware, Serial: said.Serial})
	return OpenPrinter(ctx, u.cfg, profile)
}

// told takes in what the printer says of itself: the profile's facts for its firmware hold from now on, and one that
// says it is another model is told of in health. The configuration has the last word on model and version.
func (u *printerUnit) told(id printers.Identity) {
	u.mu.Lock()
	defer u.mu.Unlock()
	firmware := u.cfg.Firmware
	if v, err := profiles.ParseVersion(id.Firmware); err == nil && firmware == "" {
		firmware = v.String()
	}
	found, err := u.catalogue.Match(profiles.Identification{Kind: profiles.KindPrinter, Maker: id.Maker, Model: id.Model, Firmware: id.Firmware})
	if err != nil {
		u.app.log.Warn("printer not matched", "err", err)
	}
	wanted, other := u.profile.ID, ""
	switch {
	case len(found) == 0:
	case u.cfg.Profile == autoProfile:
		wanted = found[0]
	case !slices.Contains(found, wanted):
		other = found[0]
		u.app.log.Warn("the printer says it is another model", "profile", wanted, "says", other)
	}
	profile, err := u.catalogue.Load(wanted, firmware)
	if err != nil {
		u.app.log.Warn("profile of the printer not usable", "profile", wanted, "err", err)
		return
	}
	if profile.Hash() != u.profile.Hash() {
		dialect, err := device.DialectOn(profile, u.paper)
		if err != nil {
			u.app.log.Warn("profile of the printer not usable", "profile", wanted, "err", err)
			return
		}
		u.device.Speak(dialect)
	}
	u.profile = profile
	u.sameMemory(id.Serial)
	u.model = wire.DeviceModel{
		Device: devicePrinter, Maker: id.Maker, Model: id.Model, Serial: id.Serial, Firmware: or(id.Firmware, firmware),
		Profile: profile.ID, Hash: profile.Hash(), Other: other, From: wire.FromDevice,
	}
	if id == (printers.Identity{}) {
		u.model.From = ""
	}
	u.app.log.Info("printer", "model", id.Model, "firmware", u.model.Firmware, "profile", profile.ID, "hash", profile.Hash())
	u.app.health.ring()
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// speaks is the profile by which the printer is spoken to.
func (u *printerUnit) speaks() profiles.Profile {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.profile
}

// known is what health tells of the printer's make.
func (u *printerUnit) known() wire.DeviceModel {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.model
}

// OpenPrinter opens the line to a printer: "tcp://192.0.2.7:9100" is on the network, a device below /dev/usb is Linux's
// USB printer device, and all else is a serial line with the speed of the configuration or else of the profile.
func OpenPrinter(ctx context.Context, cfg Printer, profile profiles.Profile) (device.Transport, error) {
	if address, network := strings.CutPrefix(cfg.Port, "tcp://"); network {
		conn, err := tcp.Open(ctx, address)
		if err != nil {
			return nil, err
		}
		return conn, nil
	}
	if strings.HasPrefix(cfg.Port, "/dev/usb/") {
		port, err := usblp.Open(cfg.Port)
		if err != nil {
			return nil, err
		}
		return port, nil
	}
	line := serialport.Config{Path: cfg.Port, Baud: cfg.Baud, Handshake: serialport.Handshake(profile.Transport.Serial.Handshake)}
	if line.Baud == 0 {
		line.Baud = profile.Transport.Serial.Default
	}
	port, err := serialport.Open(line)
	if err != nil {
		return nil, err
	}
	return port, nil
}

func (a *App) heardPrinter(s printers.Status) {
	a.roll.heard(s)
	state := code(s.Reason())
	a.devices.report(devicePrinter, state)
	status := flow.PrinterAbsent
	switch state {
	case stateReady, stateNearEnd, "paper_out", "cover_open":
		status = flow.PrinterStatus(state)
	}
	a.post(flow.PrinterChanged{Status: status})
}

// code is a reason as facts and health spell it; a printer that cannot be reached is absent, like any other device.
func code(r printers.Reason) string {
	if r == printers.NearEnd {
		return stateNearEnd
	}
	if r == printers.Disconnected {
		return stateAbsent
	}
	return strings.ReplaceAll(string(r), "-", "_")
}
