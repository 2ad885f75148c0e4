package app_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/hq/app"
)

func TestPortsAndAFolderThatCannotBeHadAreNamedTogether(t *testing.T) {
	h := start(t, config(t))
	cfg := config(t)
	cfg.HTTP.Listen, cfg.Broker.Listen, cfg.Data = h.a.HTTPAddr(), h.a.BrokerAddr(), "/dev/null/hq"
	_, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	for _, want := range []string{"http.listen", "broker.listen", cfg.Data} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want %s named", err, want)
		}
	}
}

func TestDataThatCannotBeWrittenIsNamed(t *testing.T) {
	cfg := config(t)
	cfg.Data = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(cfg.Data, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), cfg.Data) {
		t.Errorf("error = %v, want the folder named", err)
	}
}

func TestFiveMistakesAreToldAtOnceWithTheirLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hq.yaml")
	text := `data: ""
http: {listen: "0.0.0.0:90"}
broker:
  listen: nowhere
target: 9s
branches:
  - {id: L901, name: Loja}
  - {id: loja, name: Outra}
colour: blue
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := app.Load(path)
	if err == nil {
		t.Fatal("taken as good")
	}
	for _, want := range []string{
		"line 1: data", "line 2: http.hosts", "line 4: broker.listen", "line 5: target", "line 8: branches[1].id", "line 9: colour",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the message does not hold %q:\n%v", want, err)
		}
	}
	if err := os.WriteFile(path, []byte("data: x\nhttp: {listen: \"127.0.0.1:0\"}\nbroker: {listen: \"127.0.0.1:0\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Load(path); err != nil {
		t.Errorf("a small good file: %v", err)
	}
}
