package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/store"
	"balcao/internal/machine"
	"balcao/internal/queue"
)

// TestABackupIsTakenWhileTheBranchWorksAndPutBack is the rehearsal of docs/operations.md: copy, lose the disk, put back,
// go on without a number twice.
func TestABackupIsTakenWhileTheBranchWorksAndPutBack(t *testing.T) {
	data, copied := t.TempDir(), filepath.Join(t.TempDir(), "copy.db")
	path := filepath.Join(data, "branch.db")
	day := queue.NewDay(queue.Catalogue{
		Divisions: []queue.Division{{ID: "a", Body: "irn", Prefix: "A", First: 1}},
		Services:  []queue.Service{{ID: "cc", Body: "irn", Division: "a"}},
		Counters:  []queue.Counter{{ID: "1", Primary: []queue.ServiceID{"cc"}}}, Policy: queue.DefaultPolicy(),
	}, 0)
	s, err := store.Open(t.Context(), path, machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	epoch := s.Epoch()
	live := func(cmd queue.Command) {
		t.Helper()
		entries, err := day.Handle(cmd, time.Now())
		if err == nil {
			err = s.Append(t.Context(), engine.Batch{Entries: entries})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	command := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := Backup(t.Context(), append(args, "-data", data), &out, &out)
		return out.String(), err
	}
	live(queue.OpenDay{Day: "2026-11-23"})
	live(queue.Issue{Request: "a", Service: "cc", Class: queue.ClassWalkIn})
	if said, err := command("backup", "-to", copied); err != nil || !strings.Contains(said, "conferida") {
		t.Fatalf("%s %v", said, err)
	}
	if _, err := command("backup", "-to", copied); err == nil {
		t.Error("a copy was written over another")
	}
	live(queue.Issue{Request: "b", Service: "cc", Class: queue.ClassWalkIn})
	if _, err := command("restore", "-from", copied); err == nil {
		t.Fatal("a file that a program has open was replaced")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	torn := filepath.Join(t.TempDir(), "torn.db")
	if err := os.WriteFile(torn, []byte("SQLite format 3 no more"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := command("restore", "-from", torn); err == nil {
		t.Fatal("half a copy was put back")
	}
	if said, err := command("restore", "-from", copied); err != nil || !strings.Contains(said, "bloco que ninguém tem") {
		t.Fatalf("%s %v", said, err)
	}
	if aside, err := filepath.Glob(path + ".before-*"); err != nil || len(aside) == 0 {
		t.Errorf("what was there is gone, %v", err)
	}
	if s, err = store.Open(t.Context(), path, machine.Minter()); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if due, err := s.Recovery(t.Context()); err != nil || !due || s.Epoch() == epoch {
		t.Errorf("recovery due %t, epoch %d after %d, %v", due, s.Epoch(), epoch, err)
	}
}
