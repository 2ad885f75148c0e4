package screen

import (
	"html/template"
	"net/http"
	"strings"

	"balcao/internal/look"
)

// componentModes are the ways in which the page of components shows each of them.
var componentModes = []struct{ Name, Modes, Title string }{
	{"claro", "", "Claro"},
	{"contraste", "contrast", "Alto contraste"},
	{"grande", "large", "Letra grande"},
	{"facil", "easy", "Leitura fácil"},
}

var componentsTemplate = template.Must(template.New("components").Parse(`<body class="page stack"><h1>Componentes do quiosque</h1>
<p>Cada componente em cada estado, desenhado pelas mesmas folhas e peças dos ecrãs. As páginas de trabalho têm as suas em <a href="/look/">/look/</a>.</p>
<div class="co-frames">{{range .}}<iframe src="/gallery/componentes/{{.Name}}" title="Componentes: {{.Title}}"></iframe>{{end}}</div></body>`))

// componentsPage is GET /gallery/componentes: the components in all modes, side by side.
func componentsPage(w http.ResponseWriter, _ *http.Request) {
	var b strings.Builder
	if err := componentsTemplate.Execute(&b, componentModes); err != nil {
		http.Error(w, "components not available", http.StatusInternalServerError)
		return
	}
	look.Page{
		Title: "Componentes do quiosque", Styles: []string{"staff.css"}, Links: []string{"/pages/components.css"},
		Body: template.HTML(b.String()), //nolint:gosec // made by the template above
	}.Write(w, http.StatusOK)
}

// componentsIn is GET /gallery/componentes/{mode}: the components in one mode.
func componentsIn(w http.ResponseWriter, r *http.Request) {
	for _, m := range componentModes {
		if m.Name != r.PathValue("mode") {
			continue
		}
		look.Page{
			Lang: "pt", Title: "Componentes: " + m.Title, Class: "kiosk components",
			Links: []string{"/pages/touch.css", "/pages/components.css"}, Modules: []string{"/pages/components.js"},
			Body: template.HTML(`<body><div id="components" data-words="` + awayWords() + `" data-modes="` + m.Modes + `" data-title="Componentes: ` + m.Title + `"></div></body>`), //nolint:gosec // constants
		}.Write(w, http.StatusOK)
		return
	}
	http.NotFound(w, r)
}
