package web

import (
	"fmt"
	"net/http"
	"time"

	"balcao/branch-server/forecast"
	"balcao/internal/queue"
)

// waitErrorData is how today's estimates came true, for the coordinator.
type waitErrorData struct {
	All  waitErrorRow
	Rows []waitErrorRow
	At   string
}

// waitErrorRow is one service, or all.
type waitErrorRow struct {
	Service, Body string
	Told          int
	Bias          string // 3 min a menos
	Error         string // 6 min
	Inside        int    // per cent of those told
	Longer        int
	Silent        int
}

// waitErrorPage is GET /espera/erro: what people were told of the wait today, and how long they waited.
func (w *Web) waitErrorPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	var scores map[queue.ServiceID]forecast.Score
	var now time.Time
	if err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, at time.Time) { scores, now = forecast.Judge(d), at }); err != nil {
		w.fault(rw, r, err)
		return
	}
	data := waitErrorData{All: waitError(scores[""]), At: w.clock(now)}
	for _, s := range w.cfg.Branch().Services {
		score, some := scores[queue.ServiceID(s.ID)]
		if !some {
			continue
		}
		row := waitError(score)
		div, _ := w.cfg.Branch().Division(s.Division)
		body, _ := w.cfg.Branch().Body(queue.BodyID(div.Body))
		row.Service, row.Body = s.Name.In("pt"), body.Short
		data.Rows = append(data.Rows, row)
	}
	w.show(rw, http.StatusOK, v, page{Title: "Estimativas de espera", Tab: "espera", Template: "espera-erro.html", Data: data})
}

func waitError(s forecast.Score) waitErrorRow {
	row := waitErrorRow{Told: s.Told, Silent: s.Silent, Bias: "—", Error: "—"}
	if s.Told == 0 {
		return row
	}
	row.Error = wholeMinutes(s.Error)
	switch off := s.Bias.Round(time.Minute); {
	case off > 0:
		row.Bias = wholeMinutes(off) + " a mais"
	case off < 0:
		row.Bias = wholeMinutes(-off) + " a menos"
	default:
		row.Bias = "nenhum"
	}
	row.Inside, row.Longer = percent(s.Inside, s.Told), percent(s.Longer, s.Told)
	return row
}

func percent(part, whole int) int { return (200*part + whole) / (2 * whole) }

func wholeMinutes(d time.Duration) string {
	return fmt.Sprintf("%d min", int(d.Round(time.Minute)/time.Minute))
}
