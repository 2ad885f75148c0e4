package salvage

import (
	"encoding/binary"
	"math"
	"slices"
)

// mostRecord is the largest record that is believed, in bytes.
const mostRecord = 16 << 20

// Row is one row of a table. Values are nil, int64, float64, string or []byte, in the order in which they are stored: of a
// table without row ids, the columns of the primary key come first. A whole number in a column of kind REAL is an int64.
type Row struct {
	ID     int64 // the row id; 0 in a table without
	Values []any
}

// varint reads a number of up to nine bytes, section 1.6; n is 0 where there is none.
func varint(b []byte) (v uint64, n int) {
	for i := range min(8, len(b)) {
		v = v<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	if len(b) < 9 {
		return 0, 0
	}
	return v<<8 | uint64(b[8]), 9
}

// record reads the values of a record, section 2.1; false where it does not hold together.
func record(b []byte) ([]any, bool) {
	size, n := varint(b)
	if n == 0 || size < uint64(n) || size > uint64(len(b)) {
		return nil, false
	}
	kinds, body := b[n:size], b[size:]
	var values []any
	for len(kinds) > 0 {
		kind, n := varint(kinds)
		if n == 0 {
			return nil, false
		}
		kinds = kinds[n:]
		v, used, ok := value(kind, body)
		if !ok {
			return nil, false
		}
		values, body = append(values, v), body[used:]
	}
	return values, len(body) == 0
}

// widths are the bytes of the integers of kinds 1 to 6.
var widths = [...]int{0, 1, 2, 3, 4, 6, 8} //nolint:gochecknoglobals // a constant

func value(kind uint64, b []byte) (v any, used int, ok bool) {
	switch {
	case kind == 0:
		return nil, 0, true
	case kind <= 6:
		w := widths[kind]
		if len(b) < w {
			return nil, 0, false
		}
		n := int64(int8(b[0])) //nolint:gosec // two's complement
		for _, c := range b[1:w] {
			n = n<<8 | int64(c)
		}
		return n, w, true
	case kind == 7:
		if len(b) < 8 {
			return nil, 0, false
		}
		return math.Float64frombits(binary.BigEndian.Uint64(b)), 8, true
	case kind == 8, kind == 9:
		return int64(kind - 8), 0, true //nolint:gosec // 0 or 1
	case kind < 12:
		return nil, 0, false
	}
	size := (kind - 12) / 2
	if size > uint64(len(b)) {
		return nil, 0, false
	}
	if kind%2 == 1 {
		return string(b[:size]), int(size), true //nolint:gosec // bounded
	}
	return slices.Clone(b[:size]), int(size), true //nolint:gosec // bounded
}

// payload gathers a record of some length that begins in a cell and may go on in further pages, section 1.6. Most is
// what a page of the tree may hold of one.
// InCell is how many bytes of the cell it takes.
func (f *File) payload(cell []byte, size uint64, most int) (body []byte, inCell int, ok bool) {
	if size > mostRecord {
		return nil, 0, false
	}
	total, u := int(size), f.usable() //nolint:gosec // bounded
	if total <= most {
		if total > len(cell) {
			return nil, 0, false
		}
		return cell[:total], total, true
	}
	least := (u-12)*32/255 - 23
	local := least + (total-least)%(u-4)
	if local > most {
		local = least
	}
	if local < 0 || local+4 > len(cell) {
		return nil, 0, false
	}
	body = slices.Clone(cell[:local])
	next := binary.BigEndian.Uint32(cell[local:])
	for seen := 0; len(body) < total; seen++ {
		page := f.read(next)
		if page == nil || seen >= int(f.count) {
			return nil, local, false
		}
		body = append(body, page[4:min(u, 4+total-len(body))]...)
		next = binary.BigEndian.Uint32(page)
	}
	return body, local, true
}
