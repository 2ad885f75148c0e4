package power

import (
	"testing"
)

// TestNoMomentIsTheWrongOneToLosePower is the short form of `prove power`: some moments of each program's life.
func TestNoMomentIsTheWrongOneToLosePower(t *testing.T) {
	cuts := 18
	if testing.Short() {
		cuts = 4
	}
	r, err := Run(t.Context(), Config{Cuts: cuts, Steps: 120, Seed: 1, Dir: t.TempDir()})
	t.Log(r)
	if err != nil {
		t.Error(err)
	}
	if r.Cuts != 3*cuts || r.Writes == 0 || r.Syncs == 0 {
		t.Errorf("%s: nothing was tried", r)
	}
}
