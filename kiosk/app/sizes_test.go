package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/kiosk/app"
)

func TestAScreenThatDoesNotSuitItsViewersIsToldAndWorksAllTheSame(t *testing.T) {
	for _, c := range []struct{ screen, want string }{
		{"", "quiosque: letras de 0,76° e botões de 22 mm"},
		{"glass: {inches: 21.5}", "botões de 20 mm"},
		{"glass: {inches: 15.6}", "pelo menos 20,6"},
		{"glass: {inches: 27, top: 1600}", "baixe o ecrã"},
		{"hall: {inches: 32, distance: 15000}", "segundo"},
		{"hall: {inches: 55, distance: 10000, margin: 3}", "painel: o número chamado"},
	} {
		file := filepath.Join(t.TempDir(), "kiosk.yaml")
		text := "node: L901-K01\ndata: " + t.TempDir() + "\nfaces: [touch, callboard]\nscreen: {listen: \"127.0.0.1:0\"}\n"
		if c.screen != "" {
			text = strings.Replace(text, "\"127.0.0.1:0\"", "\"127.0.0.1:0\", "+c.screen, 1)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		_ = app.Check(t.Context(), file, true, false, &out) // there is no branch to be reached
		said := out.String()
		if !strings.Contains(said, "tamanhos") || !strings.Contains(said, c.want) {
			t.Errorf("%s: says %s, want %q", c.screen, said, c.want)
		}
	}
}

func TestWhatIsNoScreenIsAFaultOfTheConfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kiosk.yaml")
	if err := os.WriteFile(file, []byte("node: L901-K01\nscreen:\n  glass: {inches: 2}\n  hall: {margin: 40}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := app.Load(file, true)
	if err == nil || !strings.Contains(err.Error(), "diagonal") || !strings.Contains(err.Error(), "margin") {
		t.Errorf("says %v, want both faults", err)
	}
}
