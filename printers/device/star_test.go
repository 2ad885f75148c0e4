package device_test

import (
	"strconv"
	"testing"

	"balcao/printers"
	"balcao/printers/printertest"
)

const star = "virtual/star-80"

func TestStarCountsSlips(t *testing.T) {
	b := start(t, options{profile: star})
	b.becomes(printers.Ready)
	want := []string{}
	for range 40 { // further than its counter goes
		b.want(slip("A023"), printers.Done, "")
		want = append(want, "A023")
	}
	b.wantSlips(want...)
}

func TestStarWithoutPaperForgetsTheOldCopy(t *testing.T) {
	for before := range 2 { // its counter may stand at zero
		t.Run(strconv.Itoa(before), func(t *testing.T) {
			b := start(t, options{profile: star})
			b.becomes(printers.Ready)
			for range before {
				b.want(slip("A022"), printers.Done, "")
			}
			// In the last line, which a Star does not say whether it has printed.
			b.set(printertest.Fault{Kind: printertest.PaperOut, On: true, AfterBytes: jobLength(t, star) - 5})
			b.want(slip("A023"), printers.Unknown, printers.PaperOut)
			b.set(printertest.Fault{Kind: printertest.PaperOut})
			b.becomes(printers.Ready)
			b.want(slip("A023"), printers.Done, "")
			if got, _ := b.slips(); len(got) != before+1 || got[before] != "A023" {
				t.Errorf("confirmed slips = %v", got)
			}
		})
	}
}

func TestStarWithAStuckCutterLeavesTheOutcomeOpen(t *testing.T) {
	b := start(t, options{profile: star})
	b.becomes(printers.Ready)
	b.set(printertest.Fault{Kind: printertest.CutterError, On: true, AfterBytes: 380})
	b.want(slip("A023"), printers.Unknown, printers.CutterError)
}

func TestStarThatLosesPowerLeavesTheOutcomeOpen(t *testing.T) {
	b := start(t, options{profile: star, confirm: 500e6})
	b.becomes(printers.Ready)
	b.want(slip("A022"), printers.Done, "")
	b.set(printertest.Fault{Kind: printertest.PowerOff, On: true, AfterBytes: 300})
	b.want(slip("A023"), printers.Unknown, printers.NotConfirmed)
	b.set(printertest.Fault{Kind: printertest.PowerOff})
	b.becomes(printers.Ready)
	b.want(slip("A023"), printers.Done, "")
	b.wantSlips("A022", "A023")
}
