package backup_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"balcao/internal/backup"
	"balcao/internal/sqlite"
)

func TestTheCheckOfAFileSaysWhatIsWrongAndWhatToDo(t *testing.T) {
	data := t.TempDir()
	path := filepath.Join(data, "x.db")
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context(), fstest.MapFS{"0001_first.sql": {Data: []byte(`CREATE TABLE fact (seq INTEGER PRIMARY KEY, raw BLOB NOT NULL) STRICT`)}}); err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(tx *sqlite.Tx) error {
		for range 500 {
			if _, err := tx.ExecContext(t.Context(), `INSERT INTO fact (raw) VALUES (zeroblob(400))`); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	check := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := backup.Desk{Program: "x", File: "x.db", Now: time.Now}.Command(t.Context(), append([]string{"check", "-data", data}, args...), &out, &out)
		return out.String(), err
	}
	// The program works meanwhile.
	for _, args := range [][]string{nil, {"-full"}} {
		if said, err := check(args...); err != nil || !strings.Contains(said, "inteiro") || !strings.Contains(said, "Gravar") || !strings.Contains(said, "livres") {
			t.Errorf("%v: %s%v", args, said, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 8 * 4096; i < 12*4096; i++ {
		raw[i] ^= 0x5a
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := check(); !errors.Is(err, backup.ErrUnsound) || !strings.Contains(said, "danificado") || !strings.Contains(said, "x restore -from") {
		t.Errorf("a damaged file: %s%v", said, err)
	}
	if _, err := os.Stat(filepath.Join(data, ".probe")); err == nil {
		t.Error("the probe is left behind")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if said, err := check(); err == nil || errors.Is(err, backup.ErrUnsound) {
		t.Errorf("without a file: %s%v", said, err)
	}
}
