package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/internal/config"
	"balcao/internal/wire"
	"balcao/kiosk/alpha"
	"balcao/kiosk/led"
	"balcao/printers/serialport"
	"balcao/printers/tcp"
)

// LED says which sign of LEDs hangs on this machine. It shows the calls of the callboard's zone beside whatever else the
// machine shows.
type LED struct {
	Profile string `yaml:"profile"` // such as alpha/betabrite; empty is any sign of the protocol
	Port    string `yaml:"port"`    // serial device or "tcp://192.0.2.7:4001"; empty is no sign
	Baud    int    `yaml:"baud"`    // 0 is the profile's default
	Address string `yaml:"address"` // two hexadecimal digits; empty is the profile's
	Mute    bool   `yaml:"mute"`    // it cannot answer: its line goes one way
}

// anySign is the profile of a sign of which nothing else is known.
const anySign = "alpha/any"

// dialectAlpha is the protocol of the signs that can be driven.
const dialectAlpha = "alpha"

// checkLED names what is wrong with the sign.
func (c *Config) checkLED(faults *config.Faults) {
	if c.LED == (LED{}) {
		return
	}
	if c.LED.Port == "" {
		if !c.Simulate {
			faults.Add("led.port", "name the serial device of the sign of LEDs")
		}
		return
	}
	p, ok := c.checkProfile(faults, "led.profile", cmp.Or(c.LED.Profile, anySign), profiles.KindCallboard)
	if !ok {
		return
	}
	if p.Dialect != dialectAlpha {
		faults.Add("led.profile", "%s is not a sign of LEDs", p.ID)
		return
	}
	if c.LED.Baud != 0 && !slices.Contains(p.Transport.Serial.Bauds, c.LED.Baud) {
		faults.Add("led.baud", "%d is none of the speeds of %s: %v", c.LED.Baud, p.ID, p.Transport.Serial.Bauds)
	}
	if a := c.LED.Address; a != "" && (len(a) != 2 || strings.Trim(a, "0123456789ABCDEF") != "") {
		faults.Add("led.address", "%q is not two hexadecimal digits such as 01", a)
	}
}

// ledSign is the sign of LEDs and what is known of its make.
type ledSign struct {
	app     *App
	cfg     LED
	profile profiles.Profile
	sign    *led.Sign

	mu   sync.Mutex
	said alpha.Information
}

// equipLED prepares the sign of LEDs, where there is one; the line is opened by its run.
func (a *App) equipLED() error {
	if a.cfg.LED.Port == "" {
		return nil
	}
	p, err := a.catalogue.Load(cmp.Or(a.cfg.LED.Profile, anySign), "")
	if err != nil || p.Callboard == nil {
		return fmt.Errorf("prepare sign of LEDs: profile %q: %w", a.cfg.LED.Profile, err)
	}
	l := &ledSign{app: a, cfg: a.cfg.LED, profile: p}
	l.sign = led.New(led.Config{
		Open: l.open, Type: p.Callboard.TypeCode[0], Address: cmp.Or(a.cfg.LED.Address, p.Callboard.Address),
		Face: alpha.Face{Lines: p.Callboard.Lines, Columns: p.Callboard.Columns},
		Mute: a.cfg.LED.Mute, Now: a.clock.Now, Changed: l.changed, Log: a.log, Times: a.cfg.Times.LED,
	})
	a.led = l
	a.devices.expect(deviceLED)
	return nil
}

// open opens the line to the sign.
func (l *ledSign) open(ctx context.Context) (led.Transport, error) {
	if address, network := strings.CutPrefix(l.cfg.Port, "tcp://"); network {
		conn, err := tcp.Open(ctx, address)
		if err != nil {
			return nil, err
		}
		return conn, nil
	}
	serial := l.profile.Transport.Serial
	port, err := serialport.Open(serialport.Config{
		Path: l.cfg.Port, Baud: cmp.Or(l.cfg.Baud, serial.Default), Handshake: serialport.Handshake(serial.Handshake), Frame: serial.Frame,
	})
	if err != nil {
		return nil, err
	}
	return port, nil
}

func (l *ledSign) changed(s led.State, said alpha.Information) {
	l.mu.Lock()
	l.said = said
	l.mu.Unlock()
	l.app.devices.report(deviceLED, string(s))
}

func (l *ledSign) run(ctx context.Context) error { return l.sign.Run(ctx) }

// show puts the calls of a board on the sign: none while the branch is closed.
func (l *ledSign) show(b wire.Board) {
	var calls []led.Call
	if b.Open {
		for _, c := range b.Calls {
			call := led.Call{Call: alpha.Call{Number: c.Number, Counter: c.Counter}}
			if c.Say {
				call.Body = c.Body
			}
			call.At = l.app.clock.Now().Add(-time.Duration(max(0, b.AtMS-c.AtMS)) * time.Millisecond)
			calls = append(calls, call)
		}
	}
	l.sign.Show(calls)
}

// model is the make of the sign: its profile, and the firmware that it told.
func (l *ledSign) model() wire.DeviceModel {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := wire.DeviceModel{Device: deviceLED, Firmware: l.said.Firmware, Profile: l.profile.ID, Hash: l.profile.Hash()}
	if l.said.Firmware != "" {
		m.From = wire.FromDevice
	}
	return m
}
