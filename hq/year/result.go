package year

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"balcao/hq/postgres"
	"balcao/internal/sqlite"
)

// Timed is one report with the longest time, in milliseconds, that each face of it took.
type Timed struct {
	Group     string  `json:"group"`
	Period    string  `json:"period"`
	Filter    string  `json:"filter"`
	Rows      int     `json:"rows"`
	Page      float64 `json:"page_ms"`
	CSV       float64 `json:"csv_ms"`
	API       float64 `json:"api_ms"`
	PageBytes int     `json:"page_bytes"`
}

func (t Timed) worst() float64 { return max(t.Page, t.CSV, t.API) }

// Result is what came of it.
type Result struct {
	Simulated  bool    `json:"simulated"` // always: nobody takes these for measurements of a real country
	Store      string  `json:"store"`
	Branches   int     `json:"branches"`
	From       string  `json:"from"` // the first date of the year
	Until      string  `json:"until"`
	Events     int64   `json:"events"`
	EventBytes float64 `json:"event_bytes"` // of an event as it came
	DiskBytes  float64 `json:"disk_bytes"`  // of an event in the database, with its indexes
	Days       int64   `json:"rollup_days"` // rows
	Months     int64   `json:"rollup_months"`
	RollupMiB  float64 `json:"rollup_mib"`
	Worst      float64 `json:"worst_ms"`
	Reports    []Timed `json:"reports"`
}

// Table writes the result for people.
func (r Result) Table(to io.Writer) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "por\tperíodo\tfiltro\tlinhas\tpágina ms\tCSV ms\tAPI ms\tpágina KiB\n")
	for _, t := range r.Reports {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%.0f\t%.0f\t%.0f\t%d\n", t.Group, t.Period, t.Filter, t.Rows, t.Page, t.CSV, t.API, t.PageBytes>>10)
	}
	_, _ = fmt.Fprintf(w, "\n%s, %d locais simulados, %s a %s: %d factos de %.0f bytes, %.0f na base; %d dias e %d meses somados, %.0f MiB; o pior %.0f ms\n",
		r.Store, r.Branches, r.From, r.Until, r.Events, r.EventBytes, r.DiskBytes, r.Days, r.Months, r.RollupMiB, r.Worst)
	return w.Flush()
}

// weigh counts what there is, and what it takes of the disk.
func (h *house) weigh(ctx context.Context, r *Result) error {
	if h.o.Store != "" {
		return h.weighShared(ctx, r)
	}
	db, err := sqlite.Open(ctx, h.file(), sqlite.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer db.Close()
	var raw, ups int64
	if err := db.QueryRow(ctx, `SELECT count(*), coalesce(sum(length(raw)), 0) FROM event`).Scan(&r.Events, &raw); err != nil {
		return err
	}
	if err := db.QueryRow(ctx, `SELECT (SELECT count(*) FROM rollup_day), (SELECT count(*) FROM rollup_month)`).Scan(&r.Days, &r.Months); err != nil {
		return err
	}
	info, err := os.Stat(h.file())
	if err != nil {
		return err
	}
	// SQLite tells no sizes of its tables: what was there before the roll-ups is the events.
	before, err := readSize(h.dir)
	if err != nil {
		return err
	}
	ups = info.Size() - before
	r.fill(raw, before, ups)
	return nil
}

func (h *house) weighShared(ctx context.Context, r *Result) error {
	sizes, err := postgres.Weigh(ctx, postgres.Config{URL: h.o.Store})
	if err != nil {
		return err
	}
	r.Events, r.Days, r.Months = sizes.Events, sizes.Days, sizes.Months
	r.fill(sizes.EventBytes, sizes.EventDisk, sizes.RollupDisk)
	return nil
}

func (r *Result) fill(raw, events, rollups int64) {
	if r.Events > 0 {
		r.EventBytes, r.DiskBytes = float64(raw)/float64(r.Events), float64(events)/float64(r.Events)
	}
	r.RollupMiB = float64(rollups) / (1 << 20)
}
