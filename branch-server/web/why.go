package web

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/internal/queue"
)

// whyCalled says in one or two sentences why a visit was called when it was. It names no ground of priority: none is
// kept.
func (w *Web) whyCalled(v queue.Visit) string {
	tk := "A " + v.Number.String()
	why := v.Why
	var s string
	switch {
	case why.Rule == queue.RuleLaw:
		s = tk + " tem prioridade por lei, à frente de todas as outras."
	case why.Rule == queue.RuleGuard:
		s = tk + " já esperava há " + span(why.Waited) + ", e quem espera " + span(w.names().guard) + " passa à frente das que chegaram depois."
	case why.Rule == queue.RuleBooked:
		s = tk + " tem marcação para agora, e as marcações são chamadas à sua hora."
	case why.Rule == queue.RuleClass:
		s = tk + " é de uma classe a que a entidade dá preferência."
	case why.Rule == queue.RuleFront:
		s = tk + " já foi atendida noutro serviço, que a encaminhou para a frente desta fila."
	case why.Rule == queue.RuleChosen:
		s = tk + " foi escolhida por quem atende, com motivo registado (" + why.Reason + ")."
	case why.Others == 0:
		s = tk + " era a única à espera por este balcão."
	case why.Passed != 0:
		s = tk + " era a mais antiga dos serviços próprios deste balcão."
	default:
		s = tk + " era a que esperava há mais tempo, entre " + tickets(why.Others+1) + "."
	}
	switch {
	case why.PassedTkt == "":
	case why.Rule == queue.RuleLaw:
		s += " A " + why.PassedTkt + ", sem prioridade por lei, tinha chegado antes."
	case why.Rule != queue.RuleArrival:
		s += " A " + why.PassedTkt + " tinha chegado antes."
	default:
		s += " A " + why.PassedTkt + " chegou antes, mas é de um serviço em que este balcão só ajuda."
	}
	if why.Secondary && why.PassedTkt == "" {
		s += " O balcão ajuda neste serviço."
	}
	return s
}

// sayToPerson is what can be said aloud to whoever asks.
func sayToPerson(v queue.Visit) string {
	switch v.Why.Rule {
	case queue.RuleLaw:
		return "Essa senha tinha prioridade, que a lei manda atender primeiro. As outras seguem por ordem de chegada."
	case queue.RuleGuard:
		return "Essa pessoa esperava há muito tempo, e por isso passou à frente das que chegaram depois."
	case queue.RuleBooked:
		return "Essa pessoa tem hora marcada, e as marcações são chamadas à sua hora."
	case queue.RuleClass:
		return "Essa senha é de uma classe a que esta entidade dá preferência."
	case queue.RuleFront:
		return "Essa pessoa já estava a ser atendida e foi encaminhada de outro serviço."
	case queue.RuleChosen:
		return "Essa senha foi chamada fora da ordem por um motivo que ficou registado."
	case queue.RuleArrival:
	}
	if v.Why.Passed != 0 {
		return "Esse balcão atende primeiro os seus próprios serviços. A sua senha é chamada nos balcões do seu serviço, por ordem de chegada."
	}
	return "Essa senha era a que esperava há mais tempo para esse balcão. Seguimos a ordem de chegada."
}

// whyView is the page «Porque foi chamada esta senha?».
type whyView struct {
	Number   string
	Others   []whyOther // other visits of the Day under the same number
	Title    string
	Lead     string
	Say      string // for the person who asks; empty if nobody was called
	Service  string
	Body     string
	Counter  string
	Moment   string // 10:40:51
	Decided  int    // tier that decided; -1 if not called
	Tiers    [3]int // how many of the candidates stood in each
	Guard    string
	Rows     []whyRow
	Unlisted int
	Footer   string
	Journey  []step
}

type whyOther struct {
	ID   queue.VisitID
	Body string
}

// step is one thing that happened to a visit.
type step struct{ What, When string }

// whyRow is one ticket that the counter could have called at that moment.
type whyRow struct {
	Order   int
	Number  string
	Service string
	Class   string
	From    int // when it came, per cent of the axis
	Waited  string
	Reason  string
	Chosen  bool
	Link    string
}

// candidatesListed is how many of those who could have been called a page lists.
const candidatesListed = 25

var ticketForm = regexp.MustCompile(`^[A-Za-z]{1,3}[0-9]{1,4}$`)

// whyPage is GET /porque/{number}.
func (w *Web) whyPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	number := strings.ToUpper(r.PathValue("number"))
	if !ticketForm.MatchString(number) {
		w.notFound(rw, r)
		return
	}
	chosen, _ := strconv.Atoi(r.URL.Query().Get("visita")) // 0, as any nonsense, is the first of that number
	var (
		view  whyView
		found bool
	)
	err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, at time.Time) {
		view, found = painter{w: w, d: d, at: at}.why(number, queue.VisitID(chosen))
	})
	switch {
	case err != nil:
		w.fault(rw, r, err)
	case !found:
		w.show(rw, http.StatusNotFound, v, page{Title: "Senha " + number, Tab: "dia", Template: "why-none.html", Data: number})
	default:
		w.show(rw, http.StatusOK, v, page{Title: "Senha " + number, Tab: "dia", Template: "why.html", Data: view})
	}
}

func (p painter) why(number string, id queue.VisitID) (whyView, bool) {
	var same []queue.Visit
	all := p.d.Visits()
	for _, v := range all {
		if v.Number.String() == number {
			same = append(same, v)
		}
	}
	if len(same) == 0 {
		return whyView{}, false
	}
	v := same[0]
	if i := slices.IndexFunc(same, func(v queue.Visit) bool { return v.ID == id }); i >= 0 {
		v = same[i]
	}
	s := p.w.names().services[v.Service]
	view := whyView{Number: number, Service: s.name, Body: s.body, Decided: -1, Guard: span(p.w.names().guard), Journey: p.journey(v)}
	for _, o := range same {
		if o.ID != v.ID {
			view.Others = append(view.Others, whyOther{o.ID, p.w.names().services[o.Service].body})
		}
	}
	if v.CalledAt.IsZero() {
		view.Title, view.Lead = p.notCalled(v)
		return view, true
	}
	p.called(&view, v, all)
	return view, true
}

// notCalled says where a ticket stands that nobody called.
func (p painter) notCalled(v queue.Visit) (title, lead string) {
	tk := v.Number.String()
	switch v.State {
	case queue.StateVoid:
		return "Esta senha foi anulada", "O talão da " + tk + " não saiu, e ninguém ficou com o número noutro suporte. Se a pessoa o tem, tire-lhe outra senha."
	case queue.StateReserved:
		return "Esta senha ainda não saiu", "O número " + tk + " está reservado e o talão está a ser impresso."
	case queue.StateCancelled:
		return "Esta senha foi anulada", "A " + tk + " foi anulada antes de ser chamada."
	case queue.StateWaiting, queue.StateCalled, queue.StateServing, queue.StateFinished, queue.StateNoShow,
		queue.StateHeld, queue.StatePostponed:
	}
	ahead := 0
	for _, o := range p.d.Waiting(v.Service) {
		if o.ID == v.ID {
			continue
		}
		law, mine := o.Class == queue.ClassLaw, v.Class == queue.ClassLaw
		if law != mine && law || law == mine && o.ID < v.ID {
			ahead++
		}
	}
	open := 0
	for id, serves := range p.w.names().counters {
		if serves[v.Service] && p.d.Counter(id).Open {
			open++
		}
	}
	lead = "A " + tk + " espera há " + span(v.Wait(p.at)) + ". "
	switch ahead {
	case 0:
		lead += "É a primeira do seu serviço"
	case 1:
		lead += "No seu serviço há 1 senha à frente"
	default:
		lead += "No seu serviço há " + tickets(ahead) + " à frente"
	}
	switch open {
	case 0:
		lead += ", e nenhum balcão aberto o atende agora."
	case 1:
		lead += ", e 1 balcão aberto atende-o."
	default:
		lead += ", e " + strconv.Itoa(open) + " balcões abertos atendem-no."
	}
	return "Esta senha ainda não foi chamada", lead
}

func (p painter) journey(v queue.Visit) []step {
	steps := []step{{"Número tirado", p.w.clockSeconds(v.Asked)}}
	add := func(what string, at time.Time) {
		if !at.IsZero() {
			steps = append(steps, step{what, p.w.clockSeconds(at)})
		}
	}
	if v.Print == queue.PrintUnknown {
		add("À espera, talão por confirmar", v.IssuedAt)
	} else {
		add("À espera", v.IssuedAt)
	}
	if !v.CalledAt.IsZero() {
		add("Chamada ao "+inSentence(p.w.cfg.Branch().Label(v.Counter)), v.CalledAt)
	}
	if v.Recalled > 0 {
		add("Chamada de novo, "+strconv.Itoa(v.Recalled+1)+".ª vez", v.LastCall)
	}
	add("Chegou ao balcão", v.StartedAt)
	switch v.State {
	case queue.StateFinished:
		add("Atendida", v.EndedAt)
	case queue.StateNoShow:
		add("Não compareceu", v.EndedAt)
	case queue.StateVoid, queue.StateCancelled:
		add("Anulada", v.EndedAt)
	case queue.StateHeld:
		add("Atendimento suspenso", v.HeldAt)
	case queue.StateReserved, queue.StateWaiting, queue.StateCalled, queue.StateServing, queue.StatePostponed:
	}
	return steps
}

// called fills in who else could have been called at that moment, from what the Day still knows.
func (p painter) called(view *whyView, v queue.Visit, all []queue.Visit) {
	w, moment := p.w, v.CalledAt
	view.Title = "Porque foi chamada esta senha?"
	view.Lead, view.Say = w.whyCalled(v), sayToPerson(v)
	view.Counter, view.Moment = w.cfg.Branch().Label(v.Counter), w.clockSeconds(moment)
	view.Decided = v.Why.Tier
	serves := w.names().serves(v.Counter)
	var could []queue.Visit
	for _, o := range all {
		waited := !o.IssuedAt.IsZero() && !o.IssuedAt.After(moment) && (o.CalledAt.IsZero() || !o.CalledAt.Before(moment)) &&
			(o.State != queue.StateVoid || o.EndedAt.After(moment))
		if waited && (o.ID == v.ID || serves[o.Service] && !called(o, v)) {
			could = append(could, o)
		}
	}
	slices.SortFunc(could, func(a, b queue.Visit) int {
		if x, y := p.tierAt(a, v, moment), p.tierAt(b, v, moment); x != y {
			return x - y
		}
		if a.ID == v.ID || b.ID == v.ID { // what was called stood first of its tier
			if a.ID == v.ID {
				return -1
			}
			return 1
		}
		return a.Asked.Compare(b.Asked)
	})
	first := moment
	for _, o := range could {
		view.Tiers[p.tierAt(o, v, moment)]++
		if o.Asked.Before(first) {
			first = o.Asked
		}
	}
	axis := max(time.Minute, moment.Sub(first))
	previous := ""
	for i, o := range could {
		if i == candidatesListed {
			view.Unlisted = len(could) - i
			break
		}
		row := whyRow{
			Order: i + 1, Number: o.Number.String(), Service: w.names().services[o.Service].name,
			Class: [...]string{classLaw, classLong, classWalkIn}[p.tierAt(o, v, moment)],
			From:  int(100 * o.Asked.Sub(first) / axis), Waited: span(moment.Sub(o.Asked)),
			Chosen: o.ID == v.ID, Link: "/porque/" + o.Number.String() + "?visita=" + strconv.Itoa(int(o.ID)),
		}
		row.Reason = p.reason(o, v, moment, previous)
		previous = o.Number.String()
		view.Rows = append(view.Rows, row)
	}
	view.Footer = "Regra da loja: prioridade por lei, depois quem esperou " + span(w.names().guard) +
		", depois ordem de chegada. A razão de cada prioridade não se pergunta nem se guarda."
}

// called reports whether a visit was called in the same moment as v but before it.
func called(o, v queue.Visit) bool {
	return o.CalledAt.Equal(v.CalledAt) && o.ID != v.ID
}

// tierAt returns the tier (0 to 2) in which a candidate stood when v was called. Priority given to a candidate only
// afterwards shows in its class; it cannot have stood before v, or it would have been called.
func (p painter) tierAt(o, v queue.Visit, moment time.Time) int {
	switch {
	case o.ID == v.ID:
		return min(max(v.Why.Tier, 0), 2)
	case o.Class == queue.ClassLaw && v.Why.Tier == 0:
		return 0
	case p.w.names().guard > 0 && moment.Sub(o.Asked) >= p.w.names().guard:
		return 1
	}
	return 2
}

func (p painter) reason(o, v queue.Visit, moment time.Time, previous string) string {
	mine, theirs := p.tierAt(v, v, moment), p.tierAt(o, v, moment)
	switch {
	case o.ID == v.ID:
		return "Chamada."
	case o.Class == queue.ClassLaw && theirs > 0:
		return "Recebeu prioridade depois desta chamada."
	case theirs > mine && mine == 0:
		return "Sem prioridade por lei: depois das prioritárias."
	case theirs > mine:
		return "Ainda não esperava " + span(p.w.names().guard) + "."
	case o.Asked.Before(v.Asked):
		return "Serviço em que este balcão só ajuda."
	case previous == "":
		return "Chegou depois."
	}
	return "Chegou depois da " + previous + "."
}
