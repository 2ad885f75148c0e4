package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"balcao/hq/store"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

func TestARecordThatChangedOnTheDiskIsFoundThoughEveryPageHoldsTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hq.db")
	s, err := store.Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	sent := wire.Batch{Node: "L901", Epoch: 7, Records: []wire.Record{
		{Seq: 1, Raw: []byte(`{"s":1,"id":"01K00000000000000000000001","t":"device.state","v":1,"ts":1795305600123,"cq":"ok","d":{}}`)},
		{Seq: 2, Raw: []byte(`{"s":2,"id":"01K00000000000000000000002","t":"device.state","v":1,"ts":1795305600123,"cq":"ok","d":{}}`)},
	}}
	if _, err := s.AcceptAll(t.Context(), []wire.Batch{sent}); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Fatalf("untouched: %v", err)
	}
	if err := s.Database().Write(t.Context(), func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE event SET raw = CAST(replace(CAST(raw AS TEXT), '600123', '600133') AS BLOB) WHERE seq = 1`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); !sqlite.IsDamaged(err) {
		t.Errorf("with a record changed: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
