package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"balcao/branch-server/report"
	"balcao/internal/queue"
)

// Bounds of one report: thirteen months are kept, and a page is made in one go.
const (
	mostReportDays   = 400
	mostReportVisits = 400_000
)

// period is the days a report is asked for, both included.
type period struct{ From, To queue.Date }

func (p period) oneDay() bool { return p.From == p.To }

// periodError is what is wrong with the dates asked for, in words for the asker.
type periodError string

func (e periodError) Error() string { return string(e) }

// periodOf reads the dates of a request; without any it is the present Day. Dates the wrong way round are turned.
func periodOf(r *http.Request, today queue.Date) (period, error) {
	read := func(field string, otherwise queue.Date) (queue.Date, error) {
		s := r.URL.Query().Get(field)
		if s == "" {
			return otherwise, nil
		}
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return otherwise, periodError("Uma data escreve-se ano-mês-dia, como " + string(today) + ".")
		}
		return queue.Date(s), nil
	}
	from, err := read("de", today)
	if err != nil {
		return period{today, today}, err
	}
	to, err := read("ate", from)
	if err != nil {
		return period{today, today}, err
	}
	if to < from {
		from, to = to, from
	}
	if first, last := dateTime(from), dateTime(to); last.Sub(first) > mostReportDays*24*time.Hour {
		return period{from, from}, periodError(fmt.Sprintf("Um relatório vai até %d dias. Escolha um período mais curto.", mostReportDays))
	}
	return period{from, to}, nil
}

// dateTime returns the midnight of a date in UTC, for counting days.
func dateTime(d queue.Date) time.Time {
	at, _ := time.Parse(time.DateOnly, string(d)) // a Date is one
	return at
}

func (p period) holds(day queue.Date) bool { return p.From <= day && day <= p.To }

// reportPage is GET /relatorios: the figures of a day or a period.
func (w *Web) reportPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	view, err := w.report(r)
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	w.show(rw, http.StatusOK, v, page{
		Title: "Relatório", Tab: "relatorios", Template: "report.html", Data: view,
		Styles: []string{"report.css"}, Modules: []string{"print.js"},
	})
}

// reportView is everything the page shows.
type reportView struct {
	Title   string
	Lead    string
	Period  period
	Today   queue.Date
	Quick   []quickPeriod
	Trouble string // what is wrong with the dates asked for
	Empty   bool   // no Day, or nobody came
	Running bool   // the present Day is among them
	AsOf    string // of a Day that is not over
	Last    string // date of the period
	Figures []reportFigure
	Notes   []string
	Tables  []tableView
	Plots   map[string]plot
	Fair    []reportFigure
	Terms   []definition
	Query   string
}

type quickPeriod struct {
	Name string
	From queue.Date
	To   queue.Date
	Now  bool
}

// reportFigure is one figure with its definition.
type reportFigure struct {
	Name, Value, Unit, More, Means string
}

func (w *Web) report(r *http.Request) (reportView, error) {
	now := w.cfg.Now()
	today := queue.DateOf(now, w.cfg.Zone)
	asked, trouble := periodOf(r, today)
	view := reportView{
		Period: asked, Today: today, Quick: quickPeriods(today, asked), Terms: definitions,
		Query: "de=" + string(asked.From) + "&ate=" + string(asked.To), Plots: map[string]plot{},
	}
	records, err := w.records(r.Context(), asked, now)
	if said, ok := errors.AsType[periodError](err); ok {
		trouble, records = said, nil
	} else if err != nil {
		return reportView{}, err
	}
	if trouble != nil {
		view.Trouble = trouble.Error()
	}
	view.Title, view.Last = periodWords(asked), shortDay(asked.To)
	for _, one := range records {
		if !one.Ended {
			view.Running, view.AsOf = true, w.clock(now)
		}
	}
	w.fillReport(&view, records)
	return view, nil
}

// records reads the Days of a period, as many as there are.
func (w *Web) records(ctx context.Context, asked period, now time.Time) ([]report.Record, error) {
	days, err := w.cfg.Archive.Days(ctx)
	if err != nil {
		return nil, err
	}
	var all []report.Record
	visits := 0
	for _, day := range days {
		if !asked.holds(day) {
			continue
		}
		one, err := w.cfg.Archive.Record(ctx, day, now)
		if err != nil {
			return nil, err
		}
		if visits += len(one.Visits); visits > mostReportVisits {
			return nil, periodError("Neste período há mais visitas do que cabem num relatório. Escolha um mais curto.")
		}
		all = append(all, one)
	}
	return all, nil
}

// terms are the branch's own clock and the targets of today: a report of an older day is held against them.
func (w *Web) terms() report.Terms {
	t := report.Terms{Zone: w.cfg.Zone, Target: map[queue.ServiceID]time.Duration{}}
	for id, s := range w.names().services {
		t.Target[id] = s.target
	}
	return t
}

func (w *Web) fillReport(view *reportView, records []report.Record) {
	terms := w.terms()
	total := report.Total(terms, records...)
	if total.Issued == 0 {
		view.Empty = true
		return
	}
	view.Lead = reportLead(total)
	view.Figures = totalFigures(total)
	view.Notes = reportNotes(total, records)
	fair := report.FairnessOf(records...)
	view.Fair = w.fairFigures(fair)
	for _, one := range reportTables {
		if t, ok := one.make(w, terms, records); ok {
			t.Name = one.name
			view.Tables = append(view.Tables, t)
		}
	}
	view.Plots["meias-horas"] = halvesPlot(report.ByHalfHour(terms, records...))
	view.Plots["esperas"] = waitsPlot(report.ByHalfHour(terms, records...))
	if len(records) > 1 {
		view.Plots["dias"] = daysPlot(report.ByDay(terms, records...))
	}
}

func quickPeriods(today queue.Date, asked period) []quickPeriod {
	at := dateTime(today)
	on := func(t time.Time) queue.Date { return queue.Date(t.Format(time.DateOnly)) }
	monthStart := at.AddDate(0, 0, 1-at.Day())
	all := []quickPeriod{
		{Name: "Hoje", From: today, To: today},
		{Name: "Ontem", From: on(at.AddDate(0, 0, -1)), To: on(at.AddDate(0, 0, -1))},
		{Name: "Últimos 7 dias", From: on(at.AddDate(0, 0, -6)), To: today},
		{Name: "Este mês", From: on(monthStart), To: today},
		{Name: "Mês passado", From: on(monthStart.AddDate(0, -1, 0)), To: on(monthStart.AddDate(0, 0, -1))},
	}
	marked := false
	for i, q := range all {
		all[i].Now = !marked && q.From == asked.From && q.To == asked.To
		marked = marked || all[i].Now
	}
	return all
}

func periodWords(p period) string {
	if p.oneDay() {
		return dayWords(p.From)
	}
	return shortDay(p.From) + " a " + shortDay(p.To)
}

// shortDay says a date: 23 nov. 2026.
func shortDay(d queue.Date) string {
	at := dateTime(d)
	return fmt.Sprintf("%d %s %d", at.Day(), months[at.Month()-1], at.Year())
}

func reportLead(f report.Figures) string {
	s := plural(f.Issued, "1 senha emitida", thousands(f.Issued)+" emitidas") + ", " + plural(f.Finished, "1 atendida", thousands(f.Finished)+" atendidas")
	if f.Wait.N > 0 {
		s += fmt.Sprintf(". Metade esperou até %s, nove em dez até %s", longSpan(f.Wait.Median), longSpan(f.Wait.P90))
	}
	return s + "."
}

func totalFigures(f report.Figures) []reportFigure {
	m := meaning
	timed := func(name string, t report.Times, short, key string) reportFigure {
		return reportFigure{
			Name: name, Value: mins(t.Median), Unit: "min mediana",
			More: fmt.Sprintf("p90 %s · média (%s) %s min · %s medidas", mins(t.P90), short, mins(t.Mean), thousands(t.N)), Means: m(key),
		}
	}
	all := []reportFigure{
		{Name: "Senhas emitidas", Value: thousands(f.Issued), More: fmt.Sprintf("%s sem senha, diretamente ao balcão", thousands(f.Walked)), Means: m("emitidas")},
		{Name: "Atendidas", Value: thousands(f.Finished), More: fmt.Sprintf("%s encaminhadas · %s em aberto", thousands(f.PassedOn), thousands(f.Open)), Means: m("atendidas")},
		{Name: "Desistências", Value: share(f.GaveUp()), Unit: "%", More: fmt.Sprintf("%s não compareceram · %s anuladas", thousands(f.NoShows), thousands(f.Cancelled)), Means: m("desistencia")},
		{Name: "Nível de serviço", Value: share(f.Level.Share()), Unit: "%", More: fmt.Sprintf("%s de %s chamadas · objetivo %d %%", thousands(f.Level.Within), thousands(f.Level.Called), levelGoal), Means: m("nivel")},
		timed("Espera", f.Wait, "TME", "espera"),
		timed("Deslocação", f.Walk, "média", "deslocacao"),
		timed("Atendimento", f.Service, "TMA", "atendimento"),
		timed("Permanência", f.Stay, "média", "permanencia"),
		{Name: "Atos praticados", Value: thousands(f.Delivered), More: "uma visita pode ter vários", Means: m("atos")},
		{Name: "Suspensas", Value: thousands(f.Holds), More: "vezes que um atendimento ficou em espera", Means: m("suspensas")},
	}
	if f.Told.Told > 0 {
		kept := reportFigure{Name: "Estimativa cumprida", Unit: "%", Means: m("estimativa")}
		kept.Value = share(f.Told.Kept())
		kept.More = fmt.Sprintf("%s de %s avisadas · %s esperaram mais · erro médio %s min", thousands(f.Told.Within), thousands(f.Told.Told), thousands(f.Told.Longer), mins(f.Told.Error))
		all = append(all, kept)
	}
	all[5].More = fmt.Sprintf("p90 %s · média %s min · %s medidas", mins(f.Walk.P90), mins(f.Walk.Mean), thousands(f.Walk.N))
	all[7].More = fmt.Sprintf("p90 %s · média %s min · %s medidas", mins(f.Stay.P90), mins(f.Stay.Mean), thousands(f.Stay.N))
	return all
}

func reportNotes(f report.Figures, records []report.Record) []string {
	var notes []string
	if f.Inaccurate > 0 {
		notes = append(notes, plural(f.Inaccurate, "1 visita marcada com tempos imprecisos: conta nas senhas, e fica fora de todos os tempos e do nível.", "%d visitas marcadas com tempos imprecisos: contam nas senhas, e ficam fora de todos os tempos e do nível."))
	}
	if f.Implausible > 0 {
		notes = append(notes, plural(f.Implausible, "1 atendimento durou menos de 15 segundos. Fica nos tempos; veja se foi tecla a mais.", "%d atendimentos duraram menos de 15 segundos. Ficam nos tempos; veja se foram teclas a mais."))
	}
	if f.Unlawful > 0 {
		notes = append(notes, plural(f.Unlawful, "1 chamada fez esperar quem tinha prioridade por lei, por uma regra marcada como ilegal.", "%d chamadas fizeram esperar quem tinha prioridade por lei, por uma regra marcada como ilegal."))
	}
	voided := 0
	for _, r := range records {
		voided += r.Voided
	}
	if voided > 0 {
		notes = append(notes, plural(voided, "1 número anulado porque o talão não saiu: não é uma senha emitida.", "%d números anulados porque o talão não saiu: não são senhas emitidas."))
	}
	return notes
}

// rulesInOrder lists the rules that can pass somebody, as the page does.
var rulesInOrder = []struct {
	rule queue.Rule
	text string
}{
	{queue.RuleLaw, "prioridade por lei"},
	{queue.RuleBooked, "marcação à sua hora"},
	{queue.RuleGuard, "espera longa"},
	{queue.RuleClass, "classe da entidade"},
	{queue.RuleFront, "encaminhada para a frente"},
	{queue.RuleChosen, "escolhida à mão"},
	{queue.RuleArrival, "ordem de chegada, entre o que o balcão pode atender"},
}

func (w *Web) fairFigures(f report.Fairness) []reportFigure {
	worst := reportFigure{Name: "A mais ultrapassada", Value: "–", More: "ninguém foi ultrapassado", Means: meaning("pior")}
	if f.Worst.Slips > 0 {
		worst.Value, worst.Unit = thousands(f.Worst.Slips), "vezes"
		worst.More = fmt.Sprintf("a %s de %s", f.Worst.Number, shortDay(f.Worst.Day))
	}
	perTicket, counted := f.PerTicket()
	each := "–"
	if counted {
		each = decimal(perTicket, 2)
	}
	return []reportFigure{
		{Name: "Ultrapassagens por senha", Value: each, More: fmt.Sprintf("%s em %s senhas; %s senhas ultrapassadas", thousands(f.Slips), thousands(f.Tickets), thousands(f.Slipped)), Means: meaning("ultrapassagens")},
		{Name: "Explicadas por lei ou marcação", Value: share(f.Explained()), Unit: "%", More: "das ultrapassagens", Means: meaning("explicadas")},
		worst,
		{Name: "Escolhidas à mão", Value: thousands(len(f.Chosen)), More: "cada uma com o seu motivo, em baixo", Means: meaning("escolhidas")},
	}
}

// serviceKeys orders rows as the branch lists its services; those it no longer has come last.
func (w *Web) serviceOrder(rows []report.Row) {
	place := map[string]int{}
	for i, s := range w.cfg.Branch().Services {
		place[s.ID] = i + 1
	}
	slices.SortStableFunc(rows, func(a, b report.Row) int {
		x, y := place[a.Key], place[b.Key]
		switch {
		case x == 0 && y != 0:
			return 1
		case y == 0 && x != 0:
			return -1
		}
		return cmp.Compare(x, y)
	})
}
