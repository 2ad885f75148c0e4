package power

import (
	"os"
	"strconv"
	"testing"
)

// tries is how often each fault is tried, at each program, in each part of its life: BALCAO_FAULTS says how many.
func tries(short, usual int) int {
	if n, err := strconv.Atoi(os.Getenv("BALCAO_FAULTS")); err == nil && n > 0 {
		return n
	}
	if testing.Short() {
		return short
	}
	return usual
}

// inMemory is a folder whose syncs cost nothing, where the machine has one: what fails here is made to.
func inMemory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "balcao-power") //nolint:usetesting // that one lies on a disk
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// TestADiskThatFailsGivesNothingTwiceAndTakesNothingBack is the short form of `prove disk`.
func TestADiskThatFailsGivesNothingTwiceAndTakesNothingBack(t *testing.T) {
	for _, s := range subjects() {
		t.Run(s.name, func(t *testing.T) {
			all, err := Faults(t.Context(), FaultConfig{Tries: tries(1, 2), Seed: 1, Dir: inMemory(t), Only: s.name})
			if err != nil {
				t.Error(err)
			}
			for _, r := range all {
				t.Log(r)
				if r.Met < r.Tried*2/3 {
					t.Errorf("%s: of %d faults %d were met", r.Fault, r.Tried, r.Met)
				}
				if r.Lost+r.Doubled > 0 {
					t.Errorf("%s: %d lost, %d doubled", r.Fault, r.Lost, r.Doubled)
				}
			}
		})
	}
}
