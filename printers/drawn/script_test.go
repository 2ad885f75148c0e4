package drawn_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"balcao/printers"
	"balcao/printers/drawn"
)

var update = flag.Bool("update", false, "rewrite the golden pictures")

func letters(t testing.TB) *drawn.Letters {
	t.Helper()
	l, err := drawn.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var media = printers.Media{Dots: 576, CellWidth: 12, CellHeight: 24, QRModule: 7}

func strong(text string) printers.Line {
	return printers.Line{Spans: []printers.Span{{Text: text, Width: 2, Height: 2, Bold: true}}}
}

func picture(p printers.Picture) []byte {
	img := image.NewPaletted(image.Rect(0, 0, 8*p.Columns, p.Rows), color.Palette{color.White, color.Black})
	for y := range p.Rows {
		for x := range 8 * p.Columns {
			img.Pix[y*img.Stride+x] = p.Bits[y*p.Columns+x/8] >> (7 - x%8) & 1
		}
	}
	var out bytes.Buffer
	_ = png.Encode(&out, img) // into memory
	return out.Bytes()
}

func TestNamesInOtherScriptsLookAsTheyDid(t *testing.T) {
	bar := printers.Line{Inverse: true, Spans: []printers.Span{{Text: "  الطابق 0 · شباك 1  ", Width: 2, Height: 2, Bold: true}}}
	pair := printers.Line{Spans: []printers.Span{
		{Text: "Espera / प्रतीक्षा", Width: 1, Height: 2}, {Text: "20 a 35 min", Width: 2, Height: 2, Bold: true, Blank: 8},
	}}
	centred := strong("জাতীয় পরিচয়পত্র")
	centred.Centred = true
	long := printers.Line{Spans: []printers.Span{{Text: "Pedido / طلب بطاقة المواطن وتجديدها وتغيير العنوان", Width: 1, Height: 2}}}
	for name, line := range map[string]printers.Line{
		"arabic":            strong("بطاقة المواطن"),
		"arabic-with-latin": strong("Cartão / بطاقة 2026 المواطن"),
		"arabic-bar":        bar,
		"arabic-long":       long,
		"devanagari":        strong("नागरिक कार्ड · पंजीकरण"),
		"devanagari-pair":   pair,
		"bengali-centred":   centred,
		"cyrillic":          strong("Посвідчення особи"),
	} {
		t.Run(name, func(t *testing.T) {
			p, lacking := letters(t).Paint(line, media)
			if len(lacking) > 0 {
				t.Errorf("lacking %q", string(lacking))
			}
			golden(t, name, p)
		})
	}
}

// golden compares a picture with the one of its name.
func golden(t *testing.T, name string, p printers.Picture) {
	t.Helper()
	path := filepath.Join("testdata", name+".png")
	got := picture(p)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the picture has changed; if that is meant, run with -update and look at it")
	}
}

// ink is how many columns of dots hold any, from the first to the last.
func ink(p printers.Picture) (first, last, columns int) {
	first = -1
	for x := range 8 * p.Columns {
		for y := range p.Rows {
			if p.Bits[y*p.Columns+x/8]&(0x80>>(x%8)) != 0 {
				if first < 0 {
					first = x
				}
				last = x
				columns++
				break
			}
		}
	}
	return first, last, columns
}

// TestLettersAreJoinedAsTheirScriptIsWritten: what is joined is one piece of ink, and another one than its letters.
func TestLettersAreJoinedAsTheirScriptIsWritten(t *testing.T) {
	l := letters(t)
	for name, row := range map[string]struct{ word, letters string }{
		"arabic":     {"بيت", "ب ي ت"},
		"devanagari": {"नमन", "न म न"},
		"bengali":    {"কলম", "ক ল ম"},
	} {
		joined, _ := l.Paint(strong(row.word), media)
		apart, _ := l.Paint(strong(row.letters), media)
		first, last, columns := ink(joined)
		if columns != last-first+1 {
			t.Errorf("%s: white stands between joined letters", name)
		}
		if first, last, columns := ink(apart); columns == last-first+1 {
			t.Errorf("%s: single letters are joined", name)
		}
	}
	// क्ष is one sign of three letters; the sign of i stands before the letter that it is spoken after.
	whole, _ := l.Paint(strong("क्ष"), media)
	first, last, _ := ink(whole)
	if apart, _ := l.Paint(strong("क ष"), media); true {
		if f, e, _ := ink(apart); last-first >= e-f {
			t.Error("a sign of three letters is as wide as its letters")
		}
	}
}

func TestWhatBeginsFromTheRightStandsAtTheRight(t *testing.T) {
	p, _ := letters(t).Paint(strong("بيت"), media)
	if first, last, _ := ink(p); first < 288 || last < 540 {
		t.Errorf("the word stands from %d to %d of 576 dots", first, last)
	}
	p, _ = letters(t).Paint(strong("A بيت"), media)
	if first, _, _ := ink(p); first > 60 {
		t.Errorf("a line that begins in Portuguese begins at %d", first)
	}
}

func TestChineseWithoutAFontIsToldAndNotDrawn(t *testing.T) {
	_, lacking := letters(t).Paint(strong("公民卡 بيت"), media)
	if string(lacking) != "公民卡" {
		t.Errorf("lacking = %q", string(lacking))
	}
	if drawn.CheckFont([]byte("no font")) == nil || drawn.CheckFont([]byte("ttcf\x00\x01\x00\x00\xff\xff\xff\xff")) == nil {
		t.Error("what is no font was accepted")
	}
}

func FuzzPaint(f *testing.F) {
	for _, s := range []string{"بطاقة المواطن", "क्षत्रिय ि", "কলম ্", "\u0650\u0651", "ab بي 12", "漢"} {
		f.Add(s, 2, true)
	}
	l := letters(f)
	f.Fuzz(func(t *testing.T, text string, height int, centred bool) {
		if len(text) > 200 || height < 1 || height > 8 {
			return
		}
		line := printers.Line{Centred: centred, Spans: []printers.Span{{Text: text, Width: 1, Height: height}}}
		p, _ := l.Paint(line, media)
		if len(p.Bits) != p.Columns*p.Rows || p.Rows != height*24 || 8*p.Columns > 576 {
			t.Fatalf("%d bytes of %d by %d", len(p.Bits), p.Columns, p.Rows)
		}
	})
}
