package web

import (
	"strconv"

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
		s = tk + " é de uma classe a que a entidade dá preferência" + w.className(v, ": ") + "."
	case why.Rule == queue.RuleFront:
		s = tk + " já foi atendida noutro serviço, que a encaminhou para a frente desta fila."
	case why.Rule == queue.RuleChosen:
		s = tk + " foi escolhida por quem atende, com motivo registado (" + reasonText(why.Reason) + ")."
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
	return s + w.cameOn(v)
}

// className is what the citizen is told of a visit's class, behind some words, where its body made that class; empty for
// the usual ones, of which the rule says enough.
func (w *Web) className(v queue.Visit, before string) string {
	if text := w.cfg.Branch().ClassText(v.Body, v.Class).In("pt"); text != "" {
		return before + "«" + text + "»"
	}
	return ""
}

// sayToPerson is what can be said aloud to whoever asks.
func (w *Web) sayToPerson(v queue.Visit) string {
	switch v.Why.Rule {
	case queue.RuleLaw:
		return "Essa senha tinha prioridade, que a lei manda atender primeiro. As outras seguem por ordem de chegada."
	case queue.RuleGuard:
		return "Essa pessoa esperava há muito tempo, e por isso passou à frente das que chegaram depois."
	case queue.RuleBooked:
		return "Essa pessoa tem hora marcada, e as marcações são chamadas à sua hora."
	case queue.RuleClass:
		return "Essa senha é de uma classe a que esta entidade dá preferência" + w.className(v, ": ") + "."
	case queue.RuleFront:
		return "Essa pessoa já estava a ser atendida e foi encaminhada de outro serviço."
	case queue.RuleChosen:
		return "Essa senha foi chamada fora da ordem por um motivo que ficou registado."
	case queue.RuleArrival:
		if w.cameOn(v) != "" {
			return "Essa pessoa já esperava antes, para outro assunto da mesma visita, e conta a hora a que chegou à loja. Seguimos a ordem de chegada."
		}
	}
	if v.Why.Passed != 0 {
		return "Esse balcão atende primeiro os seus próprios serviços. A sua senha é chamada nos balcões do seu serviço, por ordem de chegada."
	}
	return "Essa senha era a que esperava há mais tempo para esse balcão. Seguimos a ordem de chegada."
}

// notCalled says where a ticket stands that nobody called.
func (p painter) notCalled(v queue.Visit) (title, lead string) {
	tk := v.Number.String()
	if v.Walked && v.Why.Rule == "" {
		return "Esta pessoa foi atendida sem senha", "O número " + tk + " é só para o registo: a pessoa já estava no " + inSentence(p.w.cfg.Branch().Label(v.Counter)) + ", e ninguém foi chamado para lá."
	}
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
