package rollout_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"balcao/hq/rollout"
	"balcao/hq/store"
	"balcao/internal/branch/above"
	"balcao/internal/wire"
)

// TestADraftIsTriedOnAsManyBranchesAsThereIsTimeForAndGoesOn: a page never waits for a whole country, and asking again tells more.
func TestADraftIsTriedOnAsManyBranchesAsThereIsTimeForAndGoesOn(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	now := func() time.Time { at = at.Add(100 * time.Millisecond); return at }
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "hq.db"), func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	c := &country{t: t, serial: map[wire.NodeID]uint64{}}
	desk := rollout.NewDesk(s, c, func() bool { return true }, now, slog.New(slog.DiscardHandler))
	const all = 25
	for i := range all {
		b := rollout.Branch{ID: wire.NodeID(fmt.Sprintf("L%03d", i+1)), Name: "Loja", District: []string{"Faro", "Braga"}[i%2], Kind: "loja"}
		c.branches = append(c.branches, b)
		own := fmt.Sprintf("id: %s\nname: Loja\nzone: Europe/Lisbon\nbodies:\n  - {id: at, short: AT, name: {pt: AT}}\ndivisions:\n  - {id: f, body: at, prefix: F}\n"+
			"services:\n  - {id: irs, division: f, name: {pt: IRS}}\ncounters:\n  - {id: \"1\", label: Balcão 1, primary: [irs]}\n", b.ID)
		if err := desk.Hear(t.Context(), b.ID, "own", []byte(own)); err != nil {
			t.Fatal(err)
		}
	}
	if err := desk.Put(t.Context(), "eva", "texto", 0, above.Layer{ID: above.National, Text: []byte("policy: {guard: 45m}\n")}); err != nil {
		t.Fatal(err)
	}
	draft, err := desk.Draft(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	look := func() rollout.Preview {
		t.Helper()
		p, err := desk.Preview(t.Context(), draft, func(rollout.Branch) bool { return true }, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := look()
	if first.Checked == 0 || first.Left == 0 || first.Checked+first.Left != all || first.Touched != first.Checked {
		t.Fatalf("the first look tried %d, and left %d", first.Checked, first.Left)
	}
	p := first
	for before := 0; p.Left > 0; p = look() {
		if p.Checked <= before {
			t.Fatalf("looking again tried no more than %d", before)
		}
		before = p.Checked
	}
	if p.Touched != all || p.Where[rollout.Place{Kind: "loja", District: "Faro"}] != 13 || len(p.Effects) != 1 || p.Effects[0].Branches != all {
		t.Errorf("in the end: %+v", p)
	}
	// Another draft is tried anew.
	if err := desk.Put(t.Context(), "eva", "texto", draft.Revision, above.Layer{ID: above.National, Text: []byte("policy: {guard: 46m}\n")}); err != nil {
		t.Fatal(err)
	}
	if draft, err = desk.Draft(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := look(); p.Left == 0 {
		t.Error("another draft is thought to have been tried")
	}
}
