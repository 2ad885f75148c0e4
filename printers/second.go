package printers

// secondLines are the labels of a slip in the languages that stand below the
// Portuguese, by their English wording.
var secondLines = map[string]map[string]string{
	"es": {
		"Printed again: the same number": "Segunda copia: el mismo número",
		"Booked for":                     "Cita a las",
		"Priority service":               "Atención prioritaria",
		"Ahead of you":                   "Delante de usted",
		"Then, with the same number":     "Después, con el mismo número",
		"Estimated wait":                 "Espera estimada",
		"Follow your turn on your phone": "Siga su turno en el móvil",
		"Valid today only.":              "Válido solo hoy.",
	},
	"fr": {
		"Printed again: the same number": "Réimprimé : le même numéro",
		"Booked for":                     "Rendez-vous à",
		"Priority service":               "Accueil prioritaire",
		"Ahead of you":                   "Avant vous",
		"Then, with the same number":     "Ensuite, avec le même numéro",
		"Estimated wait":                 "Attente estimée",
		"Follow your turn on your phone": "Suivez votre tour au téléphone",
		"Valid today only.":              "Valable aujourd'hui seulement.",
	},
}

// PaperLanguage is the language of a slip's second lines for somebody who
// speaks lang. The tables of letters that receipt printers share have no
// Cyrillic: a slip for a language written in it has English beside the
// Portuguese, and never question marks.
func PaperLanguage(lang string) string {
	if lang == "pt" || lang == "" || secondLines[lang] != nil {
		return lang
	}
	return "en"
}

// second is a label in the slip's second language; empty when it has none.
func (p *page) second(english string) string {
	switch {
	case p.language == "" || p.language == "pt":
		return ""
	case secondLines[p.language] == nil:
		return english
	}
	if text := secondLines[p.language][english]; text != "" {
		return text
	}
	return english
}
