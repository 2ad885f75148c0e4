package web

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"balcao/internal/queue"
)

// factView is one thing of the day that is worth telling, beside tickets and calls.
type factView struct {
	At   string `json:"at"` // 10:09
	Text string `json:"text"`
	Seq  uint64 `json:"seq"`
}

// mostFacts is how much of a day's timeline is remembered and shown.
const mostFacts = 300

// history gathers what is worth telling of the present Day. Entries come while the engine is locked, so hearing only
// puts them by; the hub's goroutine reads.
type history struct {
	mu   sync.Mutex
	news []queue.Entry

	day    queue.Date // of the rest, which the hub's goroutine owns
	loaded bool
	last   uint64
	facts  []factView
	opened map[queue.CounterID]bool
}

// hear puts entries by. It never blocks for long.
func (h *history) hear(entries []queue.Entry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range entries {
		if worthTelling(e.Event) {
			h.news = append(h.news, e)
		}
	}
	if len(h.news) > 4*mostFacts {
		h.news = slices.Clone(h.news[len(h.news)-2*mostFacts:])
	}
}

func worthTelling(e queue.Event) bool {
	switch e.(type) {
	case queue.DayOpened, queue.DayClosed, queue.Issued, queue.CounterOpened, queue.CounterClosed, queue.BreakStarted,
		queue.ServiceSuspended, queue.ServiceReopened, queue.QuotaSet, queue.SkillsSet, queue.Supervised, queue.AlarmRaised:
		return true
	default:
		return false
	}
}

// take tells the Day's timeline: from the journal the first time, from what was heard afterwards. A journal that cannot
// be read now is read at the next look.
func (h *history) take(ctx context.Context, w *Web, today func() (queue.Date, error)) []factView {
	if !h.loaded {
		h.load(ctx, w, today)
	}
	h.mu.Lock()
	news := h.news
	h.news = nil
	h.mu.Unlock()
	for _, e := range news {
		h.tell(w, e)
	}
	if len(h.facts) > mostFacts {
		h.facts = slices.Clone(h.facts[len(h.facts)-mostFacts:])
	}
	return slices.Clone(h.facts)
}

func (h *history) load(ctx context.Context, w *Web, today func() (queue.Date, error)) {
	day, err := today()
	if err != nil || day == "" {
		return
	}
	_, err = w.cfg.Archive.Entries(ctx, day, func(e queue.Entry) bool {
		if worthTelling(e.Event) {
			h.tell(w, e)
		}
		return true
	})
	h.loaded = err == nil
}

func (h *history) tell(w *Web, e queue.Entry) {
	if e.Seq <= h.last {
		return
	}
	h.last = e.Seq
	if opened, ok := e.Event.(queue.DayOpened); ok {
		h.day, h.facts, h.opened = opened.Day, nil, map[queue.CounterID]bool{}
	}
	if text := h.text(w, e.Event); text != "" {
		h.facts = append(h.facts, factView{At: w.clock(e.At), Text: text, Seq: e.Seq})
	}
}

// text says a fact; empty if it is not told after all.
func (h *history) text(w *Web, e queue.Event) string {
	counter := func(id queue.CounterID) string { return inSentence(w.cfg.Branch().Label(id)) }
	service := func(id queue.ServiceID) string { return w.serviceWords(id) }
	switch ev := e.(type) {
	case queue.Issued:
		if h.opened == nil || h.opened[""] {
			return ""
		}
		h.opened[""] = true
		return "primeira senha, " + ev.Number.String()
	case queue.DayClosed:
		return "fecho do dia"
	case queue.CounterOpened:
		again := h.opened[ev.Counter]
		if h.opened != nil {
			h.opened[ev.Counter] = true
		}
		if again {
			return counter(ev.Counter) + " reabre"
		}
		return counter(ev.Counter) + " abre"
	case queue.CounterClosed:
		return counter(ev.Counter) + " fecha"
	case queue.BreakStarted:
		return counter(ev.Counter) + " em pausa: " + breakWords(ev.Reason)
	case queue.ServiceSuspended:
		return service(ev.Service) + " suspenso"
	case queue.ServiceReopened:
		return service(ev.Service) + " reaberto"
	case queue.QuotaSet:
		return "contingente de hoje alterado"
	case queue.SkillsSet:
		return counter(ev.Counter) + " com outros serviços"
	case queue.AlarmRaised:
		return counter(ev.Counter) + " pediu ajuda"
	case queue.Supervised:
		return supervisedWords(ev)
	default: // not worth telling
		return ""
	}
}

// supervisedWords says what the coordination did; what follows from it to counters and services says itself.
func supervisedWords(ev queue.Supervised) string {
	what := map[string]string{
		"end": "a coordenação terminou uma senha", "transfer": "a coordenação mudou uma senha de serviço", "move": "a coordenação passou uma fila para outro serviço",
		"revive": "a coordenação repôs uma senha",
	}[ev.Action]
	if what == "" {
		return ""
	}
	return what + ": " + reasonText(ev.Reason)
}

// breakWords says what a break is for; a code that nobody knows is shown as it came.
func breakWords(code string) string {
	if r, err := reasonOf(reasonsBreak, code); err == nil && r.Text != "" {
		return inSentence(r.Text)
	}
	return code
}

// aliases remembers pseudonyms for a while: the page is painted several times a second. One goroutine owns it.
type aliases struct {
	month string
	names map[string]string
}

func (a *aliases) of(ctx context.Context, w *Web, person string, now time.Time) string {
	if month := now.UTC().Format("2006-01"); a.month != month || a.names == nil {
		a.month, a.names = month, map[string]string{}
	}
	name, known := a.names[person]
	if !known {
		var err error
		if name, err = w.cfg.Pseudonym(ctx, person); err != nil {
			return "" // at the next look
		}
		a.names[person] = name
	}
	return name
}

// managersPart is what the coordinator's page needs beside the Day, if anybody looks at it.
func (w *Web) managersPart(ctx context.Context, keys []viewKey, now time.Time) ([]factView, map[queue.CounterID]string) {
	if !slices.ContainsFunc(keys, func(k viewKey) bool { return k.kind == viewManager }) {
		return nil, nil
	}
	sitting := map[queue.CounterID]string{}
	for counter, seat := range w.seats.taken(now) {
		name := w.aliases.of(ctx, w, seat.Person, now)
		if name == "" {
			name = "–"
		}
		sitting[counter] = name
	}
	facts := w.history.take(ctx, w, func() (day queue.Date, err error) {
		err = w.cfg.Commands.Read(ctx, func(d *queue.Day, _ time.Time) { day = d.Date() })
		if err != nil {
			return "", fmt.Errorf("read the day: %w", err)
		}
		return day, nil
	})
	return facts, sitting
}
