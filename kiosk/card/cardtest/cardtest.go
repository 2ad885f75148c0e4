// Package cardtest is a Citizen Card made of memory.
//
// It answers APDUs as a real card of either generation would, with people who
// do not exist, so that everything above it, up to pcscd and the kiosk's
// screen, can be shown and tested without silicon and without anybody's data.
// Beside good cards it has the ones a kiosk meets in the street: a bank card,
// a card put in upside down, one that answers nonsense, one that falls silent.
// It also records dialogues to .apdu files and plays them back.
//
// A Card is not safe for concurrent use; a reader talks to it one command at a
// time.
package cardtest

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"balcao/kiosk/card"
)

// Generation is a kind of Citizen Card.
type Generation int

// The generations that citizens carry.
const (
	// CC1T0 is the first card: T=0 only.
	CC1T0 Generation = iota + 1
	// CC1 is the later card of the first layout, on T=1.
	CC1
	// CC2 is the card issued since June 2024.
	CC2
)

// String names the generation.
func (g Generation) String() string {
	switch g {
	case CC1T0:
		return "CC1 (T=0)"
	case CC1:
		return "CC1"
	case CC2:
		return "CC2"
	default:
		return "unknown generation"
	}
}

// Real answers to reset (pteidmdrv.inf of the middleware); the bank card's is
// invented.
const (
	atrCC1T0 = "3B7D95000080318065B0831100C883009000"
	atrCC1   = "3BFF9600008131FE4380318065B085040120120FFF829000D0"
	atrCC2   = "3BFF9600008131FE4380318065B085050011120FFF829000E1"
	atrBank  = "3B6500002063CB6800"

	atrContactless = "3B8F800180318065B085050011120FFF8290008B"
)

type file struct {
	id      uint16
	content []byte
	lazy    func() []byte // makes content when the file is first selected
	locked  bool
}

type application struct {
	aid   []byte
	files []file
}

// Card is one virtual card with the state a chip has between power on and
// power off: which application and file are selected, which bytes wait for GET
// RESPONSE.
type Card struct {
	generation Generation
	seal       Seal
	atr        []byte
	serial     [8]byte
	apps       []application
	odd        func(apdu []byte) []byte // replaces the whole behaviour
	restart    func()                   // what odd forgets without power; nil for nothing

	app     int // index into apps, -1 for none
	current *file
	pending []byte // T=0: waits for GET RESPONSE
}

// New makes the card of an invented person, signed by the invented State.
func New(id Identity, g Generation) *Card { return NewSealed(id, g, Sealed) }

// NewSealed makes a card whose security object is of a given kind. What is
// wrong with it shows only to those who check it.
func NewSealed(id Identity, g Generation, how Seal) *Card {
	c := &Card{generation: g, seal: how, serial: id.Serial, app: -1}
	shown := id
	if how == AlteredName {
		shown.GivenName = "FALSIFICADA"
	}
	object := func() []byte { return securityObject(id, g, how) }
	trace := file{id: 0x0003, content: []byte{0, 0, 0, 0, 0, 1, 0, 0}}
	switch g {
	case CC2:
		c.atr = fromHex(atrCC2)
		c.apps = []application{
			{aid: []byte{0x60, 0x46, 0x32, 0xFF, 0, 0, 5}, files: append(chipFiles(how), files(how,
				file{id: 0x010D, content: identityFileCC2(shown)},
				file{id: 0x011D, lazy: object})...)},
			{aid: []byte{0x60, 0x46, 0x32, 0xFF, 0, 0, 4}, files: []file{trace}},
		}
	default:
		c.atr = fromHex(atrCC1)
		if g == CC1T0 {
			c.atr = fromHex(atrCC1T0)
		}
		c.apps = []application{{aid: []byte{0x60, 0x46, 0x32, 0xFF, 0, 0, 2}, files: files(how,
			file{id: 0xEF02, content: identityFileCC1(shown)},
			file{id: 0xEF05, content: make([]byte, 1200), locked: true},
			trace,
			file{id: 0xEF06, lazy: func() []byte { return append(object(), make([]byte, sizeEF06)...)[:sizeEF06] }})}}
	}
	return c
}

// files leaves the security object, which stands last, out of a card without.
func files(how Seal, all ...file) []file {
	if how == NoObject {
		return all[:len(all)-1]
	}
	return all
}

// ATR returns the answer to reset, empty for a card that gives none. The slice
// is the caller's.
func (c *Card) ATR() []byte { return bytes.Clone(c.atr) }

// T0 says whether the card speaks T=0 only.
func (c *Card) T0() bool {
	a, err := card.ParseATR(c.atr)
	return err == nil && !a.T1
}

// Reset takes the power away and gives it back: selections are forgotten.
func (c *Card) Reset() {
	c.app, c.current, c.pending = -1, nil, nil
	if c.restart != nil {
		c.restart()
	}
}

// Transmit lets a Card stand in for a reader in tests of the dialogue. A card
// that stays silent gives card.ErrMute at once instead of after a while.
func (c *Card) Transmit(ctx context.Context, apdu []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	answer := c.Answer(apdu)
	if answer == nil {
		return nil, card.ErrMute
	}
	return answer, nil
}

// Answer gives the card's answer to one command, status word included, in a
// slice of the caller's. It is nil when the card stays silent for ever.
func (c *Card) Answer(apdu []byte) []byte {
	if c.odd != nil {
		return c.odd(apdu)
	}
	cmd, err := card.ParseCommand(apdu)
	if err != nil {
		return status(0x6700)
	}
	if cmd.Class&0x70 != 0 {
		return status(0x6E00)
	}
	if cmd.Instruction != 0xC0 {
		c.pending = nil
	}
	switch cmd.Instruction {
	case 0xA4:
		return c.selectFile(cmd)
	case 0xB0:
		return c.readBinary(cmd)
	case 0xC0:
		return c.getResponse(cmd)
	case 0xCA:
		return c.getData(cmd)
	case 0x88:
		return c.internalAuthenticate(cmd)
	case 0x20: // VERIFY: three tries left, and nothing here ever tries
		return status(0x63C3)
	default:
		return status(0x6D00)
	}
}

func (c *Card) selectFile(cmd card.Command) []byte {
	switch cmd.P1 {
	case 0x04:
		i := slices.IndexFunc(c.apps, func(a application) bool { return bytes.Equal(a.aid, cmd.Data) })
		if i < 0 {
			return status(0x6A82)
		}
		c.app, c.current = i, nil
		return status(0x9000)
	case 0x08:
		// CC1 wants the path below the master file and refuses 3F00 itself.
		if c.generation == CC2 || len(cmd.Data) < 2 || len(cmd.Data)%2 != 0 || cmd.Data[0] == 0x3F {
			return status(0x6A86)
		}
		c.app = 0
		if path := cmd.Data; len(path) == 4 && path[0] == 0x5F && path[1] == 0 {
			return c.selectID(cmd, path[2:])
		}
		return c.selectID(cmd, cmd.Data)
	case 0x00, 0x02:
		if len(cmd.Data) != 2 {
			return status(0x6700)
		}
		if id := binary.BigEndian.Uint16(cmd.Data); id == 0x3F00 || id == 0x5F00 {
			c.current = nil
			return status(0x9000)
		}
		return c.selectID(cmd, cmd.Data)
	default:
		return status(0x6A86)
	}
}

func (c *Card) selectID(cmd card.Command, id []byte) []byte {
	if c.app < 0 || len(id) != 2 {
		return status(0x6A82)
	}
	files := c.apps[c.app].files
	i := slices.IndexFunc(files, func(f file) bool { return f.id == binary.BigEndian.Uint16(id) })
	if i < 0 {
		return status(0x6A82)
	}
	c.current = &files[i]
	if lazy := c.current.lazy; lazy != nil {
		c.current.content, c.current.lazy = lazy(), nil
	}
	if cmd.P2 == 0x0C {
		return status(0x9000)
	}
	return c.give(cmd, fci(c.generation, files[i]))
}

func (c *Card) readBinary(cmd card.Command) []byte {
	switch {
	case c.current == nil:
		return status(0x6986)
	case c.current.locked:
		return status(0x6982)
	}
	offset := int(cmd.P1)<<8 | int(cmd.P2)
	if offset >= len(c.current.content) || cmd.P1&0x80 != 0 {
		return status(0x6B00)
	}
	rest := c.current.content[offset:]
	if cmd.Le > len(rest) && c.generation == CC1T0 {
		return []byte{0x6C, byte(len(rest))}
	}
	if cmd.Le > len(rest) {
		return append(bytes.Clone(rest), 0x62, 0x82)
	}
	return append(bytes.Clone(rest[:cmd.Le]), 0x90, 0x00)
}

func (c *Card) getData(cmd card.Command) []byte {
	switch tag := uint16(cmd.P1)<<8 | uint16(cmd.P2); {
	case tag == 0x9F7F && (c.generation != CC2 || c.app == 1):
		cplc := make([]byte, 42)
		copy(cplc[10:], c.serial[:]) // offset 13 with tag and length
		return c.give(cmd, appendTLV(nil, []byte{0x9F, 0x7F}, cplc))
	case tag == 0xDF30 && c.generation != CC2:
		return c.give(cmd, appendTLV(nil, []byte{0xDF, 0x30}, []byte("v0.0.00")))
	default:
		return status(0x6A88)
	}
}

// give answers with data: at once on T=1, through 61xx and 6Cxx on T=0.
func (c *Card) give(cmd card.Command, data []byte) []byte {
	n := byte(len(data))
	switch {
	case c.generation != CC1T0:
		return append(data, 0x90, 0x00)
	case len(cmd.Data) > 0:
		c.pending = data
		return []byte{0x61, n}
	case cmd.Le != len(data):
		return []byte{0x6C, n}
	default:
		return append(data, 0x90, 0x00)
	}
}

func (c *Card) getResponse(cmd card.Command) []byte {
	data := c.pending
	if data == nil {
		return status(0x6985)
	}
	if cmd.Le != len(data) {
		return []byte{0x6C, byte(len(data))}
	}
	c.pending = nil
	return append(data, 0x90, 0x00)
}

func status(sw uint16) []byte { return binary.BigEndian.AppendUint16(nil, sw) }

func fromHex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic("cardtest: constant is not hex: " + s)
	}
	return b
}
