package alpha_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"balcao/kiosk/alpha"
	"balcao/kiosk/alpha/alphatest"
)

// The vectors are written out by hand from the manual's description of a packet: five NULs, SOH, type, address, STX,
// command, ETX, the sum of STX to ETX, EOT.
func TestAPacketIsWrittenAsTheManualDescribesIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		packet alpha.Packet
		want   string
	}{
		"release": {
			alpha.Packet{Type: 'Z', Address: "00", Commands: [][]byte{alpha.ReleasePriority()}},
			"0000000000" + "01" + "5a" + "3030" + "02" + "4130" + "03" + "30303736" + "04", // 02+41+30+03 = 0076
		},
		"question": {
			alpha.Packet{Type: '^', Address: "0A", Commands: [][]byte{alpha.AskInformation()}},
			"0000000000" + "01" + "5e" + "3041" + "02" + "4622" + "03" + "30303644" + "04", // 02+46+22+03 = 006D
		},
	} {
		got, err := alpha.Encode(c.packet)
		if err != nil || hex.EncodeToString(got) != c.want {
			t.Errorf("%s: %x (%v), want %s", name, got, err, c.want)
		}
	}
	call, err := alpha.WritePriority(alpha.Text{Mode: alpha.Flash, Position: alpha.Middle, Pages: [][]alpha.Line{{{Words: "A1"}}}})
	if want := "41301b20634131"; err != nil || hex.EncodeToString(call) != want {
		t.Errorf("a flashing text is %x (%v), want %s", call, err, want)
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	want := alpha.Packet{Type: 'Z', Address: "??", Commands: [][]byte{[]byte("A0\x1b bA023 > 3"), []byte("E,")}}
	raw, err := alpha.Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	var d alpha.Decoder
	var got []alpha.Packet
	for _, b := range append([]byte("noise\x04"), raw...) {
		packets, faults := d.Hear([]byte{b})
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		got = append(got, packets...)
	}
	if len(got) != 1 || got[0].Type != want.Type || got[0].Address != want.Address || len(got[0].Commands) != 2 || !bytes.Equal(got[0].Commands[0], want.Commands[0]) {
		t.Errorf("read %+v, want %+v", got, want)
	}
}

func TestAGarbledPacketIsRefused(t *testing.T) {
	t.Parallel()
	raw, err := alpha.Encode(alpha.Packet{Type: 'Z', Address: "00", Commands: [][]byte{[]byte("A0\x1b bA023")}})
	if err != nil {
		t.Fatal(err)
	}
	for i := 6; i < len(raw)-1; i++ { // behind SOH, before EOT
		broken := bytes.Clone(raw)
		broken[i] ^= 0x01
		var d alpha.Decoder
		packets, faults := d.Hear(broken)
		if i < 9 || raw[i] == 0x03 {
			continue // type and address are not under the checksum, and STX in the place of ETX begins a nested command
		}
		if len(packets) != 0 || len(faults) != 1 || !errors.Is(faults[0], alpha.ErrPacket) {
			t.Errorf("bit in byte %d: %v, %v", i, packets, faults)
		}
	}
	for _, p := range []alpha.Packet{
		{Type: 'Z', Address: "0", Commands: [][]byte{[]byte("A")}},
		{Type: 'Z', Address: "zz", Commands: [][]byte{[]byte("A")}},
		{Type: 0x01, Address: "00", Commands: [][]byte{[]byte("A")}},
		{Type: 'Z', Address: "00"},
		{Type: 'Z', Address: "00", Commands: [][]byte{{}}},
		{Type: 'Z', Address: "00", Commands: [][]byte{[]byte("A0\x04E$")}},
		{Type: 'Z', Address: "00", Commands: [][]byte{[]byte("A0\x80")}},
	} {
		if raw, err := alpha.Encode(p); !errors.Is(err, alpha.ErrPacket) {
			t.Errorf("%+v is written as %x, %v", p, raw, err)
		}
	}
}

func TestLettersOfPortugueseStandOnASign(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Balcão 3":  "Balcao 3",                  // no sign has ã
		"Espaço":    "Espa\x08\x27o",             // ç is 87H
		"É já à 2ª": "\x080 j\x08@ \x08% 2\x08F", // É 90H, á A0H, à 85H, ª A6H
		"1º–2€":     "1\x08G-2EUR",
		"a~b":       "a-b",
		"日本":        "??",
		"Ção":       "\x08 ao",
	} {
		if got := string(alpha.Letters(text)); got != want {
			t.Errorf("%s is written as %q, want %q", text, got, want)
		}
	}
	if w := alpha.Width("Espaço 2ª"); w != 9 {
		t.Errorf("«Espaço 2ª» takes %d letters, want 9", w)
	}
}

func TestCallsStandNewestFirstInTheWordsThatFit(t *testing.T) {
	t.Parallel()
	calls := []alpha.Call{{Number: "A023", Counter: "Balcão 3", New: true}, {Number: "F007", Counter: "Balcão 12", Body: "IRN"}, {Number: "M001", Counter: "Gabinete de Apoio"}}
	for _, c := range []struct {
		face alpha.Face
		want string
	}{
		{alpha.Face{Lines: 2, Columns: 20}, "b0 [*A023 > Balcão 3|IRN F007 > Balcão 12]"},
		{alpha.Face{Lines: 3, Columns: 10}, "b0 [*A023 > 3|F007 > 12|M001>Apoio]"},
		{alpha.Face{Lines: 1, Columns: 14}, "c  [A023 > 3]"},
		{alpha.Face{}, "c  [A023 > 3]"},
	} {
		text, shown := alpha.Show(calls, c.face)
		if got := drawn(text); !shown || got != c.want {
			t.Errorf("on %+v: %s, want %s", c.face, got, c.want)
		}
	}
	calls[0].New = false
	text, _ := alpha.Show(calls, alpha.Face{Lines: 1, Columns: 14})
	if got, want := drawn(text), "b  [A023 > 3][IRN F007 > 12][M001 > Apoio]"; got != want {
		t.Errorf("in turn: %s, want %s", got, want)
	}
	if _, shown := alpha.Show(nil, alpha.Face{}); shown {
		t.Error("no calls are shown")
	}
}

func drawn(t alpha.Text) string {
	out := string(rune(t.Mode)) + string(rune(t.Position)) + " "
	for _, p := range t.Pages {
		var lines []string
		for _, l := range p {
			star := ""
			if l.Flashing {
				star = "*"
			}
			lines = append(lines, star+l.Words)
		}
		out += "[" + strings.Join(lines, "|") + "]"
	}
	return out
}

func TestWhatASignSaysOfItselfIsRead(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]alpha.Information{
		"1.04    03061200M00FFFF,0A00":    {Firmware: "1.04", Released: "0306"},
		"10362030A03061200M00FFFF,0A00":   {Firmware: "10362030A", Released: "0306"},
		"1.04":                            {},
		"1.04    xxxx1200M00FFFF,0A00":    {},
		"\x1b[2J    03061200M00FFFF,0A00": {},
	} {
		got, err := alpha.ReadInformation(alpha.Packet{Commands: [][]byte{[]byte(`E"` + data)}})
		if got != want || (err == nil) != (want != alpha.Information{}) {
			t.Errorf("%q: %+v, %v; want %+v", data, got, err, want)
		}
	}
}

// hostile is what somebody might put where the name of a counter or a body stands.
var hostile = []string{
	"A0\x04\x00\x00\x00\x00\x00\x01Z00\x02E$", "\x1b 0\x02", "\x0cE$\x03", "\x07\x31", "\x081C", "\x00\x01\x02\x03\x04", "a\x80b\xffc", strings.Repeat("ç", 400), "\u202e3", "",
}

func TestHostileTextNeverBecomesACommand(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		shows(t, text, text, text, 2, 16)
	}
}

// shows lays a call out, sends it to a sign and demands that nothing but its text came out.
func shows(t *testing.T, number, counter, body string, lines, columns int) {
	t.Helper()
	for _, c := range alpha.Letters(number + counter + body) {
		if c < 0x20 && c != 0x08 || c > 0x7E {
			t.Fatalf("letters of %q hold %02X", number+counter+body, c)
		}
	}
	text, _ := alpha.Show([]alpha.Call{{Number: number, Counter: counter, Body: body, New: true}, {Number: body, Counter: number}}, alpha.Face{Lines: lines, Columns: columns})
	command, err := alpha.WritePriority(text)
	if err != nil {
		t.Fatalf("%q: %v", number, err)
	}
	raw, err := alpha.Encode(alpha.Packet{Type: alpha.AnySign, Address: alpha.Everyone, Commands: [][]byte{command}})
	if err != nil {
		t.Fatalf("%q: %v", number, err)
	}
	sign := alphatest.New(alphatest.Config{Lines: lines, Columns: columns})
	if answer := sign.Hear(raw); len(answer) != 0 {
		t.Errorf("%q makes the sign answer %q", number, answer)
	}
	if s := sign.State(); s.Heard != 1 || s.Refused != 0 || !s.Priority {
		t.Errorf("%q: %+v", number, s)
	}
}
