package card

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha256" // the hashes that a security object may use
	_ "crypto/sha512" // likewise
	"crypto/subtle"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"hash"
	"slices"
	"time"

	"github.com/smallstep/pkcs7"
)

// securityObject is the SOD of a card (ICAO 9303-10 §4.6.2), taken apart but
// not believed.
type securityObject struct {
	cms    *pkcs7.PKCS7
	signer *x509.Certificate
	digest crypto.Hash
	groups map[int][]byte
	signed time.Time // zero if the signature does not say
}

// tagObject wraps the security object (ICAO 9303-10 table 37).
const tagObject = 0x77

// idLDSSecurityObject is the content type of the list of hashes
// (ICAO 9303-10 §4.6.2.3).
func idLDSSecurityObject() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{2, 23, 136, 1, 1, 1} }

// ldsSecurityObject is the ASN.1 of ICAO 9303-10 §4.6.2.3, versions 0 and 1.
type ldsSecurityObject struct {
	Version   int
	Algorithm pkix.AlgorithmIdentifier
	Hashes    []groupHash
	Versions  asn1.RawValue `asn1:"optional"`
}

type groupHash struct {
	Group int
	Hash  []byte
}

// signedDataHead is the part of CMS SignedData (RFC 5652 §5.1) that the
// library does not show.
type signedDataHead struct {
	Type    asn1.ObjectIdentifier
	Content struct {
		Version    int
		Algorithms asn1.RawValue
		Inner      struct {
			Type asn1.ObjectIdentifier
			Rest asn1.RawValue `asn1:"optional"`
		}
	} `asn1:"explicit,tag:0"`
}

// parseObject takes a security object apart. The reason is empty when it can
// be judged further.
func parseObject(b []byte) (o *securityObject, reason Reason) {
	if len(b) == 0 {
		return nil, NoObject
	}
	h, ok, err := parseHeader(b)
	if err != nil || !ok || h.tag != tagObject || h.size+h.length > len(b) {
		return nil, Malformed
	}
	body := b[h.size : h.size+h.length]
	var head signedDataHead
	if rest, err := asn1.Unmarshal(body, &head); err != nil || len(rest) > 0 || !head.Content.Inner.Type.Equal(idLDSSecurityObject()) {
		return nil, Malformed
	}
	cms, err := parseCMS(body)
	if err != nil || len(cms.Signers) != 1 {
		return nil, Malformed
	}
	o = &securityObject{cms: cms, signer: cms.GetOnlySigner()}
	if o.signer == nil {
		return nil, Malformed
	}
	var inner asn1.ObjectIdentifier
	if len(cms.Signers[0].AuthenticatedAttributes) > 0 {
		if err := cms.UnmarshalSignedAttribute(pkcs7.OIDAttributeContentType, &inner); err != nil || !inner.Equal(idLDSSecurityObject()) {
			return nil, Malformed
		}
		// Whoever signs may leave the time out.
		_ = cms.UnmarshalSignedAttribute(pkcs7.OIDAttributeSigningTime, &o.signed)
	}
	return o, o.parseHashes()
}

// parseCMS guards the program against a panic of the library.
func parseCMS(body []byte) (cms *pkcs7.PKCS7, err error) {
	defer func() {
		if recover() != nil {
			cms, err = nil, ErrGarbled
		}
	}()
	return pkcs7.Parse(body)
}

func (o *securityObject) parseHashes() Reason {
	var list ldsSecurityObject
	if rest, err := asn1.Unmarshal(o.cms.Content, &list); err != nil || len(rest) > 0 || list.Version < 0 || list.Version > 1 {
		return Malformed
	}
	o.digest, _ = hashOf(list.Algorithm.Algorithm)
	if o.digest == 0 {
		return Unsupported
	}
	o.groups = make(map[int][]byte, len(list.Hashes))
	for _, g := range list.Hashes {
		if _, twice := o.groups[g.Group]; twice {
			return DuplicateGroup
		}
		if g.Group < 1 || g.Group > 16 || len(g.Hash) != o.digest.Size() {
			return Malformed
		}
		o.groups[g.Group] = g.Hash
	}
	return ""
}

// matches compares what was read with the hash that was signed.
func (o *securityObject) matches(group int, data []byte) Reason {
	want, ok := o.groups[group]
	if !ok {
		return NotCovered
	}
	h := o.digest.New()
	h.Write(data)
	defer wipeHash(h)
	if subtle.ConstantTimeCompare(h.Sum(nil), want) != 1 {
		return Altered
	}
	return ""
}

// wipeHash overwrites the block of data that a hash still holds when it is
// done; its own Reset leaves it there.
func wipeHash(h hash.Hash) {
	h.Reset()
	zeros := make([]byte, h.BlockSize())
	h.Write(zeros[1:])
	h.Write(zeros[:1])
}

// checkSignature checks the signature alone, neither dates nor issuer.
func (o *securityObject) checkSignature() Reason {
	s := o.cms.Signers[0]
	if _, ok := hashOf(s.DigestAlgorithm.Algorithm); !ok || !signatureKnown(s.DigestEncryptionAlgorithm.Algorithm) || !strongKey(o.signer.PublicKey) {
		return Unsupported
	}
	// The library also compares the signing time with the signer's dates, and
	// calls both faults by one name. It is given a signer of all times; the real
	// one is judged by trace.
	ageless := *o.signer
	ageless.NotBefore, ageless.NotAfter = time.Time{}, time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	o.cms.Certificates = []*x509.Certificate{&ageless}
	if verifyCMS(o.cms) != nil {
		return BadSignature
	}
	return ""
}

func verifyCMS(cms *pkcs7.PKCS7) (err error) {
	defer func() {
		if recover() != nil {
			err = ErrGarbled
		}
	}()
	return cms.Verify()
}

// hashOf knows the hashes that are strong enough; SHA-1 is not.
func hashOf(id asn1.ObjectIdentifier) (h crypto.Hash, ok bool) {
	switch {
	case id.Equal(pkcs7.OIDDigestAlgorithmSHA256):
		return crypto.SHA256, true
	case id.Equal(pkcs7.OIDDigestAlgorithmSHA384):
		return crypto.SHA384, true
	case id.Equal(pkcs7.OIDDigestAlgorithmSHA512):
		return crypto.SHA512, true
	default:
		return 0, false
	}
}

// signatureKnown knows RSA PKCS#1 v1.5 and ECDSA. RSA-PSS is refused: no card
// that the State's own middleware can verify uses it.
func signatureKnown(id asn1.ObjectIdentifier) bool {
	return slices.ContainsFunc([]asn1.ObjectIdentifier{
		pkcs7.OIDEncryptionAlgorithmRSA, pkcs7.OIDEncryptionAlgorithmRSASHA256,
		pkcs7.OIDEncryptionAlgorithmRSASHA384, pkcs7.OIDEncryptionAlgorithmRSASHA512,
		pkcs7.OIDDigestAlgorithmECDSASHA256, pkcs7.OIDDigestAlgorithmECDSASHA384, pkcs7.OIDDigestAlgorithmECDSASHA512,
	}, id.Equal)
}

// strongKey says whether a key is RSA of 2,048 bits or more, up to what a
// kiosk checks in a blink, or ECDSA over 256 bits or more.
func strongKey(key any) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() >= 2048 && k.N.BitLen() <= 8192
	case *ecdsa.PublicKey:
		return k.Curve.Params().BitSize >= 256
	default:
		return false
	}
}
