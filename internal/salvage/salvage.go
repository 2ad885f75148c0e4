// Package salvage reads the rows of a damaged SQLite file, page by page, where SQLite itself stops at the first page that
// does not hold together. It knows the file format (sqlite.org/fileformat2.html) as far as reading asks for it, writes
// nothing, and believes nothing: a page, a cell or a record that does not fit is passed over and counted.
package salvage

import (
	"bytes"
	"encoding/binary"
	"io"
)

// Sizes of the format, sections 1.3 and 1.6.
const (
	magic        = "SQLite format 3\x00"
	fileHeader   = 100
	usualPage    = 4096
	leastPage    = 512
	mostPage     = 65536
	mostPages    = 1 << 26
	schemaOffset = 60 // PRAGMA user_version
)

// File is a database as it lies on the disk, its write-ahead log laid over it as far as that was committed. Its methods
// may not be called from several goroutines.
type File struct {
	main     io.ReaderAt
	size     int64
	wal      io.ReaderAt
	frames   map[uint32]int64 // page → where its last committed content stands in the write-ahead log
	page     int              // bytes of a page
	reserved int              // bytes at the end of each page that hold nothing
	count    uint32           // pages
	header   bool
	version  int
}

// Open looks at a file and its write-ahead log; wal may be nil. It never fails: a file of which nothing can be made out
// has no tables and no rows.
func Open(main io.ReaderAt, size int64, wal io.ReaderAt, walSize int64) *File {
	f := &File{main: main, size: size, wal: wal, page: usualPage, frames: map[uint32]int64{}}
	head := make([]byte, fileHeader)
	if n, _ := main.ReadAt(head, 0); n == len(head) {
		f.readHeader(head)
	}
	if wal != nil {
		f.readLog(walSize)
	}
	if first := f.read(1); first != nil && bytes.HasPrefix(first, []byte(magic)) {
		f.readHeader(first[:fileHeader])
	}
	f.count = max(f.count, uint32(min(mostPages, (size+int64(f.page)-1)/int64(f.page)))) //nolint:gosec // bounded
	return f
}

func (f *File) readHeader(head []byte) {
	if !bytes.HasPrefix(head, []byte(magic)) {
		return
	}
	page := int(binary.BigEndian.Uint16(head[16:]))
	if page == 1 {
		page = mostPage
	}
	if !validPage(page) {
		return
	}
	f.header, f.page, f.reserved = true, page, int(head[20])
	f.version = int(binary.BigEndian.Uint32(head[schemaOffset:]))
}

func validPage(n int) bool { return n >= leastPage && n <= mostPage && n&(n-1) == 0 }

// Headed reports whether the head of the file can be read: without it nobody knows which page belongs to which table.
func (f *File) Headed() bool { return f.header }

// Version returns what PRAGMA user_version says; 0 where the head cannot be read.
func (f *File) Version() int { return f.version }

// Pages returns how many pages there are.
func (f *File) Pages() int { return int(f.count) }

// read returns a page's bytes; nil if there is none of that number, or it lies beyond the end of the file.
func (f *File) read(number uint32) []byte {
	if number == 0 {
		return nil
	}
	body := make([]byte, f.page)
	if at, there := f.frames[number]; there {
		if n, _ := f.wal.ReadAt(body, at); n == len(body) {
			return body
		}
		return nil
	}
	if n, _ := f.main.ReadAt(body, int64(number-1)*int64(f.page)); n == len(body) {
		return body
	}
	return nil
}

// usable is how many bytes of a page hold content.
func (f *File) usable() int { return max(leastPage-fileHeader, f.page-f.reserved) }
