package web

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/internal/wire"
)

// deviceStates says the state codes of devices in words, with their degree. A code that is not here is shown as it
// came: an old branch may hear a new kiosk.
var deviceStates = map[string]struct{ degree, text string }{
	"ready":               {stateOK, "pronta"},
	"ok":                  {stateOK, "em ordem"},
	"present":             {stateOK, "em ordem"},
	"paper-near-end":      {stateWatch, "com pouco papel"},
	"paper-out":           {stateOut, "sem papel"},
	"cover-open":          {stateOut, "com a tampa aberta"},
	"cutter-error":        {stateOut, "com a guilhotina presa"},
	"head-hot":            {stateWatch, "a arrefecer"},
	"recoverable-error":   {stateOut, "encravada, ou com um erro que se resolve desligando e ligando"},
	"unrecoverable-error": {stateOut, "avariada"},
	"offline":             {stateOut, "fora de linha"},
	"disconnected":        {stateOut, "desligada"},
	"absent":              {stateOut, "não se encontra"},
	"fault":               {stateOut, "avariada"},
	"near-end":            {stateWatch, "com pouco papel"},
	"muted":               {stateWatch, "sem volume"},
	"not-confirmed":       {stateWatch, "não confirma a impressão"},
	"unknown":             {stateWatch, "sem notícias"},
	"bad-slip":            {stateWatch, "recusou um talão"},
	"starting":            {stateOK, "a arrancar"},
	"stopping":            {stateOK, "a terminar"},
	"no-voice":            {stateWatch, "só com o toque, sem voz"},
	"silent":              {stateOut, "deixou de responder"},
	"null":                {stateOK, "sem coluna: as chamadas só se veem"},
	"simulated":           {stateOK, "simulada"},
	"space-scarce":        {stateWatch, "com pouco espaço livre"},
	"space-low":           {stateOut, "quase sem espaço livre"},
	"space-full":          {stateOut, "sem espaço livre"},
	"slow":                {stateWatch, "lento a gravar"},
	"set-aside":           {stateWatch, "com o ficheiro refeito, porque estava danificado"},
	"damaged":             {stateOut, "com o ficheiro danificado: chame a informática. A loja continua a atender"},
	"failing":             {stateOut, "a falhar: não leu ou não gravou, e há pedidos que se repetem. Chame a informática hoje"},
	"checking":            {stateOK, "a conferir o ficheiro"},
	"drift":               {stateWatch, "fora de acerto"},
	"held":                {stateWatch, "com um salto que o programa não seguiu"},
	"unset":               {stateOut, "por acertar"},
	"too-old":             {stateOut, "de uma versão antiga, que a loja já não fala: atualize o deste aparelho. Até lá trabalha sozinho, e nada do que guardou se perde"},
	"too-new":             {stateOut, "de uma versão mais nova do que a da loja: atualize o servidor da loja. Até lá o aparelho trabalha sozinho, e nada do que guardou se perde"},
	"contradicted":        {stateOut, "que não é o que a sede recebeu: a sede recusa selá-lo. Chame a informática e não apague nada; a loja continua a atender"},
	"quarantined":         {stateOut, "em quarentena, porque chegou com duas versões: o aparelho trabalha sozinho e nada dele entra até a informática decidir"},
}

var deviceNames = map[string]string{
	"printer": "impressora", "reader": "leitor de cartões", "sound": "som", "headphones": "auscultadores", "keypad": "teclado", "screen": "ecrã", "led": "letreiro", "log": "registo",
	wire.PartDisk: "disco", wire.PartClock: "relógio", wire.PartProgram: "programa", wire.PartJournal: "diário",
}

// device says how a kiosk or callboard is.
func (p painter) device(h wire.KioskHealth) deviceView {
	v := deviceView{Name: nodeName(h.Node, h.Faces), State: stateOK, Since: h.Since}
	if !h.Online {
		v.State = stateOut
		v.Text = "Sem ligação"
		if h.Since > 0 {
			v.Text += " desde as " + p.w.clock(time.UnixMilli(h.Since))
		}
		v.Text += "."
		if slices.Contains(h.Faces, "touch") || len(h.Faces) == 0 {
			v.Text += " Não dá senhas até voltar."
		}
		return v
	}
	var troubles []string
	for _, device := range slices.Sorted(maps.Keys(h.Devices)) {
		code := strings.ReplaceAll(h.Devices[device], "_", "-")
		said, known := deviceStates[code]
		if !known {
			said.degree, said.text = stateWatch, code
		}
		if said.degree == stateOK {
			continue
		}
		name := deviceNames[device]
		if name == "" {
			name = device
		}
		troubles = append(troubles, name+" "+agree(device, said.text))
		if v.State != stateOut {
			v.State = said.degree
		}
	}
	switch {
	case len(troubles) > 0:
		v.Text = upperFirst(list(troubles)) + "." + machineFigures(h)
	case h.Unsent > 0:
		v.Text = "Em ordem, a enviar " + strconv.FormatUint(h.Unsent, 10) + " registos."
	default:
		v.Text = "Em ordem."
	}
	if text, few := p.paperLeft(h.Roll); text != "" {
		v.Text += " " + text
		if few && v.State == stateOK {
			v.State = stateWatch
		}
	}
	return v
}

// fewSlips is how many slips are left when somebody should have a roll at hand.
const fewSlips = 40

// paperLeft says for how many slips the paper lasts, and until when if that is today; and whether that is little.
func (p painter) paperLeft(r *wire.PaperRoll) (text string, few bool) {
	if r == nil || r.Left < 0 {
		return "", false
	}
	switch r.Left {
	case 0:
		return "", false // the printer says itself that there is none
	case 1:
		text = "Papel para 1 talão"
	default:
		text = "Papel para cerca de " + strconv.Itoa(r.Left) + " talões"
	}
	few = r.Left < fewSlips
	if until := time.UnixMilli(r.LastMS); r.LastMS > 0 && until.Sub(p.at) < 12*time.Hour {
		text += ", até cerca das " + p.w.clock(until)
	}
	if few {
		return text + ": tenha um rolo à mão.", true
	}
	return text + ".", false
}

// agree puts an adjective into the masculine for devices that are.
func agree(device, text string) string {
	if device == "printer" {
		return text
	}
	switch text {
	case "pronta", "avariada", "desligada":
		return strings.TrimSuffix(text, "a") + "o"
	}
	return text
}

func upperFirst(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// nodeName says what a node is by its faces, or by its letter: L901-K01 is Quiosque 1.
func nodeName(node string, faces []string) string {
	_, tail, _ := strings.Cut(node, "-")
	kind, number := "Aparelho", strings.TrimLeft(strings.TrimLeft(tail, "KTDS"), "0")
	switch {
	case strings.HasPrefix(tail, "K"), slices.Contains(faces, "touch"):
		kind = "Quiosque"
	case strings.HasPrefix(tail, "D"), slices.Contains(faces, "callboard"):
		kind = "Painel"
	case strings.HasPrefix(tail, "S"):
		kind = "Sensor"
	}
	if number == "" {
		return kind + " " + node
	}
	return kind + " " + number
}

// linkView says how the way to headquarters is. The branch works without it.
func (p painter) linkView() deviceView {
	v := deviceView{Name: "Sede", Since: milli(p.link.Since)}
	switch p.link.State {
	case LinkRefused:
		v.State, v.Text = stateOut, p.refusedWords()
	case LinkUp:
		v.State, v.Text = stateOK, "Ligada"
		if p.link.Unsent > 0 {
			v.Text += ", a enviar " + strconv.FormatUint(p.link.Unsent, 10) + " registos"
		}
		v.Text += "."
	case LinkDown:
		v.State, v.Text = "stale", "Sem ligação"
		if !p.link.Since.IsZero() {
			v.Text += " desde as " + p.w.clock(p.link.Since)
		}
		v.Text += ". A loja trabalha na mesma"
		if p.link.Unsent > 0 {
			v.Text += "; " + strconv.FormatUint(p.link.Unsent, 10) + " registos esperam"
		}
		v.Text += "."
	default:
		v.State, v.Text = "free", "Esta loja não tem sede configurada."
	}
	v.Text += p.sealedWords()
	return v
}

// sealedWords says how far headquarters signed the journal.
func (p painter) sealedWords() string {
	switch {
	case p.link.Contradicted:
		return " A sede recusa selar o diário."
	case p.link.Sealed.IsZero():
		return ""
	}
	when := p.w.clock(p.link.Sealed)
	if zone := p.at.Location(); p.link.Sealed.In(zone).Format(time.DateOnly) != p.at.Format(time.DateOnly) {
		when = p.link.Sealed.In(zone).Format("02/01") + " às " + when
	}
	return " Diário selado pela sede até " + when + "."
}

// refusedWords says that headquarters takes nothing in, and what to do.
func (p painter) refusedWords() string {
	text := "O programa da loja fala uma versão antiga, que a sede já não fala: atualize o servidor da loja."
	if p.link.Newer {
		text = "O programa da loja é mais novo do que o da sede: a sede tem de ser atualizada."
	}
	text += " A loja trabalha na mesma e nada se perde"
	if p.link.Unsent > 0 {
		text += "; " + strconv.FormatUint(p.link.Unsent, 10) + " registos esperam"
	}
	return text + "."
}

// wishView is somebody at a kiosk who wishes for somebody of the branch.
type wishView struct {
	Kiosk string `json:"kiosk"`
	Text  string `json:"text"`
	Since int64  `json:"since"`
}

// wishes are the people at kiosks who wish for somebody now.
func (p painter) wishes() []wishView {
	list := []wishView{}
	for _, h := range p.devices {
		if h.Call == "" || !h.Online {
			continue
		}
		text := "Pedem ajuda"
		if h.Call == "interpreter" {
			text = "Pedem intérprete de Língua Gestual"
		}
		list = append(list, wishView{Kiosk: nodeName(h.Node, h.Faces), Text: text, Since: h.CallMS})
	}
	return list
}

// machineFigures says how much room a machine has and how far its clock is off, where that ails it.
func machineFigures(h wire.KioskHealth) string {
	text := ""
	if d := h.Disk; d != nil && h.Devices[wire.PartDisk] != wire.DiskOK {
		text += " Livres " + strconv.FormatUint(d.Free>>20, 10) + " de " + strconv.FormatUint(d.Total>>20, 10) + " MiB"
		if d.SyncMS > 0 {
			text += "; gravar demora " + strconv.FormatInt(d.SyncMS, 10) + " ms"
		}
		text += "."
	}
	if c := h.Clock; c != nil && h.Devices[wire.PartClock] != wire.ClockGood {
		off := time.Duration(c.OffsetMS) * time.Millisecond
		switch {
		case !c.Known:
		case off > 0:
			text += " Está " + span(off) + " atrasado."
		case off < 0:
			text += " Está " + span(-off) + " adiantado."
		}
	}
	return text
}
