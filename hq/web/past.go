package web

import (
	"cmp"
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"time"

	"balcao/hq/alert"
	"balcao/hq/cases"
	"balcao/internal/serve"
)

const (
	pastLimit = 500
	longPast  = 366
)

// pastQuery reads how far back and which branch somebody asks for.
func (s *Server) pastQuery(r *http.Request, who visitor) (days int, branch string, past []cases.Case, err error) {
	days, err = strconv.Atoi(r.URL.Query().Get("dias"))
	if err != nil || days < 1 || days > longPast {
		days = 7
	}
	branch = r.URL.Query().Get("local")
	if s.opt.Office == nil {
		return days, branch, nil, nil
	}
	past, err = s.opt.Office.PastCases(r.Context(), s.opt.Now().AddDate(0, 0, -days), branch, pastLimit)
	return days, branch, slices.DeleteFunc(past, func(c cases.Case) bool { return !s.seesCase(c, who) }), err
}

type pastLine struct {
	cases.Case

	Sign             sign
	Rule, At, Lasted string
	Who              string
}

// pastPage is GET /alertas/historia.
func (s *Server) pastPage(w http.ResponseWriter, r *http.Request, who visitor) {
	days, branch, past, err := s.pastQuery(r, who)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	var lines []pastLine
	by := map[alert.Rule]int{}
	for _, c := range past {
		by[c.Rule]++
		l := pastLine{Case: c, Sign: signOfDegree(c.Degree), Rule: ruleWords[c.Rule], At: c.Opened.In(s.opt.Zone).Format("02/01 15:04"), Lasted: span(c.Closed.Sub(c.Since))}
		if c.Taken.By != "" {
			l.Who = s.opt.People.Name(c.Taken.By)
		}
		lines = append(lines, l)
	}
	var counts []option
	for rule, n := range by {
		counts = append(counts, option{Value: count(n), Words: ruleWords[rule]})
	}
	slices.SortFunc(counts, func(x, y option) int { return cmp.Compare(x.Words, y.Words) })
	s.show(w, r, http.StatusOK, who, "past", "História dos alertas", map[string]any{
		"Days": days, "Choices": []int{1, 7, 30, 90, 365}, "Branch": branch, "Branches": s.branchOptions(who), "Lines": lines, "Counts": counts, "Full": len(past) == pastLimit,
	})
}

// pastCSV is GET /alertas/historia.csv: the same as a file, for a spreadsheet that reads semicolons.
func (s *Server) pastCSV(w http.ResponseWriter, r *http.Request, who visitor) {
	_, _, past, err := s.pastQuery(r, who)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="alertas.csv"`)
	_, _ = w.Write([]byte("\ufeff"))
	out := csv.NewWriter(w)
	out.Comma = ';'
	_ = out.Write([]string{"abriu", "fechou", "regra", "local", "nome", "o que era", "quem tratou"})
	for _, c := range past {
		_ = out.Write([]string{
			c.Opened.In(s.opt.Zone).Format(time.DateTime), c.Closed.In(s.opt.Zone).Format(time.DateTime), string(c.Rule), c.Branch,
			serve.Harmless(c.Where), serve.Harmless(c.Words), c.Taken.By,
		})
	}
	out.Flush()
}
