package app_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/branch-server/app"
	"balcao/internal/signin"
)

// fileOf writes a good configuration of one service and one counter, beside the file of its people.
func fileOf(t *testing.T, data, http, broker string) string {
	t.Helper()
	dir := t.TempDir()
	hash, err := signin.Hash("1234")
	if err != nil {
		t.Fatal(err)
	}
	people := filepath.Join(dir, "staff.yaml")
	write(t, people, fmt.Sprintf("people:\n  - {id: ana, name: Ana, role: clerk, hash: %q}\n", hash))
	path := filepath.Join(dir, "branch-server.yaml")
	write(t, path, fmt.Sprintf(`data: %s
http: {listen: %q}
broker: {listen: %q}
staff: %s
branch:
  id: L901
  name: Loja de ensaio
  zone: Europe/Lisbon
  bodies: [{id: irn, short: IRN, name: {pt: Registos}}]
  divisions: [{id: cc, body: irn, prefix: A}]
  services: [{id: cc, division: cc, name: {pt: Cartão de Cidadão}, mean: 10m}]
  counters: [{id: "1", label: Balcão 1, primary: [cc]}]
`, data, http, broker, people))
	return path
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, path string) app.Config {
	t.Helper()
	cfg, err := app.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// taken returns an address on which somebody else already listens.
func taken(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

const free = "127.0.0.1:0"

func TestPortsAndAFolderThatCannotBeHadAreNamedTogether(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	cfg := load(t, fileOf(t, file, taken(t), taken(t)))
	_, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err == nil {
		t.Fatal("a branch server started without ports and folder")
	}
	for _, want := range []string{cfg.HTTP.Listen, cfg.Broker.Listen, file, "http.listen", "broker.listen"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the message does not name %s:\n%v", want, err)
		}
	}

	// Nothing was kept: the same ports and folder serve once they are free.
	cfg.HTTP.Listen, cfg.Broker.Listen, cfg.Data = free, free, filepath.Join(t.TempDir(), "new")
	var said bytes.Buffer
	a, err := app.New(t.Context(), cfg, slog.New(slog.NewJSONHandler(&said, nil)))
	if err != nil {
		t.Fatal(err)
	}
	cfg.HTTP.Listen = a.HTTPAddr()
	if _, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "http.listen") {
		t.Errorf("a second server on the port of the first: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := a.Run(ended); err != nil && !strings.Contains(err.Error(), "canceled") {
		t.Errorf("run: %v\n%s", err, &said)
	}
}

func TestEveryMistakeOfAConfigurationIsNamedWithItsLine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "branch-server.yaml")
	write(t, path, `data: ""
http: {listen: nowhere}
broker: {listen: "127.0.0.1:99999"}
hq: {brokers: ["http://hq"]}
staff: /nowhere/staff.yaml
branch:
  id: loja
  name: Loja
  zone: Europe/Lisboa
  bodies: [{id: irn, short: IRN, name: {pt: Registos}}]
  divisions:
    - {id: cc, body: at, prefix: A}
  services:
    - {id: cc, division: none, name: {pt: Cartão}, mean: 10m}
  counters:
    - {id: "1", label: Balcão 1, primary: [cc]}
    - {id: "1", label: Balcão 2, primary: [passport]}
colour: blue
`)
	_, err := app.Load(path)
	if err == nil {
		t.Fatal("taken as good")
	}
	for _, want := range []string{
		"line 1: data", "line 2: http.listen", "line 3: broker.listen", "line 4: hq.brokers[0]", "line 5: staff",
		"line 7: branch.id", "line 9: branch.zone", "line 12: branch.divisions[0].body", "line 14: branch.services[0].division",
		"line 17: branch.counters[1].id", "line 17: branch.counters[1].primary[0]", "line 18: colour",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the message does not hold %q:\n%v", want, err)
		}
	}
}
