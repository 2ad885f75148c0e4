package cardtest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"  //nolint:gosec // Basic Access Control knows nothing else
	"crypto/sha1" //nolint:gosec // likewise
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"balcao/kiosk/card"
)

// messaging is the card's side of secure messaging (ICAO 9303-11 §9.8). It is
// written apart from kiosk/card/pace, so that each is held to the other.
type messaging struct {
	enc     cipher.Block
	mac     func(message []byte) []byte // of whole blocks, 8 bytes
	counter []byte
	fresh   bool // AES: the first block is the encrypted counter; 3DES: zeros
}

// keyFrom is the key derivation of §9.7.1: 1 encrypts, 2 authenticates, 3 is
// for a password.
func keyFrom(secret []byte, what uint32, size int) []byte {
	in := binary.BigEndian.AppendUint32(bytes.Clone(secret), what)
	if size == 16 {
		sum := sha1.Sum(in) //nolint:gosec // as the standard says
		return sum[:16]
	}
	sum := sha256.Sum256(in)
	return sum[:size]
}

func aesBlock(key []byte) cipher.Block {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	return b
}

func desBlock(key []byte) cipher.Block {
	b, err := des.NewTripleDESCipher(append(bytes.Clone(key), key[:8]...))
	if err != nil {
		panic("cardtest: " + err.Error())
	}
	return b
}

func messagingAES(secret []byte, size int) *messaging {
	key := aesBlock(keyFrom(secret, 2, size))
	return &messaging{
		enc: aesBlock(keyFrom(secret, 1, size)), counter: make([]byte, aes.BlockSize), fresh: true,
		mac: func(message []byte) []byte { return cmac(key, message)[:8] },
	}
}

func messagingDES(secret, counter []byte) *messaging {
	key := keyFrom(secret, 2, 16)
	return &messaging{
		enc: desBlock(keyFrom(secret, 1, 16)), counter: bytes.Clone(counter),
		mac: func(message []byte) []byte { return retailMAC(key, message) },
	}
}

// cmac is AES-CMAC (NIST SP 800-38B) over any message.
func cmac(key cipher.Block, message []byte) []byte {
	shift := func(b []byte) []byte {
		out := make([]byte, len(b))
		for i := range b {
			out[i] = b[i] << 1
			if i+1 < len(b) {
				out[i] |= b[i+1] >> 7
			}
		}
		if b[0]&0x80 != 0 {
			out[len(out)-1] ^= 0x87
		}
		return out
	}
	first := make([]byte, 16)
	key.Encrypt(first, first)
	first = shift(first)
	last := first
	if len(message) == 0 || len(message)%16 != 0 {
		message, last = filled(message, 16), shift(first)
	}
	sum := make([]byte, 16)
	for at := 0; at < len(message); at += 16 {
		for i := range sum {
			sum[i] ^= message[at+i]
			if at+16 == len(message) {
				sum[i] ^= last[i]
			}
		}
		key.Encrypt(sum, sum)
	}
	return sum
}

// retailMAC is ISO/IEC 9797-1 algorithm 3 over whole blocks.
func retailMAC(key, message []byte) []byte {
	single := func(k []byte) cipher.Block {
		b, err := des.NewCipher(k) //nolint:gosec // half of a key of 3DES
		if err != nil {
			panic("cardtest: " + err.Error())
		}
		return b
	}
	one, two := single(key[:8]), single(key[8:16])
	sum := make([]byte, 8)
	for at := 0; at < len(message); at += 8 {
		for i := range sum {
			sum[i] ^= message[at+i]
		}
		one.Encrypt(sum, sum)
	}
	two.Decrypt(sum, sum)
	one.Encrypt(sum, sum)
	return sum
}

// filled is padded as ISO/IEC 9797-1 method 2 says.
func filled(b []byte, block int) []byte {
	out := append(bytes.Clone(b), 0x80)
	for len(out)%block != 0 {
		out = append(out, 0)
	}
	return out
}

func (m *messaging) chain() []byte {
	first := make([]byte, m.enc.BlockSize())
	if m.fresh {
		m.enc.Encrypt(first, m.counter)
	}
	return first
}

func (m *messaging) count() {
	for i := len(m.counter) - 1; i >= 0; i-- {
		m.counter[i]++
		if m.counter[i] != 0 {
			return
		}
	}
}

// unwrap gives the plain form of a protected command; ok is false when it is
// not one that the terminal made.
func (m *messaging) unwrap(cmd card.Command) (plain card.Command, ok bool) {
	m.count()
	plain = card.Command{Class: cmd.Class &^ 0x0C, Instruction: cmd.Instruction, P1: cmd.P1, P2: cmd.P2}
	block := m.enc.BlockSize()
	rest, covered := cmd.Data, 0
	var mac []byte
	for len(rest) > 0 {
		tag, value, after, whole := nextTLV(rest)
		if !whole || mac != nil {
			return plain, false
		}
		switch tag {
		case 0x85, 0x87:
			if tag == 0x87 {
				value = value[min(1, len(value)):]
			}
			if len(value) == 0 || len(value)%block != 0 {
				return plain, false
			}
			data := bytes.Clone(value)
			cipher.NewCBCDecrypter(m.enc, m.chain()).CryptBlocks(data, data)
			end := bytes.LastIndexByte(data, 0x80)
			if end < 0 {
				return plain, false
			}
			plain.Data = data[:end]
		case 0x97:
			plain.Le = 256
			if len(value) == 1 && value[0] != 0 {
				plain.Le = int(value[0])
			}
		case 0x8E:
			mac = value
		default:
			return plain, false
		}
		rest = after
		if tag != 0x8E {
			covered = len(cmd.Data) - len(rest)
		}
	}
	input := slices.Concat(m.counter, filled([]byte{cmd.Class, cmd.Instruction, cmd.P1, cmd.P2}, block))
	if covered > 0 {
		input = append(input, filled(cmd.Data[:covered], block)...)
	}
	return plain, bytes.Equal(mac, m.mac(input))
}

// wrap protects an answer.
func (m *messaging) wrap(answer []byte) []byte {
	m.count()
	block := m.enc.BlockSize()
	n := len(answer) - 2
	var objects []byte
	if n > 0 {
		data := filled(answer[:n], block)
		cipher.NewCBCEncrypter(m.enc, m.chain()).CryptBlocks(data, data)
		objects = appendTLV(nil, []byte{0x87}, append([]byte{1}, data...))
	}
	objects = appendTLV(objects, []byte{0x99}, answer[n:])
	mac := m.mac(slices.Concat(m.counter, filled(objects, block)))
	return append(appendTLV(objects, []byte{0x8E}, mac), 0x90, 0x00)
}

// nextTLV takes a data object with a tag of one byte off the front.
func nextTLV(b []byte) (tag byte, value, rest []byte, ok bool) {
	if len(b) < 2 {
		return 0, nil, nil, false
	}
	n, head := int(b[1]), 2
	switch {
	case n == 0x81 && len(b) > 2:
		n, head = int(b[2]), 3
	case n == 0x82 && len(b) > 3:
		n, head = int(b[2])<<8|int(b[3]), 4
	case n > 0x80:
		return 0, nil, nil, false
	}
	if len(b) < head+n {
		return 0, nil, nil, false
	}
	return b[0], b[head : head+n], b[head+n:], true
}
