package store_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"balcao/hq/store"
	"balcao/internal/wire"
)

// TestADamagedHeadquartersIsRebuilt breaks the file as disks do: what the chain confirms stays, the rest is asked of the
// branch again, and in the end each record is there once.
func TestADamagedHeadquartersIsRebuilt(t *testing.T) {
	whole := journalOf(t, 12, 60)
	send := func(s *store.Store, from int) {
		t.Helper()
		for ; from < len(whole.Records); from += 60 - from%60 {
			to := min(len(whole.Records), from+60-from%60)
			b := wire.Batch{Node: whole.Node, Epoch: whole.Epoch, Prev: (wire.Hash{}).Chain(whole.Records[:from]), Records: whole.Records[from:to]}
			if d, err := s.AcceptAll(t.Context(), []wire.Batch{b}); err != nil || d[0].Position.HWM != uint64(to) {
				t.Fatalf("from %d: %+v, %v", from, d, err)
			}
		}
	}
	for name, c := range map[string]struct {
		spoil func([]byte) []byte
		least uint64 // records that stay
	}{
		"zeroed pages at the end": {func(b []byte) []byte { clear(b[len(b)-6*4096 : len(b)-2*4096]); return b }, 60},
		"a file cut short":        {func(b []byte) []byte { return b[:len(b)-5*4096] }, 60},
		"a letter that changed": {func(b []byte) []byte {
			return bytes.Replace(b, []byte(`{"s":500,"id":"01K`), []byte(`{"s":500,"id":"01X`), 1)
		}, 480},
		"the first page": {func(b []byte) []byte { clear(b[:4096]); return b }, 0},
		"nothing broke":  {func(b []byte) []byte { return b }, uint64(len(whole.Records))},
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t)
			s := open(t, path)
			send(s, 0)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, c.spoil(raw), 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := store.Rebuild(t.Context(), path, archiveOf(path), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			s = open(t, path)
			p, err := s.Position(t.Context(), whole.Node, whole.Epoch)
			if err != nil || p.HWM < c.least || p.Head != (wire.Hash{}).Chain(whole.Records[:p.HWM]) || r.Headed && r.Logs[0].Held != p.HWM {
				t.Fatalf("held to %d, want %d and more, %v: %+v", p.HWM, c.least, err, r)
			}
			if all := p.HWM == uint64(len(whole.Records)); all != (name == "nothing broke") {
				t.Errorf("held to %d of %d", p.HWM, len(whole.Records))
			}
			send(s, int(p.HWM))
			n := 0
			for rec, err := range s.Records(t.Context(), whole.Node, whole.Epoch, 0) {
				if err != nil || !bytes.Equal(rec.Raw, whole.Records[n].Raw) {
					t.Fatalf("record %d: %v", rec.Seq, err)
				}
				n++
			}
			if n != len(whole.Records) {
				t.Errorf("%d records of %d", n, len(whole.Records))
			}
		})
	}
}
