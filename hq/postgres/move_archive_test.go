package postgres_test

import (
	"path/filepath"
	"testing"
	"time"

	"balcao/hq/network/report"
	"balcao/hq/postgres"
	"balcao/hq/postgres/postgrestest"
	"balcao/hq/store"
	"balcao/internal/wire"
)

// TestTheArchiveIsMovedToo: months that are in files of their own arrive as well, each event once, and read as before.
func TestTheArchiveIsMovedToo(t *testing.T) {
	ctx := t.Context()
	now := time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC)
	from, err := store.Open(ctx, filepath.Join(t.TempDir(), "hq.db"), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = from.Close() })
	log := journal(400)
	nodes := []wire.NodeID{"L901", "L902"}
	for month := range uint64(4) {
		for _, node := range nodes {
			if _, err := from.AcceptAll(ctx, []wire.Batch{batch(node, log, 100*month+1, 100*month+100)}); err != nil {
				t.Fatal(err)
			}
		}
		now = now.AddDate(0, 1, 0)
	}
	for _, node := range nodes {
		if err := from.KeepDays(ctx, report.Mark{Branch: node, Epoch: epoch, Seq: 400, UptoEpoch: epoch, UptoSeq: 400, At: now}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := from.ArchiveBefore(ctx, time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)); err != nil || n != 2 {
		t.Fatalf("%d months archived, %v", n, err)
	}
	c := postgres.Config{URL: postgrestest.Shared(t).Fresh(t)}
	if err := postgres.Move(ctx, c, whole(t, from), clock(), func(string, int64, int64) {}); err != nil {
		t.Fatal(err)
	}
	db := open(t, c.URL)
	s, err := store.On(ctx, db, clock)
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range nodes {
		seq, head := uint64(0), wire.Hash{}
		for r, err := range s.Records(ctx, node, epoch, 0) {
			if err != nil || r.Seq != seq+1 {
				t.Fatalf("%s: record %d after %d, %v", node, r.Seq, seq, err)
			}
			seq, head = r.Seq, head.Next(r)
		}
		if seq != 400 || head != (wire.Hash{}).Chain(log) {
			t.Errorf("%s: %d records, chain fits %t", node, seq, head == (wire.Hash{}).Chain(log))
		}
	}
	if n := count(t, db, `SELECT count(*) FROM event`); n != 800 {
		t.Errorf("%d events, want 800", n)
	}
}
