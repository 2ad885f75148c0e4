package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/branch-server/app"
)

// TestFaultsOfCallboardsAreNamedWithTheirLine also proves that a division which no callboard shows is one of them.
func TestFaultsOfCallboardsAreNamedWithTheirLine(t *testing.T) {
	path := fileOf(t, filepath.Join(t.TempDir(), "data"), "127.0.0.1:0", "127.0.0.1:0")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, string(raw)+`  callboards:
    - {id: a, name: A, boxes: [L901-D01], earlier: 5, takeover: 15s, messages: [{pt: Olá}]}
`)
	if _, err := app.Load(path); err != nil {
		t.Fatalf("good callboards: %v", err)
	}
	write(t, path, string(raw)+`  callboards:
    - {id: Piso 0, places: [Cave], bodies: [at], boxes: [L902-D01], earlier: 9, takeover: 1s, messages: [{en: Hi}]}
`)
	_, err = app.Load(path)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		`"Piso 0" is not made of small letters`, "name: missing", `no division waits at "Cave"`, `unknown body "at"`,
		`"L902-D01" is not a box of this branch`, "between 3 and 8", "between 8s and 60s", "needs a Portuguese text", "none shows division cc",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not named: %s\nin %v", want, err)
		}
	}
}
