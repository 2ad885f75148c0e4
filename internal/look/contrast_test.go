package look_test

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// pair is a colour on a ground by their roles, and how far they must stand apart: 7 for text that is read from far or in
// a hurry, 4.5 for other text, 3 for edges and signs (WCAG 1.4.3, 1.4.6, 1.4.11).
type pair struct {
	top, ground string
	least       float64
}

var pairs = []pair{
	{"--text", "--ground", 7},
	{"--text", "--panel", 7},
	{"--text", "--inset", 7},
	{"--second", "--ground", 7},
	{"--second", "--panel", 7},
	{"--title", "--ground", 7},
	{"--title", "--panel", 7},
	{"--title", "--chosen", 7},
	{"--title", "--band", 7},
	{"--bar-text", "--bar", 7},
	{"--bar-quiet", "--bar", 7},
	{"--on-now", "--now", 7},
	{"--third", "--panel", 4.5},
	{"--on-action", "--action", 4.5},
	{"--on-action", "--action-down", 4.5},
	{"--link", "--panel", 4.5},
	{"--link", "--ground", 4.5},
	{"--link", "--chosen", 4.5},
	{"--second", "--inset", 4.5},
	{"--second", "--chosen", 4.5},
	{"--watch-text", "--watch-ground", 4.5},
	{"--watch-text", "--panel", 4.5},
	{"--out", "--panel", 4.5},
	{"--out", "--out-ground", 4.5},
	{"--text", "--out-ground", 4.5},
	{"--text", "--watch-ground", 4.5},
	{"--ok", "--panel", 3},
	{"--watch", "--panel", 3},
	{"--watch", "--watch-ground", 3},
	{"--info", "--info-ground", 3},
	{"--edge", "--ground", 3},
	{"--edge", "--panel", 3},
	{"--action", "--ground", 3},
	{"--series", "--panel", 3},
	{"--series-2", "--panel", 3},
	{"--now", "--bar", 3},
	{"--ring-out", "--ring-in", 3},
}

// The two rings of the focus: on any ground one of them stands out.
var grounds = []string{"--ground", "--panel", "--inset", "--action", "--bar", "--chosen", "--band", "--now", "--watch-ground", "--out-ground"}

func TestPairsOfColoursStandOut(t *testing.T) {
	for _, theme := range []string{"", "dark", "contrast"} {
		v := variables(t, theme)
		for _, p := range pairs {
			if got := apart(v.rgb(t, p.top), v.rgb(t, p.ground)); got < p.least {
				t.Errorf("theme %q: %s on %s is %.2f : 1, want %.1f", theme, p.top, p.ground, got, p.least)
			}
		}
		for _, g := range grounds {
			on := v.rgb(t, g)
			if got := math.Max(apart(v.rgb(t, "--ring-in"), on), apart(v.rgb(t, "--ring-out"), on)); got < 3 {
				t.Errorf("theme %q: neither ring of the focus stands out on %s: %.2f : 1", theme, g, got)
			}
		}
	}
}

// sheet is the custom properties that hold in one theme.
type sheet map[string]string

var (
	ruleFor  = `(?s):root%s \{(.*?)\n\s*\}`
	property = regexp.MustCompile(`(--[a-z0-9-]+):\s*([^;]+);`)
)

func variables(t *testing.T, theme string) sheet {
	t.Helper()
	v := sheet{}
	take := func(file, selector string) {
		b, err := os.ReadFile("assets/" + file)
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(fmt.Sprintf(ruleFor, selector)).FindAllStringSubmatch(string(b), -1)
		if len(found) == 0 {
			t.Fatalf("%s has no rule for :root%s", file, selector)
		}
		for _, rule := range found {
			for _, m := range property.FindAllStringSubmatch(rule[1], -1) {
				v[m[1]] = strings.TrimSpace(m[2])
			}
		}
	}
	take("tokens.css", "")
	take("base.css", "")
	if theme != "" {
		take("base.css", `\.`+theme)
	}
	return v
}

func (v sheet) rgb(t *testing.T, name string) [3]float64 {
	t.Helper()
	value := v[name]
	for strings.HasPrefix(value, "var(") {
		value = v[strings.TrimSuffix(strings.TrimPrefix(value, "var("), ")")]
	}
	hex := strings.TrimPrefix(value, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || len(hex) != 6 {
		t.Fatalf("%s is %q, which is no colour", name, v[name])
	}
	return [3]float64{float64(n >> 16 & 255), float64(n >> 8 & 255), float64(n & 255)}
}

// apart is the contrast of two colours by WCAG 2: 1 to 21.
func apart(a, b [3]float64) float64 {
	light := func(c [3]float64) float64 {
		for i, v := range c {
			if v /= 255; v <= 0.04045 {
				c[i] = v / 12.92
			} else {
				c[i] = math.Pow((v+0.055)/1.055, 2.4)
			}
		}
		return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
	}
	x, y := light(a), light(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}
