package main

import (
	"context"
	"fmt"
	"net"
	"path/filepath"

	"balcao/kiosk/bench"
)

// neighbour is a second touch kiosk of the branch, with devices of its own: what a citizen finds beside a kiosk that has
// no paper. Its cards are replayed ones, since one virtual reader is enough to try that.
type neighbour struct {
	bench *bench.Bench
	pages net.Listener // those of its virtual devices
}

// neighbourNode is its name in the branch.
const neighbourNode = "L901-K02"

// settleNeighbour makes its devices and tells the plan where they are.
func (d *demo) settleNeighbour(ctx context.Context) error {
	devices, err := bench.New(ctx, bench.Config{
		Dir: filepath.Join(d.plan.Dir, "bench-2"), Cards: bench.Replay, Log: d.log, Kiosk: "http://" + d.plan.Neighbour,
	})
	if err != nil {
		return fmt.Errorf("make the devices of the second kiosk: %w", err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("bind the pages of the second kiosk's devices: %w", err)
	}
	d.second = &neighbour{bench: devices, pages: l}
	d.plan.Second = &second{
		Printer: devices.PrinterPort(), Reader: devices.ReaderSocket(), Trust: devices.TrustFolder(), Keypad: devices.KeypadSocket(),
	}
	return nil
}

// second is where the devices of the second kiosk are.
type second struct{ Printer, Reader, Trust, Keypad string }
