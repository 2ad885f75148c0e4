package slip

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"testing"

	"balcao/internal/config"
)

// file draws a PNG of the given size.
func file(t testing.TB, width, height int, at func(x, y int) color.Color) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, at(x, y))
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func disc(x, y int) color.Color {
	if dx, dy := x-100, y-100; dx*dx+dy*dy < 6400 {
		return color.NRGBA{R: 0x03, G: 0x4a, B: 0xd8, A: 0xff}
	}
	return color.NRGBA{} // nothing there: the paper's white
}

func TestAFileBecomesAPictureThatStandsInALayout(t *testing.T) {
	b, err := ReadUpload(file(t, 200, 200, disc))
	if err != nil {
		t.Fatal(err)
	}
	if b.Width != 200 || b.Height != 200 {
		t.Errorf("%d by %d dots", b.Width, b.Height)
	}
	if n := b.black(); n < 19000 || n > 21000 { // 80² · π
		t.Errorf("%d black dots", n)
	}
	again, err := ReadPicture(b.Text())
	if err != nil || !bytes.Equal(again.Rows, b.Rows) || again.Width != b.Width {
		t.Errorf("read back: %v", err)
	}
	wide, err := ReadUpload(file(t, 1600, 400, disc))
	if err != nil || wide.Width != PictureWidth || wide.Height != 96 {
		t.Errorf("a wide file: %d by %d, %v", wide.Width, wide.Height, err)
	}
	shades, err := ReadUpload(file(t, 256, 64, func(x, _ int) color.Color { return color.Gray{Y: uint8(x)} }))
	if n := shades.black(); err != nil || n < 256*64*4/10 || n > 256*64*6/10 {
		t.Errorf("shades: %d black dots, %v", n, err)
	}
}

func TestAFileThatIsNoPictureIsToldApart(t *testing.T) {
	white := func(int, int) color.Color { return color.White }
	whole := file(t, 200, 200, disc)
	for name, row := range map[string]struct {
		file []byte
		want error
	}{
		"nothing":     {nil, ErrNotPNG},
		"a photo":     {[]byte("\xff\xd8\xff\xe0 JFIF"), ErrNotPNG},
		"half of one": {whole[:len(whole)/2], ErrBroken},
		"its head":    {whole[:12], ErrBroken},
		"too heavy":   {make([]byte, MostUpload+1), ErrTooLarge},
		"too wide":    {file(t, MostSide+1, 20, disc), ErrTooWide},
		"a dot":       {file(t, 1, 1, disc), ErrTooSmall},
		"a thread":    {file(t, 2000, 20, disc), ErrTooSmall},
		"white":       {file(t, 64, 64, white), ErrEmpty},
	} {
		if _, err := ReadUpload(row.file); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", name, err, row.want)
		}
	}
}

func TestPicturesOfALayoutAreChecked(t *testing.T) {
	b, err := ReadUpload(file(t, 200, 200, disc))
	if err != nil {
		t.Fatal(err)
	}
	check := func(parts ...Part) error {
		doc := struct{ Layout }{Layout{Parts: append(Standard(), parts...)}}
		var read checked
		return config.Decode("slip.yaml", config.Encode(&doc), &read)
	}
	good := Part{ID: "logo", Kind: KindLogo, Picture: b.Text()}
	if err := check(good); err != nil {
		t.Errorf("a good one: %v", err)
	}
	both, text, bad := good, good, good
	both.Logo, text.Kind, text.Text, bad.Picture = 3, KindText, map[string]string{"pt": "x"}, "iVBORw0KGgo="
	for name, p := range map[string]Part{"a number too": both, "on a text": text, "not one": bad} {
		if check(p) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	var many []Part
	for i := range MostPictures + 1 {
		p := good
		p.ID += string(rune('a' + i))
		many = append(many, p)
	}
	if check(many...) == nil {
		t.Error("five pictures were accepted")
	}
}

type checked struct{ Layout }

func (c *checked) Check(faults *config.Faults) { c.Layout.Check("", faults) }

func FuzzReadUpload(f *testing.F) {
	f.Add(file(f, 40, 40, disc))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := ReadUpload(raw)
		if err != nil {
			return
		}
		if b.Width > PictureWidth || b.Height > PictureHeight || len(b.Rows) != b.Width/8*b.Height {
			t.Fatalf("%d by %d dots in %d bytes", b.Width, b.Height, len(b.Rows))
		}
		if again, err := ReadPicture(b.Text()); err != nil || !bytes.Equal(again.Rows, b.Rows) {
			t.Fatalf("what was made of a file cannot be read back: %v", err)
		}
	})
}

func FuzzReadPicture(f *testing.F) {
	b, err := ReadUpload(file(f, 200, 200, disc))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b.Text())
	f.Add("iVBORw0KGgo=")
	f.Fuzz(func(t *testing.T, text string) {
		if b, err := ReadPicture(text); err == nil && (b.Width > PictureWidth || b.Height > PictureHeight || len(b.Rows) != b.Width/8*b.Height) {
			t.Fatalf("%d by %d dots in %d bytes", b.Width, b.Height, len(b.Rows))
		}
	})
}
