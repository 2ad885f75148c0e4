package look

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

// Page is the frame of one HTML page: everything around its body. The zero
// value of a field leaves that part out.
type Page struct {
	Lang    string        // of the whole page; "pt-PT" when empty
	Title   string        // says where one is, before « · Balcão »
	Class   string        // classes of <html>: "dark", "contrast", …
	Styles  []string      // assets such as "staff.css"; base.css is always there
	Links   []string      // further style sheets of the program itself, as addresses
	Modules []string      // scripts of the program itself, as addresses, run as modules
	Early   []string      // modules that those import, as addresses, fetched at once with them
	Body    template.HTML // already escaped
}

// Write answers with the page. The headers of Secure are set, so a page
// cannot forget them.
func (p Page) Write(w http.ResponseWriter, status int) {
	var b bytes.Buffer
	if p.Lang == "" {
		p.Lang = "pt-PT"
	}
	if err := pageTemplate.Execute(&b, p); err != nil {
		http.Error(w, "page not available", http.StatusInternalServerError)
		return
	}
	setHeaders(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the browser may have gone
}

var pageTemplate = template.Must(template.New("page").Funcs(Funcs()).Parse(`<!doctype html>
<html lang="{{.Lang}}"{{with .Class}} class="{{.}}"{{end}}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{with .Title}}{{.}} · {{end}}Balcão</title>
{{lookHead}}
{{range .Styles}}<link rel="stylesheet" href="{{look .}}">
{{end}}{{range .Links}}<link rel="stylesheet" href="{{.}}">
{{end}}{{range .Early}}<link rel="modulepreload" href="{{.}}">
{{end}}{{range .Modules}}<script type="module" src="{{.}}"></script>
{{end}}</head>
{{.Body}}
</html>
`))

// Funcs are what templates of pages need: «look "staff.css"» for an address,
// «icon "bell"» for an icon beside its word (names in /look/), «lookHead» for
// the lines every head begins with: base style, letters, mark, import map.
func Funcs() template.FuncMap {
	return template.FuncMap{"look": Path, "icon": Icon, "lookHead": head}
}

// Icon is one icon, hidden from screen readers: the word beside it speaks.
// Names that begin with "b-" are our own marks, the others come from Ágora.
func Icon(name string) template.HTML {
	sheet := "icons.svg"
	if strings.HasPrefix(name, "b-") {
		sheet = "marks.svg"
	}
	return template.HTML(fmt.Sprintf(`<svg class="icon" aria-hidden="true"><use href="%s#%s"></use></svg>`,
		Path(sheet), template.HTMLEscapeString(name)))
}

func head() template.HTML {
	return template.HTML(fmt.Sprintf(`<link rel="icon" href="%s" type="image/svg+xml">
<link rel="preload" href="%s" as="font" type="font/woff2" crossorigin>
<link rel="preload" href="%s" as="style">
<link rel="stylesheet" href="%s">
<script type="importmap">%s</script>`,
		Path("favicon.svg"), Path("fonts/noto-sans-latin.woff2"), Path("tokens.css"), Path("base.css"), importMap))
}

// importMap gives the browser modules short names, so that pages can say
// import { stream } from "look/stream.js".
var importMap = makeImportMap()

func makeImportMap() string {
	b, err := json.Marshal(map[string]any{"imports": map[string]string{
		"preact":       Path("preact/preact.js"),
		"preact/hooks": Path("preact/hooks.js"),
		"htm":          Path("preact/htm.js"),
		"look/":        Path(""),
	}})
	if err != nil {
		panic("import map of constant strings: " + err.Error())
	}
	return string(b)
}

// policy lets a page load from its own program only. The one inline script
// allowed is the import map, by its hash: browsers cannot load one from a file.
var policy = makePolicy()

func makePolicy() string {
	hash := sha256.Sum256([]byte(importMap))
	return "default-src 'self'; script-src 'self' 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
		"'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'self'"
}

// Secure sets the headers every page of every program carries: content only
// from the program itself, no inline script or style, no sniffing, no
// referrer, nothing kept in caches unless the handler says otherwise.
func Secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header())
		next.ServeHTTP(w, r)
	})
}

func setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
}
