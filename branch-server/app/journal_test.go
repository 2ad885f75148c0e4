package app_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/app"
	"balcao/branch-server/engine"
	"balcao/branch-server/store"
	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/sqlite"
)

type nobody struct{}

func (nobody) Hear([]queue.Entry) {}

// livedDay writes a day into a data folder and returns the folder; the journal is closed.
func livedDay(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), filepath.Join(dir, "branch.db"), machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	e, err := engine.New(t.Context(), engine.Config{
		Catalogue: queue.Catalogue{
			Divisions: []queue.Division{{ID: "a", Body: "irn", Prefix: "A", First: 1}},
			Services:  []queue.Service{{ID: "cc", Body: "irn", Division: "a"}},
			Counters:  []queue.Counter{{ID: "3", Primary: []queue.ServiceID{"cc"}}},
			Policy:    queue.DefaultPolicy(),
		},
		Zone: time.UTC, Journal: s, Audience: nobody{}, Now: func() time.Time { at = at.Add(time.Minute); return at }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, cmd := range []queue.Command{
		queue.OpenDay{Day: "2026-11-23"},
		queue.OpenCounter{Counter: "3"},
		queue.Issue{Request: "r1", Service: "cc", Class: queue.ClassWalkIn},
		queue.Issue{Request: "r2", Service: "cc", Class: queue.ClassLaw},
		queue.CallNext{Counter: "3"},
		queue.Start{Counter: "3"},
		queue.Finish{Counter: "3"},
		queue.CallNext{Counter: "3"},
		queue.NoShow{Counter: "3"},
		queue.Issue{Request: "r3", Service: "cc", Class: queue.ClassWalkIn},
	} {
		if a, err := e.Do(t.Context(), "", cmd); err != nil || a.Refused != "" {
			t.Fatalf("%T: %v, %s", cmd, err, a.Refused)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func runJournal(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := app.Journal(t.Context(), args, &out, io.Discard)
	return out.String(), err
}

func TestAJournalIsReadFromTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := livedDay(t)
	for _, row := range []struct {
		args []string
		want []string
	}{
		{[]string{"verify"}, []string{"✓ O diário está inteiro", "1 dias"}},
		{[]string{"explain", "-ticket", "a002"}, []string{
			"Senha A002, irn, dia 2026-11-23", "com prioridade por lei", "chamada ao balcão 3: prioridade por lei", "a A001 tinha chegado antes",
			"atendida no balcão 3",
		}},
		{[]string{"explain"}, []string{"abriu o dia 2026-11-23", "balcão 3 abriu", "A001 a A003", "As contas batem certo"}},
		{[]string{"explain", "-all", "-day", "2026-11-23"}, []string{"A001  não compareceu ao balcão 3"}},
		{[]string{"export"}, []string{`"t":"day.opened"`, `"t":"ticket.no_show"`}},
	} {
		out, err := runJournal(t, append(row.args, "-data", dir)...)
		if err != nil {
			t.Errorf("%v: %v", row.args, err)
		}
		for _, want := range row.want {
			if !strings.Contains(out, want) {
				t.Errorf("%v said\n%s\nwithout %q", row.args, out, want)
			}
		}
	}
	sheet := filepath.Join(t.TempDir(), "day.csv")
	if _, err := runJournal(t, "export", "-data", dir, "-format", "csv", "-out", sheet); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(sheet)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != 4 || rows[1][1] != "A001" || rows[1][6] != "no_show" || rows[2][6] != "finished" {
		t.Errorf("csv: %v, %v", err, rows)
	}
	if _, err := runJournal(t, "export", "-data", dir, "-out", sheet); err == nil {
		t.Error("a file that was there was written over")
	}
}

func TestAJournalThatIsNotWholeIsNamed(t *testing.T) {
	t.Parallel()
	change := func(statement string) string {
		dir := livedDay(t)
		db, err := sqlite.Open(t.Context(), filepath.Join(dir, "branch.db"), sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
			_, err := tx.ExecContext(t.Context(), statement)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for _, row := range []struct {
		statement string
		want      []string
	}{
		{`UPDATE journal SET raw = substr(raw, 1, 40) WHERE seq = (SELECT max(seq) FROM journal)`, []string{"Só o último registo", "branch-server rebuild"}},
		{`UPDATE journal SET raw = x'7b' WHERE seq = 5`, []string{"Registo 5", "Até ao registo 4 o diário é de confiança"}},
	} {
		out, err := runJournal(t, "verify", "-data", change(row.statement))
		if !errors.Is(err, app.ErrJournalFaulty) {
			t.Errorf("%s: %v", row.statement, err)
		}
		for _, want := range row.want {
			if !strings.Contains(out, want) {
				t.Errorf("%s: said\n%s\nwithout %q", row.statement, out, want)
			}
		}
	}
	if _, err := runJournal(t, "verify", "-data", change(`PRAGMA user_version = 99`)); !errors.Is(err, sqlite.ErrNewerSchema) {
		t.Errorf("a newer schema: %v", err)
	}
	rubbish := t.TempDir()
	if err := os.WriteFile(filepath.Join(rubbish, "branch.db"), bytes.Repeat([]byte("not a journal"), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"verify", "-data", rubbish},
		{"verify", "-data", t.TempDir()},
		{"explain", "-data", livedDay(t), "-ticket", "Z999"},
		{"explain", "-data", livedDay(t), "-day", "1999-01-01"},
		{"export", "-data", livedDay(t), "-format", "pdf"},
		{"burn", "-data", livedDay(t)},
		{},
	} {
		if _, err := runJournal(t, args...); err == nil {
			t.Errorf("journal %v: no error", args)
		}
	}
}
