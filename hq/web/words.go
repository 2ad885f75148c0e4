package web

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"balcao/hq/network"
	"balcao/hq/visit"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Names are the Portuguese names of bodies and services, by their ids. A missing one is shown by its id.
type Names struct {
	Bodies   map[string]string // short names, such as IRN
	Services map[string]string
}

func (n Names) body(id queue.BodyID) string {
	if name := n.Bodies[string(id)]; name != "" {
		return name
	}
	return strings.ToUpper(string(id))
}

func (n Names) service(id queue.ServiceID) string {
	if name := n.Services[string(id)]; name != "" {
		return name
	}
	return string(id)
}

// sign is how a state looks: the class and mark of its shape, and its word.
type sign struct {
	Class string // ok, watch, out, stale, free
	Mark  string // an icon of ours
	Word  string
}

var (
	signFine     = sign{"ok", "b-ok", "dentro"}
	signWatch    = sign{"watch", "b-watch", "a vigiar"}
	signOut      = sign{"out", "b-out", "fora"}
	signStale    = sign{"stale", "b-stale", "sem ligação"}
	signClosed   = sign{"free", "b-free", "fechada"}
	signNever    = sign{"stale", "b-stale", "por ligar"}
	signBroken   = sign{"out", "b-out", "avaria"}
	signForked   = sign{"out", "b-out", "registo"}
	signRefused  = sign{"out", "b-out", "versão"}
	signGood     = sign{"ok", "b-ok", "bem"}
	signSoon     = sign{"watch", "b-watch", "a vigiar"}
	signSilent   = sign{"stale", "b-stale", "sem sinal"}
	signSilenced = sign{"free", "b-free", "em silêncio"}
	signWorking  = sign{"busy", "b-busy", "atende"}
)

func signOf(s network.Summary) sign {
	switch s.State {
	case network.Out:
		switch s.Cause {
		case network.CauseNoPaper:
			return signBroken
		case network.CauseFork:
			return signForked
		case network.CauseVersion:
			return signRefused
		default:
			return signOut
		}
	case network.Watch:
		return signWatch
	case network.Unlinked:
		return signStale
	case network.Closed:
		return signClosed
	case network.Never:
		return signNever
	case network.Fine:
	}
	return signFine
}

func signOfLevel(l network.Level) sign {
	switch l {
	case network.LevelWatch:
		return signSoon
	case network.LevelFault:
		return signBroken
	case network.LevelGone:
		return signSilent
	case network.LevelFine:
	}
	return signGood
}

// causeOf says in a sentence why a branch is in its state; empty when nothing is wrong.
func causeOf(s network.Summary, now time.Time) string {
	switch s.State {
	case network.Unlinked:
		return fmt.Sprintf("Sem ligação %s. A loja continua a atender.", since(s.Heard, now))
	case network.Never:
		return "Está na lista e ainda não ligou."
	default:
	}
	switch s.Cause {
	case network.CauseFork:
		return "O registo desta loja chegou com duas versões; a segunda não foi aceite."
	case network.CauseVersion:
		if s.Refused == wire.RefusedNew {
			return "O programa da loja é mais novo do que o da sede: atualize a sede. A loja continua a atender e guarda os registos."
		}
		return "O programa da loja fala uma versão antiga: atualize-o. A loja continua a atender e guarda os registos."
	case network.CauseNoPaper:
		return "Nenhum quiosque consegue imprimir."
	case network.CauseWait:
		who := ""
		if s.Ticket != "" {
			who = " (" + s.Ticket + ")"
		}
		return fmt.Sprintf("A mais longa espera há %s%s.", span(s.Longest), who)
	case network.CauseDevice:
		return "" // the page says which, since when and what to do first
	case network.CauseBehind:
		return "A recuperar " + counted(int(s.Log.Behind()), "facto.", "factos.")
	}
	return ""
}

// linkWords says how the link to a branch is.
func linkWords(s network.Summary, now time.Time) string {
	switch {
	case s.Presence == "":
		return "ainda não ligou"
	case !s.Fresh():
		return "sem ligação " + since(s.Heard, now)
	case s.Log.Behind() > 0:
		return "a recuperar " + counted(int(s.Log.Behind()), "facto", "factos")
	}
	return "ligada " + since(s.Since, now)
}

// linkChange tells one line of a branch's link history.
func linkChange(state wire.Presence) (sign, string) {
	switch state {
	case wire.Online:
		return signGood, "ligou"
	case wire.Lost:
		return signStale, "perdeu a ligação"
	case wire.Offline:
		return signClosed, "desligou em ordem"
	}
	return signStale, "estado desconhecido"
}

var partNames = map[string]string{
	"printer": "impressora", "reader": "leitor de cartões", "sound": "som", "headphones": "auscultadores", "keypad": "teclado", "screen": "ecrã", "led": "letreiro", "touch": "ecrã tátil", "kiosk": "máquina", "voice": "voz", "disk": "disco",
	"clock": "relógio", "program": "programa", "journal": "diário", "branch": "loja", "broker": "ligação", "callboard": "painel",
}

var partStates = map[string]string{
	"ready": "pronta", "ok": "bem", "near_end": "papel a acabar", "paper_near_end": "papel a acabar", "paper_low": "papel a acabar",
	"paper_out": "sem papel", "cover_open": "com a tampa aberta", "cutter_error": "com a guilhotina presa", "head_hot": "com a cabeça quente",
	"recoverable_error": "encravada", "unrecoverable_error": "precisa de técnico", "offline": "não aceita trabalhos",
	"disconnected": "não responde", "absent": "não está", "not_confirmed": "não confirmou", "starting": "a arrancar",
	"stopping": "a parar", "idle": "pronto", "playing": "a tocar", "printing": "a imprimir", "fault": "avaria", "failed": "avaria",
	"none": "não tem", "off": "desligado", "simulated": "simulado", "null": "sem saída", "busy": "a trabalhar", "card": "com cartão",
	wire.DiskScarce: "com pouco espaço", wire.DiskLow: "quase sem espaço", wire.DiskFull: "sem espaço", wire.DiskSlow: "lento a gravar",
	wire.ProgramOld: "de uma versão antiga: atualize-o", wire.ProgramNew: "de uma versão mais nova do que a que o recebe: atualize esta",
	wire.DiskRebuilt: "com o ficheiro refeito", wire.DiskChecking: "a conferir o ficheiro", wire.DiskDamaged: "com o ficheiro danificado", wire.DiskFailing: "a falhar",
	wire.JournalOther: "que não é o que a sede recebeu", wire.ClockOff: "fora de acerto", wire.ClockHeld: "saltou e não foi seguido", wire.ClockNever: "por acertar",
	"unknown": "sem notícia", "silent": "deixou de responder", "lost": "perdeu-se", "error": "erro", "stuck": "presa", "muted": "sem som",
}

// feminine are the devices whose words end otherwise in Portuguese.
var feminine = map[string]bool{"printer": true, "voice": true, "kiosk": true}

func partWords(name, state string) string {
	device, known := partNames[name]
	if !known {
		device = "dispositivo"
	}
	words, known := partStates[state]
	switch {
	case state == "":
		return device + " ainda sem notícia"
	case !known:
		words = "estado desconhecido"
	case state == "ready" && !feminine[name]:
		words = "pronto"
	}
	return device + " " + words
}

// faceNames say what a node of a branch is.
func deviceName(d network.Device) string {
	if d.Server {
		return "Servidor da loja"
	}
	_, tail, _ := strings.Cut(string(d.Node), "-")
	if len(tail) < 2 {
		return string(d.Node)
	}
	number := strings.TrimLeft(tail[1:], "0")
	switch tail[0] {
	case 'K':
		return "Quiosque " + number
	case 'D':
		return "Painel " + number
	}
	return "Dispositivo " + number
}

func faceWords(d network.Device) string {
	if d.Server {
		return "serve a loja"
	}
	var words []string
	for _, f := range d.Faces {
		switch f {
		case "kiosk", "touch":
			words = append(words, "dá senhas")
		case "callboard", "board":
			words = append(words, "mostra chamadas")
		}
	}
	if len(words) == 0 {
		return "–"
	}
	return strings.Join(words, " e ")
}

// factWords tells a fact in a sentence. Of facts that this version does not know nothing is told: what they carry is
// not ours to judge.
func factWords(f visit.Fact) (sign, string) {
	plain := sign{"busy", "b-busy", ""}
	tk, at := f.Number.String(), counterWords(f.Counter)
	switch ev := f.Event.(type) {
	case queue.DayOpened:
		return plain, "Dia aberto"
	case queue.DayClosed:
		return signClosed, fmt.Sprintf("Dia fechado: %s, %s",
			counted(ev.Totals.Finished, "atendida", "atendidas"), counted(ev.Totals.NoShows, "desistência", "desistências"))
	case queue.Issued:
		switch {
		case ev.Revived:
			return plain, tk + " voltou a valer: o papel saiu"
		case ev.Print == queue.PrintUnknown:
			return signWatch, tk + " emitida, sem notícia do papel"
		case ev.Print == queue.PrintAccepted:
			return plain, tk + " emitida sem papel"
		}
		return plain, tk + " emitida"
	case queue.PrintFailure:
		_, why, _ := strings.Cut(partWords("printer", strings.ReplaceAll(ev.Cause, "-", "_")), " ")
		return signWatch, tk + " não saiu da impressora: " + why
	case queue.Voided:
		if ev.Cause == "print_failed" {
			return plain, tk + " anulada: o papel não saiu"
		}
		return plain, tk + " anulada"
	case queue.Called:
		return sign{"call", "b-arrow", ""}, tk + " chamada ao " + counterWords(ev.Counter)
	case queue.Recalled:
		return sign{"call", "b-arrow", ""}, fmt.Sprintf("%s chamada de novo ao %s (%d.ª vez)", tk, counterWords(ev.Counter), ev.Count+1)
	case queue.Started:
		return plain, tk + " chegou ao " + at
	case queue.Finished:
		return signGood, tk + " terminada no " + at
	case queue.NotShown:
		return signClosed, tk + " não compareceu"
	case queue.CounterOpened:
		return plain, upperFirst(counterWords(ev.Counter)) + " abriu"
	case queue.CounterClosed:
		return signClosed, upperFirst(counterWords(ev.Counter)) + " fechou"
	case queue.AlarmRaised:
		return signWatch, upperFirst(counterWords(ev.Counter)) + " deu o alerta silencioso"
	case queue.AlarmAnswered:
		return plain, "O alerta do " + counterWords(ev.Counter) + " foi visto"
	case queue.Noted:
		return deviceFact(ev)
	case queue.Forwarded:
		if ev.Planned {
			return plain, tk + " seguiu para o assunto seguinte"
		}
		return plain, tk + " encaminhada para outro serviço"
	case queue.ThenSet:
		return plain, tk + " com outros assuntos a seguir"
	case queue.Transferred:
		return plain, tk + " passou para o serviço certo"
	case queue.Held:
		return plain, tk + " suspensa no " + at
	case queue.Resumed:
		return plain, tk + " retomada no " + at
	case queue.TakenBack:
		return plain, tk + " continua no " + at + ": o fim foi engano"
	case queue.Cancelled:
		return signClosed, tk + " anulada"
	case queue.Revived:
		if ev.Undo {
			return plain, tk + " está como estava: o que a acabou foi engano"
		}
		return plain, tk + " voltou à espera"
	case queue.Postponed:
		return plain, tk + " ficou de voltar"
	case queue.Returned:
		return plain, tk + " voltou e espera"
	case queue.Walked:
		return plain, "Atendimento sem senha no " + at
	case queue.BreakStarted:
		return signClosed, upperFirst(counterWords(ev.Counter)) + " em pausa"
	case queue.BreakEnded:
		return plain, upperFirst(counterWords(ev.Counter)) + " voltou da pausa"
	case queue.ServiceSuspended:
		return signWatch, "Senhas de um serviço suspensas"
	case queue.ServiceReopened:
		return plain, "Senhas de um serviço reabertas"
	case queue.SkillsSet:
		return plain, upperFirst(counterWords(ev.Counter)) + " com outros serviços hoje"
	case queue.Supervised:
		return plain, "A coordenação interveio"
	case queue.QuotaSet:
		return plain, "Contingente de hoje alterado"
	case queue.Recovered:
		if ev.Epoch == 0 {
			return plain, fmt.Sprintf("O disco perdeu os últimos registos, como mostra um quiosque: os números continuam a partir do %d", ev.From)
		}
		return plain, fmt.Sprintf("Memória reposta de uma cópia antiga: os números continuam a partir do %d", ev.From)
	case queue.DayReopened:
		return plain, "O dia voltou a dar senhas"
	case queue.NumbersBlocked:
		return plain, "Números guardados para um bloco de papel"
	case queue.NumbersReleased:
		return plain, "Bloco de papel retirado"
	case queue.Leased:
		return plain, fmt.Sprintf("%s a %s emprestados a %s, para o caso de ficar sem ligação",
			queue.Number{Prefix: ev.Prefix, N: ev.From}, queue.Number{Prefix: ev.Prefix, N: ev.To}, ev.Holder)
	case queue.PaperEntered:
		return plain, tk + " registada a partir do papel"
	case queue.PaperCorrected:
		return plain, tk + " corrigida: o registo do papel estava errado"
	case queue.Reserved, queue.PrintKnown, queue.PrioritySet, queue.RequestClosed, queue.InaccurateSet, queue.BreakDue,
		queue.ShareHeld:
	}
	return plain, "Outro facto"
}

// securityReasons say why something was not believed.
var securityReasons = map[string]string{
	"forged": "não vinha assinada por quem devia", "altered": "foi alterada pelo caminho", "misaddressed": "era para outro aparelho",
	"expired": "já tinha passado o prazo", "replayed": "era repetida", "revoked": "o certificado foi revogado", "unsigned": "não vinha assinada",
	wire.CommandNotKnown: "a loja não a conhece", wire.ConfigUnreadable: "não se lia",
}

// securityFact tells that a device refused an order.
func securityFact(n queue.Noted) (sign, string) {
	var fact wire.SecurityFact
	if err := json.Unmarshal(n.Data, &fact); err != nil {
		return signWatch, "Algo recusado: não era de confiança"
	}
	words, known := "Ordem recusada", securityReasons[fact.Why]
	if fact.What == wire.KindConfig {
		words = "Configuração recusada"
	}
	if fact.What == wire.KindCommand {
		words = "Ordem da sede recusada"
	}
	if known != "" {
		words += ": " + known
	}
	if fact.N > 1 {
		words += fmt.Sprintf(" (%d vezes)", fact.N)
	}
	if id, err := wire.ParseNodeID(n.From.Node); err == nil {
		words = deviceName(network.Device{Node: id}) + ": " + strings.ToLower(words[:1]) + words[1:]
	}
	return signOut, words
}

func deviceFact(n queue.Noted) (sign, string) {
	if n.Type == wire.TypeSecurityAlert {
		return securityFact(n)
	}
	var fact wire.DeviceFact
	if err := json.Unmarshal(n.Data, &fact); err != nil {
		return signWatch, "Facto de um dispositivo"
	}
	state, level := network.Judge(fact.State)
	if n.Type == wire.TypeDeviceFault && level == network.LevelFine {
		state, level = "fault", network.LevelFault
	}
	if n.Type == wire.TypeDeviceRecovered {
		state, level = "ready", network.LevelFine
	}
	node := ""
	if id, err := wire.ParseNodeID(n.From.Node); err == nil {
		node = deviceName(network.Device{Node: id}) + ": "
	}
	return signOfLevel(level), upperFirst(node + partWords(fact.Device, state))
}

func counterWords(id queue.CounterID) string { return "balcão " + string(id) }

func upperFirst(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}
