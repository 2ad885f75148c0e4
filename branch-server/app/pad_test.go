package app_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/branch-server/app"
)

// TestAPadIsMadeFromTheCommandLine sets numbers aside in the journal of a branch that stands still, and prints them.
func TestAPadIsMadeFromTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := app.Setup([]string{"-dir", dir}, answers("Espaço", "E123", "c", "n", "4321"), io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	config, sheet := filepath.Join(dir, "espaco.yaml"), filepath.Join(dir, "bloco.html")
	var out bytes.Buffer
	if err := app.Pad(t.Context(), []string{"-config", config, "-division", "espaco", "-count", "24", "-out", sheet}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(sheet)
	if err != nil || !strings.Contains(out.String(), "E976 a E999") || strings.Count(string(page), "E976") < 3 || strings.Contains(string(page), "http") {
		t.Errorf("said %q; page of %d bytes, %v", &out, len(page), err)
	}
	story, err := runJournal(t, "explain", "-config", config)
	if err != nil || !strings.Contains(story, "números 976 a 999 guardados para um bloco de papel") {
		t.Errorf("the journal says %v\n%s", err, story)
	}
	for _, args := range [][]string{
		{"-config", config, "-division", "lua", "-out", sheet + "2"},
		{"-config", config, "-division", "espaco", "-from", "990", "-out", sheet + "2"},
		{"-config", config, "-division", "espaco", "-count", "900", "-out", sheet + "2"},
		{"-config", config, "-division", "espaco", "-out", sheet},
	} {
		if err := app.Pad(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("pad %v: no error", args)
		}
	}
}
