package web

import (
	"strconv"
	"time"

	"balcao/branch-server/report"
	"balcao/internal/queue"
)

// tableView is one table of a report: the page shows it, and the same rows are its CSV.
type tableView struct {
	Name    string // in addresses
	Title   string
	Note    string
	Columns []column
	Rows    []tableRow
}

// column is the head of a column. Text stands left, numbers right.
type column struct {
	Head, Unit string
	Text       bool
	Plot       bool // drawn from the row; not in a CSV
}

type tableRow struct {
	Cells []cell
	Sum   bool // adds up the rows above
}

// cell is one value: as people read it, and as a spreadsheet does where that differs.
type cell struct {
	Text, Raw, Link string
	Range           *rangePlot
}

func (c cell) raw() string {
	if c.Raw != "" {
		return c.Raw
	}
	if c.Text == "–" {
		return ""
	}
	return c.Text
}

// Slim says that the table is narrow: it need not be drawn across the page.
func (t tableView) Slim() bool { return len(t.Columns) <= 8 }

func words1(s string) cell { return cell{Text: s} }

func count(n int) cell { return cell{Text: thousands(n), Raw: strconv.Itoa(n)} }

// minutesOf is a time in minutes; a dash if nothing was measured.
func minutesOf(d time.Duration, n int) cell {
	if n == 0 {
		return cell{Text: "–"}
	}
	return cell{Text: mins(d), Raw: decimal(d.Minutes(), 1)}
}

func shareOf(x float64, ok bool) cell { return cell{Text: share(x, ok)} }

// reportTables is every table in the order of the page; a table that says nothing is left out.
var reportTables = []struct {
	name string
	make func(w *Web, terms report.Terms, records []report.Record) (tableView, bool)
}{
	{"servicos", (*Web).serviceTable},
	{"entidades", (*Web).bodyTable},
	{"classes", (*Web).classTable},
	{"balcoes", (*Web).counterTable},
	{"pessoas", (*Web).staffTable},
	{"meias-horas", (*Web).halfTable},
	{"dias", (*Web).dayTable},
	{"ultrapassagens", (*Web).slipTable},
	{"escolhidas", (*Web).chosenTable},
	{"apesar", (*Web).despiteTable},
}

func flowColumns(first string) []column {
	return []column{
		{Head: first, Text: true},
		{Head: "Emitidas"},
		{Head: "Recebidas"},
		{Head: "Atendidas"},
		{Head: "Encami\u00adnhadas"},
		{Head: "Não comp."},
		{Head: "Anuladas"},
		{Head: "Em aberto"},
		{Head: "Espera mediana", Unit: "min"},
		{Head: "p90", Unit: "min"},
		{Head: "TME", Unit: "min"},
		{Head: "Mediana a p90", Unit: "objetivo ▏", Plot: true},
		{Head: "Nível", Unit: "%"},
		{Head: "Atend. mediana", Unit: "min"},
		{Head: "TMA", Unit: "min"},
		{Head: "Atos"},
		{Head: "Impre\u00adcisas"},
	}
}

func flowCells(f report.Figures, first cell, target, longest time.Duration) []cell {
	return []cell{
		first, count(f.Issued), count(f.Entered), count(f.Finished), count(f.PassedOn), count(f.NoShows), count(f.Cancelled), count(f.Open),
		minutesOf(f.Wait.Median, f.Wait.N), minutesOf(f.Wait.P90, f.Wait.N), minutesOf(f.Wait.Mean, f.Wait.N),
		{Range: rangeOf(f.Wait, target, longest)},
		shareOf(f.Level.Share()),
		minutesOf(f.Service.Median, f.Service.N), minutesOf(f.Service.Mean, f.Service.N), count(f.Delivered), count(f.Inaccurate),
	}
}

// flowTable is a table of what came and went by some key, with its sum.
func flowTable(title, first string, rows []report.Row, total report.Figures, label func(string) string, target func(string) time.Duration) tableView {
	t := tableView{Title: title, Note: "contam-se senhas; tempos em minutos", Columns: flowColumns(first)}
	longest := 30 * time.Minute
	for _, r := range rows {
		longest = max(longest, r.Wait.P90, target(r.Key))
	}
	for _, r := range rows {
		t.Rows = append(t.Rows, tableRow{Cells: flowCells(r.Figures, words1(label(r.Key)), target(r.Key), longest)})
	}
	t.Rows = append(t.Rows, tableRow{Sum: true, Cells: flowCells(total, words1("Toda a loja"), 0, longest)})
	return t
}

func noTarget(string) time.Duration { return 0 }

func (w *Web) serviceTable(terms report.Terms, records []report.Record) (tableView, bool) {
	rows := report.ByService(terms, records...)
	w.serviceOrder(rows)
	t := flowTable("Por serviço", "Serviço", rows, report.Total(terms, records...),
		func(id string) string { return w.serviceWords(queue.ServiceID(id)) },
		func(id string) time.Duration { return terms.Target[queue.ServiceID(id)] })
	t.Note = "emitidas e recebidas são iguais à soma das cinco colunas seguintes"
	return t, true
}

// serviceWords names a service with its body; one that the branch no longer has by its id.
func (w *Web) serviceWords(id queue.ServiceID) string {
	s, known := w.names().services[id]
	if !known {
		return string(id)
	}
	return s.name + " · " + s.body
}

func (w *Web) bodyTable(terms report.Terms, records []report.Record) (tableView, bool) {
	rows := report.ByBody(terms, records...)
	t := flowTable("Por entidade", "Entidade", rows, report.Total(terms, records...), func(id string) string {
		if b, known := w.cfg.Branch().Body(queue.BodyID(id)); known {
			return b.Short
		}
		return id
	}, noTarget)
	return t, len(rows) > 1
}

// classTable compares the waits of those who go first by law, of the booked and of the others.
func (w *Web) classTable(terms report.Terms, records []report.Record) (tableView, bool) {
	rows := report.ByClass(terms, records...)
	b := w.cfg.Branch()
	t := flowTable("Por classe", "Classe", rows, report.Total(terms, records...), func(id string) string {
		for _, body := range b.Bodies {
			if known, ok := b.Class(queue.BodyID(body.ID), queue.ClassID(id)); ok {
				return known.Text.In("pt")
			}
		}
		return id
	}, noTarget)
	t.Note = "a razão de cada prioridade não se pergunta nem se guarda"
	return t, len(rows) > 1
}

func (w *Web) dayTable(terms report.Terms, records []report.Record) (tableView, bool) {
	t := flowTable("Por dia", "Dia", report.ByDay(terms, records...), report.Total(terms, records...),
		func(day string) string { return shortDay(queue.Date(day)) }, noTarget)
	for i := range t.Rows {
		if !t.Rows[i].Sum {
			day := string(report.ByDay(terms, records...)[i].Key)
			t.Rows[i].Cells[0].Raw, t.Rows[i].Cells[0].Link = day, "/relatorios?de="+day
		}
	}
	return t, len(records) > 1
}

func (w *Web) counterTable(terms report.Terms, records []report.Record) (tableView, bool) {
	t := tableView{
		Title: "Por balcão", Note: "senhas e atos de cada balcão; não diz quem lá estava",
		Columns: []column{
			{Head: "Balcão", Text: true},
			{Head: "Chamadas"},
			{Head: "Atendidas"},
			{Head: "Encami\u00adnhadas"},
			{Head: "Não comp."},
			{Head: "Aberto", Unit: "h:min"},
			{Head: "A atender", Unit: "h:min"},
			{Head: "Pausa", Unit: "h:min"},
			{Head: "Inativo", Unit: "h:min"},
			{Head: "Ocupação", Unit: "%"},
			{Head: "Deslocação", Unit: "min mediana"},
			{Head: "Atend. mediana", Unit: "min"},
			{Head: "p90", Unit: "min"},
			{Head: "TMA", Unit: "min"},
			{Head: "Atos"},
			{Head: "Escolhidas à mão"},
			{Head: "Por fechar", Unit: "dias"},
		},
	}
	for _, k := range report.ByCounter(terms, records...) {
		t.Rows = append(t.Rows, tableRow{Cells: []cell{
			words1(w.cfg.Branch().Label(k.Counter)), count(k.Called), count(k.Finished), count(k.PassedOn), count(k.NoShows), words1(hours(k.Open)),
			words1(hours(k.Serving)), words1(hours(k.Break)), words1(hours(k.Idle)), shareOf(k.Occupancy()),
			minutesOf(k.Walk.Median, k.Walk.N), minutesOf(k.Service.Median, k.Service.N), minutesOf(k.Service.P90, k.Service.N),
			minutesOf(k.Service.Mean, k.Service.N), count(k.Delivered), count(k.Chosen), count(k.LeftOpen),
		}})
	}
	return t, len(t.Rows) > 0
}

func (w *Web) halfTable(terms report.Terms, records []report.Record) (tableView, bool) {
	t := tableView{
		Title: "Por meia hora", Note: "senhas, pelo relógio da loja; esperas e nível de quem foi chamado nessa meia hora",
		Columns: []column{
			{Head: "Meia hora", Text: true},
			{Head: "Emitidas"},
			{Head: "Chamadas"},
			{Head: "Atendidas"},
			{Head: "Espera mediana", Unit: "min"},
			{Head: "p90", Unit: "min"},
			{Head: "TME", Unit: "min"},
			{Head: "Nível", Unit: "%"},
		},
	}
	for _, h := range report.ByHalfHour(terms, records...) {
		t.Rows = append(t.Rows, tableRow{Cells: []cell{
			words1(h.Clock()), count(h.Issued), count(h.Called), count(h.Ended), minutesOf(h.Wait.Median, h.Wait.N),
			minutesOf(h.Wait.P90, h.Wait.N), minutesOf(h.Wait.Mean, h.Wait.N), shareOf(h.Level.Share()),
		}})
	}
	return t, len(t.Rows) > 0
}

func (w *Web) slipTable(_ report.Terms, records []report.Record) (tableView, bool) {
	f := report.FairnessOf(records...)
	t := tableView{
		Title: "Ultrapassagens, pela regra da chamada que passou", Note: "a razão de cada prioridade não se pergunta nem se guarda",
		Columns: []column{{Head: "Regra", Text: true}, {Head: "Ultrapassagens", Unit: "vezes"}, {Head: "Do total", Unit: "%"}},
	}
	for _, r := range rulesInOrder {
		if n := f.Rules[r.rule]; n > 0 {
			t.Rows = append(t.Rows, tableRow{Cells: []cell{words1(upperFirst(r.text)), count(n), shareOf(float64(n)/float64(f.Slips), true)}})
		}
	}
	if len(t.Rows) == 0 {
		t.Note = "ninguém foi chamado antes de quem chegou primeiro ao mesmo serviço"
	}
	return t, true
}

func (w *Web) chosenTable(_ report.Terms, records []report.Record) (tableView, bool) {
	t := tableView{
		Title:   "Chamadas escolhidas à mão",
		Columns: []column{{Head: "Dia", Text: true}, {Head: "Senha", Text: true}, {Head: "Balcão", Text: true}, {Head: "Motivo", Text: true}},
	}
	for _, c := range report.FairnessOf(records...).Chosen {
		t.Rows = append(t.Rows, tableRow{Cells: []cell{
			{Text: shortDay(c.Day), Raw: string(c.Day)},
			{Text: c.Number, Link: whyAddress(c.Number, c.Day, c.Visit)},
			words1(w.cfg.Branch().Label(c.Counter)), words1(reasonText(c.Reason)),
		}})
	}
	return t, len(t.Rows) > 0
}

// whyAddress is where a ticket of any Day is explained.
func whyAddress(number string, day queue.Date, visit queue.VisitID) string {
	return "/porque/" + number + "?dia=" + string(day) + "&visita=" + strconv.Itoa(int(visit))
}
