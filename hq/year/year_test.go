package year_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"balcao/hq/network"
	"balcao/hq/network/report"
	"balcao/hq/postgres/postgrestest"
	"balcao/hq/store"
	"balcao/hq/year"
	"balcao/internal/wire"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// small is a network that is generated within a second: two Lojas and four months.
func small(dir string) year.Options {
	return year.Options{Branches: 2, Days: 1, Months: 4, Until: time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC), Dir: dir, Times: 1}
}

func TestAGeneratedYearIsAskedEveryReport(t *testing.T) {
	dir := t.TempDir()
	r, err := year.Run(t.Context(), small(dir))
	if err != nil {
		t.Fatal(err)
	}
	if !r.Simulated || r.From != "2026-07-01" || r.Until != "2026-10-31" || r.Events < 1000 || r.EventBytes < 100 || r.DiskBytes < r.EventBytes {
		t.Errorf("result = %+v", r)
	}
	of := map[string]bool{}
	for _, one := range r.Reports {
		of[one.Group] = true
		if one.Rows == 0 || one.PageBytes == 0 || one.Page == 0 || one.CSV == 0 || one.API == 0 {
			t.Errorf("%+v: no answer, or not timed", one)
		}
	}
	if len(of) != len(report.Groups()) {
		t.Errorf("asked by %v, want by every one of %v", of, report.Groups())
	}
	var table bytes.Buffer
	if err := r.Table(&table); err != nil || !strings.Contains(table.String(), "meia-hora") {
		t.Errorf("the table: %v, %s", err, table.String())
	}
	again, err := year.Run(t.Context(), small(dir))
	if err != nil || again.Events != r.Events {
		t.Errorf("asked a second time: %d events, want the same %d: %v", again.Events, r.Events, err)
	}
}

// What is generated must be what headquarters itself would hold: a chain without a gap, and roll-ups that its own keeper
// leaves as they are.
func TestAGeneratedMonthIsALogThatIsRolledUp(t *testing.T) {
	dir := t.TempDir()
	if _, err := year.Run(t.Context(), small(dir)); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), filepath.Join(dir, "hq", "hq.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	logs, err := s.Logs(t.Context())
	if err != nil || len(logs) != 2 {
		t.Fatalf("%d logs: %v", len(logs), err)
	}
	n := network.New(network.Options{Zone: time.UTC, Limit: 10})
	for _, l := range logs {
		var head wire.Hash
		for r, err := range s.Records(t.Context(), l.Node, l.Epoch, 0) {
			if err != nil {
				t.Fatal(err)
			}
			head = head.Next(r)
		}
		if head != l.Head || l.HWM == 0 {
			t.Errorf("the chain of %s does not end as its mark says", l.Node)
		}
		n.Known(l.Node, string(l.Node), l.At)
	}
	before := asked(t, s, n)
	// Everything that was lived is rolled up again by the keeper, as if it had come in now.
	marks, err := s.Marks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for node, m := range marks {
		if err := s.KeepDays(t.Context(), report.Mark{Branch: node, Epoch: m.Epoch, At: m.At}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := report.NewKeeper(s, n, time.Hour, time.Now, slog.New(slog.DiscardHandler)).Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := asked(t, s, n); after != before || before.issued == 0 {
		t.Errorf("the keeper makes %+v of it, generated were %+v", after, before)
	}
}

type figures struct {
	issued, called, finished int
	waited, open             int64
}

func asked(t *testing.T, s *store.Store, n *network.Network) figures {
	t.Helper()
	a, err := report.NewDesk(s, n).Ask(context.Background(), report.Question{
		From: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 10, 30, 0, 0, 0, 0, time.UTC), Group: report.ByDistrict,
	})
	if err != nil {
		t.Fatal(err)
	}
	c := a.Total.Sum.Counts
	return figures{c.Issued, c.Called, c.Finished, c.WaitSeconds, c.OpenSeconds}
}

func TestAYearIsMovedToPostgreSQLAndAskedThere(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a cluster")
	}
	o := small(t.TempDir())
	o.Store = postgrestest.Shared(t).Fresh(t)
	r, err := year.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Store != "postgres" || r.Events < 1000 || r.DiskBytes < r.EventBytes || r.Days == 0 || r.Months == 0 || r.RollupMiB == 0 {
		t.Errorf("result = %+v", r)
	}
}

// The country: `make soak-year`.
func TestTheCountryOnPostgreSQL(t *testing.T) {
	if os.Getenv("BALCAO_SOAK") == "" {
		t.Skip("takes some minutes and 12 GB; make soak-year runs it")
	}
	pg := postgrestest.Start(t, postgrestest.Options{Durable: true})
	branches, err := strconv.Atoi(cmp.Or(os.Getenv("BALCAO_BRANCHES"), "1431"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := year.Run(t.Context(), year.Options{
		Branches: branches, Dir: os.Getenv("BALCAO_YEAR"), Store: pg.Fresh(t), Times: 3, Most: 2 * time.Second, Report: os.Stderr,
	})
	if err != nil && !errors.Is(err, year.ErrSlow) {
		t.Fatal(err)
	}
	if err := r.Table(os.Stdout); err != nil {
		t.Error(err)
	}
	if err != nil {
		t.Error(err)
	}
}

func TestWhatCannotBeGeneratedIsRefused(t *testing.T) {
	for _, o := range []year.Options{{Times: 1}, {Branches: 1, Times: 0}, {Branches: 1, Days: -1, Times: 1}} {
		if _, err := year.Run(t.Context(), o); err == nil {
			t.Errorf("%+v is generated", o)
		}
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "hq"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "hq", "hq.db"), []byte("somebody's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := year.Run(t.Context(), small(dir)); err == nil {
		t.Error("a folder that holds a database of somebody else is written over")
	}
}
