package hours

import (
	"fmt"
	"time"
)

// tongue is what a language needs to speak of times and days.
type tongue struct {
	days     [7]string // Sunday first
	on       [7]string // on Sunday
	notOn    [7]string // Not open on Sundays
	months   [12]string
	today    string
	tomorrow string
	to       string // Monday to Friday
	opens    string
	undated  string
	open     string
	until    string // Open until %s.
	tickets  string // Open; tickets until %s.
	stopped  string
	town     string
	early    string
	over     string
	closed   string // Closed, before a colon
	holiday  string // Closed, public holiday, before a colon
}

// languages are those in which the words of this package exist.
func languages() []string { return []string{"pt", "en", "es", "fr", "uk"} }

// speak is the tongue of a language; that of Portugal where it has none.
func speak(lang string) tongue {
	if t, ok := tongues[lang]; ok {
		return t
	}
	return tongues["pt"]
}

var tongues = map[string]tongue{
	"pt": {
		days:   [7]string{"domingo", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado"},
		on:     [7]string{"domingo", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado"},
		notOn:  [7]string{"Não abre ao domingo", "Não abre à segunda-feira", "Não abre à terça-feira", "Não abre à quarta-feira", "Não abre à quinta-feira", "Não abre à sexta-feira", "Não abre ao sábado"},
		months: [12]string{"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"},
		today:  "hoje", tomorrow: "amanhã", to: " a ", opens: "Abre ", undated: "Sem data marcada para abrir.",
		open: "Aberto.", until: "Aberto até %s.", tickets: "Aberto; senhas até %s.", stopped: "Já não há senhas antes do fecho",
		town: "Encerrado: feriado municipal", early: "Ainda não abriu", over: "Já fechou hoje", closed: "Encerrado", holiday: "Encerrado, feriado",
	},
	"en": {
		days:   [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		on:     [7]string{"on Sunday", "on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday"},
		notOn:  [7]string{"Not open on Sundays", "Not open on Mondays", "Not open on Tuesdays", "Not open on Wednesdays", "Not open on Thursdays", "Not open on Fridays", "Not open on Saturdays"},
		months: [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		today:  "today", tomorrow: "tomorrow", to: " to ", opens: "Opens ", undated: "No opening date is set.",
		open: "Open.", until: "Open until %s.", tickets: "Open; tickets until %s.", stopped: "No more tickets before closing",
		town: "Closed: municipal holiday", early: "Not open yet", over: "Closed for today", closed: "Closed", holiday: "Closed, public holiday",
	},
	"es": {
		days:   [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
		on:     [7]string{"el domingo", "el lunes", "el martes", "el miércoles", "el jueves", "el viernes", "el sábado"},
		notOn:  [7]string{"No abre los domingos", "No abre los lunes", "No abre los martes", "No abre los miércoles", "No abre los jueves", "No abre los viernes", "No abre los sábados"},
		months: [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
		today:  "hoy", tomorrow: "mañana", to: " a ", opens: "Abre ", undated: "Sin fecha de apertura.",
		open: "Abierto.", until: "Abierto hasta las %s.", tickets: "Abierto; turnos hasta las %s.", stopped: "Ya no hay turnos antes del cierre",
		town: "Cerrado: fiesta municipal", early: "Aún no ha abierto", over: "Ya ha cerrado hoy", closed: "Cerrado", holiday: "Cerrado, festivo",
	},
	"fr": {
		days:   [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
		on:     [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
		notOn:  [7]string{"Fermé le dimanche", "Fermé le lundi", "Fermé le mardi", "Fermé le mercredi", "Fermé le jeudi", "Fermé le vendredi", "Fermé le samedi"},
		months: [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		today:  "aujourd’hui", tomorrow: "demain", to: " à ", opens: "Ouvre ", undated: "Pas de date d’ouverture.",
		open: "Ouvert.", until: "Ouvert jusqu’à %s.", tickets: "Ouvert ; tickets jusqu’à %s.", stopped: "Plus de tickets avant la fermeture",
		town: "Fermé : fête municipale", early: "Pas encore ouvert", over: "Fermé pour aujourd’hui", closed: "Fermé", holiday: "Fermé, jour férié",
	},
	"uk": {
		days:   [7]string{"неділя", "понеділок", "вівторок", "середа", "четвер", "п’ятниця", "субота"},
		on:     [7]string{"у неділю", "у понеділок", "у вівторок", "у середу", "у четвер", "у п’ятницю", "у суботу"},
		notOn:  [7]string{"У неділю зачинено", "У понеділок зачинено", "У вівторок зачинено", "У середу зачинено", "У четвер зачинено", "У п’ятницю зачинено", "У суботу зачинено"},
		months: [12]string{"січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада", "грудня"},
		today:  "сьогодні", tomorrow: "завтра", to: " – ", opens: "Відкриється ", undated: "Дату відкриття не визначено.",
		open: "Відчинено.", until: "Відчинено до %s.", tickets: "Відчинено; талони до %s.", stopped: "До закриття талонів більше немає",
		town: "Зачинено: міське свято", early: "Ще не відчинено", over: "Сьогодні вже зачинено", closed: "Зачинено", holiday: "Зачинено, свято",
	},
}

// Clocked writes a moment's time of day with its preposition: «às 08:30», «à 01:00», «at 08:30».
func Clocked(t time.Time, lang string) string {
	before, at := "às ", t.Format("15:04")
	switch lang {
	case "en":
		before = "at "
	case "es":
		before = "a las "
		if t.Hour() == 1 {
			before = "a la "
		}
	case "fr":
		before = "à "
	case "uk":
		before = "о "
	default:
		if t.Hour() == 1 {
			before = "à "
		}
	}
	return before + at
}

// words writes a date, with its year where it is not that of today.
func (d Date) words(lang string, today Date) string {
	of, month := " ", speak(lang).months[d.Month-1]
	if lang == "pt" || lang == "es" {
		of = " de "
	}
	text := fmt.Sprintf("%d%s%s", d.Day, of, month)
	if d.Year != today.Year {
		text += fmt.Sprintf("%s%d", of, d.Year)
	}
	return text
}
