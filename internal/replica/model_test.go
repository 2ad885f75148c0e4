package replica_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestModels has spin look at every state that the models of replication and of number leases can come into. Each model
// must hold, and must fail where a part of the protocol is left out: one that cannot fail proves nothing.
func TestModels(t *testing.T) {
	if testing.Short() {
		t.Skip("looks at some million states")
	}
	for _, tool := range []string{"spin", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("BALCAO_REQUIRE_REAL") == "1" {
				t.Fatalf("BALCAO_REQUIRE_REAL=1, and %s is not installed: %v", tool, err)
			}
			t.Skipf("%s is not installed", tool)
		}
	}
	soak := os.Getenv("BALCAO_SOAK") != ""
	for _, m := range []struct {
		name, file, flags string
		fails, long       bool
	}{
		{name: "replication", file: "replication"},
		{name: "a copy goes on in its old epoch", file: "replication", flags: "-DNOGUARD", fails: true},
		{name: "the guard knows only what was acknowledged", file: "replication", flags: "-DACKEDONLY", fails: true},
		{name: "nobody compares hashes", file: "replication", flags: "-DNOCHAIN", fails: true},
		{name: "leases", file: "leases", flags: "-DWISHES=2"},
		{name: "leases, put back twice", file: "leases", flags: "-DWISHES=2 -DRESTORES=2", long: true},
		{name: "leases, three wishes", file: "leases", long: true},
		{name: "a kiosk gives its lease again", file: "leases", flags: "-DNOGUARD", fails: true},
		{name: "a branch goes on where the copy stood", file: "leases", flags: "-DNOBLOCK", fails: true},
		{name: "a branch keeps its own number for a wish", file: "leases", flags: "-DNOSUPERSEDE", fails: true},
	} {
		t.Run(m.name, func(t *testing.T) {
			if m.long && !soak {
				t.Skip("some ten million states: make soak")
			}
			out := explore(t, m.file, strings.Fields(m.flags), m.long)
			errors := regexp.MustCompile(`errors: (\d+)`).FindStringSubmatch(out)
			switch {
			case errors == nil || strings.Contains(out, "Search not completed") && !m.fails:
				t.Errorf("not every state was looked at:\n%s", out)
			case m.fails && errors[1] == "0":
				t.Error("the model holds although a part of the protocol is left out")
			case !m.fails && errors[1] != "0":
				t.Errorf("the model does not hold; replay: spin %s -t -p internal/replica/testdata/model/%s.pml\n%s", m.flags, m.file, out)
			}
		})
	}
}

// explore has spin look at every state of a model and returns what it says.
func explore(t *testing.T, model string, flags []string, long bool) string {
	t.Helper()
	file, err := filepath.Abs(filepath.Join("testdata", "model", model+".pml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		return string(out)
	}
	memory := "-DMEMLIM=1500"
	if long {
		memory = "-DMEMLIM=12000"
	}
	run("spin", append(flags, "-a", file)...)
	run("gcc", "-O2", "-w", "-DSAFETY", memory, "-o", "pan", "pan.c")
	return run("./pan", "-E", "-m1000000", "-w22")
}
