// Package voice decides what a callboard box says and how it sounds: the words
// of a call in each language, the markup that makes a speech engine spell the
// ticket's letters, the chime, and the order in which calls are spoken. It is
// pure: it opens no device and starts no program; kiosk/audio does that.
package voice

// Lang is a language in which a call can be spoken, as a BCP 47 primary tag.
type Lang string

// The languages with a wording; who has reviewed them is said in kiosk/flow.
const (
	// Portuguese is European Portuguese, the first language of every call.
	Portuguese Lang = "pt"
	// English is British English.
	English Lang = "en"
	// Spanish is that of Spain.
	Spanish Lang = "es"
	// French is that of France.
	French Lang = "fr"
	// Ukrainian is spoken by the engine's own voice for it.
	Ukrainian Lang = "uk"
)

// wording is everything a language needs to say a call. A new language is one
// more row of wordings.
type wording struct {
	lang    Lang
	voice   string // name of the espeak-ng voice
	ticket  string // what stands before the number
	counter string // what stands before the counter's label
}

// wordings returns the table of languages. It is a function because a table
// in a variable could be changed by whoever sees it.
func wordings() []wording {
	return []wording{
		{Portuguese, "pt", "senha", "balcão"},
		{English, "en-gb", "ticket", "counter"},
		{Spanish, "es", "turno", "mostrador"},
		{French, "fr-fr", "ticket", "guichet"},
		{Ukrainian, "uk", "талон", "стійка"},
	}
}

func wordingOf(lang Lang) (wording, bool) {
	for _, w := range wordings() {
		if w.lang == lang {
			return w, true
		}
	}
	return wording{}, false
}

// Langs lists the languages that can be spoken, Portuguese first.
func Langs() []Lang {
	var langs []Lang
	for _, w := range wordings() {
		langs = append(langs, w.lang)
	}
	return langs
}

// EngineVoice returns the name that espeak-ng gives to the voice of lang, and
// whether there is one.
func EngineVoice(lang Lang) (string, bool) {
	w, ok := wordingOf(lang)
	return w.voice, ok
}
