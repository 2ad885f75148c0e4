package technician

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/printers/printertest"
)

func say(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	ours, err := Bench{Out: &out, Now: time.Now}.Command(t.Context(), args)
	if !ours {
		t.Fatalf("%v is no command", args)
	}
	return out.String(), err
}

func TestOtherWordsAreNotOurs(t *testing.T) {
	for _, args := range [][]string{nil, {"-config", "x"}, {"trust"}} {
		if ours, err := (Bench{}).Command(t.Context(), args); ours || err != nil {
			t.Errorf("%v: %v, %v", args, ours, err)
		}
	}
	for _, args := range [][]string{{"card"}, {"printer"}, {"profiles"}, {"profiles", "eat"}, {"printer", "identify"}, {"card", "read", "-purpose", "photo"}} {
		if out, err := say(t, args...); !errors.Is(err, ErrUsage) {
			t.Errorf("%v: %v, %s", args, err, out)
		}
	}
}

func TestProfilesAnswerPeopleAndPrograms(t *testing.T) {
	list, err := say(t, "profiles", "list", "-json")
	var rows []profileRow
	if err != nil || json.Unmarshal([]byte(list), &rows) != nil || len(rows) != len(profiles.Names()) {
		t.Errorf("%v: %d rows", err, len(rows))
	}
	show, err := say(t, "profiles", "show", "-json", "-firmware", "3.2", "star/tsp700")
	var one profileShow
	if err != nil || json.Unmarshal([]byte(show), &one) != nil || one.Confirm != "end-counter" || len(one.Values) < 10 || len(one.Hash) != 64 {
		t.Errorf("%v: %s", err, show)
	}
	diff, err := say(t, "profiles", "diff", "-json", "star/tsp700@2.0", "star/tsp700@3.2")
	var changes []profiles.Change
	if err != nil || json.Unmarshal([]byte(diff), &changes) != nil || len(changes) == 0 || changes[0].Key != "confirm.method" {
		t.Errorf("%v: %s", err, diff)
	}
	match, err := say(t, "profiles", "match", "-json", "-maker", "EPSON", "-model", "TM-T88V")
	if err != nil || json.Unmarshal([]byte(match), &rows) != nil || len(rows) != 1 || rows[0].ID != "epson/tm-t88v" {
		t.Errorf("%v: %s", err, match)
	}
	lint, err := say(t, "profiles", "lint")
	if err != nil || !strings.Contains(lint, " 0 erros") {
		t.Errorf("%v: %s", err, lint)
	}
	match, err = say(t, "profiles", "match", "-json", "-usb", "08e6:3437")
	if err != nil || json.Unmarshal([]byte(match), &rows) != nil || len(rows) != 1 || rows[0].ID != "gemalto/pc-twin" {
		t.Errorf("%v: %s", err, match)
	}
	readers, err := say(t, "profiles", "list", "-json", "-kind", "card-reader")
	if err != nil || json.Unmarshal([]byte(readers), &rows) != nil || len(rows) != len(profiles.Names(profiles.KindReader)) {
		t.Errorf("%v: %d readers", err, len(rows))
	}
	if out, err := say(t, "profiles", "list", "-kind", "toaster"); !errors.Is(err, ErrUsage) {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := say(t, "profiles", "schema"); err != nil || !json.Valid([]byte(out)) {
		t.Errorf("%v: %s", err, out)
	}
	for _, args := range [][]string{
		{"profiles", "list"},
		{"profiles", "show", "epson/tm-t88v"},
		{"profiles", "diff", "epson/tm-t88v", "epson/tm-t20iii"},
		{"profiles", "match", "-model", "none"},
		{"profiles", "lint", "-json"},
	} {
		if out, err := say(t, args...); err != nil || out == "" {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// A new model of a known language is one file in a folder: no Go, no new program.
func TestAModelIsAddedByOneFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "printer", "acme", "turbo-80.yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		t.Fatal(err)
	}
	model := `schema: balcao.profile/v1
id: acme/turbo-80
kind: printer
title: Acme Turbo 80
inherits: epson/escpos-base
identity: {maker: BALCAO, models: [SIMULATED]}
confirm: {timeoutMs: 5000}
evidence:
  - {fact: identity, source: "asked a machine", status: measured}
  - {fact: confirm.timeoutMs, source: "measured", status: measured}
`
	if err := os.WriteFile(file, []byte(model), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := say(t, "profiles", "lint", "-dir", dir); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	port := virtual(t)
	out, err := say(t, "printer", "identify", "-json", "-port", port, "-dir", dir)
	var found PrinterReport
	if err != nil || json.Unmarshal([]byte(out), &found) != nil || len(found.Profiles) == 0 || found.Profiles[0].ID != "acme/turbo-80" {
		t.Fatalf("%v: %s", err, out)
	}
	if found.Maker != "BALCAO" || found.Firmware != "1.00" || found.Serial != "SIM000001" {
		t.Errorf("%+v", found)
	}
	out, err = say(t, "printer", "test", "-json", "-port", port, "-dir", dir)
	var tested TestReport
	if err != nil || json.Unmarshal([]byte(out), &tested) != nil || tested.Result != "printed" || tested.Profile != "acme/turbo-80" || tested.Weak {
		t.Errorf("%v: %s", err, out)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(model, "timeoutMs: 5000", "timeoutMs: soon", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := say(t, "profiles", "lint", "-dir", dir); err == nil || !strings.Contains(out, "turbo-80.yaml") || !strings.Contains(out, "line 7") {
		t.Errorf("%v: %s", err, out)
	}
}

// virtual is a fast printer of software.
func virtual(t *testing.T) string {
	t.Helper()
	p, err := printertest.New(printertest.Config{
		Link: filepath.Join(t.TempDir(), "printer"), BytesPerSecond: -1, MillimetresPerSecond: -1, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return p.Path()
}

func TestAPrinterThatIsNotThereIsSaid(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	if out, err := say(t, "printer", "identify", "-port", none); err == nil {
		t.Errorf("identified: %s", out)
	}
	out, err := say(t, "printer", "test", "-port", none, "-profile", "virtual/escpos-80", "-wait", "100ms")
	if !errors.Is(err, ErrNoPrinter) || !strings.Contains(out, "failed (disconnected)") {
		t.Errorf("%v: %s", err, out)
	}
}
