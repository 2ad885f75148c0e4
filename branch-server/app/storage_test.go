package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/journal"
	"balcao/branch-server/store"
	"balcao/internal/disk"
	"balcao/internal/disk/disktest"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

const small = `data: %s
http: {listen: "127.0.0.1:0"}
broker: {listen: "127.0.0.1:0"}
people: [{id: ana, name: Ana, role: clerk, hash: "$argon2id$v=19$m=65536,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$%s"}]
branch:
  id: L901
  name: Loja de ensaio
  zone: Europe/Lisbon
  bodies: [{id: irn, short: IRN, name: {pt: Registos}}]
  divisions: [{id: cc, body: irn, prefix: A}]
  services: [{id: cc, division: cc, name: {pt: Cartão de Cidadão}, mean: 10m}]
  counters: [{id: "1", label: Balcão 1, primary: [cc]}]
`

// smallBranch runs a branch on a folder.
func smallBranch(t *testing.T, folder string) *App {
	t.Helper()
	path := filepath.Join(t.TempDir(), "branch-server.yaml")
	text := fmt.Sprintf(small, folder, "c29tZWhhc2hzb21laGFzaHNvbWVoYXNoc29tZWhhc2g")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Disk = disk.Setting{ReserveMiB: 1, Every: 50 * time.Millisecond}
	a, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Error("the branch does not end")
		}
	})
	return a
}

func (a *App) eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for deadline := time.After(time.Minute); !holds(); {
		select {
		case <-look.C:
		case <-deadline:
			t.Fatalf("never: %s; the disk is %+v", what, a.disk.State())
		}
	}
}

// TestABranchWithoutRoomFinishesWhatItBeganAndGoesOnByItself fills the branch's own, small file system: new tickets are
// refused in words, calls go on, and nothing that was answered is lost.
func TestABranchWithoutRoomFinishesWhatItBeganAndGoesOnByItself(t *testing.T) {
	disktest.Small(t, 32, func(t *testing.T, folder string) {
		a := smallBranch(t, folder)
		do := func(key string, cmd queue.Command) engine.Answer {
			t.Helper()
			answer, err := a.engine.Do(t.Context(), key, cmd)
			if err != nil {
				t.Fatalf("%T: %v", cmd, err)
			}
			return answer
		}
		issue := func(request string) engine.Answer {
			t.Helper()
			return do(request, queue.Issue{Request: queue.RequestID(request), Service: "cc", Class: queue.ClassWalkIn})
		}
		a.eventually(t, "the day opens", func() (open bool) {
			err := a.engine.Read(t.Context(), func(d *queue.Day, _ time.Time) { open = d.Open() })
			return err == nil && open
		})
		do("", queue.OpenCounter{Counter: "1"})
		for i := range 5 {
			if got := issue(fmt.Sprintf("before-%d", i)); got.Refused != "" {
				t.Fatal(got.Refused)
			}
		}
		empty := disktest.Fill(t, folder, 256<<10)
		a.eventually(t, "the disk is full", a.disk.Full)
		if got := issue("without"); got.Refused != queue.ErrNoRoom {
			t.Errorf("without room: %+v", got)
		}
		if got := issue("before-0"); got.Number != "A001" || got.Refused != "" {
			t.Errorf("a number that was given is told as %+v", got)
		}
		for range 5 {
			if got := do("", queue.CallNext{Counter: "1"}); got.Refused != "" || got.Number == "" {
				t.Errorf("a call without room: %+v", got)
			}
			do("", queue.Start{Counter: "1"})
			do("", queue.Finish{Counter: "1"})
		}
		if code := a.server().Devices[wire.PartDisk]; code != wire.DiskFull {
			t.Errorf("the server's disk is told as %s", code)
		}
		empty()
		a.eventually(t, "there is room", func() bool { return !a.disk.Full() })
		if got := issue("after"); got.Number != "A006" || got.Refused != "" {
			t.Errorf("with room again: %+v", got)
		}
		r, err := store.OpenReader(t.Context(), filepath.Join(folder, "branch.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		v := journal.NewVerifier()
		if err := errors.Join(r.Check(t.Context()), r.From(t.Context(), 0, func(row journal.Row) error { v.Take(row); return nil })); err != nil || len(v.Faults) > 0 {
			t.Errorf("the journal: %v, %+v", err, v.Faults)
		}
	})
}
