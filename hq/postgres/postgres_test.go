package postgres_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/hq/network/report"
	"balcao/hq/postgres"
	"balcao/hq/postgres/postgrestest"
	"balcao/hq/store"
	"balcao/internal/replica"
	"balcao/internal/wire"
)

const epoch = 117657147847123

func clock() time.Time { return time.Date(2026, 11, 23, 10, 47, 0, 0, time.UTC) }

func open(t testing.TB, url string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: url}, clock())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func journal(n uint64) []wire.Record {
	var all []wire.Record
	for seq := uint64(1); seq <= n; seq++ {
		raw, err := wire.EncodeEvent(wire.Event{
			Seq: seq, ID: fmt.Sprintf("01K%023d", seq), Type: "counter.opened", Version: 1, TS: clock().UnixMilli(), CQ: wire.ClockOK,
			Data: fmt.Appendf(nil, `{"counter":"%d"}`, seq),
		})
		if err != nil {
			panic(err)
		}
		all = append(all, wire.Record{Seq: seq, Raw: raw})
	}
	return all
}

func batch(node wire.NodeID, log []wire.Record, from, to uint64) wire.Batch {
	return wire.Batch{Node: node, Epoch: epoch, Prev: wire.Hash{}.Chain(log[:from-1]), Records: log[from-1 : to]}
}

func count(t testing.TB, db *postgres.DB, query string) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAPasswordIsNeverTold(t *testing.T) {
	const secret = "canary-Zx9-palavra-passe"
	for _, url := range []string{
		"postgres://balcao:" + secret + "@db.example/balcao",
		"postgres://balcao@db.example/balcao?password=" + secret,
	} {
		if err := (postgres.Config{URL: url}).Check(); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("a password in the address: %v", err)
		}
	}
	for _, url := range []string{"postgres://balcao@127.0.0.1:1/balcao", "postgres://balcao@127.0.0.1:1/balcao?sslmode=nonsense"} {
		c := postgres.Config{URL: url, Password: secret}
		if _, err := postgres.Open(t.Context(), c, clock()); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("nobody there: %v", err)
		}
	}
	if where := (postgres.Config{URL: "postgres://balcao@db.example:5432/balcao"}).Where(); where != "db.example:5432/balcao" {
		t.Errorf("told as %q", where)
	}
	for _, url := range []string{"", "hq.db", "http://db.example/balcao", "postgres://db.example", "postgres://db.example/?host=x"} {
		if err := (postgres.Config{URL: url}).Check(); err == nil {
			t.Errorf("%q is taken for an address", url)
		}
	}
}

// TestTwoProgramsTakeABranchInOnce: a branch whose old connection is still open at one program speaks to another.
func TestTwoProgramsTakeABranchInOnce(t *testing.T) {
	url := postgrestest.Shared(t).Fresh(t)
	const length = 600
	log := journal(length)
	var all sync.WaitGroup
	for range 2 {
		db := open(t, url)
		all.Go(func() {
			for from := uint64(1); from <= length; {
				to := min(from+29, length)
				batches := []wire.Batch{batch("L901", log, from, to), batch("L902", log, from, to)}
				if from%2 == 0 {
					batches[0], batches[1] = batches[1], batches[0]
				}
				d, err := db.AcceptAll(t.Context(), batches, clock())
				if err != nil {
					t.Error(err)
					return
				}
				from = min(d[0].Position.HWM, d[1].Position.HWM) + 1
			}
		})
	}
	all.Wait()
	db := open(t, url)
	if n := count(t, db, `SELECT count(*) FROM event`); n != 2*length {
		t.Errorf("%d events, want %d", n, 2*length)
	}
	if n := count(t, db, `SELECT count(*) FROM (SELECT DISTINCT log, seq FROM event) e`); n != 2*length {
		t.Errorf("%d different ones, want %d", n, 2*length)
	}
	s, err := store.On(t.Context(), open(t, url), clock)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := s.Position(t.Context(), "L902", epoch); err != nil || p.HWM != length || p.Head != (wire.Hash{}).Chain(log) {
		t.Errorf("held: %+v, %v", p, err)
	}
}

func TestWhatABranchSaysNeverKeepsACommitOut(t *testing.T) {
	db := open(t, postgrestest.Shared(t).Fresh(t))
	log := []wire.Record{
		{Seq: 1, Raw: []byte(`{"s":1,"id":"\u0000","t":"a\u0000b","v":1,"ts":1,"d":{}}`)},
		{Seq: 2, Raw: []byte(`{"s":2,"id":"x","t":"device.fault","v":1,"ts":1,"d":{"dev":"prin\u0000ter","state":"` + strings.Repeat("á", 60) + `"}}`)},
		{Seq: 3, Raw: []byte("\x00\xff not json")},
	}
	if d, err := db.AcceptAll(t.Context(), []wire.Batch{batch("L901", log, 1, 3)}, clock()); err != nil || d[0].Verdict != replica.Accept {
		t.Fatalf("%+v, %v", d, err)
	}
	if n := count(t, db, `SELECT count(*) FROM event`); n != 3 {
		t.Errorf("%d events, want 3", n)
	}
	if n := count(t, db, `SELECT count(*) FROM device_fault WHERE device = 'printer'`); n != 1 {
		t.Errorf("%d faults, want 1", n)
	}
}

func TestMonthsAreMadeAheadAndGivenUpOnlyWhenNobodyNeedsThem(t *testing.T) {
	ctx := t.Context()
	db := open(t, postgrestest.Shared(t).Fresh(t))
	s, err := store.On(ctx, db, clock)
	if err != nil {
		t.Fatal(err)
	}
	months := func() string {
		t.Helper()
		all, err := db.Months(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range all {
			names = append(names, m.Format("2006-01"))
		}
		return strings.Join(names, " ")
	}
	if got := months(); got != "2026-11 2026-12 2027-01" {
		t.Errorf("made ahead: %s", got)
	}
	log := journal(30)
	for i, at := range []time.Time{clock().AddDate(0, -2, 0), clock().AddDate(0, -1, 0), clock(), clock().AddDate(0, 4, 0)} {
		if _, err := db.AcceptAll(ctx, []wire.Batch{batch("L901", log, uint64(i*5+1), uint64(i*5+5))}, at); err != nil {
			t.Fatal(err)
		}
	}
	if got := months(); got != "2026-09 2026-10 2026-11 2026-12 2027-01 2027-03" {
		t.Errorf("with places for what came: %s", got)
	}
	drop := func() int {
		t.Helper()
		gone, err := db.DropMonths(ctx, clock().AddDate(0, 1, 0))
		if err != nil {
			t.Fatal(err)
		}
		return len(gone)
	}
	if n := drop(); n != 0 {
		t.Errorf("%d months went before anything was rolled up", n)
	}
	mark := report.Mark{Branch: "L901", Epoch: epoch, Seq: 7, UptoEpoch: epoch, UptoSeq: 20, At: clock()}
	if err := s.KeepDays(ctx, mark, nil); err != nil {
		t.Fatal(err)
	}
	if n := drop(); n != 1 || months() != "2026-10 2026-11 2026-12 2027-01 2027-03" {
		t.Errorf("%d went, left %s; the Day that began in October is not over", n, months())
	}
	mark.Seq = 12
	if err := s.KeepDays(ctx, mark, nil); err != nil {
		t.Fatal(err)
	}
	if n := drop(); n != 1 || count(t, db, `SELECT count(*) FROM event`) != 10 {
		t.Errorf("%d went, left %s", n, months())
	}
	// How far the log is held does not change with what is kept of it.
	if d, err := db.AcceptAll(ctx, []wire.Batch{batch("L901", log, 1, 30)}, clock()); err != nil || d[0].Position.HWM != 30 || len(d[0].Records) != 10 {
		t.Errorf("afterwards: %+v, %v", d, err)
	}
}

func TestADatabaseOfALaterVersionIsLeftAlone(t *testing.T) {
	url := postgrestest.Shared(t).Fresh(t)
	db := open(t, url)
	version, known, err := db.Schema(t.Context())
	if err != nil || version != known || known == 0 {
		t.Fatalf("schema %d of %d: %v", version, known, err)
	}
	if s, err := store.On(t.Context(), db, clock); err != nil || len(s.Incarnation()) != 32 {
		t.Fatalf("%v, %v", s, err)
	}
	later := open(t, url)
	rows, err := later.Query(t.Context(), `UPDATE meta SET value = '999' WHERE key = 'schema' RETURNING value`)
	if err != nil {
		t.Fatal(err)
	}
	_ = rows.Close()
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := postgres.Open(t.Context(), postgres.Config{URL: url}, clock()); err == nil || !strings.Contains(err.Error(), postgres.ErrNewerSchema.Error()) {
		t.Errorf("opened: %v", err)
	}
}

// TestAServerThatIsKilledLosesNothingAcknowledgedAndIsAnotherIncarnation kills PostgreSQL under load, three times, and goes
// on with the same open database.
func TestAServerThatIsKilledLosesNothingAcknowledgedAndIsAnotherIncarnation(t *testing.T) {
	server := postgrestest.Start(t, postgrestest.Options{Durable: true})
	url := server.Fresh(t)
	db := open(t, url)
	log := journal(3000)
	seen := map[string]bool{}
	acked := uint64(0)
	for range 3 {
		inc, err := db.Incarnation(t.Context())
		if err != nil || seen[inc] {
			t.Fatalf("incarnation %q again, or %v", inc, err)
		}
		seen[inc] = true
		enough, stop := context.WithCancel(t.Context())
		var writer sync.WaitGroup
		target := acked + 100
		writer.Go(func() {
			for acked < 3000-10 {
				d, err := db.AcceptAll(t.Context(), []wire.Batch{batch("L901", log, acked+1, acked+10)}, clock())
				if err != nil {
					return
				}
				if acked = d[0].Position.HWM; acked >= target {
					stop()
				}
			}
			stop()
		})
		<-enough.Done()
		server.Kill()
		writer.Wait()
		if err := server.Run(); err != nil {
			t.Fatal(err)
		}
		d, err := db.AcceptAll(t.Context(), []wire.Batch{batch("L901", log, 1, acked)}, clock())
		if err != nil || d[0].Position.HWM < acked {
			t.Fatalf("acknowledged to %d, held: %+v, %v", acked, d, err)
		}
		acked = d[0].Position.HWM
		if n := count(t, db, `SELECT count(*) FROM event`); uint64(n) != acked {
			t.Errorf("%d events, held to %d", n, acked)
		}
	}
}

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }
