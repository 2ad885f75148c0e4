package web

import (
	"errors"
	"net/http"
	"strconv"

	"balcao/hq/network/report"
)

func itoa(n int) string { return strconv.Itoa(n) }

// errorJSON is what a question is refused with.
type errorJSON struct {
	Error string `json:"error" doc:"o que faltou, em palavras"`
}

type reportJSON struct {
	From  string          `json:"from"`
	To    string          `json:"to"`
	Group string          `json:"group"`
	Rows  []reportRowJSON `json:"rows"`
	Total reportRowJSON   `json:"total"`
}

// reportRowJSON is one row. Shares are from 0 to 1, and -1 where there is nothing to say.
type reportRowJSON struct {
	Key       string  `json:"key" doc:"dia, mês, distrito, código, ou número da meia hora"`
	Branches  int     `json:"branches"`
	Issued    int     `json:"issued"`
	Called    int     `json:"called"`
	Finished  int     `json:"finished"`
	NoShows   int     `json:"no_shows"`
	Cancelled int     `json:"cancelled"`
	Wait      float64 `json:"wait_median"`
	WaitP90   float64 `json:"wait_p90"`
	Level     float64 `json:"level" doc:"parte chamada dentro do objetivo"`
	Expected  float64 `json:"level_expected" doc:"o que teria com os mesmos serviços como no país"`
	Walk      float64 `json:"walk_median"`
	Took      float64 `json:"service_time_median"`
	TookP90   float64 `json:"service_time_p90"`
	Open      int64   `json:"counter_open"`
	Busy      int64   `json:"counter_busy"`
	Paused    int64   `json:"counter_paused"`
}

func rowJSON(r report.Row) reportRowJSON {
	t := &r.Sum
	return reportRowJSON{
		Key: r.Key, Branches: r.Branches, Issued: t.Issued, Called: t.Called, Finished: t.Finished, NoShows: t.NoShows, Cancelled: t.Cancelled,
		Wait: t.Wait.Quantile(0.5).Seconds(), WaitP90: t.Wait.Quantile(0.9).Seconds(), Level: r.Level, Expected: r.Expected,
		Walk: t.Walk.Quantile(0.5).Seconds(), Took: t.Serving.Quantile(0.5).Seconds(), TookP90: t.Serving.Quantile(0.9).Seconds(),
		Open: t.OpenSeconds, Busy: t.BusySeconds, Paused: t.PausedSeconds,
	}
}

// apiReports is GET /api/reports: the same questions as those of the page.
func (s *Server) apiReports(w http.ResponseWriter, r *http.Request, who visitor) {
	q, d := s.question(r, who)
	if s.opt.Reports == nil {
		s.refuse(w, http.StatusNotFound, errNoReports)
		return
	}
	a, err := s.opt.Reports.Ask(r.Context(), q)
	switch {
	case errors.Is(err, report.ErrBackward), errors.Is(err, report.ErrTooLong):
		s.refuse(w, http.StatusUnprocessableEntity, err)
		return
	case err != nil:
		s.fault(w, r, err)
		return
	}
	out := reportJSON{From: d.From, To: d.To, Group: string(q.Group), Rows: []reportRowJSON{}, Total: rowJSON(a.Total)}
	for _, row := range a.Rows {
		out.Rows = append(out.Rows, rowJSON(row))
	}
	s.answer(w, http.StatusOK, out)
}

var errNoReports = errors.New("no reports are kept here")
