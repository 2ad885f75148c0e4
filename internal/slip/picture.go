package slip

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/color"
	"image/png"
)

// Limits of pictures. What is uploaded is made small enough for the narrowest
// roll; what stands in a layout is small enough for every printer's memory and
// for a message to the kiosks.
const (
	// MostUpload is how many bytes a file may have that becomes a picture.
	MostUpload = 512 << 10
	// MostSide is how many dots wide and high it may be.
	MostSide = 2000
	// PictureWidth is the most dots of a picture on a slip from left to right:
	// 48 mm, which is what a roll of 58 mm has.
	PictureWidth = 384
	// PictureHeight is the most dots from top to bottom: 25 mm.
	PictureHeight = 200
	// MostPictures is how many pictures a layout may have.
	MostPictures = 4

	// mostStored is how many bytes a stored picture has: all its dots and the
	// frame of a PNG.
	mostStored = PictureWidth/8*PictureHeight + 2<<10
	// leastSide is how many dots a picture needs for anything to be seen.
	leastSide = 16
)

// What is wrong with a file that shall become a picture.
var (
	// ErrTooLarge: more bytes than [MostUpload].
	ErrTooLarge = errors.New("the file is too large")
	// ErrNotPNG: another format, or none.
	ErrNotPNG = errors.New("the file is no PNG")
	// ErrBroken: a PNG that cannot be read to its end.
	ErrBroken = errors.New("the file is damaged")
	// ErrTooWide: more dots than [MostSide] on a side.
	ErrTooWide = errors.New("the picture has too many dots")
	// ErrTooSmall: so few dots that nothing is to be seen.
	ErrTooSmall = errors.New("the picture has too few dots")
	// ErrEmpty: all white, or all black, once it has no grey.
	ErrEmpty = errors.New("the picture is all of one colour")
)

// Bits is a picture in black and white.
type Bits struct {
	// Width is in dots, a multiple of 8; Height is in dots.
	Width, Height int
	// Rows are the dots from top to bottom, eight a byte, 1 is black.
	Rows []byte
}

// ReadUpload makes a picture for a slip of a PNG in any colours and of any size
// up to [MostSide]: on white, made smaller until it fits, and in black and
// white. Drawings keep their edges; what has many greys becomes dots.
func ReadUpload(raw []byte) (Bits, error) {
	switch {
	case len(raw) > MostUpload:
		return Bits{}, ErrTooLarge
	case !bytes.HasPrefix(raw, []byte("\x89PNG\r\n\x1a\n")):
		return Bits{}, ErrNotPNG
	}
	header, err := png.DecodeConfig(bytes.NewReader(raw))
	switch {
	case err != nil:
		return Bits{}, ErrBroken
	case header.Width > MostSide || header.Height > MostSide:
		return Bits{}, ErrTooWide
	case header.Width < leastSide || header.Height < leastSide:
		return Bits{}, ErrTooSmall
	}
	full, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return Bits{}, ErrBroken
	}
	grey := shrunk(full)
	b := grey.bits()
	switch black := b.black(); {
	case grey.width < leastSide || grey.height < leastSide:
		return Bits{}, ErrTooSmall
	case black == 0 || black == grey.width*grey.height:
		return Bits{}, ErrEmpty
	}
	return b, nil
}

// grey is a picture in shades, 0 black to 255 white.
type grey struct {
	width, height int
	shades        []uint8
}

// shrunk lays a picture on white and makes it small enough, each dot the mean
// of those it stands for.
func shrunk(from image.Image) grey {
	box := from.Bounds()
	w, h := box.Dx(), box.Dy()
	to := grey{width: w, height: h}
	if to.width > PictureWidth {
		to.width, to.height = PictureWidth, max(1, h*PictureWidth/w)
	}
	if to.height > PictureHeight {
		to.width, to.height = max(1, w*PictureHeight/h), PictureHeight
	}
	to.shades = make([]uint8, to.width*to.height)
	for y := range to.height {
		for x := range to.width {
			x0, x1 := x*w/to.width, max((x+1)*w/to.width, x*w/to.width+1)
			y0, y1 := y*h/to.height, max((y+1)*h/to.height, y*h/to.height+1)
			sum := 0
			for v := y0; v < y1; v++ {
				for u := x0; u < x1; u++ {
					sum += shade(from.At(box.Min.X+u, box.Min.Y+v))
				}
			}
			to.shades[y*to.width+x] = uint8(sum / ((x1 - x0) * (y1 - y0)))
		}
	}
	return to
}

// shade is how bright a colour is on white paper.
func shade(c color.Color) int {
	r, g, b, a := c.RGBA() // multiplied by alpha
	bright := (299*r + 587*g + 114*b) / 1000
	return int((bright + 0xffff - a) >> 8)
}

// edge is the shade that parts dark from bright best (Otsu), and whether nearly
// all dots are close to one of the two: a drawing, not a photograph.
func (g grey) edge() (at int, drawing bool) {
	var count [256]int
	sum := 0
	for _, s := range g.shades {
		count[s]++
		sum += int(s)
	}
	best, low, lows := -1.0, 0, 0
	var dark, bright int
	for s := range 255 {
		low, lows = low+count[s], lows+s*count[s]
		high := len(g.shades) - low
		if low == 0 || high == 0 {
			continue
		}
		d, b := float64(lows)/float64(low), float64(sum-lows)/float64(high)
		if apart := float64(low) * float64(high) * (b - d) * (b - d); apart > best {
			best, dark, bright = apart, int(d), int(b)
		}
	}
	const little = 28
	near := 0
	for s, n := range count {
		if max(s-dark, dark-s) < little || max(s-bright, bright-s) < little {
			near += n
		}
	}
	return (dark + bright) / 2, best > 0 && near*100 > len(g.shades)*85
}

// bits is the picture in black and white: by a threshold where it is a drawing,
// else by spreading what is left over (Floyd and Steinberg).
func (g grey) bits() Bits {
	b := Bits{Width: (g.width + 7) / 8 * 8, Height: g.height}
	b.Rows = make([]byte, b.Width/8*b.Height)
	edge, drawing := g.edge()
	if !drawing {
		edge = 127
	}
	left := make([]int, len(g.shades))
	for i, s := range g.shades {
		left[i] += int(s)
		value := 0
		if left[i] > edge {
			value = 255
		}
		x, y := i%g.width, i/g.width
		if value == 0 {
			b.Rows[y*b.Width/8+x/8] |= 0x80 >> (x % 8)
		}
		if !drawing {
			g.pass(left, x, y, left[i]-value)
		}
	}
	return b
}

// pass gives the error of a dot to those that come after it.
func (g grey) pass(left []int, x, y, err int) {
	for _, n := range [4][3]int{{1, 0, 7}, {-1, 1, 3}, {0, 1, 5}, {1, 1, 1}} {
		u, v := x+n[0], y+n[1]
		if u >= 0 && u < g.width && v < g.height {
			left[v*g.width+u] += err * n[2] / 16
		}
	}
}

func (b Bits) black() (n int) {
	for _, row := range b.Rows {
		for ; row != 0; row &= row - 1 {
			n++
		}
	}
	return n
}

// PNG returns the picture as a file.
func (b Bits) PNG() []byte {
	img := image.NewPaletted(image.Rect(0, 0, b.Width, b.Height), color.Palette{color.White, color.Black})
	for y := range b.Height {
		for x := range b.Width {
			img.Pix[y*img.Stride+x] = b.Rows[y*b.Width/8+x/8] >> (7 - x%8) & 1
		}
	}
	var out bytes.Buffer
	_ = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, img) // into memory
	return out.Bytes()
}

// Text returns the picture as it stands in a layout: a PNG in base64.
func (b Bits) Text() string { return base64.StdEncoding.EncodeToString(b.PNG()) }

// ReadPicture reads what stands in a layout. A picture that is larger than those
// of [ReadUpload] is an error.
func ReadPicture(text string) (Bits, error) {
	if len(text) > base64.StdEncoding.EncodedLen(mostStored) {
		return Bits{}, ErrTooLarge
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return Bits{}, ErrBroken
	}
	header, err := png.DecodeConfig(bytes.NewReader(raw))
	switch {
	case err != nil:
		return Bits{}, ErrNotPNG
	case header.Width > PictureWidth || header.Height > PictureHeight:
		return Bits{}, ErrTooWide
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return Bits{}, ErrBroken
	}
	box := img.Bounds()
	g := grey{width: box.Dx(), height: box.Dy(), shades: make([]uint8, 0, box.Dx()*box.Dy())}
	for y := range g.height {
		for x := range g.width {
			s := uint8(255)
			if shade(img.At(box.Min.X+x, box.Min.Y+y)) < 128 {
				s = 0
			}
			g.shades = append(g.shades, s)
		}
	}
	return g.bits(), nil
}
