package card

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
	"unicode"
	"unicode/utf8"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestKnownATRsAreUnderstood(t *testing.T) {
	for _, tt := range []struct {
		atr    string
		t0, t1 bool
		ifsc   int
	}{
		{"3B7D95000080318065B0831100C883009000", true, false, 32},
		{"3BFF9600008131804380318065B0850300EF120FFF82900067", false, true, 128},
		{"3BFF9600008131FE4380318065B085040120120FFF829000D0", false, true, 254},
		{"3BFF9600008131FE4380318065B085050011120FFF829000E1", false, true, 254},
		{"3B8F800180318065B085050011120FFF8290008B", true, true, 32},
	} {
		a, err := ParseATR(unhex(t, tt.atr))
		if err != nil {
			t.Errorf("%s: %v", tt.atr, err)
			continue
		}
		if a.T0 != tt.t0 || a.T1 != tt.t1 || a.IFSC != tt.ifsc {
			t.Errorf("%s: %+v, want T0 %v, T1 %v, IFSC %d", tt.atr, a, tt.t0, tt.t1, tt.ifsc)
		}
	}
}

func TestDamagedATRIsGarbled(t *testing.T) {
	good := unhex(t, "3BFF9600008131FE4380318065B085050011120FFF829000E1")
	for i := range good[2:] {
		bad := bytes.Clone(good)
		bad[len(bad)-1-i] ^= 0x01
		if _, err := ParseATR(bad); !errors.Is(err, ErrGarbled) {
			t.Errorf("byte %d flipped: error = %v, want %v", len(bad)-1-i, err, ErrGarbled)
		}
		if _, err := ParseATR(good[:2+i]); !errors.Is(err, ErrGarbled) {
			t.Errorf("cut to %d bytes: error = %v, want %v", 2+i, err, ErrGarbled)
		}
	}
	if _, err := ParseATR(nil); !errors.Is(err, ErrMute) {
		t.Errorf("no ATR: error = %v, want %v", err, ErrMute)
	}
}

func TestCommandLosesItsLeOnlyOnT0WithABody(t *testing.T) {
	body := Command{Instruction: 0xA4, P1: 8, Data: []byte{0x5F, 0}, Le: 256}
	if got := body.Bytes(true); !bytes.Equal(got, unhex(t, "00A40800025F00")) {
		t.Errorf("T=0: %X", got)
	}
	if got := body.Bytes(false); !bytes.Equal(got, unhex(t, "00A40800025F0000")) {
		t.Errorf("T=1: %X", got)
	}
	read := Command{Instruction: 0xB0, Le: 240}
	if got := read.Bytes(true); !bytes.Equal(got, unhex(t, "00B00000F0")) {
		t.Errorf("read: %X", got)
	}
}

func TestAnswerWithoutStatusWordHasItsError(t *testing.T) {
	for answer, want := range map[string]error{
		"": ErrRemoved, "90": ErrGarbled, "1234": ErrGarbled, "6000": ErrGarbled, "6A82": nil, "9000": nil,
	} {
		if _, err := ParseResponse(unhex(t, answer)); !errors.Is(err, want) {
			t.Errorf("%q: error = %v, want %v", answer, err, want)
		}
	}
	if _, err := ParseResponse(make([]byte, 259)); !errors.Is(err, ErrGarbled) {
		t.Errorf("259 bytes: error = %v, want %v", err, ErrGarbled)
	}
}

func TestUnknownTagsOfDG13AreSkipped(t *testing.T) {
	dg := unhex(t, "6D12"+"CE0141"+"7F490142"+"C80153"+"C9024749"+"CA014D")
	found, err := scanDG13(dg, []Field{GivenName, Surname})
	if err != nil || found.more != 0 || string(found.values[GivenName]) != "GI" || string(found.values[Surname]) != "S" {
		t.Errorf("found %q %q, more %d, error %v", found.values[GivenName], found.values[Surname], found.more, err)
	}
}

func FuzzParseResponse(f *testing.F) {
	f.Add([]byte{0x90, 0})
	f.Add([]byte{1, 2, 0x61, 0x10})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseResponse(b)
		if err == nil && len(r.Data)+2 != len(b) {
			t.Errorf("%d data bytes of %d", len(r.Data), len(b))
		}
	})
}

func FuzzParseCommand(f *testing.F) {
	f.Add([]byte{0, 0xA4, 4, 0x0C, 1, 0x60})
	f.Add([]byte{0, 0xB0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseCommand(b)
		if err == nil && !bytes.Equal(c.Bytes(false), b) {
			t.Errorf("%X decodes to %+v, encodes to %X", b, c, c.Bytes(false))
		}
	})
}

func FuzzParseATR(f *testing.F) {
	f.Add([]byte{0x3B, 0x00})
	f.Add([]byte{0x3B, 0x7D, 0x95, 0, 0, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x83, 0x11, 0, 0xC8, 0x83, 0, 0x90, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ParseATR(b)
		if err == nil && len(a.Historical) > 15 {
			t.Errorf("%d historical bytes", len(a.Historical))
		}
	})
}

func FuzzScanDG13(f *testing.F) {
	f.Add([]byte{0x6D, 6, 0xC8, 1, 'S', 0xC9, 1, 'G'})
	f.Add([]byte{0x6D, 0x82, 1, 0, 0xC8, 0x81, 200})
	f.Fuzz(func(t *testing.T, b []byte) {
		wanted := []Field{GivenName, Surname}
		found, err := scanDG13(b, wanted)
		if err != nil {
			return
		}
		if found.more < 0 || found.more > 1<<24+2 {
			t.Fatalf("more = %d", found.more)
		}
		// Every byte that is asked for was needed: one fewer does not do.
		for n := range min(found.more, 300) {
			if again, err := scanDG13(append(bytes.Clone(b), make([]byte, n)...), wanted); err == nil && again.more == 0 {
				t.Errorf("asked for %d, done after %d", found.more, n)
			}
		}
		// What the beginning already tells, the whole tells too.
		if found.more == 0 {
			same, err := scanDG13(append(bytes.Clone(b), 0), wanted)
			if err != nil || !bytes.Equal(same.values[GivenName], found.values[GivenName]) {
				t.Errorf("a further byte changed %q to %q (%v)", found.values[GivenName], same.values[GivenName], err)
			}
		}
	})
}

func FuzzParseHeader(f *testing.F) {
	f.Add([]byte{0x7F, 0x49, 0x81, 1, 0xFF})
	f.Add([]byte{0x6D, 0x82, 0x01})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, ok, err := parseHeader(b)
		if ok && (err != nil || h.size < 2 || h.size > len(b) || h.length < 0) {
			t.Errorf("%X: %+v, %v", b, h, err)
		}
	})
}

func FuzzGreetingIsShowable(f *testing.F) {
	f.Add([]byte("MARIA\x00\x00"), []byte("DA SILVA"))
	f.Add([]byte("A\u0301LVARO"), []byte("\u00df"))
	f.Fuzz(func(t *testing.T, given, surname []byte) {
		g, err := greetingFrom(given, surname)
		if err != nil {
			if !g.Empty() {
				t.Error("an error and a greeting")
			}
			return
		}
		text := g.AppendInitial(g.AppendGivenName(nil))
		if !utf8.Valid(text) || bytes.ContainsFunc(text, unicode.IsControl) || bytes.ContainsFunc(text, unicode.IsSpace) {
			t.Errorf("greeting %q", text)
		}
	})
}
