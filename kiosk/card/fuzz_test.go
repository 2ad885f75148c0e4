package card

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"os"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"balcao/internal/fuzzrun"
)

// These run in CI on their seeds and on the kept corpus, shortly on changed inputs, and by BALCAO_FUZZ_EXECS for hours.
func TestParsersSurviveManyInputs(t *testing.T) {
	one := func(f func(*testing.T, []byte)) func(*testing.T, [][]byte) {
		return func(t *testing.T, in [][]byte) { f(t, in[0]) }
	}
	fuzzrun.Run(t, fuzzrun.Count(t, 20_000, 59),
		fuzzrun.Target{Name: "FuzzParseResponse", Weight: 100, Inputs: 1, Seeds: seeds(responseSeeds()), Body: one(fuzzResponse)},
		fuzzrun.Target{Name: "FuzzParseCommand", Weight: 100, Inputs: 1, Seeds: seeds(commandSeeds()), Body: one(fuzzCommand)},
		fuzzrun.Target{Name: "FuzzParseATR", Weight: 150, Inputs: 1, Seeds: seeds(atrSeeds()), Body: one(fuzzATR)},
		fuzzrun.Target{Name: "FuzzScanDG13", Weight: 150, Inputs: 1, Seeds: seeds(dg13Seeds()), Body: one(fuzzDG13)},
		fuzzrun.Target{Name: "FuzzParseHeader", Weight: 140, Inputs: 1, Seeds: seeds(headerSeeds()), Body: one(fuzzHeader)},
		fuzzrun.Target{
			Name: "FuzzGreetingIsShowable", Weight: 80, Inputs: 2, Seeds: greetingSeeds(),
			Body: func(t *testing.T, in [][]byte) { fuzzGreeting(t, in[0], in[1]) },
		},
		fuzzrun.Target{Name: "FuzzParseObject", Weight: 20, Inputs: 1, Seeds: seeds(objectSeeds(t)), Body: one(fuzzObject)},
		fuzzrun.Target{
			Name: "FuzzChipProof", Weight: 40, Inputs: 3, Seeds: chipSeeds(t),
			Body: func(t *testing.T, in [][]byte) { fuzzChip(t, in[0], in[1], in[2]) },
		},
	)
}

// seeds makes inputs of single slices.
func seeds(all [][]byte) (out [][][]byte) {
	for _, b := range all {
		out = append(out, [][]byte{b})
	}
	return out
}

func addAll(f *testing.F, all [][]byte) {
	for _, b := range all {
		f.Add(b)
	}
}

func responseSeeds() [][]byte { return [][]byte{{0x90, 0}, {1, 2, 0x61, 0x10}} }

func FuzzParseResponse(f *testing.F) {
	addAll(f, responseSeeds())
	f.Fuzz(fuzzResponse)
}

func fuzzResponse(t *testing.T, b []byte) {
	r, err := ParseResponse(b)
	if err == nil && len(r.Data)+2 != len(b) {
		t.Errorf("%d data bytes of %d", len(r.Data), len(b))
	}
}

func commandSeeds() [][]byte { return [][]byte{{0, 0xA4, 4, 0x0C, 1, 0x60}, {0, 0xB0, 0, 0, 0}} }

func FuzzParseCommand(f *testing.F) {
	addAll(f, commandSeeds())
	f.Fuzz(fuzzCommand)
}

func fuzzCommand(t *testing.T, b []byte) {
	c, err := ParseCommand(b)
	if err == nil && !bytes.Equal(c.Bytes(false), b) {
		t.Errorf("%X decodes to %+v, encodes to %X", b, c, c.Bytes(false))
	}
}

func atrSeeds() [][]byte {
	return [][]byte{
		{0x3B, 0x00},
		{0x3B, 0x7D, 0x95, 0, 0, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x83, 0x11, 0, 0xC8, 0x83, 0, 0x90, 0},
	}
}

func FuzzParseATR(f *testing.F) {
	addAll(f, atrSeeds())
	f.Fuzz(fuzzATR)
}

func fuzzATR(t *testing.T, b []byte) {
	a, err := ParseATR(b)
	if err == nil && len(a.Historical) > 15 {
		t.Errorf("%d historical bytes", len(a.Historical))
	}
}

func dg13Seeds() [][]byte {
	return [][]byte{{0x6D, 6, 0xC8, 1, 'S', 0xC9, 1, 'G'}, {0x6D, 0x82, 1, 0, 0xC8, 0x81, 200}}
}

func FuzzScanDG13(f *testing.F) {
	addAll(f, dg13Seeds())
	f.Fuzz(fuzzDG13)
}

func fuzzDG13(t *testing.T, b []byte) {
	wanted := []Field{GivenName, Surname}
	found, err := scanDG13(b, wanted)
	if err != nil {
		return
	}
	if found.more < 0 || found.more > 1<<24+2 {
		t.Fatalf("more = %d", found.more)
	}
	// Every byte that is asked for was needed: one fewer does not do.
	longer := append(bytes.Clone(b), make([]byte, min(found.more, 300))...)
	for n := range min(found.more, 300) {
		if again, err := scanDG13(longer[:len(b)+n], wanted); err == nil && again.more == 0 {
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
}

func headerSeeds() [][]byte { return [][]byte{{0x7F, 0x49, 0x81, 1, 0xFF}, {0x6D, 0x82, 0x01}} }

func FuzzParseHeader(f *testing.F) {
	addAll(f, headerSeeds())
	f.Fuzz(fuzzHeader)
}

func fuzzHeader(t *testing.T, b []byte) {
	h, ok, err := parseHeader(b)
	if ok && (err != nil || h.size < 2 || h.size > len(b) || h.length < 0) {
		t.Errorf("%X: %+v, %v", b, h, err)
	}
}

func greetingSeeds() [][][]byte {
	return [][][]byte{
		{[]byte("MARIA\x00\x00"), []byte("DA SILVA")},
		{[]byte("A\u0301LVARO"), []byte("\u00df")},
	}
}

func FuzzGreetingIsShowable(f *testing.F) {
	for _, s := range greetingSeeds() {
		f.Add(s[0], s[1])
	}
	f.Fuzz(fuzzGreeting)
}

func fuzzGreeting(t *testing.T, given, surname []byte) {
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
}

func objectSeeds(tb testing.TB) (all [][]byte) {
	tb.Helper()
	for _, name := range []string{"cc1", "cc2"} {
		good, err := os.ReadFile("testdata/object-" + name + ".der")
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, good, good[:len(good)/2])
	}
	return append(all, []byte{0x77, 2, 0x30, 0x80})
}

func FuzzParseObject(f *testing.F) {
	addAll(f, objectSeeds(f))
	f.Fuzz(fuzzObject)
}

func fuzzObject(t *testing.T, b []byte) {
	if len(b) > maxObject {
		return
	}
	var nobody *Trust
	if v := nobody.judge(claim{object: b, group: 1, hashed: []byte("x"), now: time.Unix(0, 0)}); v.Verified() {
		t.Errorf("verdict %s", v)
	}
	o, reason := parseObject(b)
	if reason == "" && o.checkSignature() == "" && !bytes.Contains(b, publicKey(o.signer)) {
		t.Error("signed by a key that is not in it")
	}
}

// publicKey is the part of a certificate that is encoded in one way only; lengths around it may come in several.
func publicKey(c *x509.Certificate) []byte {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return k.N.Bytes()
	case *ecdsa.PublicKey:
		point, err := k.Bytes()
		if err != nil {
			return c.Raw
		}
		return point
	default:
		return c.Raw
	}
}
