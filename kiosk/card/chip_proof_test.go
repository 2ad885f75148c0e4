package card

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"math/big"
	"testing"
)

// The worked example of ICAO 9303-11 appendix F: what the signature of a chip
// opens to, for a challenge of the terminal. It names no key pair.
const (
	challengeF = "F173589974BF40C6"
	openedF    = "6A9D2784A67F8E7C659973EA1AEA25D95B6C8F91E5002F369F0FBDCE8A3CEC1991B543F1696546C5524CF23A5303CD6C" +
		"98599F40B79F377B5F3A1406B3B4D8F96784D23AA88DB7E1032A405E69325FA91A6E86F5C71AEA978264C4A207446DAD" +
		"4E7292E2DCDA3024B47DA8C063AA1E6D22FBD976AB0FE73D94D2D9C6D88127BC"
)

func TestWorkedExampleFOfActiveAuthenticationProves(t *testing.T) {
	opened, challenge := unhex(t, openedF), unhex(t, challengeF)
	if len(opened) != 1024/8 {
		t.Fatalf("%d bytes", len(opened))
	}
	if !recovers(opened, challenge) {
		t.Error("the worked example is not taken for a proof")
	}
	key, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // the example has 1,024 bits
	if err != nil {
		t.Fatal(err)
	}
	s := new(big.Int).SetBytes(opened)
	if s.Cmp(key.N) >= 0 { // 6A begins lower than any modulus of that length
		t.Fatal("the example is larger than a modulus")
	}
	signature := s.Exp(s, key.D, key.N).FillBytes(make([]byte, key.Size()))
	if !provesRSA(&key.PublicKey, challenge, signature) {
		t.Error("the example, signed, does not prove")
	}
	for i := range opened {
		bad := bytes.Clone(opened)
		bad[i] ^= 0x01
		if recovers(bad, challenge) {
			t.Errorf("byte %d turned: still a proof", i)
		}
	}
	for i := range challenge {
		bad := bytes.Clone(challenge)
		bad[i] ^= 0x80
		if recovers(opened, bad) || provesRSA(&key.PublicKey, bad, signature) {
			t.Errorf("a proof for another challenge, byte %d", i)
		}
	}
	for _, wrong := range [][]byte{nil, signature[1:], append(bytes.Clone(signature), 0), bytes.Repeat([]byte{0xFF}, 128), make([]byte, 128)} {
		if provesRSA(&key.PublicKey, challenge, wrong) {
			t.Errorf("%d bytes prove", len(wrong))
		}
	}
}

func TestOnlyAPlainSignatureOfTheRightLengthProves(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	challenge := unhex(t, challengeF)
	hash, _ := parseChipHash(infos(t, 4))
	h := hash.New()
	h.Write(challenge)
	r, s, err := ecdsa.Sign(rand.Reader, key, h.Sum(nil))
	if err != nil {
		t.Fatal(err)
	}
	plain := append(r.FillBytes(make([]byte, 48)), s.FillBytes(make([]byte, 48))...)
	if !proves(&key.PublicKey, hash, challenge, plain) {
		t.Error("a plain signature does not prove")
	}
	der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	if err != nil {
		t.Fatal(err)
	}
	for name, wrong := range map[string][]byte{"DER": der, "short": plain[:95], "long": append(bytes.Clone(plain), 0), "nothing": nil, "zeros": make([]byte, 96)} {
		if proves(&key.PublicKey, hash, challenge, wrong) {
			t.Errorf("%s proves", name)
		}
	}
	if proves(&key.PublicKey, 0, challenge, plain) || proves(nil, hash, challenge, plain) {
		t.Error("a proof without a hash or a key")
	}
}

// infos is data group 14 with one ActiveAuthenticationInfo.
func infos(t testing.TB, algorithm int) []byte {
	t.Helper()
	type info struct {
		Protocol  asn1.ObjectIdentifier
		Version   int
		Algorithm asn1.ObjectIdentifier
	}
	set, err := asn1.MarshalWithParams([]info{{
		asn1.ObjectIdentifier{2, 23, 136, 1, 1, 5},
		1,
		asn1.ObjectIdentifier{0, 4, 0, 127, 0, 7, 1, 1, 4, 1, algorithm},
	}}, "set")
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte{tagInfos, byte(len(set))}, set...)
}

func TestWeakHashesOfAChipAreNotTaken(t *testing.T) {
	for algorithm, want := range map[int]bool{1: false, 2: false, 3: true, 4: true, 5: true, 6: false} {
		if _, ok := parseChipHash(infos(t, algorithm)); ok != want {
			t.Errorf("ecdsa-plain %d: %v, want %v", algorithm, ok, want)
		}
	}
	good := infos(t, 3)
	for n := range good {
		if _, ok := parseChipHash(good[:n]); ok {
			t.Errorf("taken from %d of %d bytes", n, len(good))
		}
	}
	if _, ok := parseChipHash(append(bytes.Clone(good), 0)); ok {
		t.Error("taken with a byte too much")
	}
}

func chipSeeds(t testing.TB) [][][]byte {
	t.Helper()
	return [][][]byte{
		{unhex(t, "6F5B3059301306072A8648CE3D020106082A8648CE3D03010703420004"+
			"6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"+
			"4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"), infos(t, 3), unhex(t, openedF)},
		{{tagKey, 2, 0x30, 0}, {tagInfos, 2, 0x31, 0}, {0x6A, 0xBC}},
	}
}

func FuzzChipProof(f *testing.F) {
	for _, s := range chipSeeds(f) {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(fuzzChip)
}

func fuzzChip(t *testing.T, key, infos, answer []byte) {
	if len(key) > maxObject || len(infos) > maxObject || len(answer) > 1024 {
		return
	}
	challenge := []byte("12345678")
	parsed, known := parseChipKey(key)
	hash, _ := parseChipHash(infos)
	if known && proves(parsed, hash, challenge, answer) {
		t.Error("chance proved to know a key")
	}
	if recovers(answer, challenge) {
		t.Error("chance made a proof")
	}
}
