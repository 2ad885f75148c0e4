package alpha_test

import (
	"bytes"
	"testing"

	"balcao/kiosk/alpha"
	"balcao/kiosk/alpha/alphatest"
)

// FuzzHear feeds a sign and the reader of its answers with whatever may come over a line.
func FuzzHear(f *testing.F) {
	good, err := alpha.Encode(alpha.Packet{Type: 'Z', Address: "00", Commands: [][]byte{[]byte("A0\x1b bA023"), alpha.AskInformation()}})
	if err != nil {
		f.Fatal(err)
	}
	answer, err := alpha.AnswerInformation("00", alpha.Information{Firmware: "1.04", Released: "0306"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{good, answer, {}, []byte("\x01Z00\x02A0\x04"), []byte("\x01Z00\x02A0\x03FFFF\x04"), bytes.Repeat([]byte{1}, 50)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var d alpha.Decoder
		packets, _ := d.Hear(raw)
		for _, p := range packets {
			_, _ = alpha.ReadInformation(p)
			again, err := alpha.Encode(p)
			if err != nil {
				continue // an empty command, or one with control bytes, is read and never written
			}
			var e alpha.Decoder
			if back, faults := e.Hear(again); len(back) != 1 || len(faults) != 0 {
				t.Errorf("%+v is written as %x and read as %+v, %v", p, again, back, faults)
			}
		}
		sign := alphatest.New(alphatest.Demo())
		sign.Hear(raw)
		state := sign.State()
		if err := sign.WritePNG(new(bytes.Buffer), len(state.Text)-1, true); err != nil {
			t.Error(err)
		}
	})
}

// FuzzCall puts whatever text into a call.
func FuzzCall(f *testing.F) {
	for _, text := range hostile {
		f.Add("A023", text, text, uint8(2), uint8(16))
	}
	f.Fuzz(func(t *testing.T, number, counter, body string, lines, columns uint8) {
		shows(t, number, counter, body, int(lines%5), int(columns))
	})
}
