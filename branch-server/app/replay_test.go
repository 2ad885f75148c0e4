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

// TestADayIsReplayedFromTheCommandLine runs the command over an example day and holds its log to the reference.
func TestADayIsReplayedFromTheCommandLine(t *testing.T) {
	t.Parallel()
	days := "../../internal/trace/days/"
	log := filepath.Join(t.TempDir(), "day.log.jsonl")
	var out bytes.Buffer
	if err := app.Replay([]string{
		"-day", days + "espaco-b-day2.jsonl", "-log", log, "-ref", days + "espaco-b-day2.log.jsonl",
	}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "117 of 117 calls identical") {
		t.Errorf("said %q", out.String())
	}
	raw, err := os.ReadFile(log)
	if err != nil || !bytes.Contains(raw, []byte(`{"e":"call",`)) {
		t.Errorf("log: %v, %d bytes", err, len(raw))
	}
	for _, args := range [][]string{{}, {"-day", log + "-none"}, {"-day", "replay_test.go"}} {
		if err := app.Replay(args, io.Discard, io.Discard); err == nil {
			t.Errorf("replay %v: no error", args)
		}
	}
}

func TestRulesAreComparedFromTheCommandLine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := app.Replay([]string{"-generate", "-days", "2"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "| default (guard 45) |") || strings.Count(out.String(), "\n") != 8 {
		t.Errorf("said %q", out.String())
	}
	if err := app.Replay([]string{"-generate", "-days", "0"}, io.Discard, io.Discard); err == nil {
		t.Error("no days: no error")
	}
}
