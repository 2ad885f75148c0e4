package kills

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestKilledProgramsServeAgainSoon is the long form; thirty kills are in internal/e2e and part of every check.
func TestKilledProgramsServeAgainSoon(t *testing.T) {
	if os.Getenv("BALCAO_SOAK") == "" {
		t.Skip("kills programs for a minute: make soak")
	}
	dir := t.TempDir()
	bin := filepath.Join(dir, "bin") + string(filepath.Separator)
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "./kiosk", "./branch-server", "./hq", "./internal/demo")
	cmd.Dir = "../../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r, err := Run(t.Context(), Config{
		Bin: bin, Dir: filepath.Join(dir, "demo"), Programs: []string{"kiosk", "branch-server", "hq"}, Kills: 20,
	})
	t.Log(r)
	if err != nil {
		t.Fatal(err)
	}
	if r.Lost+r.Doubled > 0 || r.Entries == 0 {
		t.Error(r)
	}
	for name, took := range r.Restarts {
		for _, one := range took {
			if one > 30*time.Second {
				t.Errorf("%s served again after %s", name, one)
			}
		}
	}
}
