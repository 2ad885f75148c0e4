package app_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/hq/app"
	"balcao/hq/people"
	"balcao/hq/store"
	"balcao/internal/sqlite"
)

// TestAnAuditThatWasChangedIsFoundByItsChainAndByTheHeadsTakenAway: a change is found by the chain; one who reckons the
// chain anew is found by the heads that were copied elsewhere.
func TestAnAuditThatWasChangedIsFoundByItsChainAndByTheHeadsTakenAway(t *testing.T) {
	cfg := config(t)
	path := filepath.Join(cfg.Data, "hq.db")
	s, err := store.Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	write := func(n int) {
		t.Helper()
		for range n {
			if err := s.Audit(t.Context(), people.Deed{At: time.Now(), By: "ana", Act: "sign_in", Words: "entrou"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(5)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	change := func(statements ...string) {
		t.Helper()
		db, err := sqlite.Open(t.Context(), path, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Write(t.Context(), func(tx *sqlite.Tx) error {
			for _, one := range statements {
				if _, err := tx.ExecContext(t.Context(), one); err != nil {
					return err
				}
			}
			return nil
		})
		if err = errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	change(`UPDATE audit SET head = x''`) // as a file from before there was a chain
	h := start(t, cfg)
	h.stop()
	if s, err = store.Open(t.Context(), path, time.Now); err != nil {
		t.Fatal(err)
	}
	write(3)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	h = start(t, cfg) // writes the head down
	heads := filepath.Join(cfg.Data, "audit-heads.txt")
	h.eventually("the head is written down", func() bool { raw, err := os.ReadFile(heads); return err == nil && strings.Contains(string(raw), " 8 ") })
	verify := func(wish error, words string) {
		t.Helper()
		var out bytes.Buffer
		if err := app.Audit(t.Context(), []string{"verify", "-data", cfg.Data}, &out, &out); !errors.Is(err, wish) || !strings.Contains(out.String(), words) {
			t.Errorf("%v, want %v saying %q: %s", err, wish, words, &out)
		}
	}
	verify(nil, "8 registo(s), 1 resumo(s)") // while it works
	h.stop()
	change(`UPDATE audit SET words = 'nada' WHERE id = 3`)
	verify(app.ErrAuditFaulty, "O registo 3 foi alterado")
	change(`UPDATE audit SET head = x''`) // and the chain reckoned anew by whoever changed it
	if s, err = store.Open(t.Context(), path, time.Now); err != nil {
		t.Fatal(err)
	}
	write(1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	verify(app.ErrAuditFaulty, "estava escrito outro conteúdo até ao registo 8")
	change(`DELETE FROM audit WHERE id = 2`)
	verify(app.ErrAuditFaulty, "Faltam registos antes do 3")
}
