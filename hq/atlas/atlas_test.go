package atlas

import (
	"fmt"
	"strings"
	"testing"
)

func TestTownsLieWhereTheyAre(t *testing.T) {
	m := Portugal()
	for _, c := range []struct {
		town string
		at   Position
		on   string
	}{
		{"Bragança", Position{41.80, -6.76}, Mainland},
		{"Faro", Position{37.03, -7.93}, Mainland},
		{"Porto", Position{41.15, -8.61}, Porto},
		{"Lisboa", Position{38.73, -9.14}, Lisboa},
		{"Ponta Delgada", Position{37.76, -25.66}, Azores},
		{"Lajes das Flores", Position{39.39, -31.18}, Azores},
		{"Funchal", Position{32.67, -16.93}, Madeira},
		{"Porto Santo", Position{33.07, -16.34}, Madeira},
	} {
		at, on, ok := m.Place(c.at)
		if !ok || on != c.on {
			t.Errorf("%s is on %q (%v), want %s", c.town, on, ok, c.on)
		}
		if at.X < 0 || at.X > Width || at.Y < 0 || at.Y > Height {
			t.Errorf("%s lies outside the picture: %v", c.town, at)
		}
	}
	north, _, _ := m.Place(Position{41.80, -6.76})
	south, _, _ := m.Place(Position{37.14, -8.02})
	if north.Y >= south.Y || north.X <= south.X {
		t.Errorf("Bragança at %v and Loulé at %v: north is not up or east not right", north, south)
	}
}

func TestPlacesOutsideHaveNoMark(t *testing.T) {
	for _, p := range []Position{{48.86, 2.35}, {0, 0}, {200, 0}, {-38.7, 9.1}, {35, -20}} {
		if _, on, ok := Portugal().Place(p); ok {
			t.Errorf("%v is on %s", p, on)
		}
	}
}

func TestLandIsLandAndSeaIsSea(t *testing.T) {
	m := Portugal()
	for _, p := range []Position{{39.5, -8.0}, {41.5, -7.5}, {37.8, -25.4}, {32.74, -17.0}} {
		if !m.OnLand(p) {
			t.Errorf("%v is at sea", p)
		}
	}
	for _, p := range []Position{{39.5, -10}, {36.5, -8}, {40, -6}, {35, -20}} {
		if m.OnLand(p) {
			t.Errorf("%v is on land", p)
		}
	}
}

func TestInventedPlacesAreOnLandAndAlwaysTheSame(t *testing.T) {
	m := Portugal()
	seen, perDistrict := map[Point]int{}, map[string]int{}
	for i := range 431 {
		name := fmt.Sprintf("S%03d", i+1)
		p, district := m.Invent(name)
		again, _ := m.Invent(name)
		if p != again {
			t.Fatalf("%s is at %v and at %v", name, p, again)
		}
		at, _, ok := m.Place(p)
		if !ok || !m.OnLand(p) {
			t.Errorf("%s of %s at %v is not on the map's land", name, district, p)
		}
		seen[at]++
		perDistrict[district]++
	}
	if len(perDistrict) != len(districts) || len(seen) < 400 {
		t.Errorf("%d districts and %d different places, want %d and nearly 431", len(perDistrict), len(seen), len(districts))
	}
}

func TestEverySheetHasItsCoast(t *testing.T) {
	size := 0
	for _, s := range Portugal().Sheets() {
		if (s.Path == "") != (s.ID == Consulates) {
			t.Errorf("sheet %s has a path of %d bytes", s.ID, len(s.Path))
		}
		size += len(s.Path)
		if s.Box.X < 0 || s.Box.X+s.Box.W > Width || s.Box.Y+s.Box.H > Height {
			t.Errorf("sheet %s at %v leaves the picture", s.ID, s.Box)
		}
		if strings.ContainsAny(s.Path, "NIe") {
			t.Errorf("sheet %s has a number that is none", s.ID)
		}
	}
	if size > 24<<10 {
		t.Errorf("the coasts take %d bytes of every page", size)
	}
}

func TestConsularPostsStandOnTheirShelf(t *testing.T) {
	m := Portugal()
	box := m.Sheets()[len(m.Sheets())-1].Box
	n := 0
	for ; ; n++ {
		at, ok := m.Shelf(n)
		if !ok {
			break
		}
		if !box.holds(at) {
			t.Fatalf("post %d at %v is outside %v", n, at, box)
		}
	}
	if n < 80 {
		t.Errorf("the shelf holds %d posts", n)
	}
	if _, ok := m.Shelf(-1); ok {
		t.Error("a post before the first has a place")
	}
}
