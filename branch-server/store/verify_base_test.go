package store_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"balcao/branch-server/journal"
	"balcao/branch-server/store"
	"balcao/internal/queue"
)

// twoDays unpacks a journal of two Days, written by the first version of this program.
func twoDays(t *testing.T) string {
	t.Helper()
	packed, err := os.Open("testdata/schema1.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "branch.db")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestACompactedJournalIsVerifiedFromItsBase: what is gone is no fault, the chain goes on from its sum, and a Day that is
// now the first in the file is lived again.
func TestACompactedJournalIsVerifiedFromItsBase(t *testing.T) {
	path := twoDays(t)
	s, e, err := start(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	days := openings(t, path)
	if len(days) < 2 {
		t.Fatalf("the file holds %v", days)
	}
	last := days[len(days)-1]
	if n, err := s.Log.Compact(t.Context(), last.Seq-1); err != nil || n == 0 {
		t.Fatalf("compacted %d, %v", n, err)
	}
	if _, err := e.Do(t.Context(), "", queue.Issue{Request: "after", Service: "cc", Class: queue.ClassWalkIn}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	check := func(path string) *journal.Verifier {
		t.Helper()
		r, err := store.OpenReader(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		base, err := r.Base(t.Context())
		if err != nil || base == nil || base.Seq != last.Seq-1 {
			t.Fatalf("base %+v, %v", base, err)
		}
		v := journal.NewVerifier()
		v.After(*base)
		if err := r.From(t.Context(), 0, func(row journal.Row) error { v.Take(row); return nil }); err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := check(path); len(v.Faults) > 0 || v.Days != 1 {
		t.Errorf("%d days, %+v", v.Days, v.Faults)
	}
	s, _, err = start(t.Context(), path)
	if err != nil {
		t.Fatalf("a journal that begins with the present day does not start: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	damage(t, path, `UPDATE meta SET value = json_set(value, '$.hh', '`+"ab"+`' || substr(json_extract(value, '$.hh'), 3)) WHERE key = 'base'`)
	if v := check(path); v.TornAt() != last.Seq {
		t.Errorf("a base that was changed: torn at %d, %+v", v.TornAt(), v.Faults)
	}
}

func openings(t *testing.T, path string) []store.Opening {
	t.Helper()
	r, err := store.OpenReader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	days, err := r.Days(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return days
}

// TestAnEpochSetAsideIsHeldToItsChain renews a journal, as after a copy was put back, and changes what is kept aside.
func TestAnEpochSetAsideIsHeldToItsChain(t *testing.T) {
	path := aDay(t)
	if err := os.Remove(path + ".guard"); err != nil { // nobody knows whether it is a copy
		t.Fatal(err)
	}
	s, _, err := start(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	former := func() store.Former {
		t.Helper()
		r, err := store.OpenReader(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		all, err := r.Former(t.Context())
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[0]
	}
	if f := former(); f.TornAt != 0 || f.First != 1 || f.Last != 13 {
		t.Errorf("%+v", f)
	}
	damage(t, path, `UPDATE former SET raw = CAST(replace(CAST(raw AS TEXT), 'walkin', 'law') AS BLOB) WHERE seq = 7`)
	if f := former(); f.TornAt != 7 {
		t.Errorf("after a change: %+v", f)
	}
}
