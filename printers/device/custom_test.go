package device_test

import (
	"testing"
	"time"

	"balcao/printers"
	"balcao/printers/device"
	"balcao/printers/printertest"
)

const presenter = "virtual/custom-80"

// mouth waits for the next word about the slip in the mouth.
func (b *bench) mouthSays(want device.Mouth) {
	b.t.Helper()
	select {
	case got := <-b.mouth:
		if got != want {
			b.t.Fatalf("slip is %s, want %s", got, want)
		}
	case <-time.After(patience):
		b.t.Fatalf("nothing is heard of a slip that is %s", want)
	}
}

func TestAPresentedSlipIsTakenOrDrawnBack(t *testing.T) {
	b := start(t, options{profile: presenter})
	b.becomes(printers.Ready)
	b.want(slip("A023"), printers.Done, "")
	b.mouthSays(device.SlipPresented)
	if !b.virtual.Take() {
		t.Fatal("no slip in the mouth")
	}
	b.mouthSays(device.SlipTaken)
	b.want(slip("A024"), printers.Done, "")
	b.mouthSays(device.SlipPresented)
	if !b.virtual.Retract() {
		t.Fatal("no slip in the mouth")
	}
	b.mouthSays(device.SlipRetracted)
	b.wantSlips("A023", "A024")
	if s := b.virtual.State(); s.Mouth || s.Retracted != 1 {
		t.Errorf("state = %+v", s)
	}
}

func TestASlipLeftInTheMouthDoesNotProveTheNext(t *testing.T) {
	b := start(t, options{profile: presenter, confirm: 700 * time.Millisecond})
	b.becomes(printers.Ready)
	b.want(slip("A023"), printers.Done, "")
	b.set(printertest.Fault{Kind: printertest.Silent, On: true})
	b.want(slip("A024"), printers.Unknown, printers.NotConfirmed)
}

func TestAPresenterWithoutPaperLeavesTheOutcomeOpen(t *testing.T) {
	// It cannot be made to forget, so that nobody knows what will come out.
	b := start(t, options{profile: presenter})
	b.becomes(printers.Ready)
	b.set(printertest.Fault{Kind: printertest.PaperOut, On: true, AfterBytes: 350})
	b.want(slip("A023"), printers.Unknown, printers.PaperOut)
	b.want(slip("A023"), printers.Failed, printers.PaperOut)
	b.set(printertest.Fault{Kind: printertest.PaperOut})
	b.becomes(printers.Ready)
	b.want(slip("A023"), printers.Done, "")
}
