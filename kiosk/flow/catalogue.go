package flow

import (
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"

	"balcao/internal/phrase"
)

// Language is one language of the kiosk.
type Language struct {
	Code string `json:"code"`           // as BCP 47 has it
	Name string `json:"name"`           // its own name for itself
	Full string `json:"full,omitempty"` // the code with its region, where the words are of one
	RTL  bool   `json:"rtl,omitempty"`  // written from right to left
}

// Languages are what the path can be walked in, each by its own name.
func Languages() []Language {
	return []Language{
		{Code: "pt", Name: "Português", Full: "pt-PT"},
		{Code: "en", Name: "English", Full: "en-GB"},
		{Code: "es", Name: "Español", Full: "es-ES"},
		{Code: "fr", Name: "Français", Full: "fr-FR"},
		{Code: "uk", Name: "Українська", Full: "uk-UA"},
	}
}

// Prepared are the languages that are next, by how many people here speak
// them: their plural forms and their direction are known, their words are not
// written yet, and nobody is offered them.
func Prepared() []Language {
	return []Language{
		{Code: "hi", Name: "हिन्दी"},
		{Code: "ne", Name: "नेपाली"},
		{Code: "bn", Name: "বাংলা"},
		{Code: "it", Name: "Italiano"},
		{Code: "zh", Name: "中文"},
		{Code: "ru", Name: "Русский"},
		{Code: "ro", Name: "Română"},
		{Code: "ur", Name: "اردو", RTL: true},
		{Code: "pa", Name: "ਪੰਜਾਬੀ"},
		{Code: "ar", Name: "العربية", RTL: true},
	}
}

// MirrorLanguage is English as it would stand in a language that is written
// from right to left. It is for the eyes of whoever prepares one, and is never
// offered.
const MirrorLanguage = "en-x-mirror"

func languageOf(code string) Language {
	if code == MirrorLanguage {
		return Language{Code: "en", Full: "en-GB", RTL: true}
	}
	for _, l := range Languages() {
		if l.Code == code {
			return l
		}
	}
	return Languages()[0]
}

// Away is what the page says by itself while the program is not there to say
// it, by language: again, moment, sub and unknown.
func Away() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, l := range Languages() {
		all[l.Code] = map[string]string{
			"again": words["away.again"][l.Code], "moment": words["starting.title"][l.Code],
			"sub": words["away.sub"][l.Code], "unknown": words["wait.unknown"][l.Code],
		}
	}
	return all
}

// Entry is one text of the catalogue.
type Entry struct {
	Key   string
	Owner string // who answers for it, by their office
	Text  Text
	// Reviews are, by language, who last read the text as it stands now; a
	// language without one has not been reviewed.
	Reviews map[string]Review
}

// Review says that somebody who speaks a language has read a text in it. It
// holds for the very words that were read: when they change, it lapses.
type Review struct {
	By string // the office, never a person's name
	On string // 2026-11-22
	Of string // Digest of the words that were read
}

// reviews are the marks, by language and key; the key * is the whole language,
// with the Digest of the language. None has been read by its users yet.
func reviews() map[string]map[string]Review { return map[string]map[string]Review{} }

// Catalogue is every text of the path, by key.
func Catalogue() []Entry {
	marks := reviews()
	var list []Entry
	for _, key := range slices.Sorted(maps.Keys(words)) {
		e := Entry{Key: key, Owner: ownerOf(key), Text: maps.Clone(words[key]), Reviews: map[string]Review{}}
		for lang, text := range e.Text {
			if mark, ok := holds(marks, lang, key, text); ok {
				e.Reviews[lang] = mark
			}
		}
		list = append(list, e)
	}
	return list
}

func holds(marks map[string]map[string]Review, lang, key, text string) (Review, bool) {
	if mark, ok := marks[lang][key]; ok && mark.Of == Digest(text) {
		return mark, true
	}
	mark, ok := marks[lang]["*"]
	return mark, ok && mark.Of == DigestOf(lang)
}

// Digest names the words of a text, for a Review.
func Digest(text string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	return strconv.FormatUint(h.Sum64(), 36)
}

// DigestOf names all words of a language together, for a Review of the whole.
func DigestOf(lang string) string {
	var all strings.Builder
	for _, key := range slices.Sorted(maps.Keys(words)) {
		all.WriteString(key + "\x00" + words[key][lang] + "\x00")
	}
	return Digest(all.String())
}

// Reviewed reports whether every text of a language has been read by somebody
// who speaks it.
func Reviewed(lang string) bool {
	for _, e := range Catalogue() {
		if _, ok := e.Reviews[lang]; !ok {
			return false
		}
	}
	return true
}

// ownerOf is who answers for a text: the office whose matter it speaks of.
func ownerOf(key string) string {
	owners := []struct{ prefix, owner string }{
		{"check.", "identificação eletrónica"},
		{"card.", "identificação eletrónica"},
		{"greet", "identificação eletrónica"},
		{"book", "marcações"},
		{"mode.", "acessibilidade"},
		{"access", "acessibilidade"},
		{"easy.", "acessibilidade"},
		{"sign.", "acessibilidade"},
		{"call.", "acessibilidade"},
		{"ear", "acessibilidade"},
	}
	for _, o := range owners {
		if strings.HasPrefix(key, o.prefix) {
			return o.owner
		}
	}
	return "atendimento presencial"
}

// translated adds the languages that have a file each.
func translated(list map[string]Text) map[string]Text {
	for lang, texts := range map[string]map[string]string{"es": spanish, "fr": french, "uk": ukrainian} {
		for key, text := range texts {
			if list[key] == nil {
				list[key] = Text{}
			}
			list[key][lang] = text
		}
	}
	return list
}

// say is a text in the citizen's language, with pairs of name and value put
// in; in easy reading, its easier wording where there is one.
func (s State) say(key string, pairs ...string) string {
	if s.session.modes.EasyReading {
		if _, easier := words["easy."+key]; easier {
			key = "easy." + key
		}
	}
	lang := languageOf(s.session.lang).Code
	return phrase.Write(lang, words[key].In(lang), pairs...)
}
