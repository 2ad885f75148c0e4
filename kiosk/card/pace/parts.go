package pace

import (
	"crypto/aes"
	"crypto/elliptic"
	"crypto/sha1" //nolint:gosec // ICAO 9303-11 §9.7.1.2 derives keys of 128 bits with it
	"crypto/sha256"
	"encoding/asn1"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
)

// Password is what a terminal knows of a card that lies before it.
type Password struct {
	reference byte
	seed      []byte
}

// CAN is the card access number: six digits on the card's front, in the lower
// right corner of a Citizen Card issued since June 2024.
func CAN(digits string) (Password, error) { return Number([]byte(digits)) }

// Number is CAN from bytes that the caller can wipe; they are copied.
func Number(digits []byte) (Password, error) {
	if len(digits) != 6 {
		return Password{}, fmt.Errorf("access number of %d characters: %w", len(digits), ErrPassword)
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return Password{}, fmt.Errorf("access number with other characters than digits: %w", ErrPassword)
		}
	}
	return Password{reference: 2, seed: slices.Clone(digits)}, nil
}

// MRZ is made of three fields of the machine readable zone, each with its check
// digit: document number, date of birth, date of expiry (ICAO 9303-11 §4.3.2).
func MRZ(fields string) Password {
	seed := sha1.Sum([]byte(fields)) //nolint:gosec // as the standard says
	return Password{reference: 1, seed: seed[:]}
}

// Wipe zeroes what the terminal knew.
func (p *Password) Wipe() { clear(p.seed) }

// Info is one kind of PACE that a card offers (PACEInfo, ICAO 9303-11 §9.2.1).
type Info struct {
	// Parameter is the number of its curve (table 6): 12, 15 and 18 are those of
	// NIST with 256, 384 and 521 bits.
	Parameter int

	oid []byte // without tag and length
}

// genericMapping begins the identifiers of PACE with ECDH and generic mapping:
// id-PACE-ECDH-GM, 0.4.0.127.0.7.2.2.4.2.
var genericMapping = [...]byte{0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02}

// maxCardAccess bounds EF.CardAccess; a few infos of some 20 bytes stand in it.
const maxCardAccess = 4096

// ParseCardAccess reads EF.CardAccess and returns the kinds of PACE with ECDH,
// generic mapping and AES in it. It fails with ErrProtocol on what is no such
// file and with ErrUnsupported if there is none of them.
func ParseCardAccess(b []byte) ([]Info, error) {
	if len(b) > maxCardAccess {
		return nil, fmt.Errorf("EF.CardAccess of %d bytes: %w", len(b), ErrProtocol)
	}
	var infos []asn1.RawValue
	if _, err := asn1.UnmarshalWithParams(b, &infos, "set"); err != nil {
		return nil, fmt.Errorf("EF.CardAccess: %w", ErrProtocol)
	}
	var found []Info
	for _, raw := range infos {
		var info struct {
			OID       asn1.RawValue
			Version   int
			Parameter int `asn1:"optional"`
		}
		if _, err := asn1.Unmarshal(raw.FullBytes, &info); err != nil || info.OID.Tag != asn1.TagOID || info.Version != 2 {
			continue // something else that a card tells of itself
		}
		i := Info{Parameter: info.Parameter, oid: info.OID.Bytes}
		if _, err := i.keySize(); err == nil && info.Parameter >= 0 && info.Parameter < 32 {
			found = append(found, i)
		}
	}
	if len(found) == 0 {
		return nil, ErrUnsupported
	}
	return found, nil
}

// Group returns the curve, if it is one of the standard library. It fails with
// ErrUnsupported.
func (i Info) Group() (Group, error) {
	switch i.Parameter {
	case 12:
		return elliptic.P256(), nil
	case 15:
		return elliptic.P384(), nil
	case 18:
		return elliptic.P521(), nil
	default:
		return nil, fmt.Errorf("curve %d: %w", i.Parameter, ErrUnsupported)
	}
}

// String names the kind of PACE, curve and cipher in a few words.
func (i Info) String() string {
	size, err := i.keySize()
	if err != nil {
		return "PACE of a kind that is not built"
	}
	curve := fmt.Sprintf("curve %d", i.Parameter)
	if g, err := i.Group(); err == nil {
		curve = g.Params().Name
	}
	return fmt.Sprintf("PACE, ECDH with generic mapping, %s, AES-%d", curve, 8*size)
}

func (i Info) keySize() (int, error) {
	n := len(genericMapping)
	if len(i.oid) != n+1 || string(i.oid[:n]) != string(genericMapping[:]) || i.oid[n] < 2 || i.oid[n] > 4 {
		return 0, ErrUnsupported
	}
	return 8 * int(i.oid[n]), nil // 2, 3, 4: AES with 128, 192, 256 bits
}

// What a key is derived for (ICAO 9303-11 §9.7.1).
const (
	forEncryption = 1
	forMAC        = 2
	forPassword   = 3
)

// derive is the key derivation function of ICAO 9303-11 §9.7.1.
func derive(secret []byte, purpose uint32, size int) []byte {
	in := binary.BigEndian.AppendUint32(append(make([]byte, 0, len(secret)+4), secret...), purpose)
	defer clear(in)
	if size == 16 {
		sum := sha1.Sum(in) //nolint:gosec // as the standard says
		return sum[:size:size]
	}
	sum := sha256.Sum256(in)
	return sum[:size:size]
}

// cmac is AES-CMAC (RFC 4493).
func cmac(key, message []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("key of the token: %w", err)
	}
	var sub [aes.BlockSize]byte
	block.Encrypt(sub[:], sub[:])
	double(&sub)
	var last [aes.BlockSize]byte
	whole := max(0, (len(message)-1)/aes.BlockSize*aes.BlockSize)
	if copy(last[:], message[whole:]) < aes.BlockSize {
		last[len(message)-whole] = 0x80
		double(&sub)
	}
	var mac [aes.BlockSize]byte
	for ; len(message) > aes.BlockSize; message = message[aes.BlockSize:] {
		for i := range mac {
			mac[i] ^= message[i]
		}
		block.Encrypt(mac[:], mac[:])
	}
	for i := range mac {
		mac[i] ^= last[i] ^ sub[i]
	}
	block.Encrypt(mac[:], mac[:])
	return mac[:], nil
}

// double multiplies by x in the field of RFC 4493 §2.3.
func double(b *[aes.BlockSize]byte) {
	carry := b[0] >> 7
	for i := range b {
		b[i] <<= 1
		if i+1 < len(b) {
			b[i] |= b[i+1] >> 7
		}
	}
	b[len(b)-1] ^= carry * 0x87
}

// point is one of the curve's; nobody else changes its numbers.
type point struct{ x, y *big.Int }

func (p point) infinite() bool { return p.x.Sign() == 0 && p.y.Sign() == 0 }

func (r *run) times(p point, k []byte) point {
	x, y := r.Group.ScalarMult(p.x, p.y, k)
	return point{x, y}
}

// width is how many bytes a coordinate has.
func (r *run) width() int { return (r.Group.Params().BitSize + 7) / 8 }

// bytes is a point uncompressed (SEC 1 §2.3.3).
func (r *run) bytes(p point) []byte {
	width := r.width()
	out := make([]byte, 1+2*width)
	out[0] = 4
	p.x.FillBytes(out[1 : 1+width])
	p.y.FillBytes(out[1+width:])
	return out
}

// object makes a data object with a tag of one byte.
func object(tag byte, value []byte) []byte {
	out := append(make([]byte, 0, len(value)+4), tag)
	switch n := len(value); {
	case n < 0x80:
		out = append(out, byte(n))
	case n < 0x100:
		out = append(out, 0x81, byte(n))
	default:
		out = append(out, 0x82, byte(n>>8), byte(n))
	}
	return append(out, value...)
}

// cutObject takes a data object of a tag off the front; its value aliases b.
func cutObject(b []byte, tag byte) (value, rest []byte, ok bool) {
	if len(b) < 2 || b[0] != tag {
		return nil, nil, false
	}
	n, head := int(b[1]), 2
	switch {
	case n == 0x81 && len(b) > 2:
		n, head = int(b[2]), 3
	case n == 0x82 && len(b) > 3:
		n, head = int(b[2])<<8|int(b[3]), 4
	case n >= 0x80:
		return nil, nil, false
	}
	if len(b) < head+n {
		return nil, nil, false
	}
	return b[head : head+n], b[head+n:], true
}
