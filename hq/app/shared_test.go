package app_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/hq/app"
	"balcao/hq/postgres/postgrestest"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// onPostgres is a configuration of one process on a database.
func onPostgres(t *testing.T, url string) app.Config {
	cfg := config(t)
	cfg.Postgres.URL = url
	return cfg
}

func TestProcessesOnOneDatabaseShowEveryBranchWhereverItIsConnected(t *testing.T) {
	url := postgrestest.Shared(t).Fresh(t)
	here, there := start(t, onPostgres(t, url)), start(t, onPostgres(t, url))
	b := newBranch(t, "L901")
	leave := b.connect(here.a.BrokerAddr())
	b.open(3)
	for _, h := range []*hq{here, there} {
		h.eventually("three wait", func() bool {
			b.live(wire.Live{Name: "Loja de Cidadão Demonstração"})
			f := h.figures("L901")
			return f.Waiting == 3 && f.Linked && f.Name == "Loja de Cidadão Demonstração"
		})
	}
	// It goes to the other process, which has not taken in anything of it.
	leave()
	b.connect(there.a.BrokerAddr())
	b.do(queue.CallNext{Counter: "1"}, queue.Start{Counter: "1"}, queue.Finish{Counter: "1"}, queue.CallNext{Counter: "1"}, queue.Start{Counter: "1"})
	for _, h := range []*hq{there, here} {
		h.eventually("one was served", func() bool {
			b.live(wire.Live{Name: "Loja de Cidadão Demonstração"})
			f := h.figures("L901")
			return f.Served == 1 && f.Serving == 1 && f.Waiting == 1 && f.Linked && f.Log.HWM == uint64(len(b.journal()))
		})
		if h.log("L901") != b.lines() {
			t.Error("a process does not show the log as the branch has it")
		}
	}
	var report bytes.Buffer
	checked := filepath.Join(t.TempDir(), "hq.yaml")
	if err := os.WriteFile(checked, fmt.Appendf(nil, "data: %s\nhttp: {listen: \"127.0.0.1:0\"}\nbroker: {listen: \"127.0.0.1:0\"}\npostgres: {url: %q}\n", t.TempDir(), url), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := app.Check(t.Context(), checked, false, &report); err == nil || !strings.Contains(report.String(), "fsync está desligado") || !strings.Contains(report.String(), "PostgreSQL 1") {
		t.Errorf("check of a database that does not wait for its disk: %v\n%s", err, report.String())
	}
	here.stop()
	there.eventually("the other process goes on alone", func() bool {
		b.live(wire.Live{Name: "Loja de Cidadão Demonstração"})
		return there.figures("L901").Linked
	})
}
