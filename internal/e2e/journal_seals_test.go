package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/app"
	"balcao/branch-server/journal"
	"balcao/branch-server/store"
	hqapp "balcao/hq/app"
	"balcao/internal/authority/authoritytest"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// sealedBranch lives a branch under headquarters until its journal is signed, and ends both.
func sealedBranch(t *testing.T, in *authoritytest.Installation, hqData string) app.Config {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var cfg app.Config
	a := branchAtRest(t, "", "", "", func(c *app.Config) {
		c.Identity = in.Folder("L901")
		c.Operation.Listen = "127.0.0.1:0"
		cfg = *c
	})
	end := living(t, a.Run)
	clerk := signIn(t, a.HTTPAddr(), "1")
	clerk.press(t, "close")
	clerk.press(t, "open")
	end()
	h := hqIn(t, hqData, func(c *hqapp.Config) { c.Identity = in.Folder("hq") })
	cfg.HQ.Brokers = []string{"tls://" + h.BrokerAddr()}
	a, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	end = living(t, a.Run)
	r, err := store.OpenReader(t.Context(), filepath.Join(cfg.Data, "branch.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		all, _, err := r.JournalSeals(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(all) > 0 && all[0].Seq >= 3 {
			break
		}
		if ctx.Err() != nil {
			t.Fatal("headquarters never signed the journal")
		}
		rest(ctx, 50*time.Millisecond)
	}
	clerk = signIn(t, a.HTTPAddr(), "1") // what comes after the seal
	clerk.press(t, "close")
	clerk.press(t, "open")
	end()
	return cfg
}

// changed does something to a copy of a branch's file, and returns the copy's folder.
func changed(t *testing.T, data string, change func(tx *sqlite.Tx) error) string {
	t.Helper()
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(data)); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), filepath.Join(copied, "branch.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Write(t.Context(), change), db.Close()); err != nil {
		t.Fatal(err)
	}
	return copied
}

// statement returns a change made by one line of SQL.
func statement(ctx context.Context, sql string, args ...any) func(*sqlite.Tx) error {
	return func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, sql, args...)
		return err
	}
}

// forger rewrites a record and reckons the chain anew behind it, as somebody would who knows how it is made.
func forger(ctx context.Context, seq uint64, rewrite func([]byte) []byte) func(*sqlite.Tx) error {
	return func(tx *sqlite.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT seq, raw FROM journal ORDER BY seq`)
		if err != nil {
			return err
		}
		defer rows.Close()
		var all []wire.Record
		for rows.Next() {
			var r wire.Record
			if err := rows.Scan(&r.Seq, &r.Raw); err != nil {
				return err
			}
			all = append(all, r)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		var head wire.Hash
		for _, r := range all {
			if r.Seq == seq {
				r.Raw = rewrite(r.Raw)
			}
			head = head.Next(r)
			if _, err := tx.ExecContext(ctx, `UPDATE journal SET raw = ?, head = ? WHERE seq = ?`, r.Raw, head[:], int64(r.Seq)); err != nil {
				return err
			}
		}
		return nil
	}
}

// otherCounter has a fact be about another counter.
func otherCounter(raw []byte) []byte {
	return bytes.Replace(raw, []byte(`"counter":"1"`), []byte(`"counter":"2"`), 1)
}

// hourBefore has a fact be made so much earlier.
func hourBefore(raw []byte) []byte {
	var e wire.Event
	if json.Unmarshal(raw, &e) != nil {
		return raw
	}
	was := fmt.Sprintf(`"ts":%d`, e.TS)
	return bytes.Replace(raw, []byte(was), fmt.Appendf(nil, `"ts":%d`, e.TS-3_600_000), 1)
}

// TestHeadquartersSignsTheJournal lives one signed journal, for all that is asked of it.
func TestHeadquartersSignsTheJournal(t *testing.T) {
	in := authoritytest.New(t)
	hqData := t.TempDir()
	cfg := sealedBranch(t, in, hqData)
	t.Run("every change is named", func(t *testing.T) { everyChangeIsNamed(t, in, cfg) })
	t.Run("headquarters tells on its own copy", func(t *testing.T) { headquartersTells(t, hqData) })
	t.Run("one that was written anew is not signed", func(t *testing.T) { writtenAnewIsNotSigned(t, cfg) })
}

// everyChangeIsNamed changes copies of a signed journal in the ways that somebody with
// the disk could, and asks `journal verify` of each.
func everyChangeIsNamed(t *testing.T, in *authoritytest.Installation, cfg app.Config) {
	t.Helper()
	r, err := store.OpenReader(t.Context(), filepath.Join(cfg.Data, "branch.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	all, epoch, err := r.JournalSeals(t.Context())
	if err != nil || len(all) != 1 || all[0].Epoch != epoch {
		t.Fatalf("seals: %+v, %v", all, err)
	}
	sealed := all[0]
	last, first := uint64(0), uint64(0)
	if err := r.From(t.Context(), 0, func(row journal.Row) error {
		if last = row.Seq; first == 0 && bytes.Contains(row.Raw, []byte(`"counter":"1"`)) {
			first = row.Seq
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if first == 0 || first >= sealed.Seq || last <= sealed.Seq {
		t.Fatalf("journal to %d, sealed to %d, a counter in %d", last, sealed.Seq, first)
	}
	sign := func(node string, q wire.AuditHead) []byte {
		t.Helper()
		body, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		s, err := in.Identity("hq").Sign(q.Kind, node, "asked", time.Hour, body)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	verify := func(data string, known bool) (string, error) {
		t.Helper()
		args := []string{"verify", "-data", data}
		if known {
			file := filepath.Join(data, "branch.yaml")
			text := fmt.Sprintf(smallBranch, data, `listen: "127.0.0.1:0"`, "", cfg.Staff) + "identity: " + cfg.Identity + "\n"
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			args = []string{"verify", "-config", file}
		}
		var out strings.Builder
		err := app.Journal(t.Context(), args, &out, io.Discard)
		return out.String(), err
	}
	ctx := t.Context()
	yesterday := sealed.AuditHead
	yesterday.Day = "2020-01-01"
	for name, c := range map[string]struct {
		change func(*sqlite.Tx) error
		says   []string
		sound  bool
	}{
		"nothing":       {statement(ctx, `SELECT 1`), []string{"Selado pela sede até ao registo", "✓ O diário está inteiro"}, true},
		"a row changed": {statement(ctx, `UPDATE journal SET raw = CAST(replace(CAST(raw AS TEXT), '"counter":"1"', '"counter":"2"') AS BLOB) WHERE seq = ?`, int64(first)), []string{fmt.Sprintf("✗ Registo %d: o conteúdo não é o que foi selado", first)}, false},
		"a row changed, forged": {forger(ctx, first, otherCounter), []string{
			fmt.Sprintf("✗ Registo %d: a sede selou outro conteúdo", sealed.Seq), "não apague nada", "hq journal verify",
		}, false},
		"a row removed":            {statement(ctx, `DELETE FROM journal WHERE seq = ?`, int64(first)), []string{"faltam registos: esperava-se o " + fmt.Sprint(first)}, false},
		"the sealed row removed":   {statement(ctx, `DELETE FROM journal WHERE seq = ?`, int64(sealed.Seq)), []string{fmt.Sprintf("✗ Registo %d: a sede selou este registo", sealed.Seq), "e ele falta"}, false},
		"the tail cut":             {statement(ctx, `DELETE FROM journal WHERE seq >= ?`, int64(sealed.Seq)), []string{fmt.Sprintf("e ele acaba no registo %d: falta o fim", sealed.Seq-1)}, false},
		"a seal of another branch": {statement(ctx, `UPDATE journal_seals SET seal = ?`, sign("L902", sealed.AuditHead)), []string{"não é desta loja (L901)", "foi trocado"}, false},
		"a seal of another day":    {statement(ctx, `UPDATE journal_seals SET seal = ?`, sign("L901", yesterday)), []string{"é o do dia 2020-01-01"}, false},
		"a seal and its day":       {statement(ctx, `UPDATE journal_seals SET day = '2020-01-01', seal = ?`, sign("L901", yesterday)), []string{"o selo é do dia 2020-01-01 e o registo é do dia " + sealed.Day}, false},
		"another head":             {statement(ctx, `UPDATE journal_seals SET head = zeroblob(32)`), []string{"outro resumo do que a sede assinou"}, false},
		"no signature":             {statement(ctx, `UPDATE journal_seals SET seal = zeroblob(200)`), []string{"não foi assinado pela sede"}, false},
		"the clock put back": {forger(ctx, last, hourBefore), []string{
			fmt.Sprintf("! Relógio: o registo %d diz ser de", last), fmt.Sprintf("depois de a sede selar o registo %d", sealed.Seq), "✓ O diário está inteiro",
		}, true},
	} {
		said, err := verify(changed(t, cfg.Data, c.change), true)
		if errors.Is(err, app.ErrJournalFaulty) == c.sound || err != nil && !errors.Is(err, app.ErrJournalFaulty) {
			t.Errorf("%s: %v", name, err)
		}
		for _, want := range c.says {
			if !strings.Contains(said, want) {
				t.Errorf("%s: without %q:\n%s", name, want, said)
			}
		}
	}
	if said, err := verify(changed(t, cfg.Data, forger(ctx, first, otherCounter)), false); !errors.Is(err, app.ErrJournalFaulty) || !strings.Contains(said, "As assinaturas não foram confirmadas") {
		t.Errorf("without a certificate: %v\n%s", err, said)
	}
}

// headquartersTells changes what headquarters holds, and asks `hq journal verify`.
func headquartersTells(t *testing.T, hqData string) {
	t.Helper()
	verify := func(sql string) (string, error) {
		t.Helper()
		copied := t.TempDir()
		// Headquarters goes on working: its file is copied as a backup does.
		db, err := sqlite.Open(t.Context(), filepath.Join(hqData, "hq.db"), sqlite.Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		err = db.CopyTo(t.Context(), filepath.Join(copied, "hq.db"), statement(t.Context(), sql))
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(copied, "hq.yaml")
		if err := os.WriteFile(file, fmt.Appendf(nil, "data: %s\n", copied), 0o600); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		_, err = hqapp.Orders(t.Context(), []string{"journal", "verify", "-config", file, "-branch", "L901"}, &out, io.Discard)
		return out.String(), err
	}
	for sql, want := range map[string]string{
		`SELECT 1`: "✓ Está tudo inteiro.",
		`UPDATE event SET raw = CAST(replace(CAST(raw AS TEXT), '"counter":"1"', '"counter":"2"') AS BLOB)`: "o conteúdo não é o que estava escrito quando a sede o selou",
		`DELETE FROM event WHERE seq = 2`:                               "faltam registos até ao 2",
		`UPDATE log SET head = zeroblob(32)`:                            "não é o que a sede confirmou à loja",
		`UPDATE log SET hwm = 1, head = (SELECT head FROM log)`:         "falta o fim",
		`UPDATE journal_heads SET head = zeroblob(32) WHERE signed > 0`: "quando a sede o selou",
	} {
		said, err := verify(sql)
		if errors.Is(err, hqapp.ErrJournalFaulty) == (sql == `SELECT 1`) || err != nil && !errors.Is(err, hqapp.ErrJournalFaulty) {
			t.Errorf("after %s: %v", sql, err)
		}
		if !strings.Contains(said, want) || !strings.Contains(said, "L901") {
			t.Errorf("after %s: without %q:\n%s", sql, want, said)
		}
	}
}

// writtenAnewIsNotSigned: the branch goes on, and its figures say so.
func writtenAnewIsNotSigned(t *testing.T, cfg app.Config) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(cfg.Data, "branch.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Write(t.Context(), forger(t.Context(), 3, hourBefore)), db.Close()); err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	living(t, a.Run)
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	for {
		page := figuresOf(ctx, t, a.OperationAddr())
		if strings.Contains(page, "balcao_journal_seal_refused 1") {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("the refusal is not told:\n%s", page)
		}
		rest(ctx, 100*time.Millisecond)
	}
}

func figuresOf(ctx context.Context, t *testing.T, addr string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/metrics", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err.Error()
	}
	return string(body)
}
