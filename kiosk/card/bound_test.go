package card_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"runtime"
	"testing"

	"balcao/kiosk/card"
)

// most is what reading a card may allocate in all, whatever it answers.
const most = 1 << 20

// TestNoAnswerMakesTheKioskAllocateMuch reads cards that lie about lengths: every answer announces as much as its bytes
// can say, or as chance has it.
func TestNoAnswerMakesTheKioskAllocateMuch(t *testing.T) {
	trust := stateTrust(t)
	r := rand.New(rand.NewPCG(4, 2))
	lies := [][]byte{
		{0x6D, 0x84, 0xFF, 0xFF, 0xFF, 0xFF},
		{0x6D, 0x83, 0xFF, 0xFF, 0xFF},
		{0x6D, 0x82, 0xFF, 0xFF},
		{0x77, 0x84, 0x7F, 0xFF, 0xFF, 0xFF},
		{0x77, 0x82, 0xFF, 0xFF},
		{0x77, 0x83, 0x01, 0x00, 0x00},
		{0x6F, 0x81, 0xFF, 0x80, 0x84, 0xFF, 0xFF, 0xFF, 0xFF},
	}
	atr := named(t, "maria").ATR()
	for n := range 400 {
		commands := 0
		liar := transmitter(func(apdu []byte) []byte {
			commands++
			if commands > 10_000 {
				t.Fatal("a reading that never ends")
			}
			if apdu[1] == 0xA4 && n%3 != 0 {
				return []byte{0x90, 0}
			}
			lie := bytes.Clone(lies[r.IntN(len(lies))])
			for len(lie) < 250 {
				lie = append(lie, byte(r.Uint32()))
			}
			return append(lie, 0x90, 0)
		})
		for _, u := range card.Uses() {
			commands = 0
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			reading, err := card.Read(context.Background(), liar, atr, card.Query{Purpose: u.Purpose, Verify: true, Trust: trust, Now: today})
			runtime.ReadMemStats(&after)
			if err == nil && reading.Verdict().Verified() {
				t.Error("a liar was verified")
			}
			reading.Wipe()
			if used := after.TotalAlloc - before.TotalAlloc; used > most {
				t.Fatalf("%s, card %d: %d bytes allocated over %d commands", u.Name, n, used, commands)
			}
		}
	}
}
