package app

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"balcao/branch-server/store"
	"balcao/internal/authority/authoritytest"
	"balcao/internal/branch"
	"balcao/internal/branch/setup"
	"balcao/internal/wire"
)

// takingChild is how a branch that is to be killed is started: the test binary again, with the file of its
// configuration here. It takes what stands in its input, line by line, and says so after each.
const takingChild = "BALCAO_TEST_TAKING"

func TestMain(m *testing.M) {
	if file := os.Getenv(takingChild); file != "" {
		if err := takeAll(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func takeAll(file string) error {
	ctx := context.Background()
	cfg, err := Load(file)
	if err != nil {
		return err
	}
	a, err := New(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	if err := a.engine.Today(ctx); err != nil {
		return err
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		raw, err := base64.StdEncoding.DecodeString(lines.Text())
		if err != nil {
			return err
		}
		if err := a.above.take(ctx, raw); err != nil {
			return err
		}
		fmt.Println(a.above.tell().Serial)
	}
	return a.close()
}

// TestABranchThatIsKilledWhileItTakesAConfigurationHasOneOfThemWhole kills a branch that takes one configuration after
// the other, some of which it rejects. Whenever that is, it starts with the last one it took or the next: description,
// what headquarters is told, and journal say the same.
func TestABranchThatIsKilledWhileItTakesAConfigurationHasOneOfThemWhole(t *testing.T) {
	kills := 5
	if testing.Short() {
		kills = 3
	}
	in, data := authoritytest.New(t), t.TempDir()
	file := officeFile(t, in, data)
	hq := in.Identity("hq")
	for serial := uint64(0); kills > 0; kills-- {
		var input strings.Builder
		for i := range uint64(300) {
			n := serial + 1 + i
			input.WriteString(base64.StdEncoding.EncodeToString(sentBy(t, hq, "L901", n, int(n), numbered(n), time.Hour)) + "\n") //nolint:gosec // small
		}
		said := killedAfter(t, file, input.String(), 5+kills%3)
		a := underOffice(t, in, data)
		held := a.wholeAt(t)
		if held.Serial < said || held.Serial <= serial {
			t.Fatalf("it said that it took %d, and after the kill it has %d", said, held.Serial)
		}
		serial = held.Serial
		if err := a.close(); err != nil {
			t.Fatal(err)
		}
	}
}

// numbered is a configuration that says its number; every fourth suits no branch.
func numbered(n uint64) string {
	if n%4 == 0 {
		return "services: [{id: cc, off: true}, {id: lev, off: true}]\n"
	}
	return fmt.Sprintf("services: [{id: cc, name: {pt: Cartão %d}}]\npolicy: {guard: %dm}\n", n, 20+n%60)
}

// killedAfter runs a branch on some input and kills it when it has taken so many; it returns the last serial it told.
func killedAfter(t *testing.T, file, input string, taken int) (last uint64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), takingChild+"="+file)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr, cmd.Stdin = os.Stderr, strings.NewReader(input)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 1; lines.Scan(); n++ {
		if _, err := fmt.Sscan(lines.Text(), &last); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		if n == taken {
			_ = cmd.Process.Kill()
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("it ended before it was killed")
	}
	return last
}

func name(s branch.Service, _ bool) string { return s.Name["pt"] }

// wholeAt fails unless all that a branch holds of headquarters belongs together.
func (a *App) wholeAt(t *testing.T) store.Above {
	t.Helper()
	held, err := a.store.Above(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	version, _, err := a.store.LatestDescription(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	force := uint64(held.Force) //nolint:gosec // a number of a publication
	want := fmt.Sprintf("Cartão %d", force)
	b := setup.Read(version.Document).Branch
	for where, s := range map[string]string{"the database": name(b.Service("cc")), "the running program": name(a.branch.Load().Service("cc"))} {
		if s != want {
			t.Errorf("in force is %d, and %s says %q", force, where, s)
		}
	}
	if b.Policy.Guard == nil || *b.Policy.Guard != time.Duration(20+force%60)*time.Minute || string(held.Body) == "" {
		t.Errorf("in force is %d, and the rule is %v", force, b.Policy.Guard)
	}
	if rejected := held.Serial%4 == 0; rejected != (held.State == wire.ConfigStateRejected) || !rejected && held.Serial != force || rejected && force != held.Serial-1 {
		t.Errorf("the last is %d and %s, in force is %d", held.Serial, held.State, force)
	}
	facts := map[int]int{}
	for _, kind := range []string{wire.TypeConfigApplied, wire.TypeConfigRejected} {
		for _, raw := range a.facts(t, kind) {
			var r wire.ConfigResult
			if err := json.Unmarshal([]byte(raw), &r); err != nil {
				t.Fatal(err)
			}
			facts[r.Number]++
		}
	}
	for n := 1; n <= held.Number; n++ {
		if facts[n] != 1 {
			t.Errorf("the journal tells of %d %d times", n, facts[n])
		}
	}
	if h := a.above.tell(); h.Serial != held.Serial || h.Force != held.Force || h.Runs != held.Runs {
		t.Errorf("headquarters is told %+v, and kept is %d in force, last %d", h, held.Force, held.Serial)
	}
	return held
}
