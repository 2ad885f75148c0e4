package card

import "fmt"

// tlvHeader is tag and length of a BER-TLV data object (ISO/IEC 7816-4 §5.2.2,
// X.690 §8.1) whose value may not have been read yet.
type tlvHeader struct {
	tag    uint32 // all tag bytes, big-endian: 0x6D, 0x7F49
	size   int    // bytes of tag and length
	length int    // bytes of value
}

// parseHeader reads a tag of up to three bytes and a definite length of up to
// three bytes. ok is false when b ends too early; err is ErrGarbled when no
// further bytes could make sense of it.
func parseHeader(b []byte) (h tlvHeader, ok bool, err error) {
	if len(b) == 0 {
		return h, false, nil
	}
	h.tag, h.size = uint32(b[0]), 1
	if b[0]&0x1F == 0x1F {
		for {
			if h.size == len(b) {
				return h, false, nil
			}
			if h.size == 3 {
				return h, false, fmt.Errorf("tag of more than three bytes: %w", ErrGarbled)
			}
			next := b[h.size]
			h.tag = h.tag<<8 | uint32(next)
			h.size++
			if next&0x80 == 0 {
				break
			}
		}
	}
	if h.size == len(b) {
		return h, false, nil
	}
	first := b[h.size]
	h.size++
	if first < 0x80 {
		h.length = int(first)
		return h, true, nil
	}
	n := int(first & 0x7F)
	if n == 0 || n > 3 {
		return h, false, fmt.Errorf("length in %d bytes: %w", n, ErrGarbled)
	}
	if len(b)-h.size < n {
		return h, false, nil
	}
	for _, x := range b[h.size : h.size+n] {
		h.length = h.length<<8 | int(x)
	}
	h.size += n
	return h, true, nil
}
