package flow

// earWords are those of the spoken guide.
var earWords = map[string]Text{
	"ear":       {"pt": "Ouvir", "en": "Listen", "es": "Escuchar", "fr": "Écouter", "uk": "Слухати"},
	"ear.title": {"pt": "Ouvir este quiosque", "en": "Listen to this kiosk", "es": "Escuchar este quiosco", "fr": "Écouter cette borne", "uk": "Слухати термінал"},
	"ear.sub": {
		"pt": "Tudo o que está no ecrã é lido em voz alta.", "en": "Everything on the screen is read out.", "es": "Se lee en voz alta todo lo que hay en pantalla.",
		"fr": "Tout ce qui est à l’écran est lu.", "uk": "Усе, що на екрані, читається вголос.",
	},
	"ear.private": {
		"pt": "Só nos auscultadores", "en": "Through headphones only", "es": "Solo por los auriculares", "fr": "Dans les écouteurs seulement", "uk": "Лише в навушниках",
	},
	"ear.private.do": {
		"pt": "Mais ninguém ouve. Se os tirar, a voz para.", "en": "Nobody else hears it. If you unplug them, the voice stops.",
		"es": "Nadie más lo oye. Si los quita, la voz se detiene.", "fr": "Personne d’autre n’entend. Si vous les retirez, la voix s’arrête.",
		"uk": "Більше ніхто не чує. Якщо їх вийняти, голос замовкне.",
	},
	"ear.plug": {
		"pt": "Ligue os auscultadores", "en": "Plug in your headphones", "es": "Conecte los auriculares", "fr": "Branchez vos écouteurs", "uk": "Під’єднайте навушники",
	},
	"ear.plug.do": {
		"pt": "A ficha está no teclado, por baixo do ecrã.", "en": "The socket is on the keypad, below the screen.", "es": "La toma está en el teclado, debajo de la pantalla.",
		"fr": "La prise est sur le clavier, sous l’écran.", "uk": "Роз’єм на клавіатурі під екраном.",
	},
	"ear.unplugged": {
		"pt": "Sem auscultadores", "en": "No headphones", "es": "Sin auriculares", "fr": "Sans écouteurs", "uk": "Немає навушників",
	},
	"ear.gone": {
		"pt": "Tirou os auscultadores", "en": "You unplugged the headphones", "es": "Ha quitado los auriculares", "fr": "Vous avez retiré les écouteurs", "uk": "Ви вийняли навушники",
	},
	"ear.stay": {
		"pt": "Para continuar, carregue em qualquer tecla.", "en": "To go on, press any key.", "es": "Para continuar, pulse cualquier tecla.",
		"fr": "Pour continuer, appuyez sur une touche.", "uk": "Щоб продовжити, натисніть будь-яку клавішу.",
	},
	"ear.goon": {
		"pt": "Continuar sem voz", "en": "Go on without the voice", "es": "Seguir sin voz", "fr": "Continuer sans la voix", "uk": "Далі без голосу",
	},
	"ear.seconds": {
		"pt": "{n, plural, one {# segundo} other {# segundos}}", "en": "{n, plural, one {# second} other {# seconds}}", "es": "{n, plural, one {# segundo} other {# segundos}}",
		"fr": "{n, plural, one {# seconde} other {# secondes}}", "uk": "{n, plural, one {# секунду} few {# секунди} many {# секунд} other {# секунди}}",
	},
	"ear.welcome": {
		"pt": "Guia falado.", "en": "Spoken guide.", "es": "Guía hablada.", "fr": "Guide parlé.", "uk": "Голосовий помічник.",
	},
	"ear.keys": {
		"pt": "As quatro teclas", "en": "The four keys", "es": "Las cuatro teclas", "fr": "Les quatre touches", "uk": "Чотири клавіші",
	},
	"ear.keys.do": {
		"pt": "Seguinte e anterior percorrem as escolhas. OK escolhe. Repetir lê outra vez.",
		"en": "Next and back go through the choices. OK chooses. Repeat reads again.",
		"es": "Siguiente y anterior recorren las opciones. OK elige. Repetir vuelve a leer.",
		"fr": "Suivant et précédent parcourent les choix. OK choisit. Répéter relit.",
		"uk": "Далі та назад — вибір за вибором. OK вибирає. Повтор читає ще раз.",
	},
	"ear.choices": {
		"pt": "{n, plural, one {# escolha} other {# escolhas}}. Carregue em seguinte.", "en": "{n, plural, one {# choice} other {# choices}}. Press next.",
		"es": "{n, plural, one {# opción} other {# opciones}}. Pulse siguiente.", "fr": "{n, plural, one {# choix} other {# choix}}. Appuyez sur suivant.",
		"uk": "{n, plural, one {# вибір} few {# вибори} many {# виборів} other {# вибору}}. Натисніть далі.",
	},
	"ear.nth":  {"pt": "{n} de {of}.", "en": "{n} of {of}.", "es": "{n} de {of}.", "fr": "{n} sur {of}.", "uk": "{n} з {of}."},
	"ear.wait": {"pt": "Espera: {wait}", "en": "Waiting time: {wait}", "es": "Espera: {wait}", "fr": "Attente : {wait}", "uk": "Очікування: {wait}"},
	"ear.yes":  {"pt": "Ligado.", "en": "On.", "es": "Activado.", "fr": "Activé.", "uk": "Увімкнено."},
	"ear.no":   {"pt": "Desligado.", "en": "Off.", "es": "Desactivado.", "fr": "Désactivé.", "uk": "Вимкнено."},
	"ear.number": {
		"pt": "A sua senha é {number}", "en": "Your ticket is {number}", "es": "Su turno es {number}", "fr": "Votre ticket est le {number}", "uk": "Ваш талон {number}",
	},
	"ear.on": {"pt": "Continuamos.", "en": "We go on.", "es": "Seguimos.", "fr": "On continue.", "uk": "Продовжуємо."},
	"ear.tuned": {
		"pt": "Volume {volume} de 7. Velocidade {speed} de 5.", "en": "Volume {volume} of 7. Speed {speed} of 5.", "es": "Volumen {volume} de 7. Velocidad {speed} de 5.",
		"fr": "Volume {volume} sur 7. Vitesse {speed} sur 5.", "uk": "Гучність {volume} з 7. Швидкість {speed} з 5.",
	},
	"ear.greeting": {
		"pt": "Olá. O seu cartão foi lido.", "en": "Hello. Your card has been read.", "es": "Hola. Su tarjeta se ha leído.", "fr": "Bonjour. Votre carte a été lue.", "uk": "Вітаємо. Вашу картку прочитано.",
	},
	"ear.bye": {
		"pt": "Obrigado. O quiosque volta ao início.", "en": "Thank you. The kiosk starts over.", "es": "Gracias. El quiosco vuelve al inicio.",
		"fr": "Merci. La borne revient au début.", "uk": "Дякуємо. Термінал повертається на початок.",
	},
	"ear.typed": {"pt": "{n} de {of}.", "en": "{n} of {of}.", "es": "{n} de {of}.", "fr": "{n} sur {of}.", "uk": "{n} з {of}."},

	"ear.louder":  {"pt": "Mais alto", "en": "Louder", "es": "Más alto", "fr": "Plus fort", "uk": "Гучніше"},
	"ear.quieter": {"pt": "Mais baixo", "en": "Quieter", "es": "Más bajo", "fr": "Moins fort", "uk": "Тихіше"},
	"ear.faster":  {"pt": "Mais depressa", "en": "Faster", "es": "Más rápido", "fr": "Plus vite", "uk": "Швидше"},
	"ear.slower":  {"pt": "Mais devagar", "en": "Slower", "es": "Más despacio", "fr": "Moins vite", "uk": "Повільніше"},
	"ear.off":     {"pt": "Desligar a voz", "en": "Turn the voice off", "es": "Apagar la voz", "fr": "Arrêter la voix", "uk": "Вимкнути голос"},
}
