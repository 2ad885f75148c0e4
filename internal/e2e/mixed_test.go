package e2e

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestAMixedNetworkLosesNothing lives with real programs of an older revision (BALCAO_OLD, any that git knows), which are
// upgraded one by one while citizens take tickets: headquarters first, then the branch, then kiosk and callboard. Each
// mixture is lived in both quietly and through a kill of the program that is newer than its neighbours. `make soak-mixed`
// runs it; the files of an older version opened by the newer one, and refused the other way round, are rehearsed in every
// check by internal/packaging and the stores.
func TestAMixedNetworkLosesNothing(t *testing.T) {
	old := os.Getenv("BALCAO_OLD")
	if os.Getenv("BALCAO_SOAK") == "" || old == "" {
		t.Skip("builds and lives with an older revision for minutes: make soak-mixed")
	}
	young, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	bin, dir := t.TempDir(), t.TempDir()
	buildOf(t, old, bin)
	w := newWitness()
	t.Run("upgraded one by one", func(t *testing.T) {
		// The older launcher, because a newer one might write what older programs do not understand.
		w.upgrade(t, startIn(t, bin, dir, "-traffic", "-speed", "400"), bin, young)
	})
	t.Run("afterwards", func(t *testing.T) { settle(t, startIn(t, bin, dir)) })
	w.judge(t, dir)
}

// buildOf builds the programs of a revision, from a tree of its own, into a folder.
func buildOf(t *testing.T, revision, into string) {
	t.Helper()
	tree := filepath.Join(t.TempDir(), "tree")
	run := func(in string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), args[0], args[1:]...)
		cmd.Dir = in
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	run("../..", "git", "worktree", "add", "--detach", tree, revision)
	t.Cleanup(func() { run("../..", "git", "worktree", "remove", "--force", tree) })
	run(tree, "go", "build", "-o", into, "./kiosk", "./branch-server", "./hq", "./internal/demo")
}

// perMixture is how many citizens at the kiosk get a number in each mixture, quietly and after a kill.
const perMixture = 6

// upgrade lets citizens come while one program after the other becomes a newer one.
func (w *witness) upgrade(t *testing.T, r *rig, bin, young string) {
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	page := openTouchPage(ctx, &wg, r.Kiosk)
	done := make(chan struct{})
	wg.Go(func() { w.citizens(ctx, page, done) })
	wg.Go(func() { w.collect(ctx, r) })

	w.more(r, "with all programs old")
	for _, step := range []struct {
		file     string
		programs []string
	}{{"hq", []string{"hq"}}, {"branch-server", []string{"branch-server"}}, {"kiosk", []string{"kiosk", "callboard"}}} {
		replace(t, filepath.Join(young, step.file), filepath.Join(bin, step.file))
		for _, p := range step.programs {
			r.signal(p, syscall.SIGTERM)
		}
		for _, p := range step.programs {
			r.wait(p+" to be the newer one", func() bool { return r.runs(p, filepath.Join(bin, step.file)) })
		}
		w.more(r, "after the upgrade of "+step.file)
		for _, p := range step.programs {
			r.kill(p)
		}
		w.more(r, "after the newer "+step.file+" was killed")
	}
	close(done)
	rest(ctx, 3*time.Second) // the last slip may still be on its way
	w.gather(ctx, r)
	t.Logf("%d citizens at the kiosk, %d numbers shown, %d slips", w.came, len(w.shown), len(w.papers))
}

// more waits until some more citizens got a number.
func (w *witness) more(r *rig, when string) {
	r.t.Helper()
	given := func() int {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.shown)
	}
	want := given() + perMixture
	r.wait(fmt.Sprintf("%d citizens to get a number %s", perMixture, when), func() bool { return given() >= want })
	r.t.Logf("%s: numbers go on", when)
}

// replace puts a program in place of another in one step, as a package does.
func replace(t *testing.T, from, to string) {
	t.Helper()
	src, err := os.Open(from) //nolint:gosec // built by this test
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	dst, err := os.OpenFile(to+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o700) //nolint:gosec // a program
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(dst, src); err != nil {
		t.Fatal(err)
	}
	if err := dst.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(to+".new", to); err != nil {
		t.Fatal(err)
	}
}

// pid is the process of a program; 0 while there is none.
func (r *rig) pid(program string) int {
	raw, err := os.ReadFile(filepath.Join(r.dir, program+".pid"))
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(string(raw))
	return pid
}

// signal asks a program for something.
func (r *rig) signal(program string, what syscall.Signal) {
	if pid := r.pid(program); pid > 0 {
		_ = syscall.Kill(pid, what)
	}
}

// runs reports whether a program runs from a file as it is now.
func (r *rig) runs(program, file string) bool {
	is, err := os.Stat(fmt.Sprintf("/proc/%d/exe", r.pid(program)))
	if err != nil {
		return false
	}
	want, err := os.Stat(file)
	return err == nil && os.SameFile(is, want)
}
