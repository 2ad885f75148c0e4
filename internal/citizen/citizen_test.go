package citizen

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"balcao/internal/fuzzrun"
)

func TestWorkedExamplesAgree(t *testing.T) {
	for what, err := range map[string]error{
		"civil number 6235008-0": CheckCivilNumber("062350080"),
		"NIF 501964843":          CheckNIF("501964843"),
		"NISS 12345678910":       CheckNISS("12345678910"),
		"ICAO specimen":          CheckTD1("I<UTOD231458907<<<<<<<<<<<<<<<" + "7408122F1204159UTO<<<<<<<<<<<6" + "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, text := range []string{"00000000 0 ZZ4", "000000000ZZ4", "00000000 0 zz4", "000024759ZZ7"} {
		if _, err := ParseDocumentNumber([]byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	n, _ := ParseDocumentNumber([]byte("00000000 0 ZZ4"))
	if n.sum() != 100 {
		t.Errorf("sum = %d, want 100", n.sum())
	}
	for text, want := range map[string]byte{"D23145890": '7', "740812": '2', "120415": '9', "000024759<ZZ7": '2'} {
		if got, ok := MRZDigit(text); !ok || got != want {
			t.Errorf("MRZ digit of %s = %c, want %c", text, got, want)
		}
	}
}

func TestOneWrongDigitIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		good  string
		check func(string) error
	}{
		"NIF":  {"501964843", CheckNIF},
		"NISS": {"12345678910", CheckNISS},
		"document": {"000024759ZZ7", func(s string) error {
			_, err := ParseDocumentNumber([]byte(s))
			return err
		}},
		"MRZ": {"I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<", CheckTD1},
	} {
		found, all := 0, 0
		for i := range c.good {
			if c.good[i] < '0' || c.good[i] > '9' {
				continue
			}
			bad := []byte(c.good)
			bad[i] = '0' + (bad[i]-'0'+1)%10
			all++
			if err := c.check(string(bad)); errors.Is(err, ErrCheckDigit) {
				found++
			}
		}
		if found < all-1 { // modulo 11 with ten as 0 is weak in one place
			t.Errorf("%s: %d of %d wrong digits found", name, found, all)
		}
	}
}

func TestWrongFormsAreRefused(t *testing.T) {
	for _, text := range []string{"", "1", "00000000 0 ZZ44", "A0000000 0 ZZ4", "00000000 0 ZZÇ", "00000000-0-ZZ4"} {
		if _, err := ParseDocumentNumber([]byte(text)); !errors.Is(err, ErrForm) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, err := range []error{CheckNIF("50196484"), CheckNIF("50196484x"), CheckNISS("1"), CheckCivilNumber(""), CheckTD1("")} {
		if !errors.Is(err, ErrForm) {
			t.Errorf("error %v, want %v", err, ErrForm)
		}
	}
}

func TestPortugueseLongDocumentNumberIsChecked(t *testing.T) {
	one := "I<PRT000024759<ZZ72<<<<<<<<<<<"
	digit := func(s string) string { d, _ := MRZDigit(s); return string(d) }
	two := "800101" + digit("800101") + "F" + "340614" + digit("340614") + "PRT<<<<<<<<<<<"
	two += digit(one[5:] + two[:7] + two[8:15] + two[18:29])
	if err := CheckTD1(one + two + strings.Repeat("<", 30)); err != nil {
		t.Error(err)
	}
	if err := CheckTD1(strings.Replace(one, "ZZ7", "ZZ6", 1) + two + strings.Repeat("<", 30)); !errors.Is(err, ErrCheckDigit) {
		t.Errorf("changed version: %v", err)
	}
}

func key(t testing.TB, fill byte) DayKey {
	t.Helper()
	k, err := NewDayKey(bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestTheSameCitizenHasOneDigestADay(t *testing.T) {
	spaced, _ := ParseDocumentNumber([]byte("00000000 0 zz4"))
	plain, _ := ParseDocumentNumber([]byte("000000000ZZ4"))
	other, _ := ParseDocumentNumber([]byte("000024759ZZ7"))
	monday, tuesday := key(t, 1), key(t, 2)
	first, err := monday.Digest(spaced)
	if err != nil {
		t.Fatal(err)
	}
	same, _ := monday.Digest(plain)
	if !first.Equal(same) {
		t.Error("two ways of writing one number have two digests")
	}
	for label, d := range map[string]func() (Digest, error){
		"another citizen": func() (Digest, error) { return monday.Digest(other) },
		"another day":     func() (Digest, error) { return tuesday.Digest(plain) },
	} {
		if got, err := d(); err != nil || got.Equal(first) {
			t.Errorf("%s has the same digest (%v)", label, err)
		}
	}
	// Made with another program; kiosks and branches of all versions must agree.
	if got, want := fmt.Sprintf("%x", first), "153f6e6346f16a1793e03af51e02d838b73a54b7809b98f849434d6bb05950ac"; got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

func TestWithoutAKeyThereIsNoDigest(t *testing.T) {
	k := key(t, 1)
	k.Wipe()
	n, _ := ParseDocumentNumber([]byte("000000000ZZ4"))
	if _, err := k.Digest(n); !errors.Is(err, ErrKey) {
		t.Errorf("wiped key: %v", err)
	}
	for _, bad := range [][]byte{nil, make([]byte, 32), make([]byte, 31)} {
		if _, err := NewDayKey(bad); !errors.Is(err, ErrKey) {
			t.Errorf("key of %d bytes: %v", len(bad), err)
		}
	}
}

func TestNumbersAndKeysHideThemselves(t *testing.T) {
	n, _ := ParseDocumentNumber([]byte("000024759ZZ7"))
	k := key(t, 'K')
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+verb, n, k)
		fmt.Fprintf(&out, verb, struct {
			N DocumentNumber
			K *DayKey
		}{n, &k})
	}
	text, err := json.Marshal(map[string]any{"n": n, "k": k})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	_, err = ParseDocumentNumber([]byte("000024759ZZ8"))
	out.WriteString(err.Error())
	for _, secret := range []string{"24759", "KKK", "75 75", "4b4b", "3234373539"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q got out: %s", secret, out.String())
		}
	}
	n.Wipe()
	if n != (DocumentNumber{}) {
		t.Error("wiped and still there")
	}
}

const zoneSeed = "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<"

func FuzzParseDocumentNumber(f *testing.F) {
	f.Add([]byte("00000000 0 ZZ4"))
	f.Fuzz(fuzzDocumentNumber)
}

func fuzzDocumentNumber(t *testing.T, b []byte) {
	n, err := ParseDocumentNumber(b)
	if err != nil {
		return
	}
	if again, err := ParseDocumentNumber(n[:]); err != nil || again != n {
		t.Errorf("normal form is not one: %v", err)
	}
}

func FuzzCheckTD1(f *testing.F) {
	f.Add(zoneSeed)
	f.Add(strings.Repeat("<", 90))
	f.Fuzz(func(_ *testing.T, zone string) { _ = CheckTD1(zone) })
}

func TestNumbersSurviveManyInputs(t *testing.T) {
	fuzzrun.Run(t, fuzzrun.Count(t, 20_000, 18),
		fuzzrun.Target{
			Name: "FuzzParseDocumentNumber", Weight: 1, Inputs: 1, Seeds: [][][]byte{{[]byte("00000000 0 ZZ4")}},
			Body: func(t *testing.T, in [][]byte) { fuzzDocumentNumber(t, in[0]) },
		},
		fuzzrun.Target{
			Name: "FuzzCheckTD1", Weight: 1, Inputs: 1, Seeds: [][][]byte{{[]byte(zoneSeed)}},
			Body: func(_ *testing.T, in [][]byte) { _ = CheckTD1(string(in[0])) },
		},
		fuzzrun.Target{
			Name: "FuzzParseToken", Weight: 1, Inputs: 1, Seeds: [][][]byte{{[]byte(tokenText)}},
			Body: func(t *testing.T, in [][]byte) { fuzzToken(t, in[0]) },
		},
	)
}
