package cardtest

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"embed"
	"encoding/pem"
	"io"
	"math/big"
	"time"
)

// The keys of the invented State. They protect nothing, and whoever trusts
// them trusts cards that anybody can make: they belong into no kiosk's trust
// folder but that of a demo.
//
//go:embed state/*.pem
var stateKeys embed.FS

// deterministic signs without chance (RFC 6979 for ECDSA), so that recorded
// dialogues stay the same.
type deterministic struct{ crypto.Signer }

func (d deterministic) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return d.Signer.Sign(nil, digest, opts)
}

// stateKey reads an embedded key.
func stateKey(name string) crypto.Signer {
	text, err := stateKeys.ReadFile("state/" + name + ".key.pem")
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		panic("cardtest: key " + name + " cannot sign")
	}
	return deterministic{signer}
}

// paper is what a certificate of the invented State says.
type paper struct {
	name, key    string
	serial       int64
	from, to     string // DateOnly
	issuer       bool
	above        *paper // nil for a certificate that signs itself
	usage        x509.KeyUsage
	stolenIssuer string // the key that really signed, empty for that of above
}

// Issuers of the invented State: one with RSA for CC1, one of them out of
// date, one on P-521 for CC2.
func issuerRSA() *paper {
	return &paper{name: "Cartão de Ensaio 001", key: "ca-rsa", serial: 1, from: "2015-01-01", to: "2040-01-01", issuer: true}
}

func issuerOld() *paper {
	return &paper{name: "Cartão de Ensaio 000", key: "ca-rsa", serial: 2, from: "2014-04-22", to: "2026-04-22", issuer: true}
}

func issuerEC() *paper {
	return &paper{name: "Cartão de Ensaio 008", key: "ca-ec", serial: 8, from: "2023-01-01", to: "2040-01-01", issuer: true}
}

// certificate makes the certificate of a paper, always the same one.
func (p *paper) certificate() *x509.Certificate {
	template := p.template()
	parent, key := template, p.key
	if p.above != nil {
		parent, key = p.above.template(), p.above.key
	}
	if p.stolenIssuer != "" {
		key = p.stolenIssuer
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, stateKey(p.key).Public(), stateKey(key))
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	return c
}

func (p *paper) template() *x509.Certificate {
	t := &x509.Certificate{
		SerialNumber: big.NewInt(p.serial),
		Subject:      pkix.Name{Country: []string{"PT"}, Organization: []string{"Estado de Ensaio"}, CommonName: p.name},
		NotBefore:    day(p.from), NotAfter: day(p.to),
		BasicConstraintsValid: true, IsCA: p.issuer, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if p.issuer {
		t.KeyUsage = x509.KeyUsageCertSign
	}
	if p.usage != 0 {
		t.KeyUsage = p.usage
	}
	return t
}

func day(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	return t
}

// Issuers returns the certificates that the trust folder of a demo or a test
// holds: those of the invented State, one of them out of date since 2026-04-22.
func Issuers() []*x509.Certificate {
	return []*x509.Certificate{issuerRSA().certificate(), issuerOld().certificate(), issuerEC().certificate()}
}

// Signer returns the certificate with which the invented State signs a CC1; it
// is no issuer.
func Signer() *x509.Certificate { return signerChain(CC1, Sealed)[0].certificate() }
