package year

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"balcao/hq/atlas"
	"balcao/hq/network"
	"balcao/hq/network/report"
	"balcao/hq/store"
	"balcao/hq/web"
	"balcao/internal/fleet"
)

// target is how long a citizen should wait at most.
const target = 20 * time.Minute

// asked is one question as the page has it.
type asked struct {
	group, period, filter string
	query                 url.Values
}

// questions are every kind of report over the longest periods: the whole year, which is kept as months; the year without
// its first and last day, so that Days are added at both ends; and by day as many as are shown. Each is asked of the whole
// country and with each filter.
func (h *house) questions() []asked {
	_, district := atlas.Portugal().Invent(string(fleet.Name(0)))
	service := slices.Sorted(maps.Keys(fleet.Services()))[0]
	filters := []struct{ name, key, value string }{
		{"o país", "", ""},
		{"um distrito", "distrito", district},
		{"um local", "local", string(fleet.Name(0))},
		{"uma entidade", "entidade", string(fleet.Services()[service])},
		{"um serviço", "servico", string(service)},
	}
	from, until := h.from(), h.until()
	var all []asked
	for _, group := range report.Groups() {
		periods := []struct {
			name     string
			from, to time.Time
		}{{fmt.Sprintf("%d meses", h.o.Months), from, until}, {fmt.Sprintf("%d meses menos 2 dias", h.o.Months), from.AddDate(0, 0, 1), until.AddDate(0, 0, -1)}, {"de meio a meio do mês", from.AddDate(0, 0, 14), until.AddDate(0, 0, -15)}}
		if group == report.ByDay {
			periods = periods[:1]
			periods[0].name, periods[0].from = fmt.Sprintf("%d dias", report.MostDays), until.AddDate(0, 0, 1-report.MostDays)
		}
		for _, p := range periods {
			for _, f := range filters {
				q := url.Values{"de": {p.from.Format(time.DateOnly)}, "ate": {p.to.Format(time.DateOnly)}, "por": {string(group)}}
				if f.key != "" {
					q.Set(f.key, f.value)
				}
				all = append(all, asked{string(group), p.name, f.name, q})
			}
		}
	}
	return all
}

// pages are the pages of headquarters over the database, for everybody.
func (h *house) pages(s *store.Store, n *network.Network) (*web.Server, error) {
	return web.New(web.Options{
		Network: n, Store: s, Names: names(), Zone: time.UTC, Target: target, OpenToRead: true,
		Reports: counting{report.NewDesk(s, n), &h.rows}, Now: h.now, Log: slog.New(slog.DiscardHandler),
	})
}

// counting notes how many rows the last answer had.
type counting struct {
	*report.Desk

	rows *int
}

// Ask implements web.Reports.
func (c counting) Ask(ctx context.Context, q report.Question) (report.Answer, error) {
	a, err := c.Desk.Ask(ctx, q)
	*c.rows = len(a.Rows)
	return a, err
}

// ask asks every report as its page, as a file and of the interface for programs, and keeps the longest of each.
func (h *house) ask(ctx context.Context, pages *web.Server, r *Result) error {
	handler := pages.Handler()
	all, told := h.questions(), time.Now()
	for i, q := range all {
		t := Timed{Group: q.group, Period: q.period, Filter: q.filter}
		for range h.o.Times {
			for _, face := range []struct {
				path string
				most *float64
				size *int
			}{{"/relatorios", &t.Page, &t.PageBytes}, {"/relatorios.csv", &t.CSV, nil}, {"/api/reports", &t.API, nil}} {
				took, size, err := get(ctx, handler, face.path+"?"+q.query.Encode())
				if err != nil {
					return err
				}
				*face.most = max(*face.most, float64(took.Microseconds())/1000)
				if face.size != nil {
					*face.size = size
				}
			}
		}
		t.Rows = h.rows
		if time.Since(told) > tellEvery {
			told = time.Now()
			h.say("asked %d of %d, %s, %s, %s: at most %.0f ms", i+1, len(all), t.Group, t.Period, t.Filter, t.worst())
		}
		r.Reports = append(r.Reports, t)
		r.Worst = max(r.Worst, t.worst())
	}
	if h.o.Most > 0 && r.Worst > float64(h.o.Most.Milliseconds()) {
		return fmt.Errorf("%w: %.0f ms, at most %v", ErrSlow, r.Worst, h.o.Most)
	}
	return nil
}

// get asks for a page and reads it to its end.
func get(ctx context.Context, handler http.Handler, path string) (took time.Duration, size int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+path, nil)
	if err != nil {
		return 0, 0, err
	}
	w := &answer{header: http.Header{}, status: http.StatusOK}
	began := time.Now()
	handler.ServeHTTP(w, r)
	if w.status != http.StatusOK {
		return 0, 0, fmt.Errorf("hq year: %s is answered with %d", path, w.status)
	}
	return time.Since(began), w.size, nil
}

// answer counts what is answered.
type answer struct {
	header http.Header
	status int
	size   int
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) { a.status = status }

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	a.size += len(b)
	return len(b), nil
}
