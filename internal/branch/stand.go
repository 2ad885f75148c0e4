package branch

import (
	"time"

	"balcao/internal/hours"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Stand is how a service stands at a moment: whether a number can be had, and if not why, when again, and what to do.
type Stand struct {
	State  string    // one of the states of wire.OfferService
	Why    wire.Text // a short sentence without a full stop; nil while numbers are given
	Next   wire.Text // what to do instead; nil while numbers are given
	At     time.Time // numbers are given again; zero if that is not known
	Hours  hours.State
	Left   int              // numbers that somebody without a booking can still have today
	Paused queue.Suspension // where State is suspended
}

// Stand returns how a service stands. The moment is in the branch's own zone.
func (b *Branch) Stand(d *queue.Day, id queue.ServiceID, at time.Time) Stand {
	schedule := b.Schedule(id, at.Location())
	s := Stand{State: wire.OfferOpen, Hours: schedule.State(at), Left: d.Rest(id)}
	paused, is := d.Suspension(id)
	switch {
	case !d.Open():
		s.State, s.At = wire.OfferClosed, schedule.After(at)
		s.Why = wire.Text{"pt": "O dia já terminou", "en": "The day has ended", "es": "El día ya ha terminado", "fr": "La journée est terminée", "uk": "День уже завершено"}
		s.Next = opens(at, s.At)
	case !s.Hours.Gives && s.Hours.Later():
		s.State, s.Why, s.Next, s.At = wire.OfferNotOpen, wire.Text(s.Hours.Reason()), wire.Text(s.Hours.Opens()), s.Hours.Next
	case !s.Hours.Gives:
		s.State, s.Why, s.Next, s.At = wire.OfferClosed, wire.Text(s.Hours.Reason()), wire.Text(s.Hours.Opens()), s.Hours.Next
	case is:
		s.State, s.Why, s.Next, s.At, s.Paused = wire.OfferSuspended, SuspensionWords(paused.Cause), reopens(at, paused.Until), paused.Until, paused
	case s.Left == 0:
		s.State, s.Why, s.At = wire.OfferSoldOut, wire.Text{"pt": "Senhas de hoje esgotadas", "en": "No more tickets today", "es": "Turnos de hoy agotados", "fr": "Plus de tickets aujourd’hui", "uk": "Талонів на сьогодні немає"}, schedule.After(at)
		s.Next = moreLater(at, s.At)
	case d.Full():
		s.State, s.Why = wire.OfferFull, wire.Text{"pt": "Lotação completa", "en": "The branch is full", "es": "Aforo completo", "fr": "Centre complet", "uk": "Центр переповнений"}
		s.Next = wire.Text{"pt": "Espere um pouco. Volta a haver senhas quando sair alguém.", "en": "Please wait a little. There are tickets again when somebody leaves.", "es": "Espere un poco. Habrá turnos cuando salga alguien.", "fr": "Attendez un peu. Il y aura des tickets quand quelqu’un sortira.", "uk": "Трохи зачекайте. Талони будуть, коли хтось вийде."}
	}
	if s.State != wire.OfferOpen {
		s.Next = b.besides(id, s)
	}
	return s
}

func opens(at, next time.Time) wire.Text { return wire.Text(hours.Reopening(at, next)) }

func reopens(at, until time.Time) wire.Text {
	if until.IsZero() {
		return wire.Text{
			"pt": "Na receção dizem quando reabre.", "en": "Reception knows when it reopens.", "es": "En recepción saben cuándo vuelve a abrir.",
			"fr": "L’accueil sait quand il rouvre.", "uk": "На рецепції знають, коли відновлять.",
		}
	}
	t := wire.Text{}
	for lang, verb := range map[string]string{"pt": "Reabre ", "en": "It reopens ", "es": "Vuelve a abrir ", "fr": "Il rouvre ", "uk": "Відновиться "} {
		t[lang] = verb + hours.Clocked(until.In(at.Location()), lang) + "."
	}
	return t
}

// moreLater says when there are numbers again; a zero next is not known.
func moreLater(at, next time.Time) wire.Text {
	t := wire.Text{}
	for lang, say := range map[string]struct{ more, some string }{
		"pt": {"Há mais ", "noutro dia"},
		"en": {"More ", "on another day"},
		"es": {"Habrá más ", "otro día"},
		"fr": {"Il y en aura ", "un autre jour"},
		"uk": {"Будуть ще ", "іншого дня"},
	} {
		when := say.some
		if !next.IsZero() {
			when = hours.When(at, next, lang)
		}
		t[lang] = say.more + when + "."
	}
	return t
}

// besides adds what else the citizen can do: the service's own words, or how to book, or the nearest branch.
func (b *Branch) besides(id queue.ServiceID, s Stand) wire.Text {
	more := b.Supply.of(string(id)).Next
	switch {
	case len(more) > 0:
	case s.State == wire.OfferSoldOut, s.State == wire.OfferSuspended:
		more = b.Supply.Book
	case s.State == wire.OfferClosed:
		more = b.Supply.Elsewhere
	}
	if len(more) == 0 {
		return s.Next
	}
	t := wire.Text{}
	for lang, text := range s.Next {
		t[lang] = text + " " + more.In(lang)
	}
	return t
}

// Causes of a suspension that citizens are told, as they are chosen and recorded.
const (
	CauseCapacity = "capacity"
	CauseStaff    = "staff"
	CauseSystem   = "system_down"
)

// SuspensionWords says to citizens why a service is suspended.
func SuspensionWords(cause string) wire.Text {
	switch cause {
	case CauseCapacity:
		return wire.Text{"pt": "Suspenso: não há capacidade para mais", "en": "Suspended: no capacity for more", "es": "Suspendido: no hay capacidad para más", "fr": "Suspendu : capacité atteinte", "uk": "Призупинено: більше не встигнути"}
	case CauseStaff:
		return wire.Text{"pt": "Suspenso: faltam técnicos", "en": "Suspended: not enough staff", "es": "Suspendido: faltan técnicos", "fr": "Suspendu : personnel insuffisant", "uk": "Призупинено: бракує працівників"}
	case CauseSystem:
		return wire.Text{"pt": "Suspenso: o sistema da entidade não responde", "en": "Suspended: the body’s system is down", "es": "Suspendido: el sistema de la entidad no responde", "fr": "Suspendu : le système de l’organisme est en panne", "uk": "Призупинено: система установи не працює"}
	}
	return wire.Text{"pt": "Suspenso por agora", "en": "Suspended for now", "es": "Suspendido por ahora", "fr": "Suspendu pour l’instant", "uk": "Тимчасово призупинено"}
}

// Door is how the whole branch stands: open as long as one service gives numbers by its hours.
type Door struct {
	State     string // wire.OfferOpen, OfferNotOpen, OfferClosed or OfferFull
	Why, Next wire.Text
	At        time.Time // a service gives numbers again
}

// Door returns how the whole branch stands. The moment is in the branch's own zone.
func (b *Branch) Door(d *queue.Day, at time.Time) Door {
	var first Stand
	for _, s := range b.Services {
		one := b.Stand(d, queue.ServiceID(s.ID), at)
		switch one.State {
		case wire.OfferFull:
			return Door{State: wire.OfferFull, Why: one.Why, Next: one.Next}
		case wire.OfferClosed, wire.OfferNotOpen:
			if first.State == "" || !one.At.IsZero() && (first.At.IsZero() || one.At.Before(first.At)) {
				first = one
			}
		default:
			return Door{State: wire.OfferOpen}
		}
	}
	if first.State == "" { // a branch without services
		return Door{State: wire.OfferClosed, Next: opens(at, time.Time{})}
	}
	door := Door{State: first.State, Why: first.Why, Next: opens(at, first.At), At: first.At}
	// What is true of the house is said before what is true of a service in it.
	if house := b.House(at.Location()).State(at); d.Open() && !house.Gives {
		door.Why = wire.Text(house.Reason())
	}
	return door
}

// Change returns the next moment at which the hours of a service say something else; zero if there is none. The moment
// is in the branch's own zone.
func (b *Branch) Change(at time.Time) time.Time {
	var next time.Time
	for _, s := range b.Services {
		c := b.Schedule(queue.ServiceID(s.ID), at.Location()).Change(at)
		if !c.IsZero() && c.After(at) && (next.IsZero() || c.Before(next)) {
			next = c
		}
	}
	return next
}

// paintDoor says why the branch gives no numbers at all, where it gives none.
func (b *Branch) paintDoor(o *wire.OfferBranch, d *queue.Day, at time.Time) {
	for _, line := range b.House(at.Location()).Week() {
		o.Hours = append(o.Hours, wire.Text(line))
	}
	door := b.Door(d, at)
	if door.State == wire.OfferOpen {
		return
	}
	o.State, o.Why, o.Next, o.NextMS = door.State, door.Why, door.Next, unixMilli(door.At)
	o.Open = door.State == wire.OfferFull
}

func unixMilli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
