package flow

// toolWords is every word of the ways to make the kiosk easier: languages,
// modes, search, sign language, and calling somebody.
var toolWords = map[string]Text{
	"languages":       {"pt": "Língua", "en": "Language", "es": "Idioma", "fr": "Langue", "uk": "Мова"},
	"languages.title": {"pt": "Escolha a língua", "en": "Choose a language", "es": "Elija el idioma", "fr": "Choisissez la langue", "uk": "Оберіть мову"},
	"languages.sub": {
		"pt": "Vale até terminar.", "en": "It applies until you finish.", "es": "Vale hasta terminar.",
		"fr": "Elle vaut jusqu’à la fin.", "uk": "Діє до завершення.",
	},
	"mode.easy": {"pt": "Leitura fácil", "en": "Easy reading", "es": "Lectura fácil", "fr": "Lecture facile", "uk": "Просте читання"},
	"mode.sign": {"pt": "Língua gestual", "en": "Sign language", "es": "Lengua de signos", "fr": "Langue des signes", "uk": "Жестова мова"},
}
