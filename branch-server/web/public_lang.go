package web

import (
	"net/http"
	"slices"
)

// publicLang is a language of the pages that citizens open on their telephones.
type publicLang struct{ Code, Tag, Name, Short string }

// publicLangs are those of the kiosk.
var publicLangs = []publicLang{
	{"pt", "pt-PT", "Português", "PT"},
	{"en", "en", "English", "EN"},
	{"es", "es", "Español", "ES"},
	{"fr", "fr", "Français", "FR"},
	{"uk", "uk", "Українська", "УК"},
}

// langOf is the language that an address asks for, else the given one, else Portuguese.
func langOf(r *http.Request, otherwise string) string {
	for _, code := range []string{r.URL.Query().Get("lang"), otherwise} {
		if slices.ContainsFunc(publicLangs, func(l publicLang) bool { return l.Code == code }) {
			return code
		}
	}
	return "pt"
}

// langTag is a language as a page's head names it.
func langTag(code string) string {
	for _, l := range publicLangs {
		if l.Code == code {
			return l.Tag
		}
	}
	return "pt-PT"
}

// langLink leads to the same page in a language.
type langLink struct {
	publicLang
	To   string
	Here bool
}

// langLinks are the ways to a page in all languages.
func langLinks(path, lang string) []langLink {
	all := make([]langLink, 0, len(publicLangs))
	for _, l := range publicLangs {
		all = append(all, langLink{publicLang: l, To: path + "?lang=" + l.Code, Here: l.Code == lang})
	}
	return all
}

// langQuery keeps a language in an address; Portuguese needs none.
func langQuery(lang string) string {
	if lang == "pt" {
		return ""
	}
	return "?lang=" + lang
}
