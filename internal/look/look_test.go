package look_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"balcao/internal/look"
)

func get(t *testing.T, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	look.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w
}

func TestVendoredFilesAreWhatTheManifestSays(t *testing.T) {
	b, err := os.ReadFile("vendor.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []struct{ Path, SHA256, Package, Version, Licence string }
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, v := range list {
		listed[v.Path] = true
		got, err := os.ReadFile(v.Path)
		if err != nil {
			t.Errorf("%s: %v", v.Path, err)
			continue
		}
		sum := sha256.Sum256(got)
		if hex.EncodeToString(sum[:]) != v.SHA256 {
			t.Errorf("%s differs from vendor.json; run go run ./refresh", v.Path)
		}
		if v.Package == "" || v.Version == "" || v.Licence == "" {
			t.Errorf("%s: package, version and licence must be stated", v.Path)
		}
	}
	for _, pattern := range []string{"assets/fonts/*", "assets/preact/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if !listed[filepath.ToSlash(f)] {
				t.Errorf("%s is vendored but not listed in vendor.json", f)
			}
		}
	}
	for _, f := range []string{"agora", "noto-sans", "preact", "htm"} {
		if _, err := os.Stat("licences/" + f + ".txt"); err != nil {
			t.Error(err)
		}
	}
}

func TestNothingIsFetchedFromElsewhere(t *testing.T) {
	outside := regexp.MustCompile(`(?:src|href|url|import|from)\s*[=( ]\s*["']?(?:https?:)?//`)
	err := filepath.WalkDir("assets", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".woff2" {
			return err
		}
		b, err := os.ReadFile(path)
		if m := outside.Find(b); m != nil {
			t.Errorf("%s fetches from elsewhere: %s", path, m)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAssetsHaveTypesAndMayBeKept(t *testing.T) {
	for name, kind := range map[string]string{
		"base.css": "text/css", "staff.css": "text/css", "tokens.css": "text/css",
		"stream.js": "text/javascript", "preact/preact.js": "text/javascript",
		"icons.svg": "image/svg+xml", "fonts/noto-sans-latin.woff2": "font/woff2",
		"licences/preact.txt": "text/plain", "vendor.json": "application/json",
	} {
		w := get(t, look.Path(name))
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) {
			t.Errorf("%s: %d %s, want 200 %s", name, w.Code, w.Header().Get("Content-Type"), kind)
		}
		if c := w.Header().Get("Cache-Control"); !strings.Contains(c, "immutable") {
			t.Errorf("%s: Cache-Control %q, want immutable", name, c)
		}
		if c := get(t, "/look/"+name).Header().Get("Cache-Control"); c != "no-cache" {
			t.Errorf("plain /look/%s: Cache-Control %q, want no-cache", name, c)
		}
	}
	for _, bad := range []string{"/look/nothing.css", "/look/../look.go", "/look/assets", "/look/fonts", "/look/%2e%2e/vendor.go"} {
		if w := get(t, bad); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", bad, w.Code)
		}
	}
}

func TestPageForbidsInlineScriptButItsImportMap(t *testing.T) {
	w := httptest.NewRecorder()
	look.Page{Title: "Ensaio", Body: template.HTML("<body></body>")}.Write(w, http.StatusOK)
	csp := w.Header().Get("Content-Security-Policy")
	body := w.Body.String()
	m := regexp.MustCompile(`<script type="importmap">(.*?)</script>`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no import map in %s", body)
	}
	if !json.Valid([]byte(m[1])) {
		t.Errorf("import map is not JSON: %s", m[1])
	}
	if !strings.Contains(csp, "'sha256-") || strings.Contains(csp, "unsafe-inline") {
		t.Errorf("policy %q: want the hash of the import map and nothing unsafe", csp)
	}
	if strings.Contains(body, "style=") || strings.Contains(body, "<style") {
		t.Error("page has an inline style, which its own policy forbids")
	}
	if !strings.Contains(body, `lang="pt-PT"`) || !strings.Contains(body, "<title>Ensaio · Balcão</title>") {
		t.Errorf("page lacks language or title: %s", body)
	}
}

var iconRef = regexp.MustCompile(`#([a-z-]+)"></use>`)

func TestComponentsPageShowsOnlyIconsThatExist(t *testing.T) {
	sheets := get(t, "/look/icons.svg").Body.String() + get(t, "/look/marks.svg").Body.String()
	for _, theme := range []string{"", "?theme=dark", "?theme=contrast", "?theme=%22%3E"} {
		w := get(t, "/look/"+theme)
		if w.Code != http.StatusOK {
			t.Fatalf("/look/%s: %d", theme, w.Code)
		}
		for _, m := range iconRef.FindAllStringSubmatch(w.Body.String(), -1) {
			if !strings.Contains(sheets, `id="`+m[1]+`"`) {
				t.Errorf("icon %q does not exist", m[1])
			}
		}
	}
}

func TestOnlyReadingIsAllowed(t *testing.T) {
	w := httptest.NewRecorder()
	look.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/look/base.css", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d, want 405", w.Code)
	}
}
