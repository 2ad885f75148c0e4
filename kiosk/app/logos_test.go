package app

import (
	"testing"
	"time"

	"balcao/internal/slip"
	"balcao/internal/wire"
	"balcao/printers/printertest"
)

// TestALogoThatTheBranchPublishesIsKeptByThePrinter: stored once, printed from its memory, and neither asked for nor
// written again by the next run.
func TestALogoThatTheBranchPublishesIsKeptByThePrinter(t *testing.T) {
	b := newBranch(t)
	printer := speaking(t, printertest.ESCPOS)
	cfg := touchConfig(t, b, printer.Path())
	k := start(t, cfg).ready(t)
	bits := slip.Bits{Width: 64, Height: 40, Rows: make([]byte, 8*40)}
	for i := range bits.Rows {
		bits.Rows[i] = byte(i)
	}
	layout := slip.Layout{Parts: append([]slip.Part{{ID: "logo", Kind: slip.KindLogo, Picture: bits.Text()}}, slip.Standard()...)}
	b.publish("slip", wire.SlipLayout{Hash: layout.Hash(), Layout: layout})
	kept := func(k *kiosk) {
		t.Helper()
		deadline := time.After(patience)
		for {
			if _, n := k.app.unit.device.Logos(); n == 1 {
				return
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-deadline:
				t.Fatal("the printer does not keep the picture")
			}
		}
	}
	kept(k)
	k.page.press(t, "touch-0001", "home", "service", "cc")
	first := papers(t, printer, 1)[0].Items[0]
	if first.Width != 64 || first.Height != 40 || first.X != (576-64)/2 {
		t.Errorf("the slip begins with %d by %d dots at %d", first.Width, first.Height, first.X)
	}
	k.stop()
	k = start(t, cfg)
	kept(k)
	if n := printer.LogoWrites(); n != 1 {
		t.Errorf("the memory was written %d times", n)
	}
}
