package store_test

import (
	"slices"
	"testing"
	"time"
)

func TestHintsUnderstoodAreKeptWithTheirPersonOnEachEngine(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		s, err := openAt(t.Context(), file(t), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for _, ids := range [][]string{{"hq-live-sort", "hq-live-filter"}, {"hq-live-sort"}} {
			if err := s.SeeHints(t.Context(), "lia", ids); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.SeeHints(t.Context(), "helena", []string{"hq-live-sort"}); err != nil {
			t.Fatal(err)
		}
		got, err := s.HintsSeen(t.Context(), "lia")
		slices.Sort(got)
		if err != nil || !slices.Equal(got, []string{"hq-live-filter", "hq-live-sort"}) {
			t.Errorf("lia has understood %v, %v", got, err)
		}
		if err := s.ForgetHints(t.Context(), "lia"); err != nil {
			t.Fatal(err)
		}
		if got, err := s.HintsSeen(t.Context(), "lia"); err != nil || len(got) != 0 {
			t.Errorf("after forgetting: %v, %v", got, err)
		}
		if got, err := s.HintsSeen(t.Context(), "helena"); err != nil || len(got) != 1 {
			t.Errorf("helena's are %v, %v", got, err)
		}
	})
}
