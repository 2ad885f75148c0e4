package web

import (
	"errors"
	"slices"
)

// reason is one code that staff may give with a press, and its words. Codes name procedure, never a person's condition:
// they stand in the journal.
type reason struct {
	Code    string `json:"code"`
	Text    string `json:"text"`
	Planned bool   `json:"planned,omitempty"` // a break that was agreed before
}

// Kinds of reasons.
const (
	reasonsHold     = "hold"
	reasonsCancel   = "cancel"
	reasonsChosen   = "chosen"
	reasonsPriority = "priority"
	reasonsBreak    = "break"
	reasonsOutcome  = "outcome"
	reasonsOverride = "override" // a number although none is given
)

// reasons is every code that a press may carry, in the order of the lists on screen; the first is the usual one.
var reasons = map[string][]reason{
	reasonsHold: {
		{Code: "document", Text: "Foi buscar um documento"},
		{Code: "copies", Text: "Foi tirar cópias ou fotografias"},
		{Code: "payment", Text: "Foi pagar"},
		{Code: "form", Text: "Está a preencher um impresso"},
		{Code: "check", Text: "À espera de uma confirmação"},
		{Code: "system", Text: "Falha de um sistema"},
	},
	reasonsCancel: {
		{Code: "left", Text: "A pessoa foi-se embora"},
		{Code: "mistake", Text: "Senha tirada por engano"},
		{Code: "twice", Text: "A pessoa tem duas senhas"},
		{Code: "elsewhere", Text: "O assunto não se trata nesta loja"},
	},
	reasonsChosen: {
		{Code: "came_back", Text: "Voltou com o que faltava"},
		{Code: "counter_mistake", Text: "Para corrigir um engano do balcão"},
		{Code: "agreed", Text: "Estava combinado com a pessoa"},
		{Code: "only_here", Text: "Só este balcão pode tratar do caso"},
		{Code: "coordination", Text: "Pedido da coordenação"},
	},
	reasonsPriority: {
		{Code: "asked", Text: "Pedida ao balcão ou à receção"},
		{Code: "missed", Text: "Ficou por pedir no quiosque"},
		{Code: "mistake", Text: "Pedida por engano no quiosque"},
		{Code: "given_up", Text: "A pessoa prefere esperar a sua vez"},
	},
	reasonsBreak: {
		{Code: "lunch", Text: "Almoço", Planned: true},
		{Code: "rest", Text: "Descanso", Planned: true},
		{Code: "meeting", Text: "Reunião", Planned: true},
		{Code: "training", Text: "Formação", Planned: true},
		{Code: "colleague", Text: "Ajudar um colega"},
		{Code: "equipment", Text: "Avaria no posto"},
		{Code: "back_office", Text: "Trabalho fora do balcão"},
		{Code: "short", Text: "Ausência breve"},
	},
	reasonsOverride: {
		{Code: "directed", Text: "Indicação da entidade"},
		{Code: "in_time", Text: "Chegou a horas e não conseguiu tirar senha"},
		{Code: "our_mistake", Text: "Engano nosso"},
		{Code: "kiosk_down", Text: "Os quiosques não funcionaram"},
		{Code: "other", Text: "Outro motivo de serviço"},
	},
	reasonsOutcome: {
		{Code: "done", Text: "Concluído"},
		{Code: "missing", Text: "Falta um documento"},
		{Code: "advice", Text: "Só informação"},
		{Code: "refused", Text: "Não foi possível"},
	},
}

// reasonOf returns a reason of a kind; an empty code is none, one that stands in no list is a mistake of the asker.
func reasonOf(kind, code string) (reason, error) {
	if code == "" {
		return reason{}, nil
	}
	i := slices.IndexFunc(reasons[kind], func(r reason) bool { return r.Code == code })
	if i < 0 {
		return reason{}, errors.New("o motivo (reason) não é nenhum dos da lista")
	}
	return reasons[kind][i], nil
}

// reasonWords returns the words of a code; a code of an older list speaks for itself.
func reasonWords(kind, code string) string {
	if r, err := reasonOf(kind, code); err == nil && r.Text != "" {
		return r.Text
	}
	return code
}
