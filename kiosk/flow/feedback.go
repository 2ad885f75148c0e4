package flow

import (
	"net/url"
	"strings"

	"balcao/internal/qr"
)

// Feedback says where citizens complain, praise and suggest.
type Feedback struct {
	Book    Text   // what the book of paper is called; nothing means that none of this is known
	Address string // on the Internet; empty is none
}

// Picture is a code that a telephone reads: an SVG path in a square of Side by Side units.
type Picture struct {
	Side  int    `json:"side"`
	Path  string `json:"path"`
	Label string `json:"label"`
}

// feedbackWords join the others.
var feedbackWords = map[string]Text{
	"feedback": {
		"pt": "Reclamar, elogiar ou sugerir", "en": "Complain, praise or suggest", "es": "Reclamar, elogiar o sugerir",
		"fr": "Réclamer, féliciter ou suggérer", "uk": "Поскаржитися, похвалити або запропонувати",
	},
	"feedback.do": {
		"pt": "Peça o {book} na receção.", "en": "Ask for the {book} at reception.", "es": "Pida el {book} en recepción.",
		"fr": "Demandez le {book} à l’accueil.", "uk": "Запитайте {book} на рецепції.",
	},
	"feedback.at": {
		"pt": "Peça o {book} na receção, ou use {address}.", "en": "Ask for the {book} at reception, or use {address}.",
		"es": "Pida el {book} en recepción, o use {address}.", "fr": "Demandez le {book} à l’accueil, ou allez sur {address}.",
		"uk": "Запитайте {book} на рецепції або відкрийте {address}.",
	},
	"feedback.code": {
		"pt": "Código para o telemóvel: {address}", "en": "Code for your phone: {address}", "es": "Código para el móvil: {address}",
		"fr": "Code pour le téléphone : {address}", "uk": "Код для телефону: {address}",
	},
}

// showFeedback says where to complain and praise, as the law asks every public service to show.
func (s State) showFeedback(v *View) {
	f := s.world.offer.Feedback
	if len(f.Book) == 0 {
		return
	}
	n := Notice{Kind: "info", Icon: "book-open", Title: s.say("feedback"), Text: s.say("feedback.do", "book", f.Book.In(s.session.lang))}
	if at, err := url.Parse(f.Address); err == nil && at.Host != "" {
		name := strings.TrimPrefix(at.Host, "www.") + strings.TrimSuffix(at.Path, "/")
		n.Text = s.say("feedback.at", "book", f.Book.In(s.session.lang), "address", name)
		if code, err := qr.Draw(f.Address); err == nil {
			n.Picture = &Picture{Side: code.Side, Path: code.Path, Label: s.say("feedback.code", "address", name)}
		}
	}
	v.Notices = append(v.Notices, n)
}
