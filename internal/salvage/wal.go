package salvage

import (
	"encoding/binary"
	"io"
)

// The write-ahead log's layout is section 4 of sqlite.org/fileformat2.html.
const (
	LogHeader   = 32         // bytes before the first frame
	FrameHeader = 24         // bytes before the page in each frame
	LogMagic    = 0x377f0682 // the last bit says that checksums read words big-endian
)

// Checksum is that of a write-ahead log.
type Checksum struct {
	Order binary.ByteOrder
	A, B  uint32
}

// Sum begins the checksum of a log with its header; false if it is no header of a log.
func Sum(header []byte) (c Checksum, page int, ok bool) {
	if len(header) < LogHeader {
		return c, 0, false
	}
	kind := binary.BigEndian.Uint32(header)
	page = int(binary.BigEndian.Uint32(header[8:]))
	if kind&^1 != LogMagic || !validPage(page) {
		return c, 0, false // SQLite ignores a log like this
	}
	c.Order = binary.LittleEndian
	if kind&1 == 1 {
		c.Order = binary.BigEndian
	}
	c.Add(header[:24])
	return c, page, true
}

// Add reckons more bytes in, eight at a time.
func (c *Checksum) Add(p []byte) {
	for ; len(p) >= 8; p = p[8:] {
		c.A += c.Order.Uint32(p) + c.B
		c.B += c.Order.Uint32(p[4:]) + c.A
	}
}

// Is reports whether the sum is the one that stands in a frame's header.
func (c *Checksum) Is(frame []byte) bool {
	return c.A == binary.BigEndian.Uint32(frame[16:]) && c.B == binary.BigEndian.Uint32(frame[20:])
}

// readLog notes where each page stands in the write-ahead log, up to the last commit before the first frame that does not
// fit its checksum.
func (f *File) readLog(size int64) {
	head := make([]byte, LogHeader)
	if n, _ := f.wal.ReadAt(head, 0); n < len(head) {
		return
	}
	sum, page, ok := Sum(head)
	if !ok || f.header && page != f.page {
		return
	}
	f.page = page
	pending := map[uint32]int64{}
	frame := make([]byte, FrameHeader+page)
	for at := int64(LogHeader); at+int64(len(frame)) <= size; at += int64(len(frame)) {
		if n, err := f.wal.ReadAt(frame, at); n < len(frame) && err != io.EOF || string(frame[8:16]) != string(head[16:24]) {
			return
		}
		sum.Add(frame[:8])
		sum.Add(frame[FrameHeader:])
		number := binary.BigEndian.Uint32(frame)
		if !sum.Is(frame) || number == 0 || number > mostPages {
			return
		}
		pending[number] = at + FrameHeader
		if pages := binary.BigEndian.Uint32(frame[4:]); pages != 0 && pages <= mostPages {
			for number, at := range pending {
				f.frames[number] = at
				f.count = max(f.count, number)
			}
			clear(pending)
		}
	}
}
