package fuzzrun_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"balcao/internal/fuzzrun"
)

func TestInputsOfTheEngineAreUnderstood(t *testing.T) {
	got, err := fuzzrun.Parse("go test fuzz v1\n[]byte(\"\\x90\\x00\")\nstring(\"a)\\n\")\n")
	if err != nil || len(got) != 2 || !bytes.Equal(got[0], []byte{0x90, 0}) || string(got[1]) != "a)\n" {
		t.Errorf("inputs = %q, %v", got, err)
	}
	for _, bad := range []string{"", "go test fuzz v1\nint(7)", "go test fuzz v1\n[]byte(x)"} {
		if got, err := fuzzrun.Parse(bad); err == nil {
			t.Errorf("%q was understood as %q", bad, got)
		}
	}
}

func TestEveryInputIsCountedAndTheKeptOnesAreChanged(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.MkdirAll(filepath.Join("testdata", "fuzz", "FuzzX"), 0o755); err != nil {
		t.Fatal(err)
	}
	kept := []byte("go test fuzz v1\n[]byte(\"a rare beginning\")\n")
	if err := os.WriteFile(filepath.Join("testdata", "fuzz", "FuzzX", "1"), kept, 0o644); err != nil {
		t.Fatal(err)
	}
	ran, near, same := 0, 0, 0
	fuzzrun.Run(t, 10_000, fuzzrun.Target{
		Name: "FuzzX", Weight: 1, Inputs: 1,
		Body: func(_ *testing.T, input [][]byte) {
			ran++
			if bytes.Contains(input[0], []byte("rare")) {
				near++
			}
			if string(input[0]) == "a rare beginning" {
				same++
			}
		},
	})
	if ran != 10_000 || near < 5_000 || same > 2_000 {
		t.Errorf("%d executions, %d near the kept input, %d of it unchanged", ran, near, same)
	}
}

func TestTheNumberOfInputsIsAskedFor(t *testing.T) {
	if n := fuzzrun.Count(t, 7, 10); n != 7 {
		t.Errorf("count = %d, want the short form", n)
	}
	t.Setenv("BALCAO_FUZZ_EXECS", "1200")
	if n := fuzzrun.Count(t, 7, 10); n != 120 {
		t.Errorf("count = %d, want 120", n)
	}
}

// TestGuilty fails in the way that BALCAO_FUZZRUN_GUILTY names; by itself it does nothing.
func TestGuilty(t *testing.T) {
	var kept []byte
	bodies := map[string]func(*testing.T, [][]byte){
		"panics": func(_ *testing.T, b [][]byte) { _ = b[0][len(b[0])] },
		"eats":   func(*testing.T, [][]byte) { kept = make([]byte, fuzzrun.Most+1) },
		"fails":  func(t *testing.T, _ [][]byte) { t.Error("wrong") },
	}
	if body := bodies[os.Getenv("BALCAO_FUZZRUN_GUILTY")]; body != nil {
		t.Chdir(os.Getenv("BALCAO_FUZZRUN_DIR"))
		fuzzrun.Run(t, 100, fuzzrun.Target{Name: "FuzzX", Weight: 1, Inputs: 1, Body: body})
	}
	_ = kept
}

func TestPanicsFailuresAndAppetiteAreFoundAndTheirInputIsKept(t *testing.T) {
	for guilt, want := range map[string]string{
		"panics": "panic: runtime error", "eats": "bytes allocated", "fails": "the input is",
	} {
		dir := t.TempDir()
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestGuilty$")
		cmd.Env = append(os.Environ(), "BALCAO_FUZZRUN_GUILTY="+guilt, "BALCAO_FUZZRUN_DIR="+dir)
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("a body that %s: %v\n%s", guilt, err, out)
		}
		kept, err := filepath.Glob(filepath.Join(dir, "testdata", "fuzz", "FuzzX", "*"))
		if err != nil || len(kept) == 0 {
			t.Errorf("a body that %s: no input is kept (%v)", guilt, err)
		}
	}
}
