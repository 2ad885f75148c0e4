package web

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/internal/queue"
)

// whyView is the page «Porque foi chamada esta senha?».
type whyView struct {
	Number    string
	Date      queue.Date
	DateWords string
	Today     bool
	Others    []whyOther // other visits of the Day under the same number
	Title     string
	Lead      string
	Say       string // for the person who asks; empty if nobody was called
	Service   string
	Body      string
	Counter   string
	Moment    string // 10:40:51
	Calls     []whyCall
	Tiers     []whyTier
	Rows      []whyRow
	Unlisted  int
	Oldest    string // the oldest ticket that was passed over; empty if none was
	Elsewhere int
	Passers   []whyPasser
	Passed    string // the passers in one sentence
	Seq       uint64
	Despite   string // given although the branch gave no numbers, and why; empty if it gave them
	Journey   []step
}

type whyOther struct {
	ID   queue.VisitID
	Body string
}

// whyCall is one call of the ticket, when it had several.
type whyCall struct {
	Words, Link string
	Now         bool
}

// whyTier is one step of the calling rule.
type whyTier struct {
	Nth     string
	Name    string
	Waiting int
	Decided bool
}

// step is one thing that happened to a visit.
type step struct{ What, When string }

// whyRow is one ticket that the counter could have called at that moment.
type whyRow struct {
	Order   int
	Number  string
	Service string
	Tag     string // law, booked, long, front, class or walkin
	TagText string
	From    int // when it came, per cent of the axis
	Waited  string
	Reason  string
	Chosen  bool
	Link    string
}

// whyPasser is a ticket that came later and was called first.
type whyPasser struct{ Number, Link, When, Counter, Service, Reason string }

// candidatesListed is how many of those who could have been called a page lists.
const candidatesListed = 25

var ticketForm = regexp.MustCompile(`^[A-Za-z]{1,3}[0-9]{1,4}$`)

// whySearch is GET /porque: which ticket of which day.
func (w *Web) whySearch(rw http.ResponseWriter, r *http.Request, v visitor) {
	number := strings.ToUpper(strings.ReplaceAll(r.URL.Query().Get("senha"), " ", ""))
	day := r.URL.Query().Get("dia")
	data := map[string]any{"Today": queue.DateOf(w.cfg.Now(), w.cfg.Zone), "Day": day, "Number": number}
	if ticketForm.MatchString(number) {
		http.Redirect(rw, r, "/porque/"+number+"?dia="+url.QueryEscape(day), http.StatusSeeOther)
		return
	}
	if number != "" {
		data["Fault"] = "Escreva o número como está no talão, por exemplo A023."
	}
	w.show(rw, http.StatusOK, v, page{Title: "Porque foi chamada", Tab: "dia", Template: "why-search.html", Data: data, Styles: []string{"why.css"}})
}

// whyPage is GET /porque/{number}: any ticket of any Day in the journal.
func (w *Web) whyPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	number := strings.ToUpper(r.PathValue("number"))
	if !ticketForm.MatchString(number) {
		w.notFound(rw, r)
		return
	}
	days, err := w.cfg.Archive.Days(r.Context())
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	day := queue.Date(r.URL.Query().Get("dia"))
	if day == "" && len(days) > 0 {
		day = days[len(days)-1]
	}
	none := func() {
		words := "hoje"
		if day != "" && (len(days) == 0 || day != days[len(days)-1]) {
			words = "nesse dia"
		}
		w.show(rw, http.StatusNotFound, v, page{
			Title: "Senha " + number, Tab: "dia", Template: "why-none.html", Data: map[string]any{"Number": number, "When": words}, Styles: []string{"why.css"},
		})
	}
	if !slices.Contains(days, day) {
		none()
		return
	}
	chosen, _ := strconv.Atoi(r.URL.Query().Get("visita"))             // 0, as any nonsense, is the first of that number
	call, _ := strconv.ParseUint(r.URL.Query().Get("chamada"), 10, 64) // 0, as any nonsense, is the last
	q, found, err := w.inquire(r.Context(), day, number, queue.VisitID(chosen))
	switch {
	case err != nil:
		w.fault(rw, r, err)
	case !found:
		none()
	default:
		view := w.why(q, call, day == days[len(days)-1])
		w.show(rw, http.StatusOK, v, page{
			Title: "Senha " + number, Tab: "dia", Template: "why.html", Data: view, Styles: []string{"why.css"}, Modules: []string{"print.js"},
		})
	}
}

func (w *Web) why(q inquiry, call uint64, today bool) whyView {
	v := q.visit
	s := w.names().services[v.Service]
	view := whyView{
		Number: v.Number.String(), Date: q.date, DateWords: dayWords(q.date), Today: today, Service: s.name, Body: s.body,
	}
	if text := despiteWords(v); text != "" {
		view.Despite = "O número foi dado à mão às " + w.clock(v.Asked) + ", embora " + text + "."
	}
	for _, o := range q.same {
		if o.ID != v.ID {
			view.Others = append(view.Others, whyOther{o.ID, w.names().services[o.Service].body})
		}
	}
	for _, l := range q.lines {
		view.Journey = append(view.Journey, step{upperFirst(l.Text), w.clockSeconds(l.At)})
	}
	w.passers(&view, q)
	if len(q.calls) == 0 {
		at := q.day.Last()
		if today {
			at = w.cfg.Now()
		}
		view.Title, view.Lead = painter{w: w, d: q.day, at: at}.notCalled(v)
		if q.ended && v.State == queue.StateWaiting {
			view.Title, view.Lead = "Esta senha ficou por chamar", "O dia acabou com a "+view.Number+" à espera."
		}
		return view
	}
	which := len(q.calls) - 1
	for i, c := range q.calls {
		if c.seq == call {
			which = i
		}
	}
	if len(q.calls) > 1 {
		for i, c := range q.calls {
			view.Calls = append(view.Calls, whyCall{
				Words: fmt.Sprintf("%d.ª: %s, %s", i+1, w.clock(c.at), inSentence(w.cfg.Branch().Label(c.called.Counter))),
				Link:  whyAddress(view.Number, q.date, v.ID) + "&chamada=" + strconv.FormatUint(c.seq, 10), Now: i == which,
			})
		}
	}
	w.called(&view, v, q.calls[which])
	return view
}

// called explains one call among those whom the counter could have called instead.
func (w *Web) called(view *whyView, v queue.Visit, c callCase) {
	v.Why, v.Counter, v.Service = c.called.Why, c.called.Counter, c.called.Service
	v.Legs = legsBefore(v.Legs, c.at)
	view.Title = "Porque foi chamada esta senha?"
	view.Lead, view.Say = w.whyCalled(v), w.sayToPerson(v)
	view.Counter, view.Moment, view.Seq = w.cfg.Branch().Label(v.Counter), w.clockSeconds(c.at), c.seq
	view.Service, view.Body = w.names().services[v.Service].name, w.names().services[v.Service].body
	view.Elsewhere = c.elsewhere
	view.Tiers = w.tiers(v, c)
	first, oldest := c.at, queue.Visit{}
	for _, o := range c.candidates {
		if o.Visit.Since.Before(first) {
			first = o.Visit.Since
		}
		if o.Visit.ID == c.called.Why.Passed {
			oldest = o.Visit
		}
	}
	if oldest.ID != 0 {
		view.Oldest = fmt.Sprintf("A mais antiga que ficou à espera foi a %s, que já esperava há %s.", oldest.Number, span(c.at.Sub(oldest.Since)))
	}
	mine := queue.Candidate{Visit: v, Rule: v.Why.Rule, Tier: v.Why.Tier, Penalty: v.Why.Penalty, Key: v.Why.Key}
	axis := max(time.Minute, c.at.Sub(first))
	previous := ""
	for i, o := range c.candidates {
		if len(view.Rows) == candidatesListed {
			view.Unlisted = len(c.candidates) - i
			break
		}
		if o.Visit.ID == v.ID {
			o = mine
		}
		row := whyRow{
			Order: i + 1, Number: o.Visit.Number.String(), Service: w.names().services[o.Visit.Service].name,
			From: int(100 * o.Visit.Since.Sub(first) / axis), Waited: span(c.at.Sub(o.Visit.Since)), Chosen: o.Visit.ID == v.ID,
			Link: whyAddress(o.Visit.Number.String(), view.Date, o.Visit.ID),
		}
		row.Tag, row.TagText = w.classTag(o)
		row.Reason = w.placeReason(o, mine, previous)
		previous = row.Number
		view.Rows = append(view.Rows, row)
	}
}

// classTag says as what a candidate stood there.
func (w *Web) classTag(c queue.Candidate) (tag, text string) {
	switch c.Rule {
	case queue.RuleLaw:
		return "law", "Prioritária"
	case queue.RuleBooked:
		return "booked", "Marcação " + w.clock(c.Visit.Slot)
	case queue.RuleGuard:
		return "long", "Espera longa"
	case queue.RuleFront:
		return "front", "Encaminhada"
	case queue.RuleClass, queue.RuleArrival, queue.RuleChosen:
	}
	switch c.Visit.Class {
	case queue.ClassLaw:
		return "law", "Prioritária"
	case queue.ClassBooked:
		return "booked", "Marcação " + w.clock(c.Visit.Slot)
	case queue.ClassWalkIn:
		return "walkin", "Sem marcação"
	}
	if class, known := w.cfg.Branch().Class(c.Visit.Body, c.Visit.Class); known {
		return "class", class.Text.In("pt")
	}
	return "class", string(c.Visit.Class)
}

// tiers lists the steps of the calling rule of the visit's body, with how many of the candidates stood on each.
func (w *Web) tiers(v queue.Visit, c callCase) []whyTier {
	names := map[int][]string{}
	last := 0
	for _, class := range w.cfg.Branch().Classes(v.Body) {
		text := map[queue.ClassID]string{
			queue.ClassLaw: "prioridade por lei", queue.ClassBooked: "marcação na hora", queue.ClassWalkIn: "todas as outras",
		}[queue.ClassID(class.ID)]
		if text == "" {
			text = class.Text.In("pt")
		}
		names[class.Tier] = append(names[class.Tier], text)
		last = max(last, class.Tier)
	}
	if guard := w.names().guard; guard > 0 {
		names[1] = append(names[1], "espera de "+span(guard))
	}
	waiting := map[int]int{}
	for _, o := range c.candidates {
		waiting[o.Tier]++
		last = max(last, o.Tier)
	}
	var all []whyTier
	for tier := range last + 1 {
		if len(names[tier]) == 0 && waiting[tier] == 0 {
			continue
		}
		all = append(all, whyTier{
			Nth: strconv.Itoa(len(all)+1) + ".º", Name: upperFirst(strings.Join(names[tier], ", ou ")), Waiting: waiting[tier],
			Decided: tier == c.called.Why.Tier && c.called.Why.Rule != queue.RuleChosen,
		})
	}
	return all
}

// placeReason says why a candidate stood where it did, seen from the one that was called.
func (w *Web) placeReason(o, mine queue.Candidate, previous string) string {
	if o.Visit.ID == mine.Visit.ID {
		return "Chamada."
	}
	why := mine.Visit.Why
	before := o.Tier < mine.Tier || o.Tier == mine.Tier && (o.Penalty < mine.Penalty || o.Penalty == mine.Penalty && o.Key.Before(mine.Key))
	switch {
	case why.Rule == queue.RuleChosen:
		if before || o.Visit.Since.Before(mine.Visit.Since) {
			return "Chegou antes; a " + mine.Visit.Number.String() + " foi escolhida à mão."
		}
		return "Chegou depois."
	case o.Rule == queue.RuleLaw && why.Unlawful:
		return "Tinha prioridade por lei: passou-a uma regra da loja contra a lei."
	case before:
		return "Estava à frente pelas regras de hoje; as desse momento eram outras."
	case o.Tier > mine.Tier:
		return w.lowerTier(o, mine)
	case o.Penalty > mine.Penalty:
		return "Serviço em que este balcão só ajuda, e ainda não esperava o bastante."
	case mine.Rule == queue.RuleFront && !o.Front:
		return "Não foi encaminhada para a frente."
	case o.Rule == queue.RuleBooked && mine.Rule == queue.RuleBooked:
		return "Marcação às " + w.clock(o.Visit.Slot) + ", depois da das " + w.clock(mine.Visit.Slot) + "."
	case o.Rule != mine.Rule:
		return "A sua vez nesta ordem veio depois, às " + w.clock(o.Key) + "."
	case previous == "":
		return "Chegou depois."
	}
	return "Chegou depois da " + previous + "."
}

func (w *Web) lowerTier(o, mine queue.Candidate) string {
	switch mine.Rule {
	case queue.RuleLaw:
		return "Sem prioridade por lei: depois das prioritárias."
	case queue.RuleBooked:
		if o.Visit.Class == queue.ClassBooked {
			return "Marcação às " + w.clock(o.Visit.Slot) + ": ainda não era a sua hora."
		}
		return "Sem marcação: depois das marcações na hora."
	case queue.RuleGuard:
		return "Ainda não esperava " + span(w.names().guard) + "."
	case queue.RuleFront:
		return "Depois das encaminhadas para a frente."
	case queue.RuleClass:
		return "Depois das classes a que a entidade dá preferência."
	case queue.RuleArrival, queue.RuleChosen:
	}
	return "Depois, pela regra da loja."
}

// passers lists who came later and was called first.
func (w *Web) passers(view *whyView, q inquiry) {
	rules := map[queue.Rule]int{}
	for _, p := range q.passers {
		rule := p.called.Why.Rule
		rules[rule]++
		p.visit.Why, p.visit.Counter, p.visit.Service = p.called.Why, p.called.Counter, p.called.Service
		view.Passers = append(view.Passers, whyPasser{
			Number: p.visit.Number.String(), Link: whyAddress(p.visit.Number.String(), q.date, p.visit.ID), When: w.clockSeconds(p.at),
			Counter: w.cfg.Branch().Label(p.called.Counter), Service: w.names().services[p.called.Service].name, Reason: w.passReason(p),
		})
	}
	var parts []string
	for _, r := range rulesInOrder {
		if n := rules[r.rule]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d por %s", n, strings.TrimSuffix(r.text, ", entre o que o balcão pode atender")))
		}
	}
	switch {
	case len(q.passers) > 0:
		view.Passed = plural(len(q.passers), "1 senha chegada depois foi chamada antes", "%d senhas chegadas depois foram chamadas antes") + ": " + list(parts) + "."
	case q.earlier > 0:
		view.Passed = plural(q.earlier, "Só foi chamada antes 1 senha, que tinha chegado primeiro.", "Só foram chamadas antes %d senhas, que tinham chegado primeiro.")
	}
}

// passReason says in plain words why a later ticket was called first.
func (w *Web) passReason(p passer) string {
	switch p.called.Why.Rule {
	case queue.RuleLaw:
		return "Prioridade por lei"
	case queue.RuleBooked:
		return "Tinha hora marcada"
	case queue.RuleGuard:
		return "Esperava há muito"
	case queue.RuleClass:
		return "Classe a que a entidade dá preferência" + w.className(p.visit, ": ")
	case queue.RuleFront:
		return "Encaminhada de outro serviço, para a frente"
	case queue.RuleChosen:
		return "Escolhida à mão: " + reasonText(p.called.Why.Reason)
	case queue.RuleArrival:
	}
	return "Serviço próprio desse balcão, que só ajuda no desta senha"
}
