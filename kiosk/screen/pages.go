package screen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"balcao/internal/look"
)

// servePages serves the style sheets and modules of the faces. They belong to
// this very program, so the page asks for them again each time it starts.
func servePages() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		b, err := fs.ReadFile(pages, name)
		if name == "pages/touch.css" {
			b, err = touchSheet()
		}
		if err != nil {
			http.NotFound(w, r)
			return
		}
		kind := "text/javascript; charset=utf-8"
		switch path.Ext(r.URL.Path) {
		case ".js":
			b = look.Script(b)
		case ".css":
			kind = "text/css; charset=utf-8"
		case ".webm":
			kind = "video/webm"
		case ".svg":
			kind = "image/svg+xml"
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	})
}

func (s *Screen) touchPage(w http.ResponseWriter, _ *http.Request) {
	touchFrame("/events", "/input", "/pages/glass.css", s.cfg.Glass.Tight, s.cfg.Silent, s.cfg.Keys).Write(w, http.StatusOK)
}

func touchFrame(events, input, sizes string, small, silent bool, keys map[string][]string) look.Page {
	assigned := map[string]string{}
	for does, names := range keys {
		for _, name := range names {
			assigned[name] = does
		}
	}
	pad, err := json.Marshal(assigned)
	if err != nil {
		panic("strings are not written as JSON: " + err.Error())
	}
	class, sound := "kiosk", "on"
	if small {
		class = "kiosk small"
	}
	if silent {
		sound = "off"
	}
	return look.Page{
		Lang: "pt", Title: "Quiosque", Class: class,
		Links: []string{"/pages/touch.css", sizes}, Modules: []string{"/pages/touch.js", "/pages/pulse.js"}, Early: touchModules(),
		Body: template.HTML(fmt.Sprintf(`<body><div id="face" data-events="%s" data-input="%s" data-sound="%s" data-keys="%s" data-words="%s">%s</div>
<noscript>Este quiosque precisa de JavaScript.</noscript></body>`,
			template.HTMLEscapeString(events), template.HTMLEscapeString(input), sound, template.HTMLEscapeString(string(pad)), awayWords(), firstFrame())),
	}
}

func (s *Screen) boardPage(w http.ResponseWriter, _ *http.Request) {
	boardFrame("/callboard/events", "/callboard/hall.css", s.cfg.Takeover, s.cfg.Hall.Earlier).Write(w, http.StatusOK)
}

func boardFrame(events, sizes string, takeover, earlier int) look.Page {
	return look.Page{
		Title: "Painel de chamada", Styles: []string{"callboard.css"}, Links: []string{sizes}, Modules: []string{look.Path("callboard.js"), "/pages/pulse.js"},
		Body: template.HTML(fmt.Sprintf(`<body><div data-callboard="%s" data-takeover="%d" data-earlier="%d"></div></body>`,
			template.HTMLEscapeString(events), takeover, earlier)),
	}
}
