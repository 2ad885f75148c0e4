// Command refresh fetches the vendored parts of the look through the npm
// client, by package name and version, and rewrites assets/, licences/ and
// vendor.json beside this directory.
//
// Run it in internal/look: go run ./refresh. It is the only thing here that
// needs Node; building and running Balcão never does. Which registry answers
// is the npm client's business.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// pkg is one npm package and what is taken from it, unchanged.
type pkg struct {
	Name    string            `json:"name"`
	Version string            `json:"version"`
	Licence string            `json:"licence"`
	Files   map[string]string `json:"-"` // path in the package → path here
}

// vendored is one line of vendor.json.
type vendored struct {
	Path    string `json:"path"`
	SHA256  string `json:"sha256"`
	Package string `json:"package"`
	Version string `json:"version"`
	Licence string `json:"licence"`
	Made    string `json:"made,omitempty"` // how, when the file is not a plain copy
}

const agora = "@ama-pt/agora-design-system"

func packages() []pkg {
	return []pkg{
		{agora, "4.0.1", "MIT", nil},
		{"@fontsource-variable/noto-sans", "5.3.0", "OFL-1.1", map[string]string{
			"files/noto-sans-latin-wdth-normal.woff2":     "assets/fonts/noto-sans-latin.woff2",
			"files/noto-sans-latin-ext-wght-normal.woff2": "assets/fonts/noto-sans-latin-ext.woff2",
			"files/noto-sans-cyrillic-wdth-normal.woff2":  "assets/fonts/noto-sans-cyrillic.woff2",
			"LICENSE": "licences/noto-sans.txt",
		}},
		{"preact", "11.2.0", "MIT", map[string]string{
			"dist/preact.mjs":      "assets/preact/preact.js",
			"hooks/dist/hooks.mjs": "assets/preact/hooks.js",
			"LICENSE":              "licences/preact.txt",
		}},
		{"htm", "3.1.1", "Apache-2.0", map[string]string{
			"dist/htm.mjs": "assets/preact/htm.js",
			"LICENSE":      "licences/htm.txt",
		}},
	}
}

func main() {
	if err := run(context.Background()); err != nil {
		slog.Error("refresh the vendored look", "err", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	if _, err := os.Stat("look.go"); err != nil {
		return errors.New("run this in internal/look: go run ./refresh")
	}
	tmp, err := os.MkdirTemp("", "look")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)

	var list []vendored
	for _, p := range packages() {
		dir, err := fetch(ctx, tmp, p)
		if err != nil {
			return err
		}
		made, err := take(dir, p)
		if err != nil {
			return fmt.Errorf("take from %s: %w", p.Name, err)
		}
		list = append(list, made...)
	}
	b, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile("vendor.json", append(b, '\n'), 0o644)
}

// fetch unpacks p below tmp and returns its directory.
func fetch(ctx context.Context, tmp string, p pkg) (string, error) {
	pack := exec.CommandContext(ctx, "npm", "pack", "--silent", "--pack-destination", tmp, p.Name+"@"+p.Version)
	pack.Stderr = os.Stderr
	out, err := pack.Output()
	if err != nil {
		return "", fmt.Errorf("npm pack %s: %w", p.Name, err)
	}
	lines := strings.Fields(string(out))
	if len(lines) == 0 {
		return "", fmt.Errorf("npm pack %s: no file named", p.Name)
	}
	dir := filepath.Join(tmp, strings.NewReplacer("/", "_", "@", "").Replace(p.Name))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	tar := exec.CommandContext(ctx, "tar", "xzf", filepath.Join(tmp, lines[len(lines)-1]), "-C", dir, "--strip-components=1")
	if out, err := tar.CombinedOutput(); err != nil {
		return "", fmt.Errorf("unpack %s: %w: %s", p.Name, err, out)
	}
	return dir, nil
}

// take copies or makes the files of p and returns their lines of the manifest.
func take(dir string, p pkg) ([]vendored, error) {
	var list []vendored
	add := func(path, made string, b []byte) error {
		sum := sha256.Sum256(b)
		list = append(list, vendored{path, hex.EncodeToString(sum[:]), p.Name, p.Version, p.Licence, made})
		return os.WriteFile(path, b, 0o644)
	}
	if p.Name == agora {
		tokens, err := tokensCSS(dir)
		if err != nil {
			return nil, err
		}
		if err := add("assets/tokens.css", "variables of src/styles/theme.css, moved to :root", tokens); err != nil {
			return nil, err
		}
		icons, err := sprite(dir)
		if err != nil {
			return nil, err
		}
		return list, add("assets/icons.svg", "paths of the icons as symbols", icons)
	}
	for _, from := range sortedKeys(p.Files) {
		b, err := os.ReadFile(filepath.Join(dir, from))
		if err != nil {
			return nil, err
		}
		// A source map that is not vendored would only be asked for in vain.
		b = sourceMap.ReplaceAll(b, nil)
		if err := add(p.Files[from], "", b); err != nil {
			return nil, err
		}
	}
	return list, nil
}

var (
	sourceMap = regexp.MustCompile(`(?m)^//# sourceMappingURL=.*\n?`)
	variable  = regexp.MustCompile(`(?m)^  (--(?:color|text|spacing|radius|shadow|duration)-[a-z0-9-]+): ([^;]+);$`)
)

// tokensCSS keeps the plain variables of the theme. The file itself must never
// be served: its first line fetches a font from a third party.
func tokensCSS(dir string) ([]byte, error) {
	theme, err := os.ReadFile(filepath.Join(dir, "src/styles/theme.css"))
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("/* Ágora Design System " + "4.0.1, MIT: its variables, made by internal/look/refresh. Do not edit. */\n:root {\n")
	found := variable.FindAllStringSubmatch(string(theme), -1)
	if len(found) < 100 {
		return nil, fmt.Errorf("theme.css has %d variables, more expected", len(found))
	}
	for _, m := range found {
		fmt.Fprintf(&b, "  %s: %s;\n", m[1], m[2])
	}
	b.WriteString("}\n")
	return []byte(b.String()), nil
}
