package look

import (
	"bytes"
	"html/template"
	"net/http"
	"regexp"
)

var (
	symbolID = regexp.MustCompile(`<symbol id="([^"]+)"`)

	componentsTemplate = template.Must(template.New("components.html").Funcs(Funcs()).ParseFS(files, "components.html"))
)

// serveComponents shows every component in every state: /look/, and the same
// with ?theme=dark or ?theme=contrast.
func serveComponents(w http.ResponseWriter, r *http.Request) {
	theme := r.URL.Query().Get("theme")
	if theme != "dark" && theme != "contrast" {
		theme = ""
	}
	var b bytes.Buffer
	data := map[string]any{"Marks": symbols("assets/marks.svg"), "Icons": symbols("assets/icons.svg")}
	if err := componentsTemplate.Execute(&b, data); err != nil {
		http.Error(w, "page not available", http.StatusInternalServerError)
		return
	}
	Page{
		Title: "Componentes", Class: theme, Styles: []string{"staff.css"},
		Body: template.HTML(b.String()), //nolint:gosec // made by the template above
	}.Write(w, http.StatusOK)
}

// symbols lists the names of the icons in a sheet, in its order.
func symbols(sheet string) []string {
	b, err := files.ReadFile(sheet)
	if err != nil {
		return nil
	}
	var names []string
	for _, m := range symbolID.FindAllSubmatch(b, -1) {
		names = append(names, string(m[1]))
	}
	return names
}
