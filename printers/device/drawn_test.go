package device_test

import (
	"image"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	profiles "balcao/firmware-profiles"
	"balcao/printers/device"
	"balcao/printers/printertest"
)

// reader reads letters from the picture of a paper: each cell is held to every letter of an alphabet, as the virtual
// printer prints them itself where it has a page with them.
type reader struct {
	letters []rune
	cells   []*image.Paletted // one of each letter, of the size wanted
}

const sheetPage = 99 // of the virtual printer that prints the alphabet

func newReader(t *testing.T, table *charmap.Charmap, alphabet string, width, height int) reader {
	t.Helper()
	r := reader{letters: []rune(alphabet)}
	for _, letter := range r.letters {
		b, ok := table.EncodeRune(letter)
		if !ok {
			t.Fatalf("the sheet has no %q", letter)
		}
		stream := []byte{0x1b, 't', sheetPage, 0x1b, 'E', 1, 0x1d, '!', byte((width-1)<<4 | (height - 1)), b, '\n', 0x1d, 'V', 0}
		papers := printertest.ReadWith(printertest.Config{Dots: 576, Pages: map[byte]*charmap.Charmap{sheetPage: table}}, stream)
		picture, err := papers[0].Image()
		if err != nil {
			t.Fatal(err)
		}
		r.cells = append(r.cells, cut(picture, 0, 0, 12*width, 24*height))
	}
	return r
}

// margin is the white that the picture of a paper has around it.
const margin = 32

func cut(from *image.Paletted, x, y, width, height int) *image.Paletted {
	to := image.NewPaletted(image.Rect(0, 0, width, height), from.Palette)
	for row := range height {
		for column := range width {
			to.SetColorIndex(column, row, from.ColorIndexAt(margin+x+column, margin+y+row))
		}
	}
	return to
}

// read returns the letter that looks most like a cell; an empty one is a blank.
func (r reader) read(cell *image.Paletted) rune {
	best, least := ' ', inkOf(cell)
	for i, letter := range r.cells {
		differ := 0
		for at, ink := range cell.Pix {
			if ink != letter.Pix[at] {
				differ++
			}
		}
		if differ < least {
			best, least = r.letters[i], differ
		}
	}
	return best
}

func inkOf(cell *image.Paletted) (n int) {
	for _, ink := range cell.Pix {
		n += int(ink)
	}
	return n
}

func TestNamesThatNoPageHasAreDrawnAndCanBeRead(t *testing.T) {
	for _, one := range []struct {
		name, alphabet string
		table          *charmap.Charmap
	}{
		{"Картка громадянина", "АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯабвгґдеєжзиіїйклмнопрстуфхцчшщьюя", charmap.Windows1251},
		{"Їжак і ґанок Єви", "АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯабвгґдеєжзиіїйклмнопрстуфхцчшщьюя", charmap.Windows1251},
		{"Κάρτα Πολίτη", "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρστυφχψωάέήίόύώς", charmap.ISO8859_7},
		{"Zażółć gęślą jaźń", "abcdefghijklmnopqrstuvwxyząćęłńóśźżABCDEFGHIJKLMNOPQRSTUVWXYZ", charmap.ISO8859_2},
	} {
		for _, id := range matrixProfiles {
			p, err := profiles.Load(id)
			if err != nil {
				t.Fatal(err)
			}
			d, err := device.Dialect(p)
			if err != nil {
				t.Fatal(err)
			}
			s := slip("A023")
			s.Service = one.name
			job, err := d.Encode(s, 1)
			if err != nil {
				t.Fatal(err)
			}
			if len(job.Unprintable) > 0 {
				t.Errorf("%s has no picture of %q", id, string(job.Unprintable))
			}
			papers := printertest.ReadAs(languages[p.Dialect], 576, job.Bytes)
			if len(papers) != 1 || papers[0].Biggest() != "A023" {
				t.Fatalf("%s: %d papers", id, len(papers))
			}
			picture, err := papers[0].Image()
			if err != nil {
				t.Fatal(err)
			}
			r, got := newReader(t, one.table, one.alphabet, 2, 2), ""
			for _, item := range papers[0].Items {
				if item.Raster == nil || got != "" {
					continue
				}
				for x := 0; x+24 <= item.Width; x += 24 {
					got += string(r.read(cut(picture, item.X+x, item.Y, 24, 48)))
				}
			}
			if got = strings.TrimSpace(got); got != one.name {
				t.Errorf("%s: the drawn line reads %q, want %q", id, got, one.name)
			}
		}
	}
}

func TestNamesInJoinedScriptsComeOutOfEveryPrinter(t *testing.T) {
	for _, id := range matrixProfiles {
		p, err := profiles.Load(id)
		if err != nil {
			t.Fatal(err)
		}
		d, err := device.Dialect(p)
		if err != nil {
			t.Fatal(err)
		}
		s := slip("A023")
		s.Service, s.Body, s.Place = "Cartão / بطاقة المواطن", "पंजीकरण · জাতীয়", "الطابق 0"
		job, err := d.Encode(s, 1)
		if err != nil {
			t.Fatal(err)
		}
		papers := printertest.ReadAs(languages[p.Dialect], 576, job.Bytes)
		if len(papers) != 1 || papers[0].Biggest() != "A023" || len(job.Unprintable) > 0 || papers[0].Says("?") {
			t.Fatalf("%s: %d papers, lacking %q:\n%s", id, len(papers), string(job.Unprintable), papers[0].Text())
		}
		rows := 0
		for _, item := range papers[0].Items {
			if item.Raster != nil {
				rows += item.Height
			}
		}
		if rows < 3*48 {
			t.Errorf("%s: %d rows of dots", id, rows)
		}
	}
}

func TestWhatCannotBeDrawnIsReportedAndTheRestIsRead(t *testing.T) {
	p, err := profiles.Load("virtual/escpos-80")
	if err != nil {
		t.Fatal(err)
	}
	d, err := device.Dialect(p)
	if err != nil {
		t.Fatal(err)
	}
	s := slip("A023")
	s.Service, s.Body = "بطاقة 身分證", "Картка"
	job, err := d.Encode(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(job.Unprintable) == 0 {
		t.Error("nobody is told of the letters that are lacking")
	}
	papers := printertest.Read(576, job.Bytes)
	pictures := 0
	for _, item := range papers[0].Items {
		if item.Raster != nil {
			pictures++
		}
	}
	if pictures != 1 || papers[0].Biggest() != "A023" || !papers[0].Says("?") {
		t.Errorf("pictures = %d, the paper says:\n%s", pictures, papers[0].Text())
	}
}
