// Command refresh makes hq/atlas/portugal.txt again from Natural Earth's outline, as the npm package world-atlas 2.0.2
// carries it (file countries-10m.json, country 620). Natural Earth is in the public domain.
//
//	npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
//	go run ./hq/atlas/refresh package/countries-10m.json > hq/atlas/portugal.txt
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
)

// tolerance is how far, in degrees, the simplified coast may lie from the given one: about 300 m.
const tolerance = 0.003

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: refresh countries-10m.json > portugal.txt")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// topology is what is needed of a TopoJSON file: arcs of whole numbers, each point told as the step from the last one.
type topology struct {
	Transform struct {
		Scale     [2]float64 `json:"scale"`
		Translate [2]float64 `json:"translate"`
	} `json:"transform"`
	Objects struct {
		Countries struct {
			Geometries []struct {
				ID   string    `json:"id"`
				Type string    `json:"type"`
				Arcs [][][]int `json:"arcs"`
			} `json:"geometries"`
		} `json:"countries"`
	} `json:"objects"`
	Arcs [][][2]int `json:"arcs"`
}

type point struct{ lon, lat float64 }

func run(file string, out io.Writer) error {
	raw, err := os.ReadFile(file) //nolint:gosec // whoever runs this names the file
	if err != nil {
		return err
	}
	var t topology
	// Other countries are told by one polygon and do not fit the type; the one that is wanted is told by several.
	if err := json.Unmarshal(raw, &t); err != nil && len(t.Arcs) == 0 {
		return fmt.Errorf("read %s: %w", file, err)
	}
	w := bufio.NewWriter(out)
	fmt.Fprintln(w, "# Outline of Portugal, a ring a line, longitude,latitude in degrees. Natural Earth 1:10m (public domain), by way")
	fmt.Fprintln(w, "# of world-atlas 2.0.2 (countries-10m, country 620), simplified. Made by hq/atlas/refresh; not edited by hand.")
	found := false
	for _, g := range t.Objects.Countries.Geometries {
		if g.ID != "620" {
			continue
		}
		found = true
		for _, polygon := range g.Arcs {
			ring := simplify(t.ring(polygon[0]), tolerance)
			for i, p := range ring {
				if i > 0 {
					fmt.Fprint(w, " ")
				}
				fmt.Fprintf(w, "%.3f,%.3f", p.lon, p.lat)
			}
			fmt.Fprintln(w)
		}
	}
	if !found {
		return fmt.Errorf("read %s: country 620 is not in it", file)
	}
	return w.Flush()
}

// ring puts the arcs of one ring together. A negative number is an arc taken backwards.
func (t *topology) ring(arcs []int) []point {
	var ring []point
	for _, n := range arcs {
		backwards := n < 0
		if backwards {
			n = ^n
		}
		part := make([]point, len(t.Arcs[n]))
		x, y := 0, 0
		for i, step := range t.Arcs[n] {
			x, y = x+step[0], y+step[1]
			at := i
			if backwards {
				at = len(part) - 1 - i
			}
			part[at] = point{
				float64(x)*t.Transform.Scale[0] + t.Transform.Translate[0],
				float64(y)*t.Transform.Scale[1] + t.Transform.Translate[1],
			}
		}
		if len(ring) > 0 {
			part = part[1:]
		}
		ring = append(ring, part...)
	}
	return ring
}

// simplify is the method of Douglas and Peucker. A ring's ends meet, so it is cut at the point farthest from them.
func simplify(ring []point, tolerance float64) []point {
	far := 0
	for i, p := range ring {
		if math.Hypot(p.lon-ring[0].lon, p.lat-ring[0].lat) > math.Hypot(ring[far].lon-ring[0].lon, ring[far].lat-ring[0].lat) {
			far = i
		}
	}
	half := thin(ring[:far+1], tolerance)
	return append(half[:len(half)-1:len(half)-1], thin(ring[far:], tolerance)...)
}

func thin(line []point, tolerance float64) []point {
	if len(line) < 3 {
		return line
	}
	a, b := line[0], line[len(line)-1]
	worst, at := 0.0, 0
	for i, p := range line[1 : len(line)-1] {
		if d := distance(p, a, b); d > worst {
			worst, at = d, i+1
		}
	}
	if worst <= tolerance {
		return []point{a, b}
	}
	left := thin(line[:at+1], tolerance)
	return append(left[:len(left)-1:len(left)-1], thin(line[at:], tolerance)...)
}

func distance(p, a, b point) float64 {
	dx, dy := b.lon-a.lon, b.lat-a.lat
	length := math.Hypot(dx, dy)
	if length == 0 {
		return math.Hypot(p.lon-a.lon, p.lat-a.lat)
	}
	return math.Abs(dx*(p.lat-a.lat)-dy*(p.lon-a.lon)) / length
}
