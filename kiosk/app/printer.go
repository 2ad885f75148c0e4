package app

import (
	"context"
	"fmt"
	"strings"

	profiles "balcao/firmware-profiles"
	"balcao/kiosk/flow"
	"balcao/printers"
	"balcao/printers/device"
	"balcao/printers/serialport"
	"balcao/printers/tcp"
	"balcao/printers/usblp"
)

// newPrinter makes the printer of the configuration's profile; the line is opened by its Run.
func newPrinter(a *App) (*device.Printer, error) {
	profile, err := a.cfg.Printer.catalogue().Load(a.cfg.Printer.Profile, a.cfg.Printer.Firmware)
	if err != nil {
		return nil, fmt.Errorf("prepare printer: %w", err)
	}
	dialect, err := device.Dialect(profile)
	if err != nil {
		return nil, fmt.Errorf("prepare printer: %w", err)
	}
	return device.New(device.Config{
		Dialect: dialect, Confirm: device.ConfirmWithin(profile), Now: a.clock.Now, Log: a.log,
		Open:    func(ctx context.Context) (device.Transport, error) { return OpenPrinter(ctx, a.cfg.Printer, profile) },
		Changed: a.heardPrinter, Late: a.tickets.late,
	}), nil
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
