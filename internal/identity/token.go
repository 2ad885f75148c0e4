package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strings"
)

// tokenVersion begins every token.
const tokenVersion = "balcao1"

// ErrToken means that a text is not a token.
var ErrToken = errors.New("this is not an enrolment token")

// Token lets one node ask once for its first certificate. Beside the secret it holds which authority to believe, so
// that nobody between the two can take the other's place.
type Token struct {
	Server string // name in the authority's certificate
	Node   string // who may use it
	Secret string // 130 random bits
	Root   [sha256.Size]byte
}

// NewToken makes a token for a node.
func NewToken(server, node string, root *x509.Certificate) Token {
	return Token{Server: server, Node: node, Secret: rand.Text(), Root: Fingerprint(root)}
}

// Fingerprint is what people and tokens know an authority by.
func Fingerprint(c *x509.Certificate) [sha256.Size]byte { return sha256.Sum256(c.Raw) }

// String returns the text that a technician carries to the node.
func (t Token) String() string {
	return strings.Join([]string{tokenVersion, t.Server, t.Node, t.Secret, base64.RawURLEncoding.EncodeToString(t.Root[:])}, ".")
}

// ParseToken reads the text of a token; the error never repeats it.
func ParseToken(s string) (Token, error) {
	if len(s) > 256 {
		return Token{}, ErrToken
	}
	part := strings.Split(strings.TrimSpace(s), ".")
	if len(part) != 5 || part[0] != tokenVersion || part[1] == "" || part[2] == "" || len(part[3]) < 26 {
		return Token{}, ErrToken
	}
	root, err := base64.RawURLEncoding.Strict().DecodeString(part[4])
	if err != nil || len(root) != sha256.Size {
		return Token{}, ErrToken
	}
	return Token{Server: part[1], Node: part[2], Secret: part[3], Root: [sha256.Size]byte(root)}, nil
}

// trusts reports whether a certificate is the authority's that made the token.
func (t Token) trusts(c *x509.Certificate) bool {
	got := Fingerprint(c)
	return subtle.ConstantTimeCompare(got[:], t.Root[:]) == 1
}
