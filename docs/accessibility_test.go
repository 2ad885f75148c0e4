package docs_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	tableRow  = regexp.MustCompile(`(?m)^\| (\d+) \| ([^|]+) \| ([AMH, ]+) \| ([^|]+) \| ([^|]+) \|$`)
	proof     = regexp.MustCompile("`([a-z0-9/_.-]+(?:_test\\.go|\\.test\\.js)): ([^`]+)`")
	rowOfTest = regexp.MustCompile(`(?m)^test\('(row (\d+): [^']+)'`)
)

// accessibility is the list of rules with their proofs.
func accessibility(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("acessibilidade.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEveryRuleOfAccessibilityNamesATestThatExists(t *testing.T) {
	rows := tableRow.FindAllStringSubmatch(accessibility(t), -1)
	if len(rows) != 35 {
		t.Fatalf("%d rows, want 35", len(rows))
	}
	for i, row := range rows {
		if row[1] != strconv.Itoa(i+1) {
			t.Errorf("row %d is number %s", i+1, row[1])
		}
		proofs := proof.FindAllStringSubmatch(row[4], -1)
		automatic := strings.Contains(row[3], "A")
		if automatic && len(proofs) == 0 && strings.HasPrefix(strings.TrimSpace(row[5]), "passa") {
			t.Errorf("row %s passes and names no test", row[1])
		}
		if !automatic && !strings.Contains(row[5], "por fazer") {
			t.Errorf("row %s is for people or instruments, and does not say that it is yet to be done", row[1])
		}
		for _, p := range proofs {
			source, err := os.ReadFile("../" + p[1])
			if err != nil {
				t.Errorf("row %s: %v", row[1], err)
				continue
			}
			if !strings.Contains(string(source), "func "+p[2]+"(") && !strings.Contains(string(source), "test('"+p[2]+"'") {
				t.Errorf("row %s: %s has no test called %q", row[1], p[1], p[2])
			}
		}
	}
}

func TestEveryTestOfTheListStandsInItsRow(t *testing.T) {
	rows := map[string]string{}
	for _, row := range tableRow.FindAllStringSubmatch(accessibility(t), -1) {
		rows[row[1]] = row[4]
	}
	source, err := os.ReadFile("../browser/checklist.test.js")
	if err != nil {
		t.Fatal(err)
	}
	found := rowOfTest.FindAllStringSubmatch(string(source), -1)
	if len(found) < 15 {
		t.Fatalf("found %d tests of rows", len(found))
	}
	for _, m := range found {
		if !strings.Contains(rows[m[2]], m[1]) {
			t.Errorf("row %s does not name the test %q", m[2], m[1])
		}
	}
}
