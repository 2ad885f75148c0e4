package web

import (
	"net/http"
	"path"

	"balcao/docs"
)

// helpPage is GET /ajuda: the guide of headquarters.
func (s *Server) helpPage(w http.ResponseWriter, r *http.Request, who visitor) {
	text, err := docs.Guides.ReadFile("guia-sede.md")
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, who, "help", "Guia da sede", s.guide(r, who, string(text)))
}

// helpPicture is GET /ajuda/{picture}.
func (s *Server) helpPicture(w http.ResponseWriter, r *http.Request, _ visitor) {
	name := r.PathValue("picture")
	b, err := docs.Guides.ReadFile("pictures/guia/" + path.Base(name))
	if err != nil || path.Ext(name) != ".png" {
		s.errorPage(w, http.StatusNotFound, "Esta imagem não existe", "O endereço pode ter mudado.")
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(b) // the browser may have gone
}
