package rollout_test

import (
	"errors"
	"testing"

	"balcao/hq/app/enginetest"
	"balcao/hq/rollout"
	"balcao/internal/branch/above"
)

func TestOnlyWhoeverSawTheLastChangeTakesItBack(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		c := newCountry(t, place, "L901")
		for revision := range 2 {
			if err := c.desk.Put(t.Context(), "eva", "texto", revision, guard(40+revision)); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.desk.Put(t.Context(), "rui", "texto", 1, guard(50)); !errors.Is(err, rollout.ErrMeanwhile) {
			t.Errorf("a change over another one: %v", err)
		}
		for _, revision := range []int{0, 1} {
			if err := c.desk.Undo(t.Context(), revision); !errors.Is(err, rollout.ErrMeanwhile) {
				t.Errorf("undo of %d: %v", revision, err)
			}
		}
		if _, err := c.desk.Publish(t.Context(), "rui", "", 1, piloted("L901")); !errors.Is(err, rollout.ErrMeanwhile) {
			t.Errorf("an older draft is published: %v", err)
		}
		if err := c.desk.Undo(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
		d, err := c.desk.Draft(t.Context())
		if err != nil || d.Revision != 1 || string(d.Layers[0].Text) != string(guard(40).Text) {
			t.Errorf("the draft is %+v, %v", d, err)
		}
		if err := c.desk.Put(t.Context(), "eva", "texto", 1, above.Layer{ID: above.National, Text: []byte("policy: {guard: 20h}\n")}); err != nil {
			t.Fatal(err)
		}
		_, err = c.desk.Publish(t.Context(), "eva", "", 2, piloted("L901"))
		if faults, is := errors.AsType[rollout.FaultsError](err); !is || faults[0].Layer != above.National {
			t.Errorf("a faulty one is published: %v", err)
		}
	})
}
