package web

import (
	"bytes"
	"encoding/csv"
	"errors"
	"net/http"
	"strings"

	"balcao/branch-server/report"
	"balcao/internal/queue"
	"balcao/internal/serve"
)

// reportCSV is GET /relatorios.csv: one table of a report as Portuguese spreadsheets open it, UTF-8 with its mark,
// semicolons and decimal commas.
func (w *Web) reportCSV(rw http.ResponseWriter, r *http.Request, _ visitor) {
	now := w.cfg.Now()
	asked, err := periodOf(r, queue.DateOf(now, w.cfg.Zone))
	var records []report.Record
	if err == nil {
		records, err = w.records(r.Context(), asked, now)
	}
	if said, ok := errors.AsType[periodError](err); ok {
		refuse(rw, http.StatusBadRequest, answer{Code: "bad_period", Message: said.Error(), Next: "Volte ao relatório e escolha outras datas."})
		return
	} else if err != nil {
		w.fault(rw, r, err)
		return
	}
	name := r.URL.Query().Get("tabela")
	t, known := w.tableNamed(name, records)
	if !known {
		refuse(rw, http.StatusNotFound, answer{Code: "unknown_table", Message: "Não há essa tabela neste relatório.", Next: "Volte ao relatório e escolha outra."})
		return
	}
	dates := string(asked.From)
	if !asked.oneDay() {
		dates += "-a-" + string(asked.To)
	}
	rw.Header().Set("Content-Type", "text/csv; charset=utf-8")
	rw.Header().Set("Content-Disposition", `attachment; filename="balcao-`+w.cfg.Branch().ID+"-"+name+"-"+dates+`.csv"`)
	rw.Header().Set("Cache-Control", "no-store")
	_, _ = rw.Write(t.csv()) // the browser may have gone
}

func (w *Web) tableNamed(name string, records []report.Record) (tableView, bool) {
	if name == "senhas" {
		return w.ticketTable(records), true
	}
	for _, one := range reportTables {
		if one.name == name {
			t, _ := one.make(w, w.terms(), records) // an empty table is a head without rows
			return t, true
		}
	}
	return tableView{}, false
}

// csv writes the table. Excel reads the byte order mark as «this is UTF-8».
func (t tableView) csv() []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	out := csv.NewWriter(&b)
	out.Comma, out.UseCRLF = ';', true
	write := func(cells []string) { _ = out.Write(cells) } // a buffer never fails
	var head []string
	for _, c := range t.Columns {
		if c.Plot {
			continue
		}
		name := strings.ReplaceAll(c.Head, "\u00ad", "")
		if c.Unit != "" {
			name += " (" + c.Unit + ")"
		}
		head = append(head, serve.Harmless(name))
	}
	write(head)
	for _, r := range t.Rows {
		var line []string
		for i, c := range r.Cells {
			if !t.Columns[i].Plot {
				line = append(line, serve.Harmless(c.raw()))
			}
		}
		write(line)
	}
	out.Flush()
	return b.Bytes()
}

// outcomes says how a leg ended.
var outcomes = map[report.Outcome]string{
	report.Finished: "atendida", report.PassedOn: "encaminhada", report.NoShow: "não compareceu", report.Cancelled: "anulada", report.Open: "em aberto",
}

// ticketTable is every leg of every visit, for those who calculate themselves.
func (w *Web) ticketTable(records []report.Record) tableView {
	t := tableView{
		Title: "Senhas",
		Columns: []column{
			{Head: "Dia"},
			{Head: "Senha"},
			{Head: "Etapa"},
			{Head: "Serviço"},
			{Head: "Entidade"},
			{Head: "Balcão"},
			{Head: "Emitida"},
			{Head: "Espera desde"},
			{Head: "Chamada"},
			{Head: "Fim"},
			{Head: "Espera", Unit: "min"},
			{Head: "Deslocação", Unit: "min"},
			{Head: "Atendimento", Unit: "min"},
			{Head: "Resultado"},
			{Head: "Regra"},
			{Head: "Motivo"},
			{Head: "Atos"},
			{Head: "Ultrapassada", Unit: "vezes"},
			{Head: "Ultrapassou"},
			{Head: "Tempos imprecisos"},
		},
	}
	clock := func(m report.Milli) cell {
		if m == 0 {
			return cell{}
		}
		return words1(w.clockSeconds(m.At()))
	}
	for _, r := range records {
		for _, v := range r.Visits {
			for i, l := range v.Legs {
				t.Rows = append(t.Rows, tableRow{Cells: w.ticketCells(r, v, i, l, clock)})
			}
		}
	}
	return t
}

func (w *Web) ticketCells(r report.Record, v report.Visit, i int, l report.Leg, clock func(report.Milli) cell) []cell {
	some := func(ok bool) int {
		if ok {
			return 1
		}
		return 0
	}
	wait, called := l.Wait()
	walk, came := l.Walk()
	served, over := l.ServiceTime()
	counter := ""
	if l.Counter != "" {
		counter = w.cfg.Branch().Label(l.Counter)
	}
	name, body := string(l.Service), string(l.Body)
	if s, known := w.names().services[l.Service]; known {
		name, body = s.name, s.body
	}
	rule := ""
	for _, one := range rulesInOrder {
		if one.rule == l.Rule && l.Rule != queue.RuleArrival {
			rule = one.text
		}
	}
	if l.Rule == queue.RuleArrival {
		rule = "ordem de chegada"
	}
	inaccurate := "não"
	if v.Inaccurate {
		inaccurate = "sim"
	}
	return []cell{
		words1(string(r.Date)), words1(v.Number), count(i + 1), words1(name), words1(body), words1(counter), clock(v.Issued), clock(l.From),
		clock(l.Called), clock(l.Ended), minutesOf(wait, some(called)), minutesOf(walk, some(came && l.Called != 0)), minutesOf(served, some(over)),
		words1(outcomes[l.Outcome]), words1(rule), words1(reasonText(l.Reason)), count(l.Delivered), count(l.Slips), count(l.Skips), words1(inaccurate),
	}
}
