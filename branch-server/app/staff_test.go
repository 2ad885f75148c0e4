package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/branch-server/app"
)

// TestMistakesInTheStaffFileAreToldByCheck: -check reads the people too, not only the branch.
func TestMistakesInTheStaffFileAreToldByCheck(t *testing.T) {
	dir := t.TempDir()
	people, file := filepath.Join(dir, "staff.yaml"), filepath.Join(dir, "branch.yaml")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(people, "people:\n  - {id: ana, name: Ana, role: boss, hash: none}\n")
	write(file, fmt.Sprintf(`
data: %s
staff: %s
branch:
  id: L901
  name: Loja de ensaio
  zone: Europe/Lisbon
  bodies: [{id: irn, short: IRN, name: {pt: Registos}}]
  divisions: [{id: cc, body: irn, prefix: A}]
  services: [{id: cc, division: cc, name: {pt: Cartão de Cidadão}}]
  counters: [{id: "1", label: Balcão 1, primary: [cc]}]
`, dir, people))
	_, err := app.Load(file)
	if err == nil || !strings.Contains(err.Error(), "staff.yaml: 2 problems") || !strings.Contains(err.Error(), "line 2: people[0].role") {
		t.Errorf("loading says %v", err)
	}
}
