package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// icons are the outline icons taken from Ágora; a name that starts with
// "solid-" is the filled one.
const icons = `
alert-circle alert-triangle arrow-down arrow-left arrow-right arrow-up award
baby bar-chart bell book-open briefcase buildings bus calculator calendar
camera chat check check-all check-circle chevron-down chevron-left
chevron-right chevron-up chevrons-down chevrons-left chevrons-right chevrons-up
clock coins copy court credit-card dashboard digital document download driving
edit education external-link eye eye-off file filter flag folder globe
hand-heart hardware-settings health help-support home hospital info-mark
layers-menu lgp list loader lock log-in log-out mail map map-pin maximize
mega-phone menu message mic-on minimize minus minus-circle money-taxes monitor
more-horizontal package panel-bottom pie-chart plane plus plus-circle print
qr-code question-mark refresh-ccw search settings share shield smartphone
social-security sort-vertical speak star table tag target ticket trash tree
truck unlock upload user user-check user-group user-uncheck video-on
volume-max volume-min volume-mute wallet wifi x x-circle
solid-alert-triangle solid-bell solid-check-circle solid-clock solid-star
solid-ticket solid-volume-max
`

var (
	viewBox = regexp.MustCompile(`viewBox: "([^"]+)"`)
	path    = regexp.MustCompile(`(?s)createElement\(\s*"path",\s*\{([^}]*)\}`)
	prop    = regexp.MustCompile(`(\w+): "?([^",}\n]*)"?`)
	hashed  = regexp.MustCompile(`^(.+)-[A-Za-z0-9_-]{8}\.mjs$`)
)

// sprite turns the React modules of the icons into one SVG file of symbols,
// named as in Ágora but without "line-".
func sprite(dir string) ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(dir, "artifacts/dist/*.mjs"))
	if err != nil {
		return nil, err
	}
	at := map[string]string{}
	for _, f := range files {
		if m := hashed.FindStringSubmatch(filepath.Base(f)); m != nil {
			at[m[1]] = f
		}
	}
	var b strings.Builder
	b.WriteString("<!-- Icons of the Ágora Design System 4.0.1, MIT, made by internal/look/refresh. Do not edit. -->\n")
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg">` + "\n")
	for name := range strings.FieldsSeq(icons) {
		module := name
		if !strings.HasPrefix(name, "solid-") {
			module = "line-" + name
		}
		src, err := os.ReadFile(at[module])
		if err != nil {
			return nil, fmt.Errorf("icon %s: %w", name, err)
		}
		if err := symbol(&b, name, string(src)); err != nil {
			return nil, err
		}
	}
	b.WriteString("</svg>\n")
	return []byte(b.String()), nil
}

func symbol(b *strings.Builder, name, src string) error {
	box := viewBox.FindStringSubmatch(src)
	paths := path.FindAllStringSubmatch(src, -1)
	if box == nil || len(paths) == 0 {
		return fmt.Errorf("icon %s: no view box or no path", name)
	}
	fmt.Fprintf(b, `<symbol id="%s" viewBox="%s">`, name, box[1])
	for _, p := range paths {
		b.WriteString("<path")
		for _, m := range prop.FindAllStringSubmatch(p[1], -1) {
			if attr, ok := attributes[m[1]]; ok {
				fmt.Fprintf(b, ` %s="%s"`, attr, m[2])
			}
		}
		b.WriteString("/>")
	}
	b.WriteString("</symbol>\n")
	return nil
}

// attributes maps the React names that matter to the SVG ones.
var attributes = map[string]string{
	"d": "d", "fillRule": "fill-rule", "clipRule": "clip-rule", "fill": "fill",
	"stroke": "stroke", "strokeWidth": "stroke-width",
	"strokeLinecap": "stroke-linecap", "strokeLinejoin": "stroke-linejoin",
}

func sortedKeys(m map[string]string) []string {
	return slices.Sorted(maps.Keys(m))
}
