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
)

// newPrinter makes the printer of the configuration's profile; the line is opened by its Run.
func newPrinter(a *App) (*device.Printer, error) {
	profile, err := profiles.Load(a.cfg.Printer.Profile)
	if err != nil {
		return nil, fmt.Errorf("prepare printer: %w", err)
	}
	dialect, err := device.Dialect(profile)
	if err != nil {
		return nil, fmt.Errorf("prepare printer: %w", err)
	}
	line := serialport.Config{
		Path: a.cfg.Printer.Port, Baud: a.cfg.Printer.Baud, Handshake: serialport.Handshake(profile.Transport.Serial.Handshake),
	}
	if line.Baud == 0 {
		line.Baud = profile.Transport.Serial.Default
	}
	return device.New(device.Config{
		Dialect: dialect, Confirm: device.ConfirmWithin(profile), Now: a.clock.Now, Log: a.log,
		Open: func(context.Context) (device.Transport, error) {
			port, err := serialport.Open(line)
			if err != nil {
				return nil, err
			}
			return port, nil
		},
		Changed: a.heardPrinter, Late: a.tickets.late,
	}), nil
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
