package card

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrNotIssuer says that a certificate cannot be trusted to issue signers: it
// belongs to a person or a machine, or is too weak.
var ErrNotIssuer = errors.New("not the certificate of an issuer")

// Trust is the set of issuers whose signers a kiosk believes. It never grows
// by what a card brings along. A nil Trust is empty.
//
// A signer must be issued directly by one of them: certificates of citizens
// hang below the same roots, over issuers of their own, and a chain through
// what a card brings along would let a citizen sign a card.
type Trust struct {
	issuers []*x509.Certificate
}

// NewTrust makes the set. It fails with ErrNotIssuer on a certificate that may
// not issue others. One that is given twice counts once.
func NewTrust(issuers ...*x509.Certificate) (*Trust, error) {
	t := &Trust{}
	for _, c := range issuers {
		if err := CheckIssuer(c); err != nil {
			return nil, fmt.Errorf("trust %s: %w", Fingerprint(c), err)
		}
		if !slices.ContainsFunc(t.issuers, c.Equal) {
			t.issuers = append(t.issuers, c)
		}
	}
	return t, nil
}

// Len says how many issuers are trusted.
func (t *Trust) Len() int {
	if t == nil {
		return 0
	}
	return len(t.issuers)
}

// CheckIssuer says whether a certificate may stand in the trust folder: it is
// one of an issuer (RFC 5280 §4.2.1.9) with a key that is strong enough. That
// it has expired is no fault: cards live longer than their signers.
func CheckIssuer(c *x509.Certificate) error {
	switch {
	case !c.BasicConstraintsValid || !c.IsCA:
		return ErrNotIssuer
	case c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageCertSign == 0:
		return fmt.Errorf("its key may not sign certificates: %w", ErrNotIssuer)
	case !strongKey(c.PublicKey):
		return fmt.Errorf("weak or unknown key: %w", ErrNotIssuer)
	}
	return nil
}

// Fingerprint is how people compare a certificate with what its issuer
// publishes: SHA-256 in hex.
func Fingerprint(c *x509.Certificate) string { return fmt.Sprintf("%X", sha256.Sum256(c.Raw)) }

// claim is what a card says, and what it shows for it.
type claim struct {
	object []byte
	group  int
	hashed []byte
	issued time.Time // zero if the card does not say
	until  time.Time // likewise
	now    time.Time
}

// judge decides in the order in which each answer needs the one before: what
// was signed, whether it is what was read, whether the signature holds, and
// whose it is.
func (t *Trust) judge(c claim) Verdict {
	v := Verdict{NotChecked: productionFaults(c.issued)}
	object, reason := parseObject(c.object)
	if reason == "" {
		reason = object.matches(c.group, c.hashed)
	}
	if reason == "" {
		reason = object.checkSignature()
	}
	if reason != "" {
		v.Reason = reason
		return v
	}
	when := object.signed
	if when.IsZero() {
		when = c.issued
	}
	v.Reason, v.ExpiredSince = t.trace(object.signer, when, c.now)
	// The last day counts whole, in any zone of Portugal.
	v.CardExpired = v.Verified() && !c.until.IsZero() && c.now.After(c.until.Add(14*time.Hour))
	return v
}

// trace looks for the issuer of a signer.
func (t *Trust) trace(signer *x509.Certificate, when, now time.Time) (reason Reason, expired time.Time) {
	switch {
	case t.Len() == 0:
		return NoTrust, time.Time{}
	case len(signer.UnhandledCriticalExtensions) > 0:
		return Unsupported, time.Time{}
	case signer.KeyUsage != 0 && signer.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0:
		return SignerUnfit, time.Time{}
	}
	reason = UnknownSigner
	for _, issuer := range t.issuers {
		if !bytes.Equal(signer.RawIssuer, issuer.RawSubject) {
			continue
		}
		if signer.CheckSignatureFrom(issuer) != nil {
			if reason == UnknownSigner {
				reason = Impostor
			}
			continue
		}
		switch {
		case when.IsZero() || when.After(now):
			return NoDate, time.Time{}
		case !inDate(signer, when) || !inDate(issuer, when):
			reason = SignerNotValidThen
			continue // the same key may be certified anew
		case inDate(signer, now) && inDate(issuer, now):
			return Genuine, time.Time{}
		}
		reason, expired = SignerExpired, signer.NotAfter
		if issuer.NotAfter.Before(expired) {
			expired = issuer.NotAfter
		}
	}
	return reason, expired
}

func inDate(c *x509.Certificate, at time.Time) bool {
	return !at.Before(c.NotBefore) && !at.After(c.NotAfter)
}

// SignedGroups is a security object whose signature was judged: the hashes that
// its signer vouches for.
type SignedGroups struct{ object *securityObject }

// Judge looks at a security object alone: its form, its signature, whose it is,
// at the time it says it was signed. The groups are nil unless the verdict lets
// them pass; whether what was read is what was signed is for Covers to say.
func (t *Trust) Judge(object []byte, now time.Time) (*SignedGroups, Verdict) {
	o, reason := parseObject(object)
	if reason == "" {
		reason = o.checkSignature()
	}
	v := Verdict{Reason: reason}
	if reason == "" {
		v.Reason, v.ExpiredSince = t.trace(o.signer, o.signed, now)
	}
	if !v.Verified() {
		return nil, v
	}
	return &SignedGroups{object: o}, v
}

// Covers says whether data is the data group that was signed: Genuine, NotCovered
// or Altered.
func (s *SignedGroups) Covers(group int, data []byte) Reason {
	if reason := s.object.matches(group, data); reason != "" {
		return reason
	}
	return Genuine
}
