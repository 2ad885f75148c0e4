package cardtest

import (
	"bytes"
	"crypto/cipher"
	"crypto/elliptic"
	"crypto/sha256"
	"io"
	"math/big"
	"slices"

	"balcao/kiosk/card"
)

// paceRun is the card's half of PACE with generic mapping on P-256 and AES-256
// (ICAO 9303-11 §4.4.3), from the choice of the protocol on.
type paceRun struct {
	can     string
	random  io.Reader
	next    int
	nonce   []byte
	base    [2]*big.Int
	own     [2]*big.Int
	theirs  [2]*big.Int
	secret  []byte
	refused bool
}

// choosePACE is MSE:Set AT.
func (c *contactless) choosePACE(cmd card.Command) []byte {
	want := slices.Concat(appendTLV(nil, []byte{0x80}, oid(oidPACE)[2:]), []byte{0x83, 1, 2})
	if cmd.P1 != 0xC1 || cmd.P2 != 0xA4 || !bytes.HasPrefix(cmd.Data, want) {
		return status(0x6A80)
	}
	c.pace = &paceRun{can: c.can, random: c.random}
	return status(0x9000)
}

// step answers one GENERAL AUTHENTICATE; after the last one there is a secret.
func (p *paceRun) step(cmd card.Command) (answer, secret []byte) {
	tag, inner, rest, ok := nextTLV(cmd.Data)
	if !ok || tag != 0x7C || len(rest) > 0 || p.refused {
		return status(0x6A80), nil
	}
	p.next++
	if p.next == 1 {
		return p.sealNonce(), nil
	}
	tag, value, _, ok := nextTLV(inner)
	if !ok {
		return status(0x6A80), nil
	}
	switch {
	case p.next == 2 && tag == 0x81:
		return p.mapNonce(value), nil
	case p.next == 3 && tag == 0x83:
		return p.agree(value), nil
	case p.next == 4 && tag == 0x85:
		return p.compare(value)
	default:
		return status(0x6A80), nil
	}
}

func (p *paceRun) said(tag byte, value []byte) []byte {
	return append(appendTLV(nil, []byte{0x7C}, appendTLV(nil, []byte{tag}, value)), 0x90, 0x00)
}

func (p *paceRun) sealNonce() []byte {
	p.nonce = make([]byte, 16)
	if _, err := io.ReadFull(p.random, p.nonce); err != nil {
		panic("cardtest: " + err.Error())
	}
	sealed := bytes.Clone(p.nonce)
	cipher.NewCBCEncrypter(aesBlock(keyFrom([]byte(p.can), 3, 32)), make([]byte, 16)).CryptBlocks(sealed, sealed)
	return p.said(0x80, sealed)
}

// scalar draws a number below the order of the curve.
func (p *paceRun) scalar() []byte {
	b := make([]byte, 32)
	if _, err := io.ReadFull(p.random, b); err != nil {
		panic("cardtest: " + err.Error())
	}
	b[0] &= 0x7F
	b[31] |= 1
	return b
}

func (p *paceRun) mapNonce(theirs []byte) []byte {
	var group curve = elliptic.P256()
	q := group.Params()
	x, y, ok := point(group, theirs)
	if !ok {
		return status(0x6A80)
	}
	own := p.scalar()
	ownX, ownY := group.ScalarMult(q.Gx, q.Gy, own)
	agreedX, agreedY := group.ScalarMult(x, y, own)
	movedX, movedY := group.ScalarMult(q.Gx, q.Gy, p.nonce)
	p.base[0], p.base[1] = group.Add(movedX, movedY, agreedX, agreedY)
	return p.said(0x82, encoded(ownX, ownY))
}

func (p *paceRun) agree(theirs []byte) []byte {
	var group curve = elliptic.P256()
	x, y, ok := point(group, theirs)
	if !ok {
		return status(0x6A80)
	}
	own := p.scalar()
	p.own[0], p.own[1] = group.ScalarMult(p.base[0], p.base[1], own)
	p.theirs = [2]*big.Int{x, y}
	shared, _ := group.ScalarMult(x, y, own)
	p.secret = shared.FillBytes(make([]byte, 32))
	return p.said(0x84, encoded(p.own[0], p.own[1]))
}

// compare checks the terminal's token and gives the card's.
func (p *paceRun) compare(theirs []byte) (answer, secret []byte) {
	key := aesBlock(keyFrom(p.secret, 2, 32))
	token := func(x, y *big.Int) []byte {
		inner := slices.Concat(oid(oidPACE), appendTLV(nil, []byte{0x86}, encoded(x, y)))
		return cmac(key, appendTLV(nil, []byte{0x7F, 0x49}, inner))[:8]
	}
	if !bytes.Equal(token(p.own[0], p.own[1]), theirs) {
		p.refused = true
		return status(0x6300), nil
	}
	return p.said(0x86, token(p.theirs[0], p.theirs[1])), p.secret
}

func point(group curve, b []byte) (x, y *big.Int, ok bool) {
	if len(b) != 65 || b[0] != 4 {
		return nil, nil, false
	}
	x, y = new(big.Int).SetBytes(b[1:33]), new(big.Int).SetBytes(b[33:])
	return x, y, group.IsOnCurve(x, y)
}

func encoded(x, y *big.Int) []byte {
	return slices.Concat([]byte{4}, x.FillBytes(make([]byte, 32)), y.FillBytes(make([]byte, 32)))
}

// tokenObject is the security object of MultiPass, which covers its data groups
// 13 and 14.
func tokenObject(id Identity, how Seal) []byte {
	digest := func(b []byte) []byte { sum := sha256.Sum256(b); return sum[:] }
	token := digest(tokenFile(id))
	if how == AlteredName {
		token = digest(nil)
	}
	list := seq(integer(0), seq(oid(oidSHA256), null), seq(
		seq(integer(13), octets(token)),
		seq(integer(14), octets(digest(infosFileCC2()))),
	))
	return appendTLV(nil, []byte{0x77}, signedData(list, signerChain(CC2, how), id, how))
}
