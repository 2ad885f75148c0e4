package power

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"balcao/branch-server/engine"
	branchstore "balcao/branch-server/store"
	"balcao/internal/machine"
	"balcao/internal/powercut"
	"balcao/internal/queue"
)

// TestADiskThatFailsGivesNoNumberTwiceAndTakesNoneBack fails one write or sync of a branch's disk after the other, asks for
// numbers meanwhile, and holds what was given to what lies there after a restart. BALCAO_FAULTS says how many are tried.
func TestADiskThatFailsGivesNoNumberTwiceAndTakesNoneBack(t *testing.T) {
	tries := 51
	if n, err := strconv.Atoi(os.Getenv("BALCAO_FAULTS")); err == nil && n > 0 {
		tries = n
	} else if testing.Short() {
		tries = 6
	}
	failed := 0
	for i := range tries {
		if failingDisk(t, i) {
			failed++
		}
	}
	if failed < tries/2 {
		t.Errorf("of %d faults %d were met", tries, failed)
	}
	t.Logf("failing disk: %d faults tried, %d met", tries, failed)
}

func failingDisk(t *testing.T, i int) (met bool) {
	t.Helper()
	ctx, dir := t.Context(), t.TempDir()
	r, err := powercut.Record(dir)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "branch.db")
	given := map[string]string{} // number by request
	live := func() error {
		s, err := branchstore.Open(ctx, path, machine.Minter())
		if err != nil {
			return err
		}
		defer s.Close()
		e, err := serve(ctx, s)
		if err != nil {
			return err
		}
		if err := e.Today(ctx); err != nil {
			return err
		}
		switch i % 3 {
		case 0:
			r.Fail(powercut.Sync, i/3)
		case 1:
			r.Fail(powercut.Write, i/3)
		default:
			r.Fill(i / 3)
		}
		refused := 0
		for n := range 14 {
			key := fmt.Sprint("request-", n)
			wish := queue.Issue{Request: queue.RequestID(key), Service: "A", Class: queue.ClassWalkIn}
			a, err := e.Do(ctx, key, wish)
			if errors.Is(err, engine.ErrUnavailable) {
				refused++
				a, err = e.Do(ctx, key, wish) // asked again
			}
			if err != nil {
				return err
			}
			if a.Number == "" {
				return fmt.Errorf("request %d was answered with %+v", n, a)
			}
			given[key] = a.Number
		}
		p := s.Database().Pace()
		if met = r.Failed(); met && i%3 != 2 && refused > 0 && p.Failed == 0 {
			t.Errorf("fault %d: a request was refused, and the disk is not said to fail", i)
		}
		return nil
	}
	err = live()
	if _, ended := r.End(); err != nil || ended != nil {
		t.Fatalf("fault %d: %v, %v", i, err, ended)
	}
	s, err := branchstore.Open(ctx, path, machine.Minter())
	if err != nil {
		t.Fatalf("fault %d: %v", i, err)
	}
	defer s.Close()
	e, err := serve(ctx, s)
	if err != nil {
		t.Fatalf("fault %d: %v", i, err)
	}
	seen := map[string]bool{}
	for key, number := range given {
		if seen[number] {
			t.Errorf("fault %d: %s was given twice", i, number)
		}
		seen[number] = true
		a, err := e.Do(ctx, key, queue.Issue{Request: queue.RequestID(key), Service: "A", Class: queue.ClassWalkIn})
		if err != nil || a.Number != number {
			t.Errorf("fault %d: %s was told %s and is now %s, %v", i, key, number, a.Number, err)
		}
	}
	return met
}
