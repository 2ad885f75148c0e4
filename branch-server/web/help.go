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
	w.show(rw, http.StatusOK, v, page{Title: "Guia do balcão", Template: "help.html", Data: w.guide(r, v, string(text), "balcao")})
}

// helpOffice is GET /ajuda/coordenacao: the guide of the coordination.
func (w *Web) helpOffice(rw http.ResponseWriter, r *http.Request, v visitor) {
	text, err := docs.Guides.ReadFile("guia-coordenacao.md")
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	w.show(rw, http.StatusOK, v, page{Title: "Guia da coordenação", Tab: "ajuda", Template: "help.html", Data: w.guide(r, v, string(text), "coordenacao")})
}

// guideData is a guide, and the hints of the pages beside it.
type guideData struct {
	look.Guide
	From  string // which guide this is
	Seen  int    // hints that this person has understood
	All   int    // 0 where none are remembered
	Again bool   // they have just been asked for again
}

// guide makes a guide ready for a person.
func (w *Web) guide(r *http.Request, v visitor, text, from string) guideData {
	g := guideData{Guide: look.MakeGuide(text, docs.PictureSize), From: from, Again: r.URL.Query().Get("dicas") == "repostas"}
	if w.cfg.Hints == nil {
		return g
	}
	seen, err := w.cfg.Hints.HintsSeen(r.Context(), v.person.ID)
	if err != nil {
		w.cfg.Log.Warn("hints not read", "err", err)
		return g
	}
	g.Seen, g.All = look.Understood(allHints, seen), len(allHints)
	return g
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
