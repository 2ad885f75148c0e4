// Package look is what every face of Balcão has in common: the tokens and
// icons of the Ágora design system, the letters of Noto Sans, the style
// sheets, and the few browser modules that keep a page live and its taps
// single. It holds no page of its own except /look/, where every component
// can be seen in every state.
//
// There is no front-end build: what is in assets is what the browser gets, but
// for the comments of the modules.
// Vendored files are listed with their licence and SHA-256 in vendor.json and
// refreshed by go run ./refresh.
package look

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed assets licences vendor.json components.html
var files embed.FS

// edition names this set of assets. It is part of their addresses, so that a
// browser may keep them for ever and still sees a new version at once.
var edition = sum(files)

// sum is the first half of the SHA-256 over all names and contents.
func sum(fsys fs.FS) string {
	h := sha256.New()
	// Embedded files cannot fail to be read; a fault would only change the name.
	_ = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(fsys, name)
		fmt.Fprintf(h, "%s %d\n", name, len(b))
		h.Write(b)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// Path is the address of an asset, such as Path("staff.css"), as pages should
// link it. It changes whenever any asset changes, and may be kept for ever.
func Path(name string) string { return "/look/" + edition + "/" + name }

// Handler serves everything below /look/: the assets under the addresses Path
// gives (to be kept for ever) and under their plain names (to be asked for
// again each time), the licences, and the page of components at /look/. It
// answers GET and HEAD only.
func Handler() http.Handler {
	return http.HandlerFunc(serve)
}

func serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET here", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/look")
	name = strings.TrimPrefix(name, "/")
	cache := "no-cache"
	if rest, ok := strings.CutPrefix(name, edition+"/"); ok {
		name, cache = rest, "public, max-age=31536000, immutable"
	}
	if name == "" {
		serveComponents(w, r)
		return
	}
	dir := "assets/"
	if strings.HasPrefix(name, "licences/") || name == "vendor.json" {
		dir = ""
	}
	b, err := files.ReadFile(dir + name)
	kind := contentType(name)
	if err != nil || kind == "" {
		http.NotFound(w, r)
		return
	}
	if path.Ext(name) == ".js" && !strings.HasPrefix(name, "preact/") {
		b = Script(b)
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", cache)
	h.Set("ETag", `"`+edition+`"`)
	h.Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
}

// contentType is told by the name alone: the machine's own table of types may
// be missing or wrong, and a module with a wrong type does not run.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".json":
		return "application/json"
	case ".txt":
		return "text/plain; charset=utf-8"
	default:
		return ""
	}
}

// Favicon answers /favicon.ico with the mark of Balcão, so that no page logs a
// missing file.
func Favicon() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := files.ReadFile("assets/favicon.svg")
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "image/svg+xml")
		w.Header().Set("Cache-Control", "public, max-age=86400")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	})
}
