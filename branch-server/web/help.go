package web

import (
	"net/http"
	"path"

	"balcao/docs"
	"balcao/internal/look"
)

// helpPage is GET /ajuda: the guide of the counter.
func (w *Web) helpPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	text, err := docs.Guides.ReadFile("guia-balcao.md")
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	w.show(rw, http.StatusOK, v, page{Title: "Guia do balcão", Template: "help.html", Data: look.MakeGuide(string(text))})
}

// helpOffice is GET /ajuda/coordenacao: the guide of the coordination.
func (w *Web) helpOffice(rw http.ResponseWriter, r *http.Request, v visitor) {
	text, err := docs.Guides.ReadFile("guia-coordenacao.md")
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	w.show(rw, http.StatusOK, v, page{Title: "Guia da coordenação", Tab: "ajuda", Template: "help.html", Data: look.MakeGuide(string(text))})
}

// helpPicture is GET /ajuda/{picture}.
func (w *Web) helpPicture(rw http.ResponseWriter, r *http.Request, _ visitor) {
	name := r.PathValue("picture")
	b, err := docs.Guides.ReadFile("pictures/guia/" + path.Base(name))
	if err != nil || path.Ext(name) != ".png" {
		w.notFound(rw, r)
		return
	}
	rw.Header().Set("Content-Type", "image/png")
	rw.Header().Set("Cache-Control", "no-cache")
	_, _ = rw.Write(b) // the browser may have gone
}
