package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/app"
	"balcao/branch-server/store"
	hqapp "balcao/hq/app"
	"balcao/internal/authority/authoritytest"
	"balcao/internal/sqlite"
)

// TestTheAuditIsSignedByHeadquartersAndTellsOnChanges lets people work at a branch, waits until headquarters has signed
// where its audit stands, and then changes a copy of it in the ways that somebody with the disk could.
func TestTheAuditIsSignedByHeadquartersAndTellsOnChanges(t *testing.T) {
	in := authoritytest.New(t)
	hq := hqOn(t, func(c *hqapp.Config) { c.Identity = in.Folder("hq") })
	var cfg app.Config
	a := branchUnder(t, "", "", fmt.Sprintf("%q", "tls://"+hq.BrokerAddr()), func(c *app.Config) {
		c.Identity = in.Folder("L901")
		cfg = *c
	})
	signIn(t, a.HTTPAddr(), "1")
	var records []store.AuditRecord
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	signed := func() bool {
		r, err := store.OpenReader(t.Context(), filepath.Join(cfg.Data, "branch.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		var seals []store.AuditSeal
		if records, seals, err = r.Audit(t.Context()); err != nil {
			t.Fatal(err)
		}
		return len(seals) > 0
	}
	for !signed() {
		if ctx.Err() != nil {
			t.Fatal("headquarters never signed")
		}
		rest(ctx, 50*time.Millisecond)
	}
	if len(records) == 0 || !strings.Contains(string(records[0].Raw), "POST /entrar") || strings.Contains(string(records[0].Raw), `"ana"`) {
		t.Errorf("the first record: %s", records[0].Raw)
	}
	verify := func(change string) (string, error) {
		t.Helper()
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(cfg.Data)); err != nil {
			t.Fatal(err)
		}
		db, err := sqlite.Open(t.Context(), filepath.Join(copied, "branch.db"), sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
			_, err := tx.ExecContext(t.Context(), change)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(copied, "branch.yaml")
		text := fmt.Sprintf(smallBranch, copied, `listen: "127.0.0.1:0"`, "", cfg.Staff) + "identity: " + cfg.Identity + "\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		err = app.Audit(t.Context(), []string{"verify", "-config", file}, &out, &out)
		return out.String(), err
	}
	if said, err := verify(`SELECT 1`); err != nil {
		t.Errorf("unchanged: %v: %s", err, said)
	}
	for _, change := range []string{
		`UPDATE audit SET raw = CAST('{"at":1,"act":"nothing","how":"done"}' AS BLOB) WHERE seq = 1`,
		`DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)`,
		`DELETE FROM audit`,
		`UPDATE audit_seals SET head = zeroblob(32)`,
		`UPDATE audit_seals SET seal = zeroblob(200)`,
	} {
		if said, err := verify(change); !errors.Is(err, app.ErrAuditFaulty) {
			t.Errorf("after %s: %v: %s", change, err, said)
		}
	}
}
