package power

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"balcao/internal/disk"
	"balcao/internal/powercut"
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

// TestADiskThatTakesItsTimeIsSaidToBeSlow: the branch goes on, and says what its disk is like. The pace of the others is
// taken and judged by the same lines.
func TestADiskThatTakesItsTimeIsSaidToBeSlow(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a slow disk")
	}
	dir := inMemory(t)
	r, err := powercut.Record(dir)
	if err != nil {
		t.Fatal(err)
	}
	slow, err := slowLife(t.Context(), branchSubject(), r, dir)
	if _, ended := r.End(); err != nil || ended != nil {
		t.Fatalf("%v, %v", err, ended)
	}
	if !slow {
		t.Error("the disk is not said to be slow")
	}
}

func slowLife(ctx context.Context, s subject, r *powercut.Recording, dir string) (slow bool, err error) {
	l, err := s.open(ctx, dir)
	if err != nil {
		return false, err
	}
	r.Slow(powercut.Sync, 2100*time.Millisecond) // one such commit is enough
	told, err := l.do(ctx, 0)
	r.Mend()
	if err == nil {
		var again string
		if again, err = l.do(ctx, 0); err == nil && again != told {
			err = fmt.Errorf("told %q and then %q", told, again)
		}
	}
	p := l.db.Pace()
	return disk.Judge(p.Count, p.Median, p.Worst).Slow, errors.Join(err, l.close())
}
