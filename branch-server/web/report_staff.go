package web

import (
	"context"
	"errors"
	"strconv"

	"balcao/branch-server/report"
	"balcao/internal/queue"
)

// staffTable is figures by the pseudonym of whoever served, where the branch reports by person. They stand in no order of
// merit, without plot or sum, and who served few is only counted.
func (w *Web) staffTable(terms report.Terms, records []report.Record) (tableView, bool) {
	set := w.cfg.Branch().StaffReport
	t := tableView{
		Title: "Por pessoa", Note: "senhas e atos de cada pessoa; tempos em minutos",
		Columns: []column{
			{Head: "Pseudónimo do mês", Text: true},
			{Head: "Atendidas"},
			{Head: "Encami\u00adnhadas"},
			{Head: "Atend. mediana", Unit: "min"},
			{Head: "p90", Unit: "min"},
			{Head: "Atos"},
			{Head: "Não comp."},
			{Head: "Impre\u00adcisas"},
		},
	}
	if !set.On {
		return t, false
	}
	shown, few := report.ByPerson(terms, set.Fewest(), records...)
	for _, p := range shown {
		t.Rows = append(t.Rows, tableRow{Cells: []cell{
			words1(p.Pseudonym), count(p.Finished), count(p.PassedOn), minutesOf(p.Service.Median, p.Service.N),
			minutesOf(p.Service.P90, p.Service.N), count(p.Delivered), count(p.NoShows), count(p.Inaccurate),
		}})
	}
	t.Note = "por ordem de pseudónimo, que é ao acaso: não é uma classificação. Serve para organizar o trabalho, não para avaliar pessoas; os assuntos de cada balcão são diferentes."
	if few > 0 {
		t.Note += " " + plural(few, "1 pseudónimo com menos de ", "%d pseudónimos com menos de ") + strconv.Itoa(set.Fewest()) + " atendimentos não se mostra" + map[bool]string{true: "", false: "m"}[few == 1] + "."
	}
	return t, len(shown)+few > 0
}

// completeOpen says under which pseudonym somebody opens a counter, where the branch reports by person.
func (w *Web) completeOpen(ctx context.Context, v visitor, _ wish, cmd queue.Command) (queue.Command, error) {
	c, is := cmd.(queue.OpenCounter)
	if !is {
		return nil, errors.New("not the opening of a counter")
	}
	return w.opening(ctx, v, c)
}

// opening adds who opens a counter, where the branch reports by person.
func (w *Web) opening(ctx context.Context, v visitor, c queue.OpenCounter) (queue.OpenCounter, error) {
	if !w.cfg.Branch().StaffReport.On {
		return c, nil
	}
	by, err := w.cfg.Pseudonym(ctx, v.person.ID)
	c.By = by
	return c, err
}
