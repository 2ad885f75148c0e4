// Package atlas is the map of Portugal that headquarters draws: the mainland, the insets of Açores and Madeira, the two
// areas that are too dense for it (Grande Porto and Grande Lisboa) enlarged beside it, and a shelf for consular posts.
//
// It says where in the picture a place lies and gives the coast as paths of SVG. The outline is Natural Earth's, which
// is in the public domain; portugal.txt names how it was made.
package atlas

import (
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"strings"
)

//go:embed portugal.txt
var outline string

// Size of the picture, in its own units; one is a pixel where it is not scaled.
const (
	Width  = 440
	Height = 620
)

// Position is a place on the earth, in degrees; south and west are negative.
type Position struct {
	Lat float64 `yaml:"lat"`
	Lon float64 `yaml:"lon"`
}

// Valid reports whether a position is on the earth. That of no place at all, 0 and 0, is not.
func (p Position) Valid() bool {
	return math.Abs(p.Lat) <= 90 && math.Abs(p.Lon) <= 180 && (p.Lat != 0 || p.Lon != 0)
}

// Point is a place in the picture.
type Point struct{ X, Y float64 }

// Box is a rectangle of the picture.
type Box struct{ X, Y, W, H float64 }

// Sheet is one part of the picture with a scale of its own.
type Sheet struct {
	ID    string
	Title string // empty for the mainland, which has no frame
	Box   Box
	// On is where an enlarged area lies on the mainland; the zero Box for other sheets.
	On Box
	// Path is the coast.
	Path string

	west, north, scale, squeeze float64
}

// The ids of the sheets.
const (
	Mainland   = "continente"
	Porto      = "porto"
	Lisboa     = "lisboa"
	Azores     = "acores"
	Madeira    = "madeira"
	Consulates = "consulados"
)

// Map is the picture without its marks.
type Map struct {
	sheets []Sheet
	rings  [][]Position
}

// Portugal draws the map. It never changes; whoever needs it keeps it.
func Portugal() *Map {
	m := &Map{rings: parse(outline)}
	main := sheet(Mainland, "", Box{142, 6, 296, 608}, -9.56, 42.19, 115, 39.6)
	porto := sheet(Porto, "Grande Porto", Box{1, 20, 134, 104}, -8.84, 41.36, 287, 41.2)
	lisboa := sheet(Lisboa, "Grande Lisboa", Box{1, 266, 134, 104}, -9.50, 38.95, 260, 38.7)
	porto.On, lisboa.On = main.on(porto), main.on(lisboa)
	m.sheets = []Sheet{
		main, porto,
		sheet(Azores, "Açores", Box{1, 150, 134, 90}, -31.6, 39.95, 24.5, 38.4),
		lisboa,
		sheet(Madeira, "Madeira", Box{1, 396, 134, 78}, -17.4, 33.15, 130, 32.8),
		{ID: Consulates, Title: "Postos consulares", Box: Box{1, 500, 134, 60}},
	}
	for i := range m.sheets {
		m.sheets[i].Path = m.path(m.sheets[i])
	}
	return m
}

// sheet is one whose north-western corner and scale (units a degree of latitude) are given; a degree of longitude is
// as wide as it is at the latitude of middle.
func sheet(id, title string, box Box, west, north, scale, middle float64) Sheet {
	return Sheet{ID: id, Title: title, Box: box, west: west, north: north, scale: scale, squeeze: math.Cos(middle * math.Pi / 180)}
}

func (s Sheet) project(p Position) Point {
	return Point{s.Box.X + (p.Lon-s.west)*s.squeeze*s.scale, s.Box.Y + (s.north-p.Lat)*s.scale}
}

func (s Sheet) on(part Sheet) Box {
	a := s.project(Position{part.north, part.west})
	b := s.project(Position{part.north - part.Box.H/part.scale, part.west + part.Box.W/part.scale/part.squeeze})
	return Box{round(a.X), round(a.Y), round(b.X - a.X), round(b.Y - a.Y)}
}

func (b Box) holds(p Point) bool {
	const edge = 2.5 // half a mark
	return p.X >= b.X+edge && p.X <= b.X+b.W-edge && p.Y >= b.Y+edge && p.Y <= b.Y+b.H-edge
}

func round(x float64) float64 { return math.Round(x*10) / 10 }

// Sheets returns the parts of the picture in reading order.
func (m *Map) Sheets() []Sheet { return m.sheets }

// Place returns where a place lies in the picture and on which sheet: an enlarged area before the mainland. It is not
// ok for a place that is on none.
func (m *Map) Place(p Position) (at Point, on string, ok bool) {
	if !p.Valid() {
		return Point{}, "", false
	}
	for _, id := range []string{Porto, Lisboa, Mainland, Azores, Madeira} {
		for _, s := range m.sheets {
			if s.ID != id {
				continue
			}
			if at := s.project(p); s.Box.holds(at) {
				return Point{round(at.X), round(at.Y)}, id, true
			}
		}
	}
	return Point{}, "", false
}

// Shelf returns the place of the nth consular post, from 0; they stand side by side, for the world would not fit. It is
// not ok where the shelf is full.
func (m *Map) Shelf(n int) (at Point, ok bool) {
	const step, perRow, rows = 9.0, 14, 6
	box := m.sheets[len(m.sheets)-1].Box
	return Point{round(box.X + 8 + step*float64(n%perRow)), round(box.Y + 8 + step*float64(n/perRow))}, n >= 0 && n < perRow*rows
}

// path draws the coast of a sheet. Rings that do not touch it are left out, and of long ones the stretches far outside.
func (m *Map) path(s Sheet) string {
	if s.scale == 0 {
		return ""
	}
	var b strings.Builder
	for _, ring := range m.rings {
		points := make([]Point, 0, len(ring))
		touches := false
		for _, p := range ring {
			at := s.project(p)
			touches = touches || s.Box.holds(at)
			points = append(points, s.clamp(at))
		}
		if !touches {
			continue
		}
		for i, p := range points {
			switch {
			case i == 0:
				fmt.Fprintf(&b, "M%s %s", short(p.X), short(p.Y))
			case i+1 < len(points) && p == points[i-1] && p == points[i+1]:
			default:
				fmt.Fprintf(&b, "L%s %s", short(p.X), short(p.Y))
			}
		}
		b.WriteByte('Z')
	}
	return b.String()
}

// clamp keeps a point from lying far outside a sheet, where it only makes the path longer.
func (s Sheet) clamp(p Point) Point {
	const margin = 40
	return Point{
		round(min(max(p.X, s.Box.X-margin), s.Box.X+s.Box.W+margin)), round(min(max(p.Y, s.Box.Y-margin), s.Box.Y+s.Box.H+margin)),
	}
}

func short(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// parse reads the outline, which comes with the program: a number that cannot be read ends its ring.
func parse(text string) [][]Position {
	var rings [][]Position
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var ring []Position
		for pair := range strings.FieldsSeq(line) {
			lon, lat, _ := strings.Cut(pair, ",")
			x, err := strconv.ParseFloat(lon, 64)
			if err != nil {
				break
			}
			y, err := strconv.ParseFloat(lat, 64)
			if err != nil {
				break
			}
			ring = append(ring, Position{Lat: y, Lon: x})
		}
		if len(ring) > 2 {
			rings = append(rings, ring)
		}
	}
	return rings
}

// OnLand reports whether a position lies inside the outline.
func (m *Map) OnLand(p Position) bool {
	inside := false
	for _, ring := range m.rings {
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lon < (b.Lon-a.Lon)*(p.Lat-a.Lat)/(b.Lat-a.Lat)+a.Lon {
				inside = !inside
			}
		}
	}
	return inside
}
