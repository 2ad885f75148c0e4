package flow

import "balcao/internal/qr"

// scanWords are those of the code that a telephone reads.
var scanWords = map[string]Text{
	"scan":      {"pt": "Leve-o no telemóvel", "en": "Take it on your phone", "es": "Llévelo en el móvil", "fr": "Emportez-le", "uk": "Телефон"},
	"scan.help": {"pt": "Aponte a câmara ao código e siga a sua vez.", "en": "Point the camera at the code and follow your turn.", "es": "Apunte la cámara al código y siga su turno.", "fr": "Visez le code et suivez votre tour.", "uk": "Наведіть камеру на код і стежте за чергою."},
}

// scan is the code of a ticket for a telephone, or nil where there is no place to follow it.
func (s State) scan(t Ticket) *Scan {
	if t.Link == "" {
		return nil
	}
	code, err := qr.Draw(t.Link)
	if err != nil {
		return nil // longer than any code: the number alone must do
	}
	return &Scan{Code: code, Label: s.say("scan"), Help: s.say("scan.help")}
}
