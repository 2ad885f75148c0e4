package web

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/hq/atlas"
	"balcao/hq/network/report"
	"balcao/internal/queue"
	"balcao/internal/serve"
	"balcao/internal/wire"
)

// Reports answers what somebody asks of past Days.
type Reports interface {
	Ask(ctx context.Context, q report.Question) (report.Answer, error)
}

var groupWords = map[report.Group][2]string{
	report.ByDay: {"Dia", "Por dia"}, report.ByMonth: {"Mês", "Por mês"}, report.ByDistrict: {"Distrito", "Por distrito"},
	report.ByBranch: {"Local", "Por local"}, report.ByBody: {"Entidade", "Por entidade"}, report.ByService: {"Serviço", "Por serviço"},
	report.ByHalfHour: {"Meia hora", "Por meia hora"},
}

type reportData struct {
	Title, Lead, Trouble   string
	From, To, Today, Query string
	Groups, Districts      []option
	Branches, Bodies       []option
	Services               []option
	Quick                  []quickPeriod
	Asked, Empty, Running  bool
	Figures                []measure
	Columns                []string // heads of the table
	Group                  string
	Rows                   []reportRow
	Total                  reportRow
	Compared               bool
	Target                 string
	Plot                   *reportPlot
	Filters                string
	UpTo                   string // until when facts of branches were summed
}

type quickPeriod struct {
	Name, Query string
	Now         bool
}

type measure struct{ Name, Value, Unit, More string }

type reportRow struct {
	Name, Link                                                                   string
	Issued, Finished, Abandoned, Wait, WaitP90, Walk, Serving, Level, Used, Idle string
	Few                                                                          bool // too few calls to be compared
	Range                                                                        *rangePlot
	Fair                                                                         *fairPlot
}

// rangePlot is a median and a 90th percentile on the axis of the table.
type rangePlot struct {
	X, W, Dot, Target float64
	Says              string
}

// fairPlot is a branch's level beside the one expected of it.
type fairPlot struct {
	X, W, Dot, Expected float64
	Sign                sign
	Says, Words         string
}

// reportPage is GET /relatorios.
func (s *Server) reportPage(w http.ResponseWriter, r *http.Request, who visitor) {
	q, d := s.question(r, who)
	if !d.Asked || s.opt.Reports == nil {
		s.show(w, r, http.StatusOK, who, "reports", "Relatórios", d)
		return
	}
	a, err := s.opt.Reports.Ask(r.Context(), q)
	status := http.StatusOK
	switch {
	case errors.Is(err, report.ErrBackward), errors.Is(err, report.ErrTooLong):
		d.Trouble, status = askWords(err), http.StatusUnprocessableEntity
	case err != nil:
		s.fault(w, r, err)
		return
	default:
		s.fillReport(&d, q, a)
	}
	s.show(w, r, status, who, "reports", "Relatórios", d)
}

func askWords(err error) string {
	if errors.Is(err, report.ErrBackward) {
		return "O período acaba antes de começar. Troque as datas."
	}
	return fmt.Sprintf("O período é longo demais. Por dia mostram-se %d dias; de outra forma, %d meses.", report.MostDays, report.MostMonths)
}

// question reads what somebody asks, and fills in the form as they left it. Nonsense is the usual.
func (s *Server) question(r *http.Request, who visitor) (report.Question, reportData) {
	get := r.URL.Query().Get
	now := s.opt.Now().In(s.opt.Zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	q := report.Question{
		From: today.AddDate(0, 0, -6), To: today, Group: report.ByDay, District: get("distrito"), Branch: wire.NodeID(get("local")),
		Body: queue.BodyID(get("entidade")), Service: queue.ServiceID(get("servico")), Target: s.opt.Target,
	}
	s.limit(&q, who)
	if at, err := time.Parse(time.DateOnly, get("de")); err == nil {
		q.From = at
	}
	if at, err := time.Parse(time.DateOnly, get("ate")); err == nil {
		q.To = at
	}
	if g := report.Group(get("por")); slices.Contains(report.Groups(), g) {
		q.Group = g
	}
	d := reportData{
		Title: periodWords(q.From, q.To), From: q.From.Format(time.DateOnly), To: q.To.Format(time.DateOnly), Today: today.Format(time.DateOnly),
		Asked: true, Running: !q.To.Before(today), Group: groupWords[q.Group][0], Target: strconv.Itoa(int(s.opt.Target.Minutes())),
		Query: queryOf(q, q.From, q.To),
	}
	s.fillForm(&d, q, who, today)
	return q, d
}

// queryOf is the address of the same question about another period. By day it may be too long for that: then by month.
func queryOf(q report.Question, from, to time.Time) string {
	group := q.Group
	if group == report.ByDay && to.Sub(from) >= report.MostDays*24*time.Hour {
		group = report.ByMonth
	}
	all := url.Values{"de": {from.Format(time.DateOnly)}, "ate": {to.Format(time.DateOnly)}, "por": {string(group)}}
	for name, value := range map[string]string{"distrito": q.District, "local": string(q.Branch), "entidade": string(q.Body), "servico": string(q.Service)} {
		if value != "" {
			all.Set(name, value)
		}
	}
	return all.Encode()
}

func (s *Server) fillForm(d *reportData, q report.Question, who visitor, today time.Time) {
	for _, g := range report.Groups() {
		d.Groups = append(d.Groups, option{string(g), groupWords[g][1], g == q.Group})
	}
	for _, name := range atlas.Districts() {
		if who.seesDistrict(name) {
			d.Districts = append(d.Districts, option{name, name, name == q.District})
		}
	}
	d.Branches = s.branchOptions(who)
	for i := range d.Branches {
		d.Branches[i].Chosen = d.Branches[i].Value == string(q.Branch)
	}
	named := func(names map[string]string, chosen string) []option {
		var all []option
		for id, name := range names {
			all = append(all, option{id, name, id == chosen})
		}
		slices.SortFunc(all, func(x, y option) int { return cmp.Or(cmp.Compare(x.Words, y.Words), cmp.Compare(x.Value, y.Value)) })
		return all
	}
	bodies, services := s.reportNames(who)
	d.Bodies, d.Services = named(bodies, string(q.Body)), named(services, string(q.Service))
	month := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC)
	for _, p := range []struct {
		name     string
		from, to time.Time
	}{
		{"Hoje", today, today},
		{"Ontem", today.AddDate(0, 0, -1), today.AddDate(0, 0, -1)},
		{"Últimos 7 dias", today.AddDate(0, 0, -6), today},
		{"Este mês", month, today},
		{"Mês passado", month.AddDate(0, -1, 0), month.AddDate(0, 0, -1)},
		{"Últimos 12 meses", month.AddDate(0, -11, 0), today},
	} {
		now := p.from.Equal(q.From) && p.to.Equal(q.To)
		d.Quick = append(d.Quick, quickPeriod{p.name, queryOf(q, p.from, p.to), now})
	}
	var filters []string
	if q.District != "" {
		filters = append(filters, "distrito "+q.District)
	}
	if q.Branch != "" {
		filters = append(filters, s.opt.Network.Places()[q.Branch].Name)
	}
	if q.Body != "" {
		filters = append(filters, s.opt.Names.body(q.Body))
	}
	if q.Service != "" {
		filters = append(filters, s.opt.Names.service(q.Service))
	}
	if who.partial() && q.Body == "" {
		filters = append(filters, "só "+strings.Join(s.bodyNamesOf(who.person.Bodies), ", "))
	}
	d.Filters = strings.Join(filters, ", ")
}

// periodWords writes 22 nov. 2026, or 1 a 22 nov. 2026.
func periodWords(from, to time.Time) string {
	last := fmt.Sprintf("%d %s %d", to.Day(), months[to.Month()-1], to.Year())
	switch {
	case from.Equal(to):
		return last
	case from.Year() == to.Year() && from.Month() == to.Month():
		return fmt.Sprintf("%d a %s", from.Day(), last)
	case from.Year() == to.Year():
		return fmt.Sprintf("%d %s a %s", from.Day(), months[from.Month()-1], last)
	}
	return fmt.Sprintf("%d %s %d a %s", from.Day(), months[from.Month()-1], from.Year(), last)
}

func (s *Server) fillReport(d *reportData, q report.Question, a report.Answer) {
	t := &a.Total.Sum
	if d.Empty = t.Issued == 0; d.Empty {
		return
	}
	d.Lead = fmt.Sprintf("%s, %s. Metade esperou até %s min, nove em dez até %s min.",
		counted(t.Issued, "senha emitida", "senhas emitidas"), counted(t.Finished, "atendida", "atendidas"),
		minutes(t.Wait.Quantile(0.5)), minutes(t.Wait.Quantile(0.9)))
	d.Figures = figuresOf(a.Total, q.Target)
	if !a.UpTo.IsZero() {
		d.UpTo = momentWords(a.UpTo.In(s.opt.Zone))
	}
	axis := 10 * time.Minute
	for _, r := range a.Rows {
		axis = max(axis, r.Sum.Wait.Quantile(0.9))
	}
	for _, r := range a.Rows {
		row := s.reportRow(r, q, a, axis)
		row.Fair, row.Few = fairOf(r), r.Expected < 0
		d.Compared = d.Compared || row.Fair != nil
		d.Rows = append(d.Rows, row)
	}
	d.Total = s.reportRow(a.Total, q, a, axis)
	d.Total.Name, d.Total.Link = "Tudo", ""
	if g := q.Group; g == report.ByDay || g == report.ByMonth || g == report.ByHalfHour {
		d.Plot = plotOf(a.Rows, d.Rows, q.Target)
	}
}

func figuresOf(r report.Row, target time.Duration) []measure {
	t := &r.Sum
	level := "–"
	if r.Level >= 0 {
		level = percent(r.Level)
	}
	all := []measure{
		{"Senhas emitidas", count(t.Issued), "", "em " + counted(r.Branches, "local", "locais")},
		{"Atendidas", count(t.Finished), "", count(t.Inaccurate) + " com tempos imprecisos, fora dos tempos"},
		{"Espera", minutes(t.Wait.Quantile(0.5)), "min mediana", "p90 " + minutes(t.Wait.Quantile(0.9)) + " min · " + counted(t.Called, "chamada", "chamadas")},
		{"Nível de serviço", level, "%", "chamadas em até " + strconv.Itoa(int(target.Minutes())) + " min"},
		{"Desistências", percent(t.Abandonment()), "%", count(t.NoShows) + " não compareceram · " + count(t.Cancelled) + " anuladas"},
		{"Deslocação", minutes(t.Walk.Quantile(0.5)), "min mediana", "da chamada ao início"},
		{"Atendimento", minutes(t.Serving.Quantile(0.5)), "min mediana", "p90 " + minutes(t.Serving.Quantile(0.9)) + " min · " + count(t.Served) + " medidos"},
	}
	if t.OpenSeconds > 0 {
		all = append(all, measure{"Capacidade usada", percent(t.Used()), "%", hoursWords(t.BusySeconds) + " com alguém, de " + hoursWords(t.OpenSeconds-t.PausedSeconds) + " abertas"},
			measure{"Inatividade", hoursWords(int64(t.Idle().Seconds())), "", "balcão aberto, sem pausa e sem ninguém"})
	}
	return all
}

// hoursWords writes hours: one decimal below ten.
func hoursWords(seconds int64) string {
	if seconds < 10*3600 {
		return strings.ReplaceAll(strconv.FormatFloat(float64(seconds)/3600, 'f', 1, 64), ".", ",") + " h"
	}
	return count(int((seconds+1800)/3600)) + " h"
}

func (s *Server) reportRow(r report.Row, q report.Question, a report.Answer, axis time.Duration) reportRow {
	t := &r.Sum
	row := reportRow{
		Name: s.keyWords(r.Key, q, a), Issued: count(t.Issued), Finished: count(t.Finished), Abandoned: percent(t.Abandonment()),
		Wait: "–", WaitP90: "–", Walk: "–", Serving: "–", Level: "–", Used: "–", Idle: "–",
	}
	if q.Group == report.ByHalfHour && r.Key != "" {
		row.Finished, row.Abandoned = count(t.Called), "–" // what ended is told by what began, not by the half hour
	}
	if q.Group == report.ByBranch && r.Key != "" {
		row.Link = "/lojas/" + r.Key
	}
	if t.Wait.Count() > 0 {
		median, p90 := t.Wait.Quantile(0.5), t.Wait.Quantile(0.9)
		row.Wait, row.WaitP90, row.Level = minutes(median), minutes(p90), percent(r.Level)
		x := func(d time.Duration) float64 { return 4 + 112*float64(min(d, axis))/float64(axis) }
		row.Range = &rangePlot{X: x(median), W: x(p90) - x(median), Dot: x(median), Says: "mediana " + row.Wait + " min, p90 " + row.WaitP90 + " min"}
		if q.Target <= axis {
			row.Range.Target = x(q.Target)
		}
	}
	if t.Served > 0 {
		row.Walk, row.Serving = minutes(t.Walk.Quantile(0.5)), minutes(t.Serving.Quantile(0.5))
	}
	if t.OpenSeconds > 0 {
		row.Used, row.Idle = percent(t.Used()), hoursWords(int64(t.Idle().Seconds()))
	}
	return row
}

func (s *Server) keyWords(key string, q report.Question, a report.Answer) string {
	switch q.Group {
	case report.ByDay:
		if at, err := time.Parse(time.DateOnly, key); err == nil {
			return fmt.Sprintf("%s, %d %s", weekdays[at.Weekday()][:3], at.Day(), months[at.Month()-1])
		}
	case report.ByMonth:
		if at, err := time.Parse("2006-01", key); err == nil {
			return fmt.Sprintf("%s %d", months[at.Month()-1], at.Year())
		}
	case report.ByDistrict:
		return cmp.Or(key, "sem distrito")
	case report.ByBranch:
		return cmp.Or(a.Places[wire.NodeID(key)].Name, key)
	case report.ByBody:
		if key == "" {
			return "Balcões"
		}
		return s.opt.Names.body(queue.BodyID(key))
	case report.ByService:
		return s.opt.Names.service(queue.ServiceID(key))
	case report.ByHalfHour:
		if i, err := strconv.Atoi(key); err == nil {
			return halfName(i) + " a " + halfName(i+1)
		}
	}
	return key
}

// fairOf says how a branch stands to what is expected of its services; nil where it is not compared.
func fairOf(r report.Row) *fairPlot {
	if r.Expected < 0 {
		return nil
	}
	x := func(share float64) float64 { return 4 + 112*share }
	f := &fairPlot{X: x(r.Low), W: max(2, x(r.High)-x(r.Low)), Dot: x(r.Level), Expected: x(r.Expected)}
	points := (r.Level - r.Expected) * 100
	f.Words = strings.ReplaceAll(strings.ReplaceAll(fmt.Sprintf("%+.1f", points), ".", ","), "-", "−")
	switch {
	case r.Expected < r.Low:
		f.Sign = sign{"ok", "b-ok", "acima"}
	case r.Expected > r.High:
		f.Sign = sign{"out", "b-out", "abaixo"}
	default:
		f.Sign = sign{"free", "b-free", "como se espera"}
	}
	f.Says = fmt.Sprintf("nível %s %%, esperado %s %% com os mesmos serviços: %s", percent(r.Level), percent(r.Expected), f.Sign.Word)
	return f
}

// reportCSV is GET /relatorios.csv: the same as a file.
func (s *Server) reportCSV(w http.ResponseWriter, r *http.Request, who visitor) {
	q, _ := s.question(r, who)
	if s.opt.Reports == nil {
		http.NotFound(w, r)
		return
	}
	a, err := s.opt.Reports.Ask(r.Context(), q)
	switch {
	case errors.Is(err, report.ErrBackward), errors.Is(err, report.ErrTooLong):
		http.Error(w, askWords(err), http.StatusUnprocessableEntity)
		return
	case err != nil:
		s.fault(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="relatorio-`+string(q.Group)+`.csv"`)
	_, _ = w.Write([]byte("\ufeff"))
	out := csv.NewWriter(w)
	out.Comma = ';'
	_ = out.Write([]string{
		groupWords[q.Group][0], "Código", "Locais", "Emitidas", "Chamadas", "Atendidas", "Não compareceram", "Anuladas", "Imprecisas",
		"Espera mediana min", "Espera p90 min", "Nível %", "Nível esperado %", "Deslocação mediana min", "Atendimento mediana min", "Atendimento p90 min",
		"Balcão aberto h", "Em pausa h", "Com alguém h",
	})
	number := func(f float64) string { return strings.ReplaceAll(strconv.FormatFloat(f, 'f', 2, 64), ".", ",") }
	share := func(f float64) string {
		if f < 0 {
			return ""
		}
		return number(f * 100)
	}
	for _, row := range a.Rows {
		t := &row.Sum
		hours := func(seconds int64) string { return number(float64(seconds) / 3600) }
		_ = out.Write([]string{
			serve.Harmless(s.keyWords(row.Key, q, a)), row.Key, strconv.Itoa(row.Branches), strconv.Itoa(t.Issued), strconv.Itoa(t.Called), strconv.Itoa(t.Finished),
			strconv.Itoa(t.NoShows), strconv.Itoa(t.Cancelled), strconv.Itoa(t.Inaccurate),
			number(t.Wait.Quantile(0.5).Minutes()), number(t.Wait.Quantile(0.9).Minutes()), share(row.Level), share(row.Expected),
			number(t.Walk.Quantile(0.5).Minutes()), number(t.Serving.Quantile(0.5).Minutes()), number(t.Serving.Quantile(0.9).Minutes()),
			hours(t.OpenSeconds), hours(t.PausedSeconds), hours(t.BusySeconds),
		})
	}
	out.Flush()
}

// pairRow gives the template of a row what the table as a whole shows.
func pairRow(row reportRow, compared bool) map[string]any {
	return map[string]any{"Row": row, "Compared": compared}
}
