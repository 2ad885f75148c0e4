package app_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/hq/app"
	"balcao/hq/network/report"
	"balcao/hq/store"
	"balcao/internal/wire"
)

// withArchive makes the configuration and data of a headquarters with one month in a file of its own, and returns the
// configuration file and the file of the month.
func withArchive(t *testing.T) (config, month string) {
	t.Helper()
	dir := t.TempDir()
	config = filepath.Join(dir, "hq.yaml")
	folder := filepath.Join(dir, "old")
	text := fmt.Sprintf("data: %s\nhttp: {listen: \"127.0.0.1:0\"}\nbroker: {listen: \"127.0.0.1:0\"}\narchive: {after_months: 13, folder: %s}\n", dir, folder)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2024, 5, 9, 12, 0, 0, 0, time.UTC)
	s, err := store.Open(t.Context(), filepath.Join(dir, "hq.db"), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.ArchiveIn(folder)
	var log []wire.Record
	for seq := uint64(1); seq <= 40; seq++ {
		raw, err := wire.EncodeEvent(wire.Event{
			Seq: seq, ID: fmt.Sprintf("01K%023d", seq), Type: "counter.opened", Version: 1, TS: 1, CQ: wire.ClockOK, Data: []byte(`{"counter":"1"}`),
		})
		if err != nil {
			t.Fatal(err)
		}
		log = append(log, wire.Record{Seq: seq, Raw: raw})
	}
	for from := 0; from < 40; from += 20 {
		b := wire.Batch{Node: "L017", Epoch: 7, Prev: wire.Hash{}.Chain(log[:from]), Records: log[from : from+20]}
		if _, err := s.AcceptAll(t.Context(), []wire.Batch{b}); err != nil {
			t.Fatal(err)
		}
		now = now.AddDate(0, 1, 0)
	}
	if err := s.KeepDays(t.Context(), report.Mark{Branch: "L017", Epoch: 7, Seq: 40, UptoEpoch: 7, UptoSeq: 40, At: now}, nil); err != nil {
		t.Fatal(err)
	}
	if n, err := s.ArchiveBefore(t.Context(), time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)); err != nil || n != 1 {
		t.Fatalf("%d months, %v", n, err)
	}
	return config, filepath.Join(folder, "hq-2024-05.db")
}

// TestRebuildLooksForTheArchiveWhereTheConfigurationSaysAndTellsWhatIsGone by the command.
func TestRebuildLooksForTheArchiveWhereTheConfigurationSaysAndTellsWhatIsGone(t *testing.T) {
	config, month := withArchive(t)
	rebuild := func() string {
		t.Helper()
		var out strings.Builder
		if err := app.Backup(t.Context(), []string{"rebuild", "-config", config}, &out, io.Discard); err != nil {
			t.Fatalf("%v: %s", err, &out)
		}
		return out.String()
	}
	if said := rebuild(); strings.Contains(said, "✗") || !strings.Contains(said, "1 de 1 registos de lojas inteiros") {
		t.Errorf("nothing broke, and it says %q", said)
	}
	if err := os.Rename(month, month+".elsewhere"); err != nil {
		t.Fatal(err)
	}
	if said := rebuild(); !strings.Contains(said, "✗ O ficheiro hq-2024-05.db do arquivo falta") || !strings.Contains(said, "1 de 1 registos de lojas inteiros") {
		t.Errorf("a month is missing, and it says %q", said)
	}
	if err := os.Rename(month+".elsewhere", month); err != nil {
		t.Fatal(err)
	}
	if _, faults, err := store.VerifyArchive(t.Context(), filepath.Join(filepath.Dir(config), "hq.db"), filepath.Dir(month)); err != nil || len(faults) > 0 {
		t.Errorf("%v, %v", faults, err)
	}
}

// TestWithoutAFileOfTheArchiveNothingMoves: what it holds would be left behind.
func TestWithoutAFileOfTheArchiveNothingMoves(t *testing.T) {
	config, month := withArchive(t)
	if err := os.Rename(month, month+".elsewhere"); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	err := app.MoveTo(t.Context(), config, "postgres://nobody@127.0.0.1:1/nothing", &out)
	if err == nil {
		t.Fatal("moved without a month")
	}
	for _, word := range []string{"hq-2024-05.db", "Reponha-o da cópia", filepath.Dir(month)} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is not in %q", word, err)
		}
	}
}
