package app_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/branch-server/app"
)

func answers(lines ...string) io.Reader { return strings.NewReader(strings.Join(lines, "\n") + "\n") }

// TestFiveQuestionsMakeABranch answers the questions, wrongly first, and starts a branch with what was written.
func TestFiveQuestionsMakeABranch(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "novo")
	var out bytes.Buffer
	in := answers("", `Espaço "Cidadão" de Amares`, "123", "e123", "lua", "a", "talvez", "s", "12", "4321")
	if err := app.Setup([]string{"-dir", dir}, in, &out, io.Discard); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	for _, want := range []string{"1. ", "5. ", "o código é uma letra", "esse fuso não existe", "o PIN tem de ter", "kiosk -config"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("said\n%s\nwithout %q", &out, want)
		}
	}
	path := filepath.Join(dir, "espaco.yaml")
	cfg, err := app.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Branch.ID != "E123" || cfg.Branch.Zone != "Atlantic/Azores" || cfg.Branch.Name != `Espaço "Cidadão" de Amares` || len(cfg.People) != 1 {
		t.Errorf("wrote %+v", cfg.Branch)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the file with the hash can be read by others: %v, %v", info.Mode(), err)
	}
	cfg.HTTP.Listen, cfg.Broker.Listen = "127.0.0.1:0", "127.0.0.1:0"
	a, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+a.HTTPAddr()+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := http.DefaultClient.Do(req); err != nil || r.StatusCode != http.StatusOK || r.Body.Close() != nil {
		t.Errorf("the new branch answers %v, %v", r, err)
	}
	end()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Setup([]string{"-dir", dir}, answers("Outro", "E1", "c", "n", "1234"), io.Discard, io.Discard); err == nil {
		t.Error("a file that was there was written over")
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file changed: %v", err)
	}
}

func TestQuestionsLeftOpenWriteNothing(t *testing.T) {
	t.Parallel()
	for _, in := range []io.Reader{answers("Espaço"), answers("Espaço", "?", "?", "?", "?", "?", "?"), strings.NewReader("")} {
		dir := t.TempDir()
		if err := app.Setup([]string{"-dir", dir}, in, io.Discard, io.Discard); err == nil {
			t.Error("no error")
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("left %v, %v", left, err)
		}
	}
}
