package look

import (
	"errors"
	"html/template"
	"slices"
	"strings"
)

// Hint points at one control of a page and says, to whoever is new there, what it is for.
type Hint struct {
	// ID names the hint for ever: what a person has understood is kept by it.
	ID string
	// At is a CSS selector of the control; the first match is meant. A hint whose control is not on the page waits.
	At string
	// Title and Text are what it says, in plain Portuguese.
	Title, Text string
}

// Hints are those of one page that its person has not seen yet. The page shows one at a time, beside its control.
type Hints struct {
	// Left are the hints to show, in order.
	Left []Hint
	// All is how many the page has, those that were understood included.
	All int
	// Post is where the page says which of them were understood, as {"seen": [ids]}.
	Post string
}

// Unseen leaves out the hints that a person has seen.
func Unseen(all []Hint, seen []string, post string) Hints {
	h := Hints{All: len(all), Post: post}
	for _, one := range all {
		if !slices.Contains(seen, one.ID) {
			h.Left = append(h.Left, one)
		}
	}
	return h
}

// Understood counts the hints that a person has seen; what is remembered of hints that are no more does not count.
func Understood(all []Hint, seen []string) int { return len(all) - len(Unseen(all, seen, "").Left) }

// mostHints bounds how many a page may report at once; longestHint the length of an id.
const (
	mostHints   = 64
	longestHint = 40
)

// ErrHint means that what was reported as understood is not a list of hints.
var ErrHint = errors.New("not a list of hints")

// KnownHints returns which of the ids reported are hints of a program, each once, so that nothing else can be stored; an
// error where the list is too long to come from a page.
func KnownHints(all []Hint, reported []string) ([]string, error) {
	if len(reported) > mostHints {
		return nil, ErrHint
	}
	var known []string
	for _, id := range reported {
		if len(id) > longestHint {
			return nil, ErrHint
		}
		if slices.ContainsFunc(all, func(h Hint) bool { return h.ID == id }) && !slices.Contains(known, id) {
			known = append(known, id)
		}
	}
	return known, nil
}

// HTML is the hints as a part of the page, to stand between its bar and its main part; nothing where none is left. It
// needs hints.css and hints.js.
func (h Hints) HTML() template.HTML {
	if len(h.Left) == 0 {
		return ""
	}
	var b strings.Builder
	if err := hintsTemplate.Execute(&b, h); err != nil {
		panic("hints of constant strings: " + err.Error())
	}
	return template.HTML(b.String()) //nolint:gosec // made by the template below
}

var hintsTemplate = template.Must(template.New("hints").Parse(`<aside class="hints" id="hints" aria-labelledby="hints-title" data-post="{{.Post}}" data-all="{{.All}}" hidden>
<p class="hints-over"></p><h2 id="hints-title"></h2><p id="hints-text"></p>
<div class="actions"><button type="button" class="button" data-hints="next">Percebi</button><button type="button" class="plain" data-hints="all">Não mostrar dicas aqui</button></div>
<ul hidden>{{range .Left}}<li data-hint="{{.ID}}" data-at="{{.At}}" data-title="{{.Title}}">{{.Text}}</li>{{end}}</ul>
</aside><div class="sr-only" id="hints-said" role="status"></div>
`))
