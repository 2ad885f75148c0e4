// Package seal signs what a parent tells its nodes so that no broker on the way can change, repeat or invent it: an
// Ed25519 signature over a statement that says what it is, from whom, to whom, for which question, which version, and
// until when it holds. The signer's certificate travels with it; the reader holds the authority's since it enrolled.
package seal

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Why a statement is not believed.
var (
	// ErrForged means that the signature or the signer's certificate does not hold.
	ErrForged = errors.New("not signed by whom it should be")
	// ErrAltered means that the signer is good and the statement is not the one that it signed. It is ErrForged too.
	ErrAltered = fmt.Errorf("altered on its way: %w", ErrForged)
	// ErrOther means that it was said to somebody else, or about something else.
	ErrOther = errors.New("said to somebody else, or about something else")
	// ErrExpired means that its time is over.
	ErrExpired = errors.New("its time is over")
	// ErrUnsealed means that it is not signed at all.
	ErrUnsealed = errors.New("not signed")
	// ErrOld means that a newer version was believed before.
	ErrOld = errors.New("older than what was believed before")
)

// MaxSize is the most bytes of a sealed statement.
const MaxSize = 256 << 10

// Statement is what is signed.
type Statement struct {
	Kind    string          `json:"k"`           // what it is, such as lease
	From    string          `json:"f"`           // name in the signer's certificate
	To      string          `json:"t"`           // whom it is for
	ID      string          `json:"i,omitempty"` // the question it answers; empty where nobody asked
	Version uint64          `json:"v,omitempty"` // grows with every statement of this kind to this node; 0 where ID tells them apart
	MadeMS  int64           `json:"m"`
	UntilMS int64           `json:"u"`
	Body    json.RawMessage `json:"b"`
}

// envelope is how a statement travels: its bytes as they were signed.
type envelope struct {
	Statement []byte `json:"st"`
	Signature []byte `json:"sg"`
	Signer    []byte `json:"cr"` // certificate, DER
}

// context keeps a signature from meaning anything elsewhere.
const context = "balcao/1 seal\x00"

// Sign seals a statement with a key whose certificate, in DER, the authority made.
func Sign(key ed25519.PrivateKey, certificate []byte, s Statement) ([]byte, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", s.Kind, err)
	}
	out, err := json.Marshal(envelope{
		Statement: raw, Signature: ed25519.Sign(key, append([]byte(context), raw...)), Signer: certificate,
	})
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", s.Kind, err)
	}
	return out, nil
}

// Want is what a reader believes. Root and Now must be set.
type Want struct {
	Root *x509.Certificate // of the authority
	// Barred tells why a signer's certificate is not good any more; nil bars none.
	Barred           func(*x509.Certificate) error
	Kind, From, To   string
	ID               string // of the question; compared also where it is empty
	After            uint64 // the last version believed
	Now              time.Time
	WhateverItsTime  bool // for looking at the past: neither statement nor certificate need to hold now
	WhateverRevision bool // for looking at the past: any version
	WhateverItsID    bool // for looking at the past: any question
}

// Sealed reports whether bytes have the form of a sealed statement, believable or not.
func Sealed(raw []byte) bool {
	var e envelope
	return len(raw) <= MaxSize && json.Unmarshal(raw, &e) == nil && len(e.Statement) > 0
}

// Reason names in one word why a statement was not believed, as facts and figures tell it.
func Reason(err error) string {
	for _, r := range []struct {
		err  error
		word string
	}{{ErrAltered, "altered"}, {ErrForged, "forged"}, {ErrOther, "misaddressed"}, {ErrExpired, "expired"}, {ErrOld, "replayed"}, {ErrUnsealed, "unsigned"}} {
		if errors.Is(err, r.err) {
			return r.word
		}
	}
	return "revoked"
}

// Open returns a sealed statement if it is to be believed.
func Open(raw []byte, w Want) (Statement, error) {
	s, err := open(raw, w)
	if err != nil {
		return Statement{}, fmt.Errorf("open seal of %s: %w", w.Kind, err)
	}
	return s, nil
}

func open(raw []byte, w Want) (Statement, error) {
	var e envelope
	if len(raw) > MaxSize || json.Unmarshal(raw, &e) != nil {
		return Statement{}, ErrForged
	}
	c, err := x509.ParseCertificate(e.Signer)
	if err != nil {
		return Statement{}, ErrForged
	}
	if err := trusted(c, w); err != nil {
		return Statement{}, err
	}
	pub, ok := c.PublicKey.(ed25519.PublicKey)
	if !ok || !ed25519.Verify(pub, append([]byte(context), e.Statement...), e.Signature) {
		return Statement{}, ErrAltered
	}
	var s Statement
	if err := json.Unmarshal(e.Statement, &s); err != nil {
		return Statement{}, ErrForged
	}
	switch {
	case s.From != c.Subject.CommonName || s.From != w.From:
		return Statement{}, ErrForged
	case s.Kind != w.Kind || s.To != w.To || s.ID != w.ID && !w.WhateverItsID:
		return Statement{}, ErrOther
	case !w.WhateverItsTime && w.Now.UnixMilli() > s.UntilMS:
		return Statement{}, ErrExpired
	case !w.WhateverRevision && s.ID == "" && s.Version <= w.After:
		return Statement{}, ErrOld
	}
	return s, nil
}

// trusted checks a signer's certificate. A signature made while it held stays one afterwards, so a clock that is wrong
// by days does not stop a kiosk; that it was revoked always counts.
func trusted(c *x509.Certificate, w Want) error {
	at := w.Now
	if w.WhateverItsTime || at.Before(c.NotBefore) {
		at = c.NotBefore.Add(time.Second)
	}
	pool := x509.NewCertPool()
	pool.AddCert(w.Root)
	_, err := c.Verify(x509.VerifyOptions{Roots: pool, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}})
	if err != nil || !slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageCodeSigning) {
		return ErrForged
	}
	if w.Barred != nil && !w.WhateverItsTime {
		return w.Barred(c)
	}
	return nil
}
