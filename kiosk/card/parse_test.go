package card

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
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
