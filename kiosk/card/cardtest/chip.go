package cardtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"slices"

	"balcao/kiosk/card"
)

// keyFileCC2 is data group 15 as the State signed it, infosFileCC2 data group
// 14 (ICAO 9303-10 §4.7.14 and §4.7.15).
func keyFileCC2(how Seal) []byte {
	switch how {
	case RSAChip:
		return keyFile("chip-rsa")
	case ExplicitChip:
		return appendTLV(nil, []byte{0x6F}, explicitKey("chip-ec"))
	default:
		return keyFile("chip-ec")
	}
}

func keyFile(key string) []byte {
	der, err := x509.MarshalPKIXPublicKey(stateKey(key).Public())
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	return appendTLV(nil, []byte{0x6F}, der)
}

// infosFileCC2 says which protocols the chip knows: PACE on P-256, Chip
// Authentication with a key on P-256, Active Authentication with SHA-256.
func infosFileCC2() []byte {
	return appendTLV(nil, []byte{0x6E}, set(
		seq(oid(oidPACE), integer(2), integer(curveP256)),
		seq(oid(oidChipAuthentication), integer(1)),
		seq(oid(oidChipKey), chipKeyInfo()),
		seq(oid(oidActiveAuthentication), integer(1), oid(oidPlainSHA256)),
	))
}

// chipKeyInfo is the public key of Chip Authentication (ICAO 9303-11 §9.2.6).
func chipKeyInfo() []byte {
	der, err := x509.MarshalPKIXPublicKey(stateKey("chip-ec").Public())
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	return der
}

// Identifiers of ICAO 9303-11 §9.2 and BSI TR-03111 §5.2.1.
const (
	oidPACE                 = "0.4.0.127.0.7.2.2.4.2.4" // ECDH, generic mapping, AES-256
	oidChipAuthentication   = "0.4.0.127.0.7.2.2.3.2.4" // ECDH, AES-256
	oidChipKey              = "0.4.0.127.0.7.2.2.1.2"
	oidActiveAuthentication = "2.23.136.1.1.5"
	oidPlainSHA256          = "0.4.0.127.0.7.1.1.4.1.3"

	curveP256 = 12 // ICAO 9303-11 table 6
)

// explicitKey is a key whose curve is told by its numbers (SEC 1 §C.2).
func explicitKey(name string) []byte {
	public, ok := stateKey(name).Public().(*ecdsa.PublicKey)
	if !ok {
		panic("cardtest: key " + name + " is on no curve")
	}
	point, err := public.Bytes()
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	p := elliptic.P256().Params()
	number := func(n *big.Int) []byte {
		b, err := asn1.Marshal(n)
		if err != nil {
			panic("cardtest: " + err.Error())
		}
		return b
	}
	wide := func(n *big.Int) []byte { return n.FillBytes(make([]byte, 32)) }
	a := new(big.Int).Sub(p.P, big.NewInt(3))
	base := slices.Concat([]byte{4}, wide(p.Gx), wide(p.Gy))
	return seq(
		seq(oid("1.2.840.10045.2.1"), seq(integer(1),
			seq(oid("1.2.840.10045.1.1"), number(p.P)),
			seq(octets(wide(a)), octets(wide(p.B))),
			octets(base), number(p.N), integer(1))),
		appendTLV(nil, []byte{0x03}, append([]byte{0}, point...)))
}

// chipFiles are the files by which a chip is known, as this card shows them.
func chipFiles(how Seal) []file {
	infos, key := file{id: 0x010E, content: infosFileCC2()}, file{id: 0x010F, content: keyFileCC2(how)}
	switch how {
	case NoChipKey:
		return nil
	case ChipKeyLeftOut:
		return []file{infos}
	case ChipKeyChanged:
		key.content = keyFile("chip-copy")
	default:
	}
	return []file{infos, key}
}

// internalAuthenticate signs a challenge with the key that the chip really has.
func (c *Card) internalAuthenticate(cmd card.Command) []byte {
	if c.generation != CC2 || c.app != 0 || c.seal == NoChipKey {
		return status(0x6D00)
	}
	if len(cmd.Data) != 8 {
		return status(0x6700)
	}
	key := "chip-ec"
	switch c.seal {
	case CopiedChip, ChipKeyLeftOut, ChipKeyChanged:
		key = "chip-copy"
	case ChipWithoutAnswer:
		return status(0x6982)
	case RSAChip:
		return append(recoverable(cmd.Data), 0x90, 0x00)
	default:
	}
	hash := sha256.Sum256(cmd.Data)
	der, err := stateKey(key).Sign(rand.Reader, hash[:], crypto.SHA256)
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	var parts struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &parts); err != nil {
		panic("cardtest: " + err.Error())
	}
	return slices.Concat(parts.R.FillBytes(make([]byte, 32)), parts.S.FillBytes(make([]byte, 32)), []byte{0x90, 0x00})
}

// recoverable signs a challenge as ISO/IEC 9796-2 scheme 1 does, with SHA-256.
// What the chip adds of its own is chance on a real card, and is not here.
func recoverable(challenge []byte) []byte {
	d, ok := stateKey("chip-rsa").(deterministic)
	if !ok {
		panic("cardtest: no key")
	}
	key, ok := d.Signer.(*rsa.PrivateKey)
	if !ok {
		panic("cardtest: the key chip-rsa is none of RSA")
	}
	opened := make([]byte, key.Size())
	own := opened[1 : len(opened)-sha256.Size-2]
	for i := range own {
		own[i] = byte(i*7 + 1)
	}
	hash := sha256.Sum256(slices.Concat(own, challenge))
	opened[0] = 0x6A
	copy(opened[1+len(own):], hash[:])
	opened[len(opened)-2], opened[len(opened)-1] = 0x34, 0xCC
	s := new(big.Int).SetBytes(opened)
	return s.Exp(s, key.D, key.N).FillBytes(make([]byte, key.Size()))
}
