// Package pace opens the contactless side of a card: it agrees on keys and
// speaks through the channel under them.
//
// PACE is how a card and a terminal that knows the number on the card's front
// agree (ICAO 9303-11 §4.4: ECDH, generic mapping, AES); Basic Access Control is
// the older way, with 3DES (§4.3); secure messaging is the channel that follows
// (§9.8); Chip Authentication has the chip prove that it is the original (§6.2).
//
// Each is held to a published worked example, byte for byte: ICAO 9303-11
// appendices D and G.1, and the German Federal Office's example for TR-03110.
// What no example can say is which parameters the Citizen Card uses, so that the
// kiosk asks for a number only where its configuration says so; docs/privacy.md
// tells the operator what is proven and what is not.
//
// The curves are those of the standard library. The examples stand on
// brainpoolP256r1, for which no well-kept library is at hand; its arithmetic is
// in the tests alone.
package pace

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/elliptic"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"math/big"

	"balcao/kiosk/card"
)

var (
	// ErrPassword says that the number is not that of the card, or that the
	// card refuses it; after some of these a card takes no more for a while.
	ErrPassword = errors.New("not the card's access number")
	// ErrProtocol says that the card does not keep to the protocol.
	ErrProtocol = errors.New("card does not keep to PACE")
	// ErrUnsupported says that the card offers no kind of PACE that is built.
	ErrUnsupported = errors.New("no supported kind of PACE")
)

// Group is a curve as crypto/elliptic has them; (0, 0) stands for infinity.
type Group interface {
	// Params tells order, field and base point.
	Params() *elliptic.CurveParams
	// IsOnCurve says whether a point may be used.
	IsOnCurve(x, y *big.Int) bool
	// Add adds two different points.
	Add(x1, y1, x2, y2 *big.Int) (x, y *big.Int)
	// ScalarMult multiplies a point.
	ScalarMult(x1, y1 *big.Int, k []byte) (x, y *big.Int)
}

// Keys are what both sides have agreed on.
type Keys struct {
	// Enc encrypts, MAC authenticates what follows (ICAO 9303-11 §9.7.1).
	Enc, MAC []byte
}

// Wipe zeroes the keys.
func (k *Keys) Wipe() {
	clear(k.Enc)
	clear(k.MAC)
}

// Session is what Establish needs.
type Session struct {
	// Info is what the card offers in EF.CardAccess.
	Info Info
	// Password is what the terminal knows.
	Password Password
	// Group is the curve of Info; Info.Group gives those that are built.
	Group Group
	// Random gives the secrets of this one run.
	Random io.Reader
}

// Establish runs the protocol and returns the keys. It fails with ErrPassword,
// ErrProtocol, ErrUnsupported, or as the Transmitter does. Nothing is tried
// twice: a card counts wrong numbers.
func (s Session) Establish(ctx context.Context, t card.Transmitter) (*Keys, error) {
	size, err := s.Info.keySize()
	if err != nil {
		return nil, err
	}
	r := &run{Session: s, t: t, size: size}
	keys, err := r.establish(ctx)
	if err != nil {
		return nil, fmt.Errorf("pace: %w", err)
	}
	return keys, nil
}

type run struct {
	Session

	t    card.Transmitter
	size int // of the AES keys, in bytes
}

func (r *run) establish(ctx context.Context) (*Keys, error) {
	if err := r.choose(ctx); err != nil {
		return nil, err
	}
	nonce, err := r.nonce(ctx)
	if err != nil {
		return nil, err
	}
	defer clear(nonce)
	base, err := r.mapping(ctx, nonce)
	if err != nil {
		return nil, err
	}
	secret, err := r.secret()
	if err != nil {
		return nil, err
	}
	defer clear(secret)
	mine := r.times(base, secret)
	theirs, err := r.exchange(ctx, 0x83, 0x84, mine)
	if err != nil {
		return nil, err
	}
	if theirs.x.Cmp(mine.x) == 0 { // §4.4.2: the two public keys differ
		return nil, fmt.Errorf("the card sends our own key back: %w", ErrProtocol)
	}
	shared := r.times(theirs, secret)
	if shared.infinite() {
		return nil, fmt.Errorf("no shared secret: %w", ErrProtocol)
	}
	seed := shared.x.FillBytes(make([]byte, r.width()))
	defer clear(seed)
	keys := &Keys{Enc: derive(seed, forEncryption, r.size), MAC: derive(seed, forMAC, r.size)}
	if err := r.prove(ctx, keys, mine, theirs); err != nil {
		keys.Wipe()
		return nil, err
	}
	return keys, nil
}

// choose names protocol, password and curve (MSE:Set AT, §4.4.4.1).
func (r *run) choose(ctx context.Context) error {
	data := object(0x80, r.Info.oid)
	data = append(data, object(0x83, []byte{r.Password.reference})...)
	data = append(data, object(0x84, []byte{byte(r.Info.Parameter)})...)
	_, err := r.send(ctx, card.Command{Instruction: 0x22, P1: 0xC1, P2: 0xA4, Data: data})
	return err
}

// nonce asks for the card's nonce, which comes encrypted under the password.
func (r *run) nonce(ctx context.Context) ([]byte, error) {
	sealed, err := r.ask(ctx, 0x10, nil, 0x80)
	if err != nil {
		return nil, err
	}
	if len(sealed) == 0 || len(sealed)%aes.BlockSize != 0 {
		return nil, fmt.Errorf("nonce of %d bytes: %w", len(sealed), ErrProtocol)
	}
	key := derive(r.Password.seed, forPassword, r.size)
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("key of the password: %w", err)
	}
	nonce := make([]byte, len(sealed))
	cipher.NewCBCDecrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(nonce, sealed)
	return nonce, nil
}

// mapping agrees on a base point that only who knows the nonce can know:
// nonce times the curve's own, plus a point agreed on (§4.4.3.3.1).
func (r *run) mapping(ctx context.Context, nonce []byte) (point, error) {
	secret, err := r.secret()
	if err != nil {
		return point{}, err
	}
	defer clear(secret)
	p := r.Group.Params()
	own := point{p.Gx, p.Gy}
	mine := r.times(own, secret)
	theirs, err := r.exchange(ctx, 0x81, 0x82, mine)
	if err != nil {
		return point{}, err
	}
	agreed, moved := r.times(theirs, secret), r.times(own, nonce)
	if agreed.infinite() || moved.infinite() || agreed.x.Cmp(moved.x) == 0 {
		return point{}, fmt.Errorf("no base point: %w", ErrProtocol)
	}
	x, y := r.Group.Add(moved.x, moved.y, agreed.x, agreed.y)
	return point{x, y}, nil
}

// exchange sends a public key and returns the card's.
func (r *run) exchange(ctx context.Context, tag, answer byte, mine point) (point, error) {
	raw, err := r.ask(ctx, 0x10, object(tag, r.bytes(mine)), answer)
	if err != nil {
		return point{}, err
	}
	width := r.width()
	if len(raw) != 1+2*width || raw[0] != 4 {
		return point{}, fmt.Errorf("public key of %d bytes: %w", len(raw), ErrProtocol)
	}
	theirs := point{new(big.Int).SetBytes(raw[1 : 1+width]), new(big.Int).SetBytes(raw[1+width:])}
	if field := r.Group.Params().P; theirs.x.Cmp(field) >= 0 || theirs.y.Cmp(field) >= 0 || theirs.infinite() || !r.Group.IsOnCurve(theirs.x, theirs.y) {
		return point{}, fmt.Errorf("public key is not on the curve: %w", ErrProtocol)
	}
	return theirs, nil
}

// prove shows that the keys are the same on both sides (§4.4.3.4): each
// authenticates the other's public key.
func (r *run) prove(ctx context.Context, keys *Keys, mine, theirs point) error {
	token, err := r.token(keys, theirs)
	if err != nil {
		return err
	}
	want, err := r.token(keys, mine)
	if err != nil {
		return err
	}
	got, err := r.ask(ctx, 0, object(0x85, token), 0x86)
	if err != nil {
		return refusedPassword(err)
	}
	if subtle.ConstantTimeCompare(got, want) != 1 {
		return fmt.Errorf("the card's token is wrong: %w", ErrPassword)
	}
	return nil
}

// refusedPassword tells a wrong number from any other refusal: 63xx, 6988, 6983.
func refusedPassword(err error) error {
	var status card.StatusError
	if errors.As(err, &status) && (status.SW>>8 == 0x63 || status.SW == 0x6988 || status.SW == 0x6983) {
		return fmt.Errorf("%w: %w", ErrPassword, err)
	}
	return err
}

func (r *run) token(keys *Keys, key point) ([]byte, error) {
	inner := append(object(0x06, r.Info.oid), object(0x86, r.bytes(key))...)
	mac, err := cmac(keys.MAC, append(append([]byte{0x7F}, 0x49), object(0, inner)[1:]...))
	if err != nil {
		return nil, err
	}
	return mac[:8], nil
}

// secret draws a number from 1 to the order of the curve, less one.
func (r *run) secret() ([]byte, error) {
	order := r.Group.Params().N
	for range 64 {
		b := make([]byte, (order.BitLen()+7)/8)
		if _, err := io.ReadFull(r.Random, b); err != nil {
			return nil, fmt.Errorf("random number: %w", err)
		}
		b[0] &= byte(0xFF >> (len(b)*8 - order.BitLen()))
		if k := new(big.Int).SetBytes(b); k.Sign() > 0 && k.Cmp(order) < 0 {
			return b, nil
		}
	}
	return nil, errors.New("random numbers that are none")
}

// ask sends a step and returns what stands in its answer under a tag.
func (r *run) ask(ctx context.Context, class byte, step []byte, tag byte) ([]byte, error) {
	answer, err := r.send(ctx, card.Command{Class: class, Instruction: 0x86, Data: object(0x7C, step), Le: 256})
	if err != nil {
		return nil, err
	}
	outer, rest, ok := cutObject(answer, 0x7C)
	if !ok || len(rest) > 0 {
		return nil, fmt.Errorf("answer of %d bytes: %w", len(answer), ErrProtocol)
	}
	value, _, ok := cutObject(outer, tag)
	if !ok {
		return nil, fmt.Errorf("answer without %02X: %w", tag, ErrProtocol)
	}
	return value, nil
}

func (r *run) send(ctx context.Context, c card.Command) ([]byte, error) {
	return exchange(ctx, r.t, c)
}
