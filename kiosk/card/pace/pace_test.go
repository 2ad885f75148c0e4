package pace

import (
	"bytes"
	"context"
	"crypto/elliptic"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"

	"balcao/internal/fuzzrun"
	"balcao/kiosk/card"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// brainpool is brainpoolP256r1 (RFC 5639 §3.4) in affine arithmetic: slow, and good for a worked example alone.
type brainpool struct {
	params *elliptic.CurveParams
	a      *big.Int
}

func brainpoolP256() brainpool {
	n := func(s string) *big.Int {
		v, _ := new(big.Int).SetString(s, 16)
		return v
	}
	return brainpool{
		a: n("7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9"),
		params: &elliptic.CurveParams{
			P:  n("A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377"),
			N:  n("A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7"),
			B:  n("26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6"),
			Gx: n("8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262"),
			Gy: n("547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997"), BitSize: 256,
		},
	}
}

func (c brainpool) Params() *elliptic.CurveParams { return c.params }

func (c brainpool) IsOnCurve(x, y *big.Int) bool {
	left := new(big.Int).Mul(y, y)
	right := new(big.Int).Mul(x, x)
	right.Add(right, c.a).Mul(right, x).Add(right, c.params.B)
	return left.Sub(left, right).Mod(left, c.params.P).Sign() == 0
}

func (c brainpool) Add(x1, y1, x2, y2 *big.Int) (x, y *big.Int) {
	p := c.params.P
	switch {
	case x1.Sign() == 0 && y1.Sign() == 0:
		return x2, y2
	case x2.Sign() == 0 && y2.Sign() == 0:
		return x1, y1
	}
	var slope *big.Int
	if x1.Cmp(x2) == 0 {
		if y1.Cmp(y2) != 0 {
			return new(big.Int), new(big.Int)
		}
		slope = new(big.Int).Mul(x1, x1)
		slope.Mul(slope, big.NewInt(3)).Add(slope, c.a).Mul(slope, new(big.Int).ModInverse(new(big.Int).Lsh(y1, 1), p))
	} else {
		dx := new(big.Int).Sub(x2, x1)
		slope = new(big.Int).Sub(y2, y1)
		slope.Mul(slope, new(big.Int).ModInverse(dx.Mod(dx, p), p))
	}
	x = new(big.Int).Mul(slope, slope)
	x.Sub(x, x1).Sub(x, x2).Mod(x, p)
	y = new(big.Int).Sub(x1, x)
	y.Mul(y, slope).Sub(y, y1).Mod(y, p)
	return x, y
}

func (c brainpool) ScalarMult(x1, y1 *big.Int, k []byte) (x, y *big.Int) {
	x, y = new(big.Int), new(big.Int)
	for _, b := range k {
		for bit := 7; bit >= 0; bit-- {
			x, y = c.Add(x, y, x, y)
			if b>>bit&1 == 1 {
				x, y = c.Add(x, y, x1, y1)
			}
		}
	}
	return x, y
}

// The dialogue of ICAO 9303-11 appendix G.1, terminal and chip by turns.
var appendixG1 = []string{
	"0022C1A412 800A04007F00070202040202 830101 84010D", "9000",
	"10860000027C0000", "7C128010 95A3A016522EE98D01E76CB6B98B42C3 9000",
	"10860000457C438141 04 7ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E 544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D 00",
	"7C438241 04 824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57 30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C54 9000",
	"10860000457C438341 04 2DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C 3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB36462 00",
	"7C438441 04 9E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB 7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F094 9000",
	"008600000C7C0A8508 C2B0BD78D94BA866 00", "7C0A8608 3ABB9674BCE93C08 9000",
}

const (
	cardAccessG1 = "31143012060A04007F0007020204020202010202010D"
	secretsG1    = "7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99" + "A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595"
)

// chip plays the card's part of a dialogue and insists on the terminal's.
type chip struct {
	t    testing.TB
	said []string
	next int
}

func (c *chip) Transmit(_ context.Context, command []byte) ([]byte, error) {
	if c.next >= len(c.said) {
		return nil, io.EOF
	}
	want, answer := unhex(c.t, c.said[c.next]), unhex(c.t, c.said[c.next+1])
	if !bytes.Equal(command, want) {
		c.t.Errorf("step %d: the terminal says\n%X, want\n%X", c.next/2, command, want)
	}
	c.next += 2
	return answer, nil
}

func sessionG1(t testing.TB) Session {
	t.Helper()
	infos, err := ParseCardAccess(unhex(t, cardAccessG1))
	if err != nil || len(infos) != 1 || infos[0].Parameter != 13 {
		t.Fatalf("infos %+v, %v", infos, err)
	}
	return Session{Info: infos[0], Password: MRZ("T22000129364081251010318"), Group: brainpoolP256(), Random: bytes.NewReader(unhex(t, secretsG1))}
}

func TestWorkedExampleG1IsReproducedByteForByte(t *testing.T) {
	c := &chip{t: t, said: appendixG1}
	keys, err := sessionG1(t).Establish(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if c.next != len(c.said) {
		t.Errorf("%d of %d steps", c.next/2, len(c.said)/2)
	}
	if got := hex.EncodeToString(keys.Enc); got != "f5f0e35c0d7161ee6724ee513a0d9a7f" {
		t.Errorf("key for encryption = %s", got)
	}
	if got := hex.EncodeToString(keys.MAC); got != "fe251c7858b356b24514b3bd5f4297d1" {
		t.Errorf("key for authentication = %s", got)
	}
	keys.Wipe()
	if bytes.ContainsFunc(append(keys.Enc, keys.MAC...), func(r rune) bool { return r != 0 }) {
		t.Error("wiped and still there")
	}
	if got := hex.EncodeToString(derive(MRZ("T22000129364081251010318").seed, forPassword, 16)); got != "89ded1b26624ec1e634c1989302849dd" {
		t.Errorf("key of the password = %s", got)
	}
}

// The vectors of RFC 4493 §4 and of NIST SP 800-38B appendix D for AES-256.
func TestMACAgreesWithItsVectors(t *testing.T) {
	const message = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
	const key, key256 = "2b7e151628aed2a6abf7158809cf4f3c", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
	for _, tt := range []struct {
		key, want string
		n         int
	}{
		{key, "bb1d6929e95937287fa37d129b756746", 0},
		{key, "070a16b46b4d4144f79bdd9dd04a287c", 16},
		{key, "dfa66747de9ae63030ca32611497c827", 40},
		{key, "51f0bebf7e3b9d92fc49741779363cfe", 64},
		{key256, "028962f61b7bf89efc6b551f4667d983", 0},
		{key256, "28a7023f452e8f82bd4bf28d8c37c35c", 16},
		{key256, "aaf3d8f1de5640c232f5b169b9c911e6", 40},
		{key256, "e1992190549f6ed5696a2c056c315410", 64},
	} {
		got, err := cmac(unhex(t, tt.key), unhex(t, message)[:tt.n])
		if err != nil || hex.EncodeToString(got) != tt.want {
			t.Errorf("%d bytes: %x, %v; want %s", tt.n, got, err, tt.want)
		}
	}
}

func TestWhatTheCardDoesWrongHasItsError(t *testing.T) {
	for name, tt := range map[string]struct {
		step   int
		answer string
		want   error
	}{
		"another token":           {9, "7C0A8608 3ABB9674BCE93C09 9000", ErrPassword},
		"number refused":          {9, "6300", ErrPassword},
		"key off the curve":       {5, "7C438241 04 824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57 30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C55 9000", ErrProtocol},
		"key of zeros":            {7, "7C438441 04" + strings.Repeat("00", 64) + "9000", ErrProtocol},
		"our own key":             {7, "7C438441 04 2DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C 3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB36462 9000", ErrProtocol},
		"half a nonce":            {3, "7C0A8008 95A3A016522EE98D 9000", ErrProtocol},
		"nothing but a good word": {5, "9000", ErrProtocol},
		"refused at the door":     {1, "6A80", card.ErrRefused},
		"taken out":               {5, "", card.ErrRemoved},
	} {
		said := append([]string(nil), appendixG1...)
		said[tt.step] = tt.answer
		keys, err := sessionG1(t).Establish(t.Context(), &chip{t: t, said: said})
		if !errors.Is(err, tt.want) || keys != nil {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

func TestOnlyBuiltKindsAreOffered(t *testing.T) {
	for name, file := range map[string]string{
		"triple DES":         "31143012060A04007F0007020204020102010202010D",
		"integrated mapping": "31143012060A04007F0007020204040202010202010D",
		"nothing":            "3100",
	} {
		if infos, err := ParseCardAccess(unhex(t, file)); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: %+v, %v", name, infos, err)
		}
	}
	if _, err := ParseCardAccess([]byte("not a set")); !errors.Is(err, ErrProtocol) {
		t.Errorf("nonsense: %v", err)
	}
	for parameter, built := range map[int]bool{12: true, 15: true, 18: true, 13: false, 0: false} {
		if g, err := (Info{Parameter: parameter}).Group(); (err == nil) != built || built && g == nil {
			t.Errorf("curve %d: %v", parameter, err)
		}
	}
	for _, digits := range []string{"12345", "1234567", "12345a"} {
		if _, err := CAN(digits); !errors.Is(err, ErrPassword) {
			t.Errorf("access number %q: %v", digits, err)
		}
	}
	if p, err := CAN("123456"); err != nil || p.reference != 2 {
		t.Errorf("access number: %v, %v", p, err)
	}
}

func FuzzParseCardAccess(f *testing.F) {
	f.Add(unhex(f, cardAccessG1))
	f.Fuzz(fuzzCardAccess)
}

func fuzzCardAccess(t *testing.T, b []byte) {
	infos, err := ParseCardAccess(b)
	if (err == nil) != (len(infos) > 0) {
		t.Errorf("%d infos, %v", len(infos), err)
	}
}

func FuzzEstablish(f *testing.F) {
	for _, s := range establishSeeds() {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(fuzzEstablish(f))
}

func establishSeeds() [][][]byte {
	return [][][]byte{{{0x7C, 0x12, 0x80, 0x10}, {0x7C, 0x43, 0x82, 0x41, 4}, {0x7C, 0x0A, 0x86, 8}}}
}

func fuzzEstablish(tb testing.TB) func(t *testing.T, a, b, c []byte) {
	tb.Helper()
	session := sessionG1(tb)
	session.Info.Parameter, session.Group = 12, elliptic.P256()
	return func(t *testing.T, a, b, c []byte) {
		session.Random = bytes.NewReader(unhex(t, secretsG1))
		answers := [][]byte{nil, a, b, c, c}
		keys, err := session.Establish(t.Context(), transmitter(func() []byte {
			answer := append(bytes.Clone(answers[0]), 0x90, 0)
			if answers = answers[1:]; len(answers) == 0 {
				answers = [][]byte{nil}
			}
			return answer
		}))
		if err == nil {
			t.Errorf("chance agreed on %v", keys)
		}
	}
}

// TestChannelsSurviveManyInputs has what a contactless card may say; the agreement on keys takes a thousand times as long
// as the rest.
func TestChannelsSurviveManyInputs(t *testing.T) {
	establish := fuzzEstablish(t)
	fuzzrun.Run(t, fuzzrun.Count(t, 2_000, 6),
		fuzzrun.Target{
			Name: "FuzzParseCardAccess", Weight: 40, Inputs: 1, Seeds: [][][]byte{{unhex(t, cardAccessG1)}},
			Body: func(t *testing.T, in [][]byte) { fuzzCardAccess(t, in[0]) },
		},
		fuzzrun.Target{
			Name: "FuzzParseChipInfo", Weight: 39, Inputs: 1, Seeds: [][][]byte{{chipGroup(t)}},
			Body: func(t *testing.T, in [][]byte) { fuzzChipInfo(t, in[0]) },
		},
		fuzzrun.Target{
			Name: "FuzzProtectedAnswer", Weight: 20, Inputs: 1, Seeds: answerSeeds(t),
			Body: func(t *testing.T, in [][]byte) { fuzzAnswer(t, in[0]) },
		},
		fuzzrun.Target{
			Name: "FuzzEstablish", Weight: 1, Inputs: 3, Seeds: establishSeeds(),
			Body: func(t *testing.T, in [][]byte) { establish(t, in[0], in[1], in[2]) },
		},
	)
}

// chipGroup is data group 14 with Chip Authentication on P-256 and AES-128; the key is the base point.
func chipGroup(t testing.TB) []byte {
	t.Helper()
	infos := "300F060A04007F00070202030202020101" + "3066060904007F000702020102" + "3059301306072A8648CE3D020106082A8648CE3D03010703420004" +
		"6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296" +
		"4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"
	set := unhex(t, infos)
	return append([]byte{0x6E, byte(len(set) + 2), 0x31, byte(len(set))}, set...)
}

func TestHowAChipIsAskedStandsInItsInfos(t *testing.T) {
	group := chipGroup(t)
	info, err := ParseChipInfo(group)
	if err != nil || info.size != 16 || info.key == nil || info.ref != nil {
		t.Errorf("%+v, %v", info, err)
	}
	for n := range group {
		if _, err := ParseChipInfo(group[:n]); err == nil {
			t.Errorf("taken from %d of %d bytes", n, len(group))
		}
	}
}

func FuzzParseChipInfo(f *testing.F) {
	f.Add(chipGroup(f))
	f.Fuzz(fuzzChipInfo)
}

func fuzzChipInfo(t *testing.T, b []byte) {
	if len(b) > 4096 {
		return
	}
	if info, err := ParseChipInfo(b); (err == nil) != (info.key != nil && info.size >= 16) {
		t.Errorf("%+v, %v", info, err)
	}
}

type transmitter func() []byte

func (f transmitter) Transmit(context.Context, []byte) ([]byte, error) { return f(), nil }
