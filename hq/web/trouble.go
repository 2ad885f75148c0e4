package web

import (
	"time"

	"balcao/hq/network"
)

// firsts say what to do first about a device, by name and state; the state alone where every device is put right the
// same way.
var firsts = map[string]string{
	"printer paper_out":           "Pedir ao local que ponha um rolo novo; entretanto o número fica no ecrã.",
	"printer cover_open":          "Pedir ao local que feche a tampa da impressora até ouvir o estalido.",
	"printer cutter_error":        "Pedir ao local que abra a tampa, tire o papel preso e a feche.",
	"printer recoverable_error":   "Pedir ao local que tire o papel encravado e depois desligue e ligue a impressora.",
	"printer unrecoverable_error": "Chamar a assistência da impressora; entretanto o número fica no ecrã.",
	"printer head_hot":            "Nada a fazer: arrefece e volta sozinha.",
	"printer near_end":            "Pedir ao local que tenha um rolo novo à mão.",
	"printer paper_near_end":      "Pedir ao local que tenha um rolo novo à mão.",
	"printer paper_low":           "Pedir ao local que tenha um rolo novo à mão.",
	"printer offline":             "Pedir ao local que desligue e ligue a impressora.",
	"printer disconnected":        "Pedir ao local que veja o cabo e a corrente da impressora.",
	"printer absent":              "Pedir ao local que veja o cabo e a corrente da impressora.",
	"reader absent":               "Pedir ao local que tire e ponha o cabo do leitor; as senhas saem na mesma.",
	"screen absent":               "Pedir ao local que veja se o ecrã do quiosque está aceso e mostra a página.",
	"led absent":                  "Pedir ao local que veja o cabo e a corrente do letreiro; o painel continua.",
	"sound absent":                "Pedir ao local que veja se a coluna está ligada; as chamadas continuam no ecrã.",
	"":                            "Pedir ao local que passe pelo aparelho e diga o que mostra.",
	"gone":                        "Pedir ao local que veja se o aparelho tem corrente e rede.",
}

// troubleWords tell what is wrong with which device and since when, and what to do first. There is the branch's clock.
func troubleWords(t network.Trouble, there time.Time) (words, first string) {
	words = deviceName(network.Device{Node: t.Node}) + ": "
	if t.Part.Name == "" {
		words, first = words+"sem sinal", firsts["gone"]
	} else {
		words += partWords(t.Part.Name, t.Part.State)
		var known bool
		if first, known = firsts[t.Part.Name+" "+t.Part.State]; !known {
			first = firsts[""]
		}
	}
	if !t.Since.IsZero() {
		words += " há " + span(max(0, there.Sub(t.Since)))
	}
	if t.More > 0 {
		words += " (e mais " + count(t.More) + ")"
	}
	return words + ".", first
}

// shortStates are the states of a printer in the few letters that a cell of the table has.
var shortStates = map[string]string{
	"paper_out": "sem papel", "cover_open": "tampa aberta", "cutter_error": "guilhotina presa", "recoverable_error": "papel encravado",
	"absent": "sem impressora", "disconnected": "sem impressora", "near_end": "papel a acabar",
}

// shortTrouble is the same in a few letters: of a device that is no printer, which.
func shortTrouble(t network.Trouble) string {
	if t.Part.Name == "" {
		return "sem sinal"
	}
	if words, known := shortStates[t.Part.State]; known && t.Part.Name == "printer" {
		return words
	}
	if name, known := partNames[t.Part.Name]; known {
		return name
	}
	return "dispositivo"
}
