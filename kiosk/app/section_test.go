package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/kiosk/app"
)

// TestTheKioskReadsItsPartOfASmallBranchsFile: one file holds a whole Espaço; what is wrong is named with its line in it.
func TestTheKioskReadsItsPartOfASmallBranchsFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "espaco.yaml")
	file := "data: dados\nbranch: {id: E123}\nkiosk:\n  node: E123-K01\n  data: dados/quiosque\n  faces: [touch]\n  branch: {brokers: [\"tcp://127.0.0.1:1883\"]}\n  printer: {profile: epson/tm-t88v, port: /dev/usb/lp0}\n"
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(file)
	cfg, err := app.Load(path, false)
	if err != nil || cfg.Node != "E123-K01" {
		t.Fatalf("read %q, %v", cfg.Node, err)
	}
	write(strings.Replace(file, "  node: E123-K01", "  nodo: E123-K01", 1))
	if _, err := app.Load(path, false); err == nil || !strings.Contains(err.Error(), "line 4: nodo") {
		t.Errorf("a mistake in the kiosk's part: %v", err)
	}
}
