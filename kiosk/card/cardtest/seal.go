package cardtest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"time"
)

// Seal is how a card is signed, and what its chip can prove.
type Seal int

// The seals: good ones first, then what a verifier must tell apart.
const (
	// Sealed is in order: RSA on a CC1, P-384 under P-521 on a CC2.
	Sealed Seal = iota
	// SealedUntimed is in order and does not say when it was made.
	SealedUntimed
	// SealedP521 is in order, signed on P-521 with SHA-512 throughout.
	SealedP521
	// ExpiredSigner was in order then; signer and issuer have expired since.
	ExpiredSigner
	// ExpiredThen was signed when the signer was out of date already.
	ExpiredThen
	// ImpostorIssuer names a real issuer that never issued the signer.
	ImpostorIssuer
	// UnknownIssuer comes from an issuer nobody knows.
	UnknownIssuer
	// SignedByCitizen is signed by a citizen whose certificate hangs below a
	// real issuer, over an issuer that the card brings along.
	SignedByCitizen
	// SignedByIssuersOnly is signed by a certificate that may not sign data.
	SignedByIssuersOnly
	// AlteredName has another given name than the one that was signed.
	AlteredName
	// MissingGroup does not cover the identity.
	MissingGroup
	// DoubleGroup lists the identity twice, once with the right hash.
	DoubleGroup
	// BrokenSignature has one bit turned in the signature.
	BrokenSignature
	// SealedPSS is signed with RSA-PSS.
	SealedPSS
	// SealedSHA1 lists hashes made with SHA-1.
	SealedSHA1
	// GarbledObject is not a security object at all.
	GarbledObject
	// NoObject has none.
	NoObject

	// The seals below are in order; what differs is the chip of a CC2.

	// CopiedChip holds the data of another card, and not its key.
	CopiedChip
	// ChipKeyLeftOut does not show the key of the chip that was signed.
	ChipKeyLeftOut
	// ChipKeyChanged shows a key of its own in its place.
	ChipKeyChanged
	// ChipWithoutAnswer refuses the challenge.
	ChipWithoutAnswer
	// NoChipKey never had a key by which the chip could be known.
	NoChipKey
	// RSAChip proves itself by RSA.
	RSAChip
	// ExplicitChip tells the curve of its key by all its numbers.
	ExplicitChip
)

// securityObject makes the SOD of a card (ICAO 9303-10 §4.6.2).
func securityObject(id Identity, g Generation, how Seal) []byte {
	if how == GarbledObject {
		return appendTLV(nil, []byte{0x77}, bytes.Repeat([]byte{0x30, 0x80}, 300))
	}
	hash, hashOID := crypto.SHA256, oidSHA256
	switch how {
	case SealedP521:
		hash, hashOID = crypto.SHA512, oidSHA512
	case SealedSHA1:
		hash, hashOID = crypto.SHA1, oidSHA1
	default:
	}
	list := seq(integer(0), seq(oid(hashOID), null), groupList(id, g, how, hash))
	chain := signerChain(g, how)
	return appendTLV(nil, []byte{0x77}, signedData(list, chain, id, how))
}

func groupList(id Identity, g Generation, how Seal, hash crypto.Hash) []byte {
	digest := func(b []byte) []byte {
		h := hash.New()
		h.Write(b)
		return h.Sum(nil)
	}
	groups := []int{1, 2, 3, 4}
	identity, data := 1, hashedIdentityCC1(id)
	if g == CC2 {
		groups = []int{1, 2, 13, 14, 15}
		identity, data = 13, identityFileCC2(id)
	}
	var list []byte
	for _, n := range groups {
		if n == identity && how == MissingGroup || g == CC2 && n >= 14 && how == NoChipKey {
			continue
		}
		value := digest([]byte{byte(n)}) // of what no test reads
		switch {
		case g == CC2 && n == 14:
			value = digest(infosFileCC2())
		case g == CC2 && n == 15:
			value = digest(keyFileCC2(how))
		}
		if n == identity {
			value = digest(data)
			if how == DoubleGroup {
				list = append(list, seq(integer(n), octets(digest(nil)))...)
			}
		}
		list = append(list, seq(integer(n), octets(value))...)
	}
	return seq(list)
}

// hashedIdentityCC1 is what the hash of data group 1 of a CC1 is made of: the
// fields without their padding, indications before the numbers (PackIdData in
// CardPteid.cpp).
func hashedIdentityCC1(id Identity) []byte {
	var b []byte
	for _, text := range []string{
		issuingEntity, issuingCountry, documentType, id.DocumentNumber, pan, versionCC1, id.ValidFrom, placeOfRequest,
		id.ValidUntil, id.Surname, id.GivenName, id.Sex, nationality, id.BirthDate, id.Height, id.CivilNumber,
		id.MotherSurname, id.MotherGivenName, id.FatherSurname, id.FatherGivenName, id.Indications, id.NIF, id.NISS, id.HealthNumber,
	} {
		b = append(b, text...)
	}
	return b
}

// signerChain gives the signer and what else the card brings along.
func signerChain(g Generation, how Seal) []*paper {
	signer := &paper{name: "Assinante de Ensaio", key: "signer-rsa", serial: 101, from: "2016-01-01", to: "2038-01-01", above: issuerRSA()}
	if g == CC2 {
		signer = &paper{name: "Assinante de Ensaio EC", key: "signer-ec", serial: 108, from: "2023-06-01", to: "2038-01-01", above: issuerEC()}
	}
	switch how {
	case SealedP521:
		signer.key, signer.above, signer.from = "ca-ec", issuerEC(), "2023-06-01"
	case SealedPSS:
		signer = &paper{name: "Assinante de Ensaio", key: "signer-rsa", serial: 101, from: "2016-01-01", to: "2038-01-01", above: issuerRSA()}
	case ExpiredSigner:
		signer = &paper{name: "Assinante de Ensaio 000", key: "signer-rsa", serial: 100, from: "2014-04-22", to: "2026-04-22", above: issuerOld()}
	case ExpiredThen:
		signer.to = signer.from[:4] + "-12-31"
	case ImpostorIssuer:
		signer.stolenIssuer = "stranger-rsa"
	case UnknownIssuer:
		signer.above = &paper{name: "Ninguém", key: "stranger-rsa", serial: 9, from: "2015-01-01", to: "2040-01-01", issuer: true}
	case SignedByCitizen:
		between := &paper{name: "EC de Autenticação de Ensaio", key: "ca-rsa", serial: 19, from: "2016-01-01", to: "2038-01-01", issuer: true, above: signer.above}
		citizen := &paper{name: "Uma Cidadã", key: "stranger-rsa", serial: 1001, from: "2016-01-01", to: "2038-01-01", above: between}
		return []*paper{citizen, between}
	case SignedByIssuersOnly:
		signer.usage = x509.KeyUsageKeyEncipherment
	default:
	}
	return []*paper{signer}
}

// signedData makes the CMS (RFC 5652 §5.1) around a list of hashes.
func signedData(list []byte, chain []*paper, id Identity, how Seal) []byte {
	signer := chain[0]
	cert := signer.certificate()
	hash, digestAlgorithm := crypto.SHA256, seq(oid(oidSHA256), null)
	if how == SealedP521 {
		hash, digestAlgorithm = crypto.SHA512, seq(oid(oidSHA512), null)
	}
	digest := func(b []byte) []byte {
		h := hash.New()
		h.Write(b)
		return h.Sum(nil)
	}
	signed, attributes := list, []byte(nil)
	if how != SealedUntimed {
		made, err := time.Parse("02 01 2006", id.ValidFrom)
		if err != nil {
			panic("cardtest: " + err.Error())
		}
		parts := [][]byte{
			seq(oid(oidContentType), set(oid(oidLDS))),
			seq(oid(oidMessageDigest), set(octets(digest(list)))),
			seq(oid(oidSigningTime), set(appendTLV(nil, []byte{0x17}, []byte(made.Format("060102")+"120000Z")))),
		}
		slices.SortFunc(parts, bytes.Compare)
		all := slices.Concat(parts...)
		signed, attributes = set(all), appendTLV(nil, []byte{0xA0}, all)
	}
	signature, algorithm := sign(stateKey(signer.key), digest(signed), hash, how)
	if how == BrokenSignature {
		signature[len(signature)-1] ^= 1
	}
	var certificates []byte
	for _, p := range chain {
		certificates = append(certificates, p.certificate().Raw...)
	}
	signerInfo := seq(integer(1), seq(cert.RawIssuer, integer(int(cert.SerialNumber.Int64()))), digestAlgorithm,
		attributes, algorithm, octets(signature))
	return seq(oid(oidSignedData), explicit(seq(integer(3), set(digestAlgorithm),
		seq(oid(oidLDS), explicit(octets(list))), appendTLV(nil, []byte{0xA0}, certificates), set(signerInfo))))
}

func sign(key crypto.Signer, digest []byte, hash crypto.Hash, how Seal) (signature, algorithm []byte) {
	var opts crypto.SignerOpts = hash
	switch {
	case how == SealedPSS:
		opts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}
		algorithm = seq(oid(oidPSS))
		if d, ok := key.(deterministic); ok {
			key = d.Signer // the salt is chance
		}
	case isECDSA(key) && hash == crypto.SHA512:
		algorithm = seq(oid(oidECDSA512))
	case isECDSA(key):
		algorithm = seq(oid(oidECDSA256))
	default:
		algorithm = seq(oid(oidRSA), null)
	}
	signature, err := key.Sign(rand.Reader, digest, opts)
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	return signature, algorithm
}

func isECDSA(key crypto.Signer) bool {
	_, ok := key.Public().(*ecdsa.PublicKey)
	return ok
}

// Object identifiers of ICAO 9303-10, RFC 5652, RFC 8017 and RFC 5758.
const (
	oidLDS           = "2.23.136.1.1.1"
	oidSignedData    = "1.2.840.113549.1.7.2"
	oidContentType   = "1.2.840.113549.1.9.3"
	oidMessageDigest = "1.2.840.113549.1.9.4"
	oidSigningTime   = "1.2.840.113549.1.9.5"
	oidRSA           = "1.2.840.113549.1.1.1"
	oidPSS           = "1.2.840.113549.1.1.10"
	oidECDSA256      = "1.2.840.10045.4.3.2"
	oidECDSA512      = "1.2.840.10045.4.3.4"
	oidSHA1          = "1.3.14.3.2.26"
	oidSHA256        = "2.16.840.1.101.3.4.2.1"
	oidSHA512        = "2.16.840.1.101.3.4.2.3"
)

var null = []byte{0x05, 0x00}

func seq(parts ...[]byte) []byte { return appendTLV(nil, []byte{0x30}, slices.Concat(parts...)) }
func set(parts ...[]byte) []byte { return appendTLV(nil, []byte{0x31}, slices.Concat(parts...)) }
func octets(b []byte) []byte     { return appendTLV(nil, []byte{0x04}, b) }
func explicit(b []byte) []byte   { return appendTLV(nil, []byte{0xA0}, b) }

func integer(n int) []byte {
	b, err := asn1.Marshal(n)
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	return b
}

func oid(dotted string) []byte {
	parsed, err := x509.ParseOID(dotted)
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	body, err := parsed.MarshalBinary()
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	return appendTLV(nil, []byte{0x06}, body)
}

// SecurityObject gives the security object of a virtual card, without the
// zeros that fill its file up.
func SecurityObject(id Identity, g Generation, how Seal) []byte { return securityObject(id, g, how) }
