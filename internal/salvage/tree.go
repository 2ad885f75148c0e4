package salvage

import "encoding/binary"

// Kinds of pages of a tree, section 1.6.
const (
	indexBranch = 2
	tableBranch = 5
	indexLeaf   = 10
	tableLeaf   = 13
)

// Table is a table as the file's own schema describes it.
type Table struct {
	Name string
	Root uint32
	SQL  string
}

// Loss counts what could not be read of a table.
type Loss struct {
	Pages int // whole pages, of which nobody knows how many rows they held
	Rows  int // rows of pages that can be read
}

// Some reports whether anything was lost.
func (l Loss) Some() bool { return l != Loss{} }

// Tables returns the tables of the file, in the order in which they were made; none where its head cannot be read.
func (f *File) Tables() (all []Table, lost Loss) {
	if !f.header {
		return nil, Loss{Pages: 1}
	}
	lost = f.Rows(1, func(r Row) {
		if len(r.Values) < 5 || r.Values[0] != "table" {
			return
		}
		name, named := r.Values[1].(string)
		root, rooted := r.Values[3].(int64)
		sql, _ := r.Values[4].(string)
		if named && rooted && root > 0 && root <= int64(f.count) {
			all = append(all, Table{Name: name, Root: uint32(root), SQL: sql}) //nolint:gosec // bounded
		}
	})
	return all, lost
}

// Rows visits every row that can be read of the table whose tree begins at a page.
func (f *File) Rows(root uint32, visit func(Row)) Loss {
	w := walk{file: f, visit: visit, seen: map[uint32]bool{}}
	w.page(root, 0)
	return w.lost
}

// Scan visits every row of every page that looks like a leaf of a table with row ids, whichever table it belongs to or
// belonged to: rows that were deleted may be among them. It is for rows that prove themselves.
func (f *File) Scan(visit func(Row)) {
	for n := uint32(1); n <= f.count; n++ {
		body := f.read(n)
		if body == nil || body[0] != tableLeaf {
			continue
		}
		w := walk{file: f, visit: visit}
		w.leaf(body, 0)
	}
	// What a page said before the write-ahead log changed it may be worth more than what it says now.
	for n := range f.frames {
		body := make([]byte, f.page)
		if got, _ := f.main.ReadAt(body, int64(n-1)*int64(f.page)); got == len(body) && body[0] == tableLeaf {
			w := walk{file: f, visit: visit}
			w.leaf(body, 0)
		}
	}
}

// deepest is how many levels a tree is believed to have.
const deepest = 24

type walk struct {
	file  *File
	visit func(Row)
	seen  map[uint32]bool
	lost  Loss
}

func (w *walk) page(number uint32, depth int) {
	body := w.file.read(number)
	if body == nil || depth > deepest || w.seen[number] {
		w.lost.Pages++
		return
	}
	w.seen[number] = true
	at := 0
	if number == 1 {
		at = fileHeader
	}
	switch body[at] {
	case tableLeaf, indexLeaf:
		w.leaf(body, at)
	case tableBranch, indexBranch:
		w.branch(body, at, depth)
	default:
		w.lost.Pages++
	}
}

// cells returns where the cells of a page begin; false where that cannot be.
func (w *walk) cells(body []byte, at, header int) ([]int, bool) {
	n := int(binary.BigEndian.Uint16(body[at+3:]))
	u := w.file.usable()
	if at+header+2*n > u {
		return nil, false
	}
	all := make([]int, 0, n)
	for i := range n {
		p := int(binary.BigEndian.Uint16(body[at+header+2*i:]))
		if p < at+header+2*n || p >= u {
			w.lost.Rows++
			continue
		}
		all = append(all, p)
	}
	return all, true
}

func (w *walk) leaf(body []byte, at int) {
	cells, ok := w.cells(body, at, 8)
	if !ok {
		w.lost.Pages++
		return
	}
	room := w.file.usable()
	for _, p := range cells {
		if room -= w.row(body[p:w.file.usable()], body[at] == tableLeaf); room < 0 {
			w.lost.Rows++ // cells that overlap: the page is none
			return
		}
	}
}

func (w *walk) branch(body []byte, at, depth int) {
	cells, ok := w.cells(body, at, 12)
	if !ok {
		w.lost.Pages++
		return
	}
	u := w.file.usable()
	room := u
	for _, p := range cells {
		if p+4 > u || room < 0 {
			w.lost.Pages++
			continue
		}
		w.page(binary.BigEndian.Uint32(body[p:]), depth+1)
		if body[at] == indexBranch { // it holds a row of its own
			room -= w.row(body[p+4:u], false)
		}
	}
	w.page(binary.BigEndian.Uint32(body[at+8:]), depth+1)
}

// row reads one row from where its cell begins, and returns how many bytes of the page it takes.
func (w *walk) row(cell []byte, table bool) int {
	u := w.file.usable()
	size, n := varint(cell)
	most := (u-12)*64/255 - 23
	var r Row
	if table && n > 0 {
		id, m := varint(cell[n:])
		if m == 0 {
			n = 0
		}
		r.ID, n, most = int64(id), n+m, u-35 //nolint:gosec // two's complement
		if m == 0 {
			n = 0
		}
	}
	if n == 0 {
		w.lost.Rows++
		return 1
	}
	raw, inCell, ok := w.file.payload(cell[n:], size, most)
	if ok {
		r.Values, ok = record(raw)
	}
	if !ok {
		w.lost.Rows++
		return n + inCell
	}
	w.visit(r)
	return n + inCell
}
