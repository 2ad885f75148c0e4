package store_test

import (
	"path/filepath"
	"slices"
	"testing"
)

func TestHintsUnderstoodAreKeptWithTheirPerson(t *testing.T) {
	path := filepath.Join(t.TempDir(), "branch.db")
	b := open(t, path)
	for _, ids := range [][]string{{"counter-main", "counter-list"}, {"counter-main"}} {
		if err := b.store.SeeHints(t.Context(), "marta", ids); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.store.SeeHints(t.Context(), "rui", []string{"counter-main"}); err != nil {
		t.Fatal(err)
	}
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	b = open(t, path)
	got, err := b.store.HintsSeen(t.Context(), "marta")
	slices.Sort(got)
	if err != nil || !slices.Equal(got, []string{"counter-list", "counter-main"}) {
		t.Errorf("marta has understood %v, %v", got, err)
	}
	if err := b.store.ForgetHints(t.Context(), "marta"); err != nil {
		t.Fatal(err)
	}
	if got, err := b.store.HintsSeen(t.Context(), "marta"); err != nil || len(got) != 0 {
		t.Errorf("after forgetting: %v, %v", got, err)
	}
	if got, err := b.store.HintsSeen(t.Context(), "rui"); err != nil || len(got) != 1 {
		t.Errorf("rui's are %v, %v", got, err)
	}
}
