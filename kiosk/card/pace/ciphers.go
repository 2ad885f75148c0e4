package pace

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" //nolint:gosec // Basic Access Control knows nothing else (ICAO 9303-11 §4.3)
	"fmt"
	"slices"
)

// aesCiphers are those of §9.8.6.3: CBC with the encrypted counter in front,
// CMAC over the counter and the message.
type aesCiphers struct {
	block cipher.Block
	key   []byte // of the MAC
}

func newAES(keys *Keys) (*aesCiphers, error) {
	block, err := aes.NewCipher(keys.Enc)
	if err != nil {
		return nil, fmt.Errorf("key for encryption: %w", err)
	}
	if _, err := aes.NewCipher(keys.MAC); err != nil {
		return nil, fmt.Errorf("key for authentication: %w", err)
	}
	return &aesCiphers{block: block, key: slices.Clone(keys.MAC)}, nil
}

func (a *aesCiphers) blockSize() int { return aes.BlockSize }

func (a *aesCiphers) first(counter []byte) []byte {
	out := make([]byte, aes.BlockSize)
	a.block.Encrypt(out, counter)
	return out
}

func (a *aesCiphers) encrypt(counter, blocks []byte) {
	cipher.NewCBCEncrypter(a.block, a.first(counter)).CryptBlocks(blocks, blocks)
}

func (a *aesCiphers) decrypt(counter, blocks []byte) {
	cipher.NewCBCDecrypter(a.block, a.first(counter)).CryptBlocks(blocks, blocks)
}

func (a *aesCiphers) mac(counter, blocks []byte) []byte {
	sum, err := cmac(a.key, slices.Concat(counter, blocks))
	if err != nil { // the length of the key was looked at when it was taken
		panic("pace: " + err.Error())
	}
	return sum[:8]
}

// wipe zeroes the key of the MAC. The expanded key for encryption is in the
// standard library's hands; it is dropped, so that the next collection frees it.
func (a *aesCiphers) wipe() {
	clear(a.key)
	a.block = nil
}

// desCiphers are those of §9.8.6.1: 3DES with two keys in CBC from zero, and the
// retail MAC (ISO/IEC 9797-1 algorithm 3).
type desCiphers struct {
	enc      cipher.Block
	one, two cipher.Block // of the MAC
}

func newDES(keys *Keys) (*desCiphers, error) {
	if len(keys.Enc) != 16 || len(keys.MAC) != 16 {
		return nil, fmt.Errorf("keys of %d and %d bytes: %w", len(keys.Enc), len(keys.MAC), ErrProtocol)
	}
	whole := slices.Concat(keys.Enc, keys.Enc[:8])
	defer clear(whole)
	enc, err := des.NewTripleDESCipher(whole)
	if err != nil {
		return nil, fmt.Errorf("key for encryption: %w", err)
	}
	one, err := des.NewCipher(keys.MAC[:8]) //nolint:gosec // half of a key of 3DES
	if err != nil {
		return nil, fmt.Errorf("key for authentication: %w", err)
	}
	two, err := des.NewCipher(keys.MAC[8:]) //nolint:gosec // the other half
	if err != nil {
		return nil, fmt.Errorf("key for authentication: %w", err)
	}
	return &desCiphers{enc: enc, one: one, two: two}, nil
}

func (d *desCiphers) blockSize() int { return des.BlockSize }

func (d *desCiphers) encrypt(_, blocks []byte) {
	cipher.NewCBCEncrypter(d.enc, make([]byte, des.BlockSize)).CryptBlocks(blocks, blocks)
}

func (d *desCiphers) decrypt(_, blocks []byte) {
	cipher.NewCBCDecrypter(d.enc, make([]byte, des.BlockSize)).CryptBlocks(blocks, blocks)
}

func (d *desCiphers) mac(counter, blocks []byte) []byte {
	sum := make([]byte, des.BlockSize)
	message := slices.Concat(counter, blocks)
	defer clear(message)
	for len(message) > 0 {
		for i := range sum {
			sum[i] ^= message[i]
		}
		d.one.Encrypt(sum, sum)
		message = message[des.BlockSize:]
	}
	d.two.Decrypt(sum, sum)
	d.one.Encrypt(sum, sum)
	return sum
}

func (d *desCiphers) wipe() { d.enc, d.one, d.two = nil, nil, nil }
