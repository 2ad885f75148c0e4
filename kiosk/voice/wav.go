package voice

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// MaxSpeech is the longest sound DecodeWAV takes.
const MaxSpeech = 60 * time.Second

// ErrWAV is the error under every sound file that DecodeWAV refuses.
var ErrWAV = errors.New("not a usable WAV file")

// streamed is the smallest data size that means "unknown": a program that
// writes a WAV file into a pipe cannot come back to fill its size in, and
// espeak-ng --stdout leaves 0x7ffff000 there.
const streamed = 0x7fff0000

// EncodeWAV is a sound as a RIFF/WAVE file, as DecodeWAV reads it.
func EncodeWAV(p PCM) []byte {
	size := uint32(2 * len(p))
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, 36+size)...)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1) // PCM
	b = binary.LittleEndian.AppendUint16(b, 1) // mono
	b = binary.LittleEndian.AppendUint32(b, Rate)
	b = binary.LittleEndian.AppendUint32(b, 2*Rate)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	return append(binary.LittleEndian.AppendUint32(b, size), p.Bytes()...)
}

// DecodeWAV reads a RIFF/WAVE file of 16-bit mono PCM at Rate, the only kind
// that can be joined to a call. A data chunk of unknown size, as in a pipe,
// reaches to the end of the bytes; any other that is cut short is refused.
// Layout: Microsoft, Multimedia Programming Interface 1.0, chapter 3. Errors
// wrap ErrWAV.
func DecodeWAV(b []byte) (PCM, error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return nil, fmt.Errorf("no RIFF/WAVE header in %d bytes: %w", len(b), ErrWAV)
	}
	known := false
	for rest := b[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:8]))
		rest = rest[8:]
		if size > int64(len(rest)) {
			if id != "data" || size < streamed {
				return nil, fmt.Errorf("chunk %q of %d bytes has %d: %w", id, size, len(rest), ErrWAV)
			}
			size = int64(len(rest)) &^ 1
		}
		chunk := rest[:size]
		switch id {
		case "fmt ":
			if err := checkFormat(chunk); err != nil {
				return nil, err
			}
			known = true
		case "data":
			return decodeData(chunk, known)
		}
		// Chunks start at even offsets (same source, "RIFF Files").
		rest = rest[min(size+size&1, int64(len(rest))):]
	}
	return nil, fmt.Errorf("no data chunk: %w", ErrWAV)
}

func decodeData(chunk []byte, known bool) (PCM, error) {
	switch {
	case !known:
		return nil, fmt.Errorf("data chunk before its format: %w", ErrWAV)
	case len(chunk)%2 != 0:
		return nil, fmt.Errorf("data chunk of %d bytes cuts a sample: %w", len(chunk), ErrWAV)
	case len(chunk) > 2*len(Silence(MaxSpeech)):
		return nil, fmt.Errorf("data chunk of %d bytes is longer than %v: %w", len(chunk), MaxSpeech, ErrWAV)
	}
	return FromBytes(chunk), nil
}

func checkFormat(chunk []byte) error {
	if len(chunk) < 16 {
		return fmt.Errorf("format chunk of %d bytes: %w", len(chunk), ErrWAV)
	}
	format := binary.LittleEndian.Uint16(chunk)
	channels := binary.LittleEndian.Uint16(chunk[2:])
	rate := binary.LittleEndian.Uint32(chunk[4:])
	bits := binary.LittleEndian.Uint16(chunk[14:])
	if format != 1 || channels != 1 || rate != Rate || bits != 16 {
		return fmt.Errorf("format %d, %d channels, %d Hz, %d bits, want PCM mono %d Hz 16 bits: %w",
			format, channels, rate, bits, Rate, ErrWAV)
	}
	return nil
}
