package app_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/branch-server/app"
	"balcao/branch-server/store"
	"balcao/internal/machine"
)

// TestARebuildWithoutTheHeadOfTheFileSaysWhatIsLost: with the first page gone nobody knows which page was people, description
// or bookings; the journal proves itself. Whoever gives the command reads which is which, and what to do.
func TestARebuildWithoutTheHeadOfTheFileSaysWhatIsLost(t *testing.T) {
	dir := livedDay(t)
	path := filepath.Join(dir, "branch.db")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clear(raw[:4096])
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(context.WithoutCancel(t.Context()), path, machine.Minter()); err == nil {
		t.Fatal("a file without its head opens as if nothing were")
	}
	var out strings.Builder
	if err := app.Backup(t.Context(), []string{"rebuild", "-data", dir, "-alone"}, &out, io.Discard); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	for _, said := range []string{
		"O princípio do ficheiro perdeu-se", "pessoas e configuração voltam a ser as do ficheiro de configuração", "marcações têm de ser importadas outra vez",
		"a cadeia confirmada", "bloco que ninguém tem", "ficou guardado",
	} {
		if !strings.Contains(out.String(), said) {
			t.Errorf("nothing of %q in:\n%s", said, &out)
		}
	}
	if strings.Contains(out.String(), "Não se perdeu nada") {
		t.Errorf("it says that nothing is lost:\n%s", &out)
	}
	s, err := store.Open(t.Context(), path, machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, _, last, _, err := s.Position(t.Context()); err != nil || last < 10 {
		t.Errorf("the journal goes on behind %d, %v", last, err)
	}
}
