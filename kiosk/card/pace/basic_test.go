package pace

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math/big"
	"strings"
	"testing"

	"balcao/kiosk/card"
)

// The dialogue of ICAO 9303-11 appendix D.3, and what goes before it in D.2: the text both sides know, and the terminal's
// random numbers.
var exampleD3 = []string{
	"0084000008", "4608F919887022129000",
	"0082000028" + "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2" + "5F1448EEA8AD90A7" + "28",
	"46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F" + "2F2D235D074D7449" + "9000",
}

const (
	textD2    = "L898902C<3" + "6908061" + "9406236"
	secretsD3 = "781723860C06C226" + "0B795240CB7049B01C19B33E32804F0B"
)

func TestWorkedExamplesD3AndD4AreReproducedByteForByte(t *testing.T) {
	said := append([]string(nil), exampleD3...)
	for _, s := range exampleD4 {
		said = append(said, s.said()...)
	}
	chip := &chip{t: t, said: said}
	channel, err := BasicAccess(t.Context(), chip, textD2, bytes.NewReader(unhex(t, secretsD3)))
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(channel.counter); got != "887022120c06c226" {
		t.Errorf("counter = %s", got)
	}
	for _, s := range exampleD4 {
		answer, err := channel.Transmit(t.Context(), unhex(t, s.plain))
		if got := strings.ToUpper(hex.EncodeToString(answer)); err != nil || got != s.opened {
			t.Errorf("%s answers %s, %v", s.plain, got, err)
		}
	}
	if chip.next != len(said) {
		t.Errorf("%d of %d messages", chip.next, len(said))
	}
}

func TestWhatIsWrongWithBasicAccessHasItsError(t *testing.T) {
	for name, tt := range map[string]struct {
		step   int
		answer string
		want   error
	}{
		"another text":      {3, "6300", ErrPassword},
		"a turned bit":      {3, strings.Replace(exampleD3[3], "46B9", "46B8", 1), ErrPassword},
		"half an answer":    {3, "46B9342A41396CD79000", ErrPassword},
		"half a challenge":  {1, "4608F9199000", ErrProtocol},
		"no challenge":      {1, "6D00", card.ErrRefused},
		"taken out":         {3, "", card.ErrRemoved},
		"another challenge": {1, "4608F919887022139000", ErrProtocol},
	} {
		said := append([]string(nil), exampleD3...)
		said[tt.step] = tt.answer
		over := &chip{t: t, said: said}
		if name == "another challenge" { // the terminal then says something else; what the card answers stays
			over.said = nil
		}
		var c card.Transmitter = over
		if over.said == nil {
			answers := []string{said[1], said[3]}
			c = transmitter(func() []byte {
				answer := unhex(t, answers[0])
				answers = answers[1:]
				return answer
			})
		}
		channel, err := BasicAccess(t.Context(), c, textD2, bytes.NewReader(unhex(t, secretsD3)))
		if !errors.Is(err, tt.want) || channel != nil {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	if _, err := BasicAccess(t.Context(), &chip{t: t, said: exampleD3}, textD2, bytes.NewReader(nil)); err == nil {
		t.Error("keys without a random number")
	}
}

// The secrets and keys of the worked example for TR-03110 (version 1.02): those of its PACE, and those of its Chip
// Authentication, whose second version mixes a nonce in. ICAO 9303-11 §6.2 has the first version, without the nonce.
func TestKeysOfTheWorkedExampleForTR03110AreDerived(t *testing.T) {
	paceSecret := unhex(t, "6E7D077CCD367C2EAA683F1E8EC534302E2D00B6ADAF8A87A6EDA78740F17606")
	if got := hex.EncodeToString(derive(paceSecret, forEncryption, 16)); got != "68406b4162100563d9c901a6154d2901" {
		t.Errorf("PACE, key for encryption = %s", got)
	}
	if got := hex.EncodeToString(derive(paceSecret, forMAC, 16)); got != "73ff268784f72af833fdc9464049afc9" {
		t.Errorf("PACE, key for authentication = %s", got)
	}
	public := unhex(t, "04A44EBE5451DF7AADB01E459B8C928A87746A57927C8C28A6775C97A7E1FE8D9A46FF4A1CC7E4D1389AEA19758E4F75C28C598FD734AEBEB135337CF95BE12E94")
	x, _ := brainpoolP256().ScalarMult(new(big.Int).SetBytes(public[1:33]), new(big.Int).SetBytes(public[33:]),
		unhex(t, "A6A4D255C5BF7A77EC3D0553DB74F693CF044E18C98364D4977A296108AF19BD"))
	secret := x.FillBytes(make([]byte, 32))
	if got := hex.EncodeToString(secret); got != "791da04273ccfe862e52df60347e2557192e1f8d7517822ce3d306056c1cdeb4" {
		t.Errorf("Chip Authentication, secret = %s", got)
	}
	keys := chipKeys(append(secret, unhex(t, "4287B3072A3EDC60")...), 16)
	if got := hex.EncodeToString(keys.Enc); got != "94abcd271ab7d9a5590ba52cb518b831" {
		t.Errorf("Chip Authentication, key for encryption = %s", got)
	}
	if got := hex.EncodeToString(keys.MAC); got != "78b5709e7abedb185b424d0ee3a82499" {
		t.Errorf("Chip Authentication, key for authentication = %s", got)
	}
}
