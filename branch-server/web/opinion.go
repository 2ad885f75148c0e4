package web

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"balcao/internal/branch"
	"balcao/internal/look"
	"balcao/internal/qr"
	"balcao/internal/wire"
)

// opinionView says where citizens complain and praise.
type opinionView struct {
	Complaints, ComplaintsName, Praise, PraiseName string
	Book                                           string // of paper
	Companies, CompaniesName                       string // the book of companies; empty where none serve
	Code                                           *qr.Code
	Say                                            func(string) string
	Lang, Other                                    string
}

func (w *Web) opinion(lang string) opinionView {
	f := w.cfg.Branch().Feedback
	v := opinionView{
		Complaints: f.ComplaintsAt(), ComplaintsName: hostOf(f.ComplaintsAt()), Praise: f.Praise, PraiseName: hostOf(f.Praise),
		Book: f.BookName().In(lang), Lang: lang, Other: "en", Say: func(key string) string { return opinionWords[key].In(lang) },
	}
	if lang == "en" {
		v.Other = "pt"
	}
	if f.Companies {
		v.Companies, v.CompaniesName = branch.CompaniesComplaints, hostOf(branch.CompaniesComplaints)
	}
	if v.Complaints != "" {
		if code, err := qr.Draw(v.Complaints); err == nil { // an address too long for a code is a link all the same
			v.Code = &code
		}
	}
	return v
}

// opinionWords are the words of the page, in Portuguese and English.
var opinionWords = map[string]wire.Text{
	"title":        {"pt": "Reclamar, elogiar ou sugerir", "en": "Complain, praise or suggest"},
	"other":        {"pt": "English", "en": "Português"},
	"here":         {"pt": "Aqui, em papel", "en": "Here, on paper"},
	"here.do":      {"pt": "Peça-o a quem atende ou na receção. Ninguém lhe pode perguntar para quê, nem recusá-lo, e não custa nada.", "en": "Ask for it at any counter or at reception. Nobody may ask why or refuse it, and it is free."},
	"online":       {"pt": "Na Internet, a qualquer hora", "en": "Online, at any time"},
	"online.do":    {"pt": "Serve para reclamações, elogios e sugestões. Procure a entidade que o atendeu. A resposta vem em 15 dias úteis.", "en": "For complaints, praise and suggestions. Look for the body that served you. The answer comes within 15 working days."},
	"code":         {"pt": "Aponte a câmara do telemóvel para abrir", "en": "Point your phone’s camera to open"},
	"praise":       {"pt": "Elogios e sugestões desta loja", "en": "Praise and suggestions for this branch"},
	"companies":    {"pt": "Empresas que atendem aqui", "en": "Companies that serve here"},
	"companies.do": {"pt": "Água, energia, comunicações e outras empresas têm outro livro, o Livro de Reclamações:", "en": "Water, energy, telecommunications and other companies have another book, the Livro de Reclamações:"},
	"kept":         {"pt": "Nesta página só há endereços; nada do que fizer aqui é registado.", "en": "This page only holds addresses; nothing you do here is recorded."},
	"back":         {"pt": "Tempos de espera", "en": "Waiting times"},
}

// hostOf is an address as people read it.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Host, "www.") + strings.TrimSuffix(u.Path, "/")
}

// opinionPage is GET /opiniao: the book of complaints and praise, for whoever looks from outside.
func (w *Web) opinionPage(rw http.ResponseWriter, r *http.Request, _ visitor) {
	lang := "pt"
	if r.URL.Query().Get("lang") == "en" {
		lang = "en"
	}
	view := w.opinion(lang)
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, "opinion.html", frameData{Place: w.cfg.Branch().Name, Data: view}); err != nil {
		w.fault(rw, r, err)
		return
	}
	look.Page{
		Lang: map[string]string{"pt": "pt-PT", "en": "en"}[lang], Title: view.Say("title"), Styles: []string{"staff.css"},
		Links: []string{ownAsset("branch.css"), ownAsset("day.css")},
		Body:  template.HTML(b.String()), //nolint:gosec // made by a template
	}.Write(rw, http.StatusOK)
}
