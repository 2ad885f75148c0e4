package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// The write-ahead log's layout is section 4 of sqlite.org/fileformat2.html.
const (
	walHeader   = 32
	frameHeader = 24
	walMagic    = 0x377f0682 // the last bit says that checksums read words big-endian
)

// unfinished returns how many frames of a write that was never committed stand at the end of a write-ahead log, as a
// power cut in the middle of a commit leaves them; SQLite passes over them when it opens the file. No log has none.
func unfinished(path string) (frames int, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the write-ahead log: %w", err)
	}
	defer f.Close()
	head := make([]byte, walHeader)
	if _, err := io.ReadFull(f, head); err != nil {
		return 0, nil // too short to hold anything
	}
	magic := binary.BigEndian.Uint32(head)
	page := binary.BigEndian.Uint32(head[8:])
	if magic&^1 != walMagic || page < 512 || page > 65536 {
		return 0, nil // SQLite ignores a log like this
	}
	sum := checksum{order: binary.LittleEndian}
	if magic&1 == 1 {
		sum.order = binary.BigEndian
	}
	sum.add(head[:24])
	sound := true
	frame := make([]byte, frameHeader+int(page))
	for {
		n, err := io.ReadFull(f, frame)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			return 0, fmt.Errorf("read the write-ahead log: %w", err)
		}
		if n < frameHeader || string(frame[8:16]) != string(head[16:24]) {
			return frames, nil // the end, or frames of an earlier round
		}
		frames++
		if n < len(frame) {
			return frames, nil
		}
		sum.add(frame[:8])
		sum.add(frame[frameHeader:])
		sound = sound && sum.a == binary.BigEndian.Uint32(frame[16:]) && sum.b == binary.BigEndian.Uint32(frame[20:])
		if sound && binary.BigEndian.Uint32(frame[4:]) != 0 {
			frames = 0 // a commit: everything up to here counts
		}
	}
}

// checksum is that of the write-ahead log.
type checksum struct {
	order binary.ByteOrder
	a, b  uint32
}

func (c *checksum) add(p []byte) {
	for ; len(p) >= 8; p = p[8:] {
		c.a += c.order.Uint32(p) + c.b
		c.b += c.order.Uint32(p[4:]) + c.a
	}
}
