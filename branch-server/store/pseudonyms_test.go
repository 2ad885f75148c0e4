package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"balcao/branch-server/staff"
	"balcao/branch-server/store"
)

// TestAfterTheirTimePseudonymsStandForNobody looks into the files themselves: once the time of retention is over, nothing
// in them says whose a pseudonym was.
func TestAfterTheirTimePseudonymsStandForNobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "branch.db")
	b := open(t, path)
	october := time.Date(2026, 10, 20, 9, 0, 0, 0, time.UTC)
	november := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	name := func(person string, at time.Time) string {
		t.Helper()
		p, err := b.store.Pseudonym(t.Context(), person, at)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	old := name("zulmira.pessoa", october)
	if again := name("zulmira.pessoa", october.Add(time.Hour)); again != old {
		t.Errorf("one month, two pseudonyms: %s and %s", old, again)
	}
	if other := name("zulmira.pessoa", november); other == old {
		t.Error("two months, one pseudonym")
	}
	if other := name("joana", october); other == old {
		t.Error("two people, one pseudonym")
	}
	if err := b.store.PutSession(t.Context(), store.StoredSession{Token: [32]byte{1}, Expires: october, Body: []byte(`{"Person":"zulmira.pessoa"}`)}); err != nil {
		t.Fatal(err)
	}
	if err := b.store.PutSession(t.Context(), store.StoredSession{Token: [32]byte{2}, Expires: november.Add(time.Hour), Body: []byte(`{"Person":"rui"}`)}); err != nil {
		t.Fatal(err)
	}
	change := staff.Change{At: october, Author: "zulmira.pessoa", What: "novo PIN"}
	if err := b.store.PutUser(t.Context(), staff.User{Record: staff.Record{ID: "rui", Name: "Rui P.", Role: staff.Clerk}, Active: true}, change); err != nil {
		t.Fatal(err)
	}
	if err := b.store.Retire(t.Context(), november); err != nil {
		t.Fatal(err)
	}
	live, err := b.store.Sessions(t.Context())
	if err != nil || len(live) != 1 {
		t.Errorf("%d sign-ins are left, %v: the one in use must stay", len(live), err)
	}
	if kept := name("zulmira.pessoa", november); kept == old {
		t.Error("the pseudonym of October came back")
	}
	for _, file := range []string{path, path + "-wal"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw, []byte(old)) {
			t.Errorf("%s still knows %s", filepath.Base(file), old)
		}
	}
	if err := b.store.Retire(t.Context(), november.AddDate(0, 2, 0)); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil || bytes.Contains(raw, []byte("zulmira")) {
		t.Errorf("the file still names a person, %v", err)
	}
}
