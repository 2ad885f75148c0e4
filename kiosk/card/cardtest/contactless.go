package cardtest

import (
	"bytes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // Basic Access Control derives its keys with it
	"encoding/hex"
	"io"
	"math/big"
	"slices"
	"strings"

	"balcao/kiosk/card"
)

// DemoCAN is the access number on the front of every contactless card of the
// deck.
const DemoCAN = "314159"

// Token is the value of MultiPass of a person's card: 16 bytes that say nothing
// of the person.
func (id Identity) Token() []byte {
	return append([]byte{0x4D, 0x50, 0xBA, 0x1C, 0xA0, 0, 0, 0}, id.Serial[:]...)
}

// ContactlessCC2 makes the card of an invented person as it answers when it is
// held against a reader: nothing of the person before PACE with the access
// number on its front, and the token of MultiPass after Basic Access Control
// and Chip Authentication. Its chip is as the seal says.
func ContactlessCC2(id Identity, can string, how Seal) *Card {
	return ContactlessWith(id, can, how, rand.Reader)
}

// ContactlessWith is ContactlessCC2 with the chance of a test, so that a dialogue
// is the same each time.
func ContactlessWith(id Identity, can string, how Seal, random io.Reader) *Card {
	c := &contactless{
		inner: NewSealed(id, CC2, how), can: can, how: how, random: random,
		object: tokenObject(id, how), token: tokenFile(id),
	}
	out := odd(atrContactless, c.answer)
	out.restart = c.reset
	return out
}

// tokenFile is data group 13 of MultiPass: 6D 12 C0 10 and the value.
func tokenFile(id Identity) []byte {
	return appendTLV(nil, []byte{0x6D}, appendTLV(nil, []byte{0xC0}, id.Token()))
}

// curve is what is used of crypto/elliptic.
type curve interface {
	Params() *elliptic.CurveParams
	IsOnCurve(x, y *big.Int) bool
	Add(x1, y1, x2, y2 *big.Int) (x, y *big.Int)
	ScalarMult(x1, y1 *big.Int, k []byte) (x, y *big.Int)
}

type contactless struct {
	inner  *Card
	can    string
	how    Seal
	random io.Reader
	object []byte // of MultiPass
	token  []byte

	multipass bool   // selected
	file      []byte // of MultiPass, or EF.CardAccess
	channel   *messaging
	open      bool // the files of MultiPass may be read, too
	challenge []byte
	pace      *paceRun
	chipStage bool // Chip Authentication was chosen
}

// cardAccess is EF.CardAccess: PACE with ECDH on P-256 and AES-256.
func cardAccess() []byte { return set(seq(oid(oidPACE), integer(2), integer(curveP256))) }

func (c *contactless) answer(apdu []byte) []byte {
	cmd, err := card.ParseCommand(apdu)
	if err != nil {
		return status(0x6700)
	}
	if cmd.Class&0x0C != 0x0C {
		if c.channel != nil { // a plain word ends the channel
			c.reset()
			return status(0x6982)
		}
		return c.plain(cmd)
	}
	if c.channel == nil {
		return status(0x6E00)
	}
	plain, ok := c.channel.unwrap(cmd)
	if !ok {
		c.reset()
		return status(0x6988)
	}
	channel := c.channel
	return channel.wrap(c.protected(plain))
}

func (c *contactless) reset() {
	c.inner.Reset()
	c.channel, c.pace, c.file, c.multipass, c.open, c.challenge, c.chipStage = nil, nil, nil, false, false, nil, false
}

// plain answers what may be said without keys.
func (c *contactless) plain(cmd card.Command) []byte {
	switch cmd.Instruction {
	case 0xA4:
		return c.selectPlain(cmd)
	case 0xB0:
		if cmd.P1 == 0x9C {
			c.file, cmd.P1 = cardAccess(), 0
		}
		return cut(c.file, cmd)
	case 0x22:
		return c.choosePACE(cmd)
	case 0x84:
		if !c.multipass || cmd.Le != 8 {
			return status(0x6982)
		}
		c.challenge = make([]byte, 8)
		c.draw(c.challenge)
		return append(bytes.Clone(c.challenge), 0x90, 0x00)
	case 0x82:
		return c.basicAccess(cmd)
	case 0x86:
		if c.pace == nil {
			return status(0x6985)
		}
		answer, secret := c.pace.step(cmd)
		if secret != nil {
			c.channel, c.pace = messagingAES(secret, 32), nil
		}
		return answer
	default:
		return status(0x6982)
	}
}

func (c *contactless) selectPlain(cmd card.Command) []byte {
	c.file = nil
	switch {
	case cmd.P1 == 0 && bytes.Equal(cmd.Data, []byte{0x3F, 0x00}):
		c.multipass = false
		return status(0x9000)
	case cmd.P1 == 0x04 && bytes.Equal(cmd.Data, []byte{0x60, 0x46, 0x32, 0xFF, 0, 0, 6}):
		c.multipass = true
		return status(0x9000)
	case cmd.P1 == 0x04:
		c.multipass = false
		if bytes.Equal(cmd.Data, []byte{0x60, 0x46, 0x32, 0xFF, 0, 0, 5}) {
			return status(0x6982)
		}
		return status(0x6A82)
	case cmd.P1 == 0x02 && !c.multipass && bytes.Equal(cmd.Data, []byte{0x01, 0x1C}):
		c.file = cardAccess()
		return status(0x9000)
	case cmd.P1 == 0x02 && c.multipass && bytes.Equal(cmd.Data, []byte{0x01, 0x1D}):
		c.file = c.object
		return status(0x9000)
	default:
		return status(0x6982)
	}
}

// protected answers what is said through the channel: the whole card after
// PACE, MultiPass after Basic Access Control.
func (c *contactless) protected(cmd card.Command) []byte {
	if !c.multipass {
		return c.inner.Answer(cmd.Bytes(false))
	}
	switch cmd.Instruction {
	case 0xA4:
		c.file = nil
		switch {
		case bytes.Equal(cmd.Data, []byte{0x01, 0x0E}):
			c.file = infosFileCC2()
		case bytes.Equal(cmd.Data, []byte{0x01, 0x0D}) && c.open:
			c.file = c.token
		case bytes.Equal(cmd.Data, []byte{0x01, 0x0D}):
			return status(0x6982)
		default:
			return status(0x6A82)
		}
		return status(0x9000)
	case 0xB0:
		return cut(c.file, cmd)
	case 0x22:
		c.chipStage = bytes.Equal(cmd.Data, appendTLV(nil, []byte{0x80}, oid(oidChipAuthentication)[2:]))
		if !c.chipStage {
			return status(0x6A80)
		}
		return status(0x9000)
	case 0x86:
		return c.authenticateChip(cmd)
	default:
		return status(0x6D00)
	}
}

// authenticateChip agrees on new keys; its answer still goes under the old ones.
func (c *contactless) authenticateChip(cmd card.Command) []byte {
	_, inner, _, ok := nextTLV(cmd.Data)
	_, point, _, ok2 := nextTLV(inner)
	if !ok || !ok2 || !c.chipStage {
		return status(0x6A80)
	}
	theirs, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		return status(0x6A80)
	}
	name := "chip-ec"
	if c.how == CopiedChip {
		name = "chip-copy"
	}
	d, ok := stateKey(name).(deterministic)
	if !ok {
		panic("cardtest: no key")
	}
	key, ok := d.Signer.(*ecdsa.PrivateKey)
	if !ok {
		panic("cardtest: key " + name + " is on no curve")
	}
	own, err := key.ECDH()
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	secret, err := own.ECDH(theirs)
	if err != nil {
		return status(0x6A80)
	}
	c.channel = messagingAES(secret, 32) // the answer still goes through the one before
	c.open, c.file = true, nil
	return []byte{0x7C, 0x00, 0x90, 0x00}
}

// basicAccess is the card's half of Basic Access Control (§4.3.3).
func (c *contactless) basicAccess(cmd card.Command) []byte {
	if c.challenge == nil || len(cmd.Data) != 40 {
		return status(0x6985)
	}
	seed := sha1.Sum([]byte(MultiPassText(c.object))) //nolint:gosec // as the standard says
	enc, mac := desBlock(keyFrom(seed[:16], 1, 16)), keyFrom(seed[:16], 2, 16)
	if !bytes.Equal(retailMAC(mac, filled(cmd.Data[:32], 8)), cmd.Data[32:]) {
		return status(0x6300)
	}
	said := bytes.Clone(cmd.Data[:32])
	cipher.NewCBCDecrypter(enc, make([]byte, 8)).CryptBlocks(said, said)
	if !bytes.Equal(said[8:16], c.challenge) {
		return status(0x6300)
	}
	half := make([]byte, 16)
	c.draw(half)
	answer := slices.Concat(c.challenge, said[:8], half)
	cipher.NewCBCEncrypter(enc, make([]byte, 8)).CryptBlocks(answer, answer)
	secret := make([]byte, 16)
	for i := range secret {
		secret[i] = said[16+i] ^ half[i]
	}
	c.channel = messagingDES(secret, slices.Concat(c.challenge[4:], said[4:8]))
	c.challenge = nil
	return slices.Concat(answer, retailMAC(mac, filled(answer, 8)), []byte{0x90, 0x00})
}

func (c *contactless) draw(b []byte) {
	if _, err := io.ReadFull(c.random, b); err != nil {
		panic("cardtest: " + err.Error())
	}
}

// MultiPassText is what both sides of MultiPass know: the last twelve bytes of
// its security object in hex, cut after 12 and 18 digits, each part with its
// check digit (BacAuthentication.cpp of the middleware).
func MultiPassText(object []byte) string {
	if len(object) < 12 {
		return ""
	}
	digits := strings.ToUpper(hex.EncodeToString(object[len(object)-12:]))
	var b strings.Builder
	for _, part := range []string{digits[:12], digits[12:18], digits[18:]} {
		sum := 0
		for i, r := range part {
			v := int(r - '0')
			if r >= 'A' {
				v = int(r-'A') + 10
			}
			sum += v * []int{7, 3, 1}[i%3]
		}
		b.WriteString(part)
		b.WriteByte(byte('0' + sum%10))
	}
	return b.String()
}

func cut(file []byte, cmd card.Command) []byte {
	offset := int(cmd.P1)<<8 | int(cmd.P2)
	switch {
	case file == nil:
		return status(0x6982)
	case offset >= len(file):
		return status(0x6B00)
	case cmd.Le > len(file)-offset:
		return append(bytes.Clone(file[offset:]), 0x62, 0x82)
	}
	return append(bytes.Clone(file[offset:offset+cmd.Le]), 0x90, 0x00)
}
