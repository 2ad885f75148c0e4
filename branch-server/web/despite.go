package web

import (
	"time"

	"balcao/branch-server/report"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// despites says what stood against a number that was given all the same, to follow «embora», by the code of the offer.
var despites = map[string]string{
	wire.OfferSoldOut:   "as senhas do dia estivessem esgotadas",
	wire.OfferSuspended: "o serviço estivesse suspenso",
	wire.OfferClosed:    "o serviço estivesse fechado",
	wire.OfferNotOpen:   "o serviço ainda não tivesse aberto",
	wire.OfferFull:      "a lotação estivesse completa",
}

// despiteWords says why a number was given although the branch gave none at that moment; empty if it did.
func despiteWords(v queue.Visit) string {
	if v.Override == "" {
		return ""
	}
	what := despites[v.Despite]
	if what == "" {
		what = "não se dessem senhas"
	}
	return what + " (motivo: " + inSentence(reasonText(v.Override)) + ")"
}

// sayDespite puts into the numbers that somebody gives by hand who it was and what stood against them. One that nothing
// stands against is given like any other.
func (w *Web) sayDespite(do []queue.Command, by string, d *queue.Day, at time.Time) {
	for i, one := range do {
		c, is := one.(queue.Issue)
		if !is {
			continue
		}
		c.By = by
		if c.Despite = w.cfg.Branch().Stand(d, c.Service, at).State; c.Despite == wire.OfferOpen {
			c.Override, c.Despite = "", ""
		}
		do[i] = c
	}
}

// despiteTable lists the numbers that were given although the branch gave none, each with its reason.
func (w *Web) despiteTable(_ report.Terms, records []report.Record) (tableView, bool) {
	t := tableView{
		Title: "Dadas apesar de não se darem senhas", Note: "Por quem recebe ou coordena, com motivo: esgotadas, suspenso, fechado ou lotação completa.",
		Columns: []column{{Head: "Dia", Text: true}, {Head: "Senha", Text: true}, {Head: "Serviço", Text: true}, {Head: "Embora…", Text: true}, {Head: "Motivo", Text: true}},
	}
	for _, r := range records {
		for _, v := range r.Visits {
			if v.Override == "" {
				continue
			}
			what := despites[v.Despite]
			if what == "" {
				what = "não se dessem senhas"
			}
			t.Rows = append(t.Rows, tableRow{Cells: []cell{
				{Text: shortDay(r.Date), Raw: string(r.Date)},
				{Text: v.Number, Link: whyAddress(v.Number, r.Date, v.ID)},
				words1(w.names().services[v.Legs[0].Service].name),
				words1(what), words1(reasonText(v.Override)),
			}})
		}
	}
	return t, len(t.Rows) > 0
}
