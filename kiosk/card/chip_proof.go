package card

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha1" // what the worked example of ICAO 9303-11 appendix F signs
	"crypto/subtle"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
)

// parseChipKey takes data group 15 apart (ICAO 9303-10 §4.7.15).
func parseChipKey(group []byte) (key crypto.PublicKey, ok bool) {
	h, whole, err := parseHeader(group)
	if err != nil || !whole || h.tag != tagKey || h.size+h.length != len(group) {
		return nil, false
	}
	return ParseChipKey(group[h.size:])
}

// ParseChipKey reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) as chips show
// theirs: RSA of 2,048 bits or more, or ECDSA on a curve of the standard
// library, by name or with all its numbers. ok is false for anything else.
func ParseChipKey(der []byte) (key crypto.PublicKey, ok bool) {
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		if key = explicitKey(der); key == nil {
			return nil, false
		}
	}
	switch k := key.(type) {
	case *rsa.PublicKey:
		return k, strongKey(k)
	case *ecdsa.PublicKey:
		return k, strongKey(k)
	default:
		return nil, false
	}
}

// explicitKey reads a key whose curve is told by its numbers (SEC 1 §C.2), as
// ICAO 9303-11 §9.8 wants it, if they are those of a curve that is known here.
func explicitKey(der []byte) crypto.PublicKey {
	var info struct {
		Algorithm struct {
			ID         asn1.ObjectIdentifier
			Parameters struct {
				Version int
				Field   struct {
					Type  asn1.ObjectIdentifier
					Prime *big.Int
				}
				Curve struct {
					A, B []byte
					Seed asn1.BitString `asn1:"optional"`
				}
				Base     []byte
				Order    *big.Int
				Cofactor *big.Int `asn1:"optional"`
			}
		}
		Key asn1.BitString
	}
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) > 0 || info.Key.BitLength%8 != 0 {
		return nil
	}
	told := info.Algorithm.Parameters
	if told.Field.Prime == nil || told.Order == nil {
		return nil
	}
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		p := curve.Params()
		width := (p.BitSize + 7) / 8
		a := new(big.Int).Sub(p.P, big.NewInt(3))
		base := append([]byte{4}, append(p.Gx.FillBytes(make([]byte, width)), p.Gy.FillBytes(make([]byte, width))...)...)
		if told.Field.Prime.Cmp(p.P) != 0 || told.Order.Cmp(p.N) != 0 || !bytes.Equal(told.Base, base) ||
			new(big.Int).SetBytes(told.Curve.A).Cmp(a) != 0 || new(big.Int).SetBytes(told.Curve.B).Cmp(p.B) != 0 {
			continue
		}
		key, err := ecdsa.ParseUncompressedPublicKey(curve, info.Key.Bytes)
		if err != nil {
			return nil
		}
		return key
	}
	return nil
}

// plainSignatures are ecdsa-plain-SHA256, -SHA384 and -SHA512 (BSI TR-03111
// §5.2.1), the last arc of 0.4.0.127.0.7.1.1.4.1; SHA-1 and SHA-224 are not
// strong enough.
var plainSignatures = map[int]crypto.Hash{3: crypto.SHA256, 4: crypto.SHA384, 5: crypto.SHA512}

// parseChipHash finds in data group 14 with which hash the chip signs a
// challenge (ActiveAuthenticationInfo, ICAO 9303-11 §9.2.4).
func parseChipHash(group []byte) (h crypto.Hash, ok bool) {
	outer, whole, err := parseHeader(group)
	if err != nil || !whole || outer.tag != tagInfos || outer.size+outer.length != len(group) {
		return 0, false
	}
	var infos []asn1.RawValue
	if rest, err := asn1.UnmarshalWithParams(group[outer.size:], &infos, "set"); err != nil || len(rest) > 0 {
		return 0, false
	}
	activeAuthentication := asn1.ObjectIdentifier{2, 23, 136, 1, 1, 5}
	plain := asn1.ObjectIdentifier{0, 4, 0, 127, 0, 7, 1, 1, 4, 1}
	for _, raw := range infos {
		var info struct {
			Protocol  asn1.ObjectIdentifier
			Version   int
			Algorithm asn1.ObjectIdentifier
		}
		if _, err := asn1.Unmarshal(raw.FullBytes, &info); err != nil || !info.Protocol.Equal(activeAuthentication) {
			continue // something else that a card tells of itself
		}
		n := len(plain)
		if info.Version != 1 || len(info.Algorithm) != n+1 || !info.Algorithm[:n].Equal(plain) {
			return 0, false
		}
		h, ok = plainSignatures[info.Algorithm[n]]
		return h, ok
	}
	return 0, false
}

// proves says whether an answer is the signature of a challenge.
func proves(key crypto.PublicKey, hash crypto.Hash, challenge, answer []byte) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return provesRSA(k, challenge, answer)
	case *ecdsa.PublicKey:
		return provesECDSA(k, hash, challenge, answer)
	default:
		return false
	}
}

// provesECDSA checks a plain signature, r and s one after the other
// (ICAO 9303-11 §6.1.2.3).
func provesECDSA(key *ecdsa.PublicKey, hash crypto.Hash, challenge, answer []byte) bool {
	width := (key.Params().BitSize + 7) / 8
	if len(answer) != 2*width || !hash.Available() {
		return false
	}
	h := hash.New()
	h.Write(challenge)
	return ecdsa.Verify(key, h.Sum(nil), new(big.Int).SetBytes(answer[:width]), new(big.Int).SetBytes(answer[width:]))
}

// provesRSA checks a signature that gives part of its message back (ISO/IEC
// 9796-2 scheme 1, ICAO 9303-11 §6.1.2.2).
func provesRSA(key *rsa.PublicKey, challenge, answer []byte) bool {
	if len(answer) != key.Size() {
		return false
	}
	s := new(big.Int).SetBytes(answer)
	if s.Cmp(key.N) >= 0 {
		return false
	}
	opened := s.Exp(s, big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, key.Size()))
	defer clear(opened)
	return recovers(opened, challenge)
}

// recovers checks what a signature opens to: 6A, the part of the message that
// the chip chose, the hash of that part and the challenge, and a trailer that
// names the hash (ICAO 9303-11 appendix F; trailers of ISO/IEC 10118).
func recovers(opened, challenge []byte) bool {
	n := len(opened)
	if n < 3 || opened[0] != 0x6A {
		return false
	}
	var hash crypto.Hash
	trailer := 2
	switch end := opened[n-2:]; {
	case end[1] == 0xBC:
		hash, trailer = crypto.SHA1, 1
	case end[1] != 0xCC:
		return false
	case end[0] == 0x33:
		hash = crypto.SHA1
	case end[0] == 0x34:
		hash = crypto.SHA256
	case end[0] == 0x35:
		hash = crypto.SHA512
	case end[0] == 0x36:
		hash = crypto.SHA384
	default:
		return false
	}
	from := n - trailer - hash.Size()
	if from < 1 {
		return false
	}
	h := hash.New()
	h.Write(opened[1:from])
	h.Write(challenge)
	return subtle.ConstantTimeCompare(h.Sum(nil), opened[from:n-trailer]) == 1
}
