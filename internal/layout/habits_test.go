package layout

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var target = regexp.MustCompile(`(?m)^([a-z][a-z-]*):([^\n]*)`)

func TestEveryMakefileTargetHasALineOfHelp(t *testing.T) {
	makefile := read(t, "Makefile")
	found := map[string]bool{}
	for _, m := range target.FindAllStringSubmatch(makefile, -1) {
		found[m[1]] = true
		if !strings.Contains(m[2], "## ") {
			t.Errorf("Makefile: %s has no help (`%s: ## what it does`)", m[1], m[1])
		}
	}
	for _, want := range []string{
		"build", "demo", "demo-reset", "quick", "test", "check", "race", "lint", "fmt",
		"bench", "bench-diff", "fuzz", "golden", "screenshots", "soak", "deps", "help",
	} {
		if !found[want] {
			t.Errorf("Makefile has no target %s", want)
		}
	}
}

func TestMakeFuzzRunsEveryFuzzTest(t *testing.T) {
	declared := regexp.MustCompile(`(?m)^func (Fuzz\w*)\(`)
	want := map[string]bool{}
	for _, p := range packages(t) {
		for _, f := range p.files {
			if !f.test {
				continue
			}
			for _, m := range declared.FindAllStringSubmatch(f.text, -1) {
				want[fmt.Sprintf("./%s %s", p.path, m[1])] = true
			}
		}
	}
	out, err := exec.CommandContext(t.Context(), "make", "-s", "-C", root, "fuzz-list").Output()
	if err != nil {
		t.Fatalf("make fuzz-list: %v", err)
	}
	got := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		got[strings.TrimSpace(line)] = true
	}
	for _, f := range slices.Sorted(maps.Keys(want)) {
		if !got[f] {
			t.Errorf("make fuzz leaves out %s", f)
		}
	}
	for _, f := range slices.Sorted(maps.Keys(got)) {
		if !want[f] {
			t.Errorf("make fuzz would run %s, which does not exist", f)
		}
	}
}

func TestNoTestSleepsToWait(t *testing.T) {
	for _, p := range packages(t) {
		for _, f := range p.files {
			// Inside a synctest bubble a sleep is a step of its clock.
			if f.test && f.calls["time.Sleep"] && !slices.Contains(f.imports, "testing/synctest") {
				t.Errorf("%s calls time.Sleep: wait for the event itself, with a deadline", f.name)
			}
		}
	}
}

func TestATestIsSkippedOnlyForAStatedReason(t *testing.T) {
	skip := regexp.MustCompile(`\b[tb]\.Skip(f|Now)?\(`)
	for _, p := range packages(t) {
		for _, f := range p.files {
			if !skip.MatchString(f.text) {
				continue
			}
			// -short is for `make quick`; the other is set by `make test`, where a missing device is a failure.
			if !strings.Contains(f.text, "testing.Short()") && !strings.Contains(f.text, "BALCAO_REQUIRE_REAL") && !strings.Contains(f.text, "BALCAO_SOAK") {
				t.Errorf("%s skips a test without asking -short, BALCAO_REQUIRE_REAL or BALCAO_SOAK", f.name)
			}
		}
	}
}

func TestPapersOfTheHouseAreThere(t *testing.T) {
	for name, holds := range map[string]string{
		"LICENSE":              "EUROPEAN UNION PUBLIC LICENCE v. 1.2",
		"CHANGELOG.md":         "## Unreleased",
		"CONTRIBUTING.md":      "make check",
		"README.md":            "make demo",
		"docs/architecture.md": "Floors",
		"docs/style.md":        "Principles",
		".ci/run":              "make check",
	} {
		if !strings.Contains(read(t, name), holds) {
			t.Errorf("%s does not hold %q", name, holds)
		}
	}
}

var (
	record = regexp.MustCompile(`^(\d{4})-[a-z0-9-]+\.md$`)
	link   = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
)

func TestDecisionsAreNumberedOneByOne(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join(root, "docs/decisions"))
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range entries {
		m := record.FindStringSubmatch(e.Name())
		if m == nil || m[1] != fmt.Sprintf("%04d", i+1) {
			t.Errorf("docs/decisions/%s: want the name %04d-title.md", e.Name(), i+1)
		}
	}
}

func TestPapersLinkToWhatExists(t *testing.T) {
	for _, name := range committed(t) {
		if !strings.HasSuffix(name, ".md") || strings.Contains(name, "testdata/") {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(read(t, name), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, path.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
	}
}

func TestEveryPackageIsOnTheMap(t *testing.T) {
	architecture := read(t, "docs/architecture.md")
	for _, p := range packages(t) {
		if !strings.Contains(architecture, p.path) {
			t.Errorf("docs/architecture.md does not tell where %s belongs", p.path)
		}
	}
}
