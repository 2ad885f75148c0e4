package journal

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Names puts names to ids. A name that is missing is told by its id.
type Names struct {
	Services map[queue.ServiceID]string
	Counters map[queue.CounterID]string
	Zone     *time.Location           // nil means UTC
	Reason   func(code string) string // puts the code of a reason into words; nil tells the code
}

func (n Names) service(id queue.ServiceID) string {
	if name, known := n.Services[id]; known {
		return name
	}
	return string(id)
}

func (n Names) counter(id queue.CounterID) string {
	if name, known := n.Counters[id]; known {
		return name
	}
	return "balcão " + string(id)
}

func (n Names) reason(code string) string {
	if n.Reason == nil {
		return code
	}
	return n.Reason(code)
}

func (n Names) clock(at time.Time) string {
	if n.Zone != nil {
		at = at.In(n.Zone)
	}
	return at.Format(time.TimeOnly)
}

// Line is one sentence of a story.
type Line struct {
	Seq    uint64
	At     time.Time
	Visit  queue.VisitID // 0 if it is about no visit
	Number string        // of that visit
	Text   string
}

// Story is a day as its journal tells it.
type Story struct {
	Day   *queue.Day // as it stood at the end
	Lines []Line

	names Names
}

// NewStory returns an empty story; Hear tells it.
func NewStory(names Names) *Story {
	return &Story{Day: queue.NewDay(queue.Catalogue{}, 0), names: names}
}

// Hear adds the next entry of the day.
func (s *Story) Hear(e queue.Entry) {
	visit := queue.VisitOf(e.Event)
	s.Day.Apply(e)
	line := Line{Seq: e.Seq, At: e.At, Visit: visit, Text: s.tell(e.Event)}
	if v, known := s.Day.Visit(visit); known {
		line.Number = v.Number.String()
	}
	s.Lines = append(s.Lines, line)
}

// About returns the lines of one visit.
func (s *Story) About(id queue.VisitID) []Line {
	var lines []Line
	for _, l := range s.Lines {
		if l.Visit == id {
			lines = append(lines, l)
		}
	}
	return lines
}

// Numbered returns the visits of the day under a number such as A023; bodies that share a letter may have one each.
func (s *Story) Numbered(number string) []queue.Visit {
	var all []queue.Visit
	for _, v := range s.Day.Visits() {
		if strings.EqualFold(v.Number.String(), number) {
			all = append(all, v)
		}
	}
	return all
}

// String writes a line with its moment and number.
func (s *Story) String(l Line) string {
	if l.Number == "" {
		return s.names.clock(l.At) + "  " + l.Text
	}
	return s.names.clock(l.At) + "  " + l.Number + "  " + l.Text
}

// tell puts a fact into words.
func (s *Story) tell(e queue.Event) string {
	n := s.names
	switch ev := e.(type) {
	case queue.DayOpened:
		return "abriu o dia " + string(ev.Day)
	case queue.DayClosed:
		return "fechou o dia " + string(ev.Day)
	case queue.Reserved:
		return s.tellReserved(ev)
	case queue.Issued:
		return tellIssued(ev)
	case queue.PrintKnown:
		return "soube-se do talão: " + paperWords[ev.Print]
	case queue.PrintFailure:
		return "o talão não saiu (" + ev.Cause + "); o número espera por ele até às " + n.clock(ev.Until)
	case queue.Voided:
		return "ficou sem efeito (" + ev.Cause + ")"
	case queue.RequestClosed:
		return "um pedido acabou no quiosque antes de chegar à loja"
	case queue.Called:
		return s.tellCalled(ev)
	case queue.Recalled:
		return fmt.Sprintf("chamada de novo ao %s, %d.ª vez", n.counter(ev.Counter), ev.Count+1)
	case queue.Started:
		return "chegou ao " + n.counter(ev.Counter)
	case queue.Finished:
		return "atendida no " + n.counter(ev.Counter) + s.delivered(ev.Delivered) + s.left(ev.Left)
	case queue.NotShown:
		return "não compareceu ao " + n.counter(ev.Counter)
	case queue.PrioritySet:
		if ev.Class == queue.ClassLaw {
			return "recebeu prioridade por lei"
		}
		return "deixou de ter prioridade por lei"
	case queue.CounterOpened:
		return n.counter(ev.Counter) + " abriu"
	case queue.CounterClosed:
		return n.counter(ev.Counter) + " fechou"
	case queue.AlarmRaised:
		return n.counter(ev.Counter) + " deu o alerta silencioso"
	case queue.AlarmAnswered:
		return "o alerta do " + n.counter(ev.Counter) + " foi visto"
	case queue.Noted:
		return tellNoted(ev)
	default:
		return s.tellLife(e)
	}
}

func (s *Story) tellLife(e queue.Event) string {
	n := s.names
	switch ev := e.(type) {
	case queue.Forwarded:
		text := "atendida no " + n.counter(ev.Counter) + s.delivered(ev.Delivered) + s.onwards(ev)
		switch ev.Place {
		case queue.PlaceFront:
			text += ", para a frente da fila"
		case queue.PlaceAfter:
			text += ", não antes das " + n.clock(ev.NotBefore)
		case queue.PlaceArrival:
		}
		return text
	case queue.ThenSet:
		return s.tellThen(ev)
	case queue.Transferred:
		return "era para outro assunto: passou de " + n.service(ev.From) + " para " + n.service(ev.Service)
	case queue.Held:
		return "atendimento suspenso no " + n.counter(ev.Counter)
	case queue.Resumed:
		return "atendimento retomado no " + n.counter(ev.Counter)
	case queue.TakenBack:
		return "o que a terminou no " + n.counter(ev.Counter) + " foi engano: continua a ser atendida"
	case queue.Cancelled:
		if ev.Cause != "" {
			return "anulada (" + n.reason(ev.Cause) + ")"
		}
		return "anulada"
	case queue.Revived:
		if ev.Undo {
			return "o que a acabou foi engano: está como estava"
		}
		return "voltou e foi reposta na fila, com a hora da primeira chegada"
	case queue.Postponed:
		return "atendida por agora no " + n.counter(ev.Counter) + s.delivered(ev.Delivered) + "; volta hoje para " + n.service(ev.Service)
	case queue.Returned:
		return "voltou e espera"
	case queue.Walked:
		return "atendida sem senha no " + n.counter(ev.Counter)
	case queue.InaccurateSet:
		if ev.Inaccurate {
			return "tempos marcados como incertos: fora das estatísticas"
		}
		return "tempos de novo tidos por certos"
	case queue.BreakDue:
		return n.counter(ev.Counter) + " faz pausa quando acabar (" + ev.Reason + ")"
	case queue.BreakStarted:
		return n.counter(ev.Counter) + " em pausa (" + ev.Reason + ")"
	case queue.BreakEnded:
		return n.counter(ev.Counter) + " voltou da pausa"
	case queue.ServiceSuspended:
		return n.service(ev.Service) + " deixou de dar senhas"
	case queue.ServiceReopened:
		return n.service(ev.Service) + " voltou a dar senhas"
	case queue.SkillsSet:
		return n.tellSkills(ev)
	case queue.Supervised:
		return "a coordenação decidiu (" + ev.Action + ", motivo: " + n.reason(ev.Reason) + ")"
	case queue.QuotaSet, queue.Leased, queue.Recovered, queue.DayReopened, queue.NumbersBlocked, queue.NumbersReleased, queue.PaperEntered, queue.PaperCorrected,
		queue.ShareHeld:
		return s.tellSupply(e)
	default:
		return fmt.Sprintf("%T", e)
	}
}

// tellSupply tells what was decided about numbers, and what was entered from paper.
func (s *Story) tellSupply(e queue.Event) string {
	switch ev := e.(type) {
	case queue.ShareHeld:
		return fmt.Sprintf("divisão %s: %d números guardados para marcações", ev.Division, ev.Numbers)
	case queue.QuotaSet:
		of := "divisão " + string(ev.Division)
		if ev.Service != "" {
			of = s.names.service(ev.Service)
		}
		if ev.Quota == queue.QuotaAsConfigured {
			return of + ": contingente do dia retirado"
		}
		return fmt.Sprintf("%s: contingente do dia de %d", of, ev.Quota)
	case queue.Leased:
		return fmt.Sprintf("números %s%03d a %s%03d emprestados a %s para o dia %s", ev.Prefix, ev.From, ev.Prefix, ev.To, ev.Holder, ev.Day)
	case queue.Recovered:
		if ev.Epoch == 0 {
			return fmt.Sprintf("um quiosque tem uma senha que aqui não consta, porque o disco perdeu os últimos registos: a partir daqui os números começam em %d, para nenhum se repetir", ev.From)
		}
		return fmt.Sprintf("a memória da loja foi reposta de uma cópia antiga: a partir daqui os números começam em %d, para nenhum se repetir", ev.From)
	case queue.DayReopened:
		return "o dia " + string(ev.Day) + " voltou a dar senhas"
	case queue.NumbersBlocked:
		return fmt.Sprintf("divisão %s: números %d a %d guardados para um bloco de papel", ev.Division, ev.First, ev.Last)
	case queue.NumbersReleased:
		return fmt.Sprintf("divisão %s: o bloco a partir do %d foi retirado; amanhã os números são como os outros", ev.Division, ev.First)
	case queue.PaperEntered:
		text := "registada a partir do papel: " + stateWords[ev.Outcome]
		if ev.Counter != "" {
			text += " no " + s.names.counter(ev.Counter)
		}
		return text + s.delivered(ev.Delivered) + "; tempos não contam"
	case queue.PaperCorrected:
		text := "o registo do papel estava errado (" + stateWords[ev.Was] + "): " + stateWords[ev.Outcome]
		if ev.Outcome == queue.StateVoid {
			text = "o registo do papel estava errado (" + stateWords[ev.Was] + "): o número não foi usado"
		}
		if ev.Counter != "" {
			text += " no " + s.names.counter(ev.Counter)
		}
		return text + s.delivered(ev.Delivered)
	default:
		return fmt.Sprintf("%T", e)
	}
}

func (n Names) tellSkills(ev queue.SkillsSet) string {
	if len(ev.Primary)+len(ev.Secondary) == 0 {
		return n.counter(ev.Counter) + " voltou aos seus serviços"
	}
	var all []string
	for _, id := range ev.Primary {
		all = append(all, n.service(id))
	}
	for _, id := range ev.Secondary {
		all = append(all, n.service(id)+" (ajuda)")
	}
	return n.counter(ev.Counter) + " serve hoje " + strings.Join(all, ", ")
}

func (s *Story) tellReserved(ev queue.Reserved) string {
	text := "número tirado para " + s.names.service(ev.Service)
	if ev.Kiosk != "" {
		text += " no quiosque " + string(ev.Kiosk)
	}
	if ev.By != "" && ev.Came.IsZero() {
		text = "número dado à mão para " + s.names.service(ev.Service)
		if ev.Kiosk != "" {
			text += ", com talão do quiosque " + string(ev.Kiosk)
		}
	}
	if ev.Override != "" {
		despite := despiteWords[ev.Despite]
		if despite == "" {
			despite = "não se darem senhas"
		}
		text += ", apesar de " + despite + " (motivo: " + s.names.reason(ev.Override) + ")"
	}
	if len(ev.Then) > 0 {
		text += ", e depois " + s.listed(ev.Then)
	}
	switch {
	case ev.Class == queue.ClassLaw:
		text += ", com prioridade por lei"
	case !ev.Slot.IsZero():
		text += ", marcação das " + s.names.clock(ev.Slot)
	}
	return text
}

func tellIssued(ev queue.Issued) string {
	text := "à espera: " + paperWords[ev.Print]
	if ev.Revived {
		text += ", depois de ter ficado sem efeito"
	}
	return text
}

func (s *Story) tellCalled(ev queue.Called) string {
	why := ev.Why
	text := "chamada ao " + s.names.counter(ev.Counter) + ": " + ruleWords[why.Rule]
	if why.Reason != "" {
		text += " (" + s.names.reason(why.Reason) + ")"
	}
	text += fmt.Sprintf("; esperou %d min", int(why.Waited.Minutes()))
	if why.PassedTkt != "" {
		text += "; a " + why.PassedTkt + " tinha chegado antes"
	}
	if why.Secondary {
		text += "; o balcão ajuda neste serviço"
	}
	if why.Unlawful {
		text += "; PASSOU À FRENTE DE PRIORIDADES POR LEI, por regra da loja contra a lei"
	}
	return text
}

func (s *Story) delivered(done []queue.Delivered) string {
	if len(done) == 0 {
		return ""
	}
	parts := make([]string, len(done))
	for i, d := range done {
		parts[i] = fmt.Sprintf("%d × %s", d.Quantity, s.names.service(d.Service))
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// tellNoted tells what a device or node reported. Of its body only the fields that the log of a kiosk is known to hold
// are told.
func tellNoted(ev queue.Noted) string {
	who := ev.From.Node
	if who == "" {
		who = "servidor da loja"
	}
	text, known := map[string]string{
		wire.TypeNodeStarted: "começou", wire.TypeNodeStopped: "terminou", wire.TypePrinterState: "estado:",
		wire.TypeDeviceFault: "avaria", wire.TypeDeviceRecovered: "avaria passou", wire.TypeSecurityAlert: "recusou o que não era de confiança",
		wire.TypeCommandAccepted: "recebeu um pedido da sede", wire.TypeCommandDone: "fez um pedido da sede", wire.TypeCommandRefused: "não fez um pedido da sede",
		wire.TypeSlipTaken: "talão retirado", wire.TypeSlipRetracted: "talão recolhido, ninguém o levou",
	}[ev.Type]
	if !known {
		text = ev.Type
	}
	var f wire.DeviceFact
	if json.Unmarshal(ev.Data, &f) == nil {
		text += spaced(f.Device) + spaced(f.State)
	}
	var slip wire.SlipFact
	if json.Unmarshal(ev.Data, &slip) == nil {
		text += spaced(slip.Ticket)
	}
	return who + ": " + text
}

func spaced(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}

var paperWords = map[queue.PrintState]string{
	queue.PrintPending: "talão por sair", queue.PrintConfirmed: "talão impresso", queue.PrintUnknown: "não se sabe se o talão saiu",
	queue.PrintAccepted: "sem talão, aceite no ecrã", queue.PrintNone: "dada sem quiosque", queue.PrintPad: "senha de um bloco de papel", queue.PrintFailed: "talão falhado",
}

// despiteWords says what stood against a number that was given all the same.
var despiteWords = map[string]string{
	wire.OfferSoldOut: "estarem esgotadas", wire.OfferSuspended: "estar suspenso", wire.OfferClosed: "estar fechado",
	wire.OfferNotOpen: "ainda não ter aberto", wire.OfferFull: "a lotação estar completa",
}

var ruleWords = map[queue.Rule]string{
	queue.RuleLaw: "prioridade por lei", queue.RuleGuard: "espera longa", queue.RuleArrival: "ordem de chegada", queue.RuleBooked: "marcação",
	queue.RuleClass: "classe da entidade", queue.RuleFront: "encaminhada para a frente", queue.RuleChosen: "escolhida à mão",
}
