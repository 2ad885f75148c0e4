package salvage_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"balcao/internal/salvage"
	"balcao/internal/sqlite"
)

const schema = `
CREATE TABLE fact (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, raw BLOB NOT NULL, share REAL) STRICT;
CREATE TABLE named (b INTEGER NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (name, b)) STRICT, WITHOUT ROWID;
`

// facts are as many rows as make trees of several levels, some longer than a page.
const facts = 900

func body(n int) []byte {
	if n%50 == 0 {
		return bytes.Repeat([]byte{byte(n)}, 9000+n)
	}
	return bytes.Repeat([]byte{byte(n)}, 40+n%500)
}

// database writes a file; it is closed unless open is set, and then everything since the first rows stands in its log.
func database(t *testing.T, open bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err == nil {
		err = db.Migrate(t.Context(), fstest.MapFS{"0001_first.sql": {Data: []byte(schema)}})
	}
	if err != nil {
		t.Fatal(err)
	}
	for from := 0; from < facts; from += 100 {
		err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
			for n := from; n < from+100; n++ {
				if _, err := tx.ExecContext(t.Context(), `INSERT INTO fact VALUES (?, ?, ?, ?)`, n+1, fmt.Sprint("kind ", n), body(n), float64(n)+0.25); err != nil {
					return err
				}
				if _, err := tx.ExecContext(t.Context(), `INSERT INTO named VALUES (?, ?, ?)`, -n, fmt.Sprintf("name %06d", n), body(n)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if open {
		t.Cleanup(func() { _ = db.Close() })
		return path
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func opened(t *testing.T, path string, spoil func([]byte) []byte) *salvage.File {
	t.Helper()
	main, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if spoil != nil {
		main = spoil(main)
	}
	wal, _ := os.ReadFile(path + "-wal")
	return salvage.Open(bytes.NewReader(main), int64(len(main)), bytes.NewReader(wal), int64(len(wal)))
}

// read counts the rows that are as they were written; a row that is anything else is a mistake.
func read(t *testing.T, f *salvage.File) (fact, named int, lost salvage.Loss) {
	t.Helper()
	tables, _ := f.Tables()
	for _, table := range tables {
		l := f.Rows(table.Root, func(r salvage.Row) {
			switch table.Name {
			case "fact":
				n := int(r.ID) - 1
				if len(r.Values) == 4 && r.Values[0] == nil && r.Values[1] == fmt.Sprint("kind ", n) && bytes.Equal(r.Values[2].([]byte), body(n)) && r.Values[3] == float64(n)+0.25 {
					fact++
				}
			case "named":
				n := -int(r.Values[1].(int64))
				if r.Values[0] == fmt.Sprintf("name %06d", n) && bytes.Equal(r.Values[2].([]byte), body(n)) {
					named++
				}
			}
		})
		lost.Pages, lost.Rows = lost.Pages+l.Pages, lost.Rows+l.Rows
	}
	return fact, named, lost
}

func TestEveryRowOfASoundFileIsRead(t *testing.T) {
	for name, open := range map[string]bool{"closed": false, "with its log beside it": true} {
		t.Run(name, func(t *testing.T) {
			f := opened(t, database(t, open), nil)
			if fact, named, lost := read(t, f); fact != facts || named != facts || lost.Some() {
				t.Errorf("%d and %d rows of %d, lost %+v", fact, named, facts, lost)
			}
			if f.Version() != 1 || !f.Headed() {
				t.Errorf("version %d, headed %t", f.Version(), f.Headed())
			}
		})
	}
}

// TestWhatLiesBesideADamagedPageIsRead: SQLite stops at such a page; here only what stood on it is gone.
func TestWhatLiesBesideADamagedPageIsRead(t *testing.T) {
	path := database(t, false)
	for name, row := range map[string]struct {
		spoil func([]byte) []byte
		least int // rows of each table
	}{
		"zeroed pages": {func(b []byte) []byte {
			for _, page := range []int{60, 61, 90, 150, 151} {
				clear(b[page*4096 : (page+1)*4096])
			}
			return b
		}, facts / 2},
		"a file cut short": {func(b []byte) []byte { return b[:len(b)*9/10] }, facts / 2},
		"flipped bits": {func(b []byte) []byte {
			for at := 50*4096 + 2500; at < len(b); at += 10 * 4096 {
				b[at] ^= 0x10
			}
			return b
		}, facts / 2},
	} {
		t.Run(name, func(t *testing.T) {
			fact, named, lost := read(t, opened(t, path, row.spoil))
			if fact < row.least || named < row.least || fact+named == 2*facts {
				t.Errorf("%d and %d rows of %d, lost %+v", fact, named, facts, lost)
			}
			if name != "flipped bits" && !lost.Some() {
				t.Error("nothing is said to be lost")
			}
		})
	}
}

// TestRowsAreFoundWithoutTheHeadOfTheFile: with the first page gone nobody knows which page belongs to which table.
func TestRowsAreFoundWithoutTheHeadOfTheFile(t *testing.T) {
	f := opened(t, database(t, false), func(b []byte) []byte { clear(b[:4096]); return b })
	if tables, _ := f.Tables(); f.Headed() || len(tables) > 0 {
		t.Fatalf("headed %t, %d tables", f.Headed(), len(tables))
	}
	found := map[int64]bool{}
	f.Scan(func(r salvage.Row) {
		if len(r.Values) == 4 && strings.HasPrefix(fmt.Sprint(r.Values[1]), "kind ") && bytes.Equal(r.Values[2].([]byte), body(int(r.ID)-1)) {
			found[r.ID] = true
		}
	})
	if len(found) != facts {
		t.Errorf("%d rows of %d", len(found), facts)
	}
}

// TestAnUncommittedEndOfTheLogIsNotBelieved cuts the write-ahead log in its last commit.
func TestAnUncommittedEndOfTheLogIsNotBelieved(t *testing.T) {
	path := database(t, true)
	main, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wal, err := os.ReadFile(path + "-wal")
	if err != nil || len(wal) == 0 {
		t.Fatal(len(wal), err)
	}
	cut := int64(len(wal) - 5)
	f := salvage.Open(bytes.NewReader(main), int64(len(main)), bytes.NewReader(wal[:cut]), cut)
	if fact, named, lost := read(t, f); fact != facts-100 || named != facts-100 || lost.Some() {
		t.Errorf("%d and %d rows, want %d: the last commit is not whole; lost %+v", fact, named, facts-100, lost)
	}
}

// FuzzOpen: whatever a disk holds, reading it ends, and nothing is written.
func FuzzOpen(f *testing.F) {
	f.Add([]byte("SQLite format 3\x00"), []byte{})
	f.Add(bytes.Repeat([]byte{13, 0, 0, 0, 1, 0, 8, 5, 2}, 2000), []byte{0x37, 0x7f, 0x06, 0x82})
	head := append([]byte("SQLite format 3\x00\x02\x00\x01\x01\x00\x40\x20\x20"), make([]byte, 76)...)
	page := append(head, 13, 0, 0, 0, 1, 1, 200, 0)
	f.Add(append(page, make([]byte, 2048)...), make([]byte, 64))
	f.Fuzz(func(_ *testing.T, main, wal []byte) {
		file := salvage.Open(bytes.NewReader(main), int64(len(main)), bytes.NewReader(wal), int64(len(wal)))
		tables, _ := file.Tables()
		for _, table := range tables {
			file.Rows(table.Root, func(salvage.Row) {})
		}
		file.Scan(func(salvage.Row) {})
	})
}
