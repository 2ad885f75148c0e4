package flow

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// foundShown is how many services a search shows; more letters find fewer.
const (
	foundShown      = 4
	foundShownLarge = 2
	mostTyped       = 24
	space           = "_" // the argument of the key for a space
)

// keyboards are the letters of the on-screen keyboard, row by row, as people
// know them from their telephones. Accents need not be typed.
func keyboard(lang string) []string {
	switch lang {
	case "fr":
		return []string{"AZERTYUIOP", "QSDFGHJKLM", "WXCVBN"}
	case "uk":
		return []string{"ЙЦУКЕНГШЩЗХ", "ФІВАПРОЛДЖЄ", "ЯЧСМИТЬБЮЇҐ"}
	case "es":
		return []string{"QWERTYUIOP", "ASDFGHJKLÑ", "ZXCVBNM"}
	}
	return []string{"QWERTYUIOP", "ASDFGHJKLÇ", "ZXCVBNM"}
}

// typed is one touch of the keyboard.
func (s State) typed(t Tap) State {
	letters := []rune(s.session.query)
	switch {
	case t.Action == ActErase && len(letters) > 0:
		s.session.query = string(letters[:len(letters)-1])
	case t.Action == ActErase || len(letters) >= mostTyped:
	case t.Arg == space:
		s.session.query = strings.TrimLeft(s.session.query+" ", " ")
	default:
		s.session.query += strings.ToLower(t.Arg)
	}
	return s
}

func (s State) showSearch(v *View) {
	lang := languageOf(s.session.lang).Code
	v.Title, v.Subtitle = s.say("search.title"), s.say("search.sub")
	found := s.world.offer.find(s.session.query, lang)
	switch {
	case plainLetters(s.session.query) == "":
		v.Notices = []Notice{{Kind: "info", Icon: "search", Title: s.say("search.start"), Text: s.say("search.start.do")}}
	case len(found) == 0:
		v.Notices = []Notice{{Kind: "warn", Icon: "search", Title: s.say("search.none", "text", strings.TrimSpace(s.session.query)), Text: s.say("search.none.do")}}
	default:
		shown := foundShown
		if s.few() {
			shown = foundShownLarge
		}
		v.Subtitle = s.say("search.found", "n", strconv.Itoa(len(found)))
		v.Sections = []Section{{Layout: "rows", Choices: s.serviceChoices(found[:min(len(found), shown)])}}
	}
	pad := &Pad{Label: s.say("search.label"), Text: s.session.query, Typing: true}
	for _, row := range keyboard(lang) {
		var keys []Button
		for _, c := range row {
			keys = append(keys, Button{Action: ActKey, Arg: string(c), Label: string(c)})
		}
		pad.Rows = append(pad.Rows, keys)
	}
	pad.Rows = append(pad.Rows, []Button{
		{Action: ActKey, Arg: space, Label: s.say("search.space")},
		{Action: ActErase, Label: s.say("booking.erase"), Icon: "chevron-left"},
	})
	if s.session.asking {
		for _, row := range pad.Rows {
			for i := range row {
				row[i].Action = ""
			}
		}
	}
	v.Pad = pad
}

// find is the services that people may mean by a text: each of its words
// begins a word of the service's name, of what else it is called, of its help
// or of its body. Names come first, then other names, then the rest.
func (o Offer) find(text, lang string) []Service {
	wanted := strings.Fields(plainLetters(text))
	if len(wanted) == 0 {
		return nil
	}
	type hit struct {
		svc  Service
		rank int
	}
	var hits []hit
	for _, svc := range o.Services {
		body, _ := o.body(svc.Body)
		if rank, ok := matches(wanted, []string{svc.Name.In(lang)}, svc.Also, others(svc.Name), others(svc.Help), append(others(body.Name), body.Short)); ok {
			hits = append(hits, hit{svc, rank})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return a.rank - b.rank })
	var list []Service
	for _, h := range hits {
		list = append(list, h.svc)
	}
	return list
}

func others(t Text) []string {
	var all []string
	for _, s := range t {
		all = append(all, s)
	}
	return all
}

// matches tells whether every wanted word begins a word in one of the fields,
// and in which field the last of them to be found was.
func matches(wanted []string, fields ...[]string) (rank int, ok bool) {
	for _, w := range wanted {
		at := slices.IndexFunc(fields, func(texts []string) bool {
			for _, text := range texts {
				for word := range strings.FieldsSeq(plainLetters(text)) {
					if strings.HasPrefix(word, w) {
						return true
					}
				}
			}
			return false
		})
		if at < 0 {
			return 0, false
		}
		rank = max(rank, at)
	}
	return rank, true
}

// plainLetters is a text without accents, signs and capitals.
func plainLetters(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r), r == '’', r == '\'':
			return -1
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return ' '
	}, norm.NFKD.String(text))
}
