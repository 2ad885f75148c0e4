package wire

import (
	"bytes"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// packAbove is the size above which a payload is compressed.
const packAbove = 1 << 10

// zstdMagic starts every zstd frame (RFC 8878 §3.1.1). No JSON text can.
var zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}

// Codec compresses and expands payloads. It is safe for several goroutines and
// is made once per connection, because making it is dear.
type Codec struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

// NewCodec returns a codec that never expands a payload beyond MaxPayload.
func NewCodec() (*Codec, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(MaxPayload), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("make compressor: %w", err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderMaxMemory(MaxPayload), zstd.WithDecoderMaxWindow(MaxPayload), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, fmt.Errorf("make expander: %w", err)
	}
	return &Codec{enc: enc, dec: dec}, nil
}

// Pack returns the payload compressed when it is larger than 1 KiB and that
// makes it smaller, else the payload itself.
func (c *Codec) Pack(payload []byte) []byte {
	if len(payload) <= packAbove {
		return payload
	}
	packed := c.enc.EncodeAll(payload, make([]byte, 0, len(payload)/2))
	if len(packed) >= len(payload) {
		return payload
	}
	return packed
}

// Unpack returns what was packed. A payload that is or would expand to more
// than MaxPayload is refused with ErrTooLarge or ErrMalformed before it takes
// more memory than that.
func (c *Codec) Unpack(payload []byte) ([]byte, error) {
	if len(payload) > MaxPayload {
		return nil, fmt.Errorf("expand payload: %w: %d bytes", ErrTooLarge, len(payload))
	}
	if !bytes.HasPrefix(payload, zstdMagic) {
		return payload, nil
	}
	out, err := c.dec.DecodeAll(payload, nil)
	if err != nil {
		return nil, fmt.Errorf("expand payload: %w: %w", ErrMalformed, err)
	}
	if len(out) > MaxPayload {
		return nil, fmt.Errorf("expand payload: %w: %d bytes", ErrTooLarge, len(out))
	}
	return out, nil
}
