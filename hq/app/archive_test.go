package app_test

import (
	"bytes"
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

// TestTheArchiveIsListedReadAndVerifiedByCommand archives once beside nobody and once by the running program.
func TestTheArchiveIsListedReadAndVerifiedByCommand(t *testing.T) {
	cfg := config(t)
	file := filepath.Join(t.TempDir(), "hq.yaml")
	text := fmt.Sprintf("data: %s\nhttp: {listen: \"127.0.0.1:0\"}\nbroker: {listen: \"127.0.0.1:0\"}\narchive: {after_months: 13}\n", cfg.Data)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	tell := func(args ...string) string {
		t.Helper()
		var out bytes.Buffer
		ours, err := app.Orders(t.Context(), append([]string{"archive"}, append(args, "-config", file)...), &out, io.Discard)
		if !ours || err != nil {
			t.Fatalf("hq archive %v: %v, %v: %s", args, ours, err, &out)
		}
		return out.String()
	}
	fill := func(month time.Month, from, to uint64) {
		t.Helper()
		s, err := store.Open(t.Context(), filepath.Join(cfg.Data, "hq.db"), func() time.Time { return time.Date(2024, month, 9, 12, 0, 0, 0, time.UTC) })
		if err != nil {
			t.Fatal(err)
		}
		var log []wire.Record
		for seq := uint64(1); seq <= to; seq++ {
			raw, err := wire.EncodeEvent(wire.Event{
				Seq: seq, ID: fmt.Sprintf("01K%023d", seq), Type: "counter.opened", Version: 1, TS: 1, CQ: wire.ClockOK, Data: []byte(`{"counter":"1"}`),
			})
			if err != nil {
				t.Fatal(err)
			}
			log = append(log, wire.Record{Seq: seq, Raw: raw})
		}
		b := wire.Batch{Node: "L017", Epoch: 7, Prev: wire.Hash{}.Chain(log[:from-1]), Records: log[from-1:]}
		if _, err := s.AcceptAll(t.Context(), []wire.Batch{b}); err != nil {
			t.Fatal(err)
		}
		if err := s.KeepDays(t.Context(), report.Mark{Branch: "L017", Epoch: 7, Seq: to, UptoEpoch: 7, UptoSeq: to, At: time.Now()}, nil); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	fill(time.May, 1, 20)
	if said := tell(); !strings.Contains(said, "ainda não tem") {
		t.Errorf("list = %q", said)
	}
	if said := tell("run"); !strings.Contains(said, "1 mês") {
		t.Errorf("run = %q", said)
	}
	if said := tell("list"); !strings.Contains(said, "2024-05") || !strings.Contains(said, "20 registos") {
		t.Errorf("list = %q", said)
	}
	if said := tell("read", "-month", "2024-05", "-branch", "L017"); strings.Count(said, "\n") != 20 || !strings.Contains(said, `{"branch":"L017","epoch":7,`) {
		t.Errorf("read = %q", said)
	}
	if said := tell("read", "-month", "2024-05", "-branch", "L018"); said != "" {
		t.Errorf("read of another branch = %q", said)
	}
	fill(time.June, 21, 30)
	h := start(t, cfg)
	if said := tell("run"); !strings.Contains(said, "começou") {
		t.Errorf("run beside the program = %q", said)
	}
	h.eventually("June to be archived", func() bool {
		return strings.Contains(tell("list"), "2024-06") && !strings.Contains(tell("list"), "ainda a apagar")
	})
	h.stop()
	if said := tell("verify"); !strings.Contains(said, "30 registo(s)") || !strings.Contains(said, "inteiro") {
		t.Errorf("verify = %q", said)
	}
	var out bytes.Buffer
	if err := os.Remove(filepath.Join(cfg.Data, "archive", "hq-2024-05.db")); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Orders(t.Context(), []string{"archive", "verify", "-config", file}, &out, io.Discard); err == nil || !strings.Contains(out.String(), "hq-2024-05.db") {
		t.Errorf("a missing file was not found: %v: %s", err, &out)
	}
}
