package arrivals_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"balcao/branch-server/arrivals"
	"balcao/branch-server/store"
	"balcao/internal/citizen"
	"balcao/internal/sqlite"
)

// TestAnOldBackupTellsNobodysDocument takes a backup while a Day's bookings hold digests, ends the Day, and looks what can
// still be read of that backup: the key was in no copy and is gone, so that its digests are noise for ever.
func TestAnOldBackupTellsNobodysDocument(t *testing.T) {
	r := newReception(t)
	r.load(file)
	r.load("id;servico;data;hora;multipass\n9;p;2026-11-23;12:00;" + multipass + "\n")
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := r.store.Database().CopyTo(t.Context(), copied, func(*sqlite.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	secret, err := os.ReadFile(filepath.Join(r.dir, "keys", string(today)+".key"))
	if err != nil || len(secret) != 32 {
		t.Fatalf("key of the day: %d bytes, %v", len(secret), err)
	}
	raw, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	for what, found := range map[string][]byte{"the key of the day": secret, "a document number": []byte(document), "a token": []byte(multipass)} {
		if bytes.Contains(raw, found) {
			t.Errorf("the backup holds %s", what)
		}
	}
	digests := func() (kept [][]byte) {
		t.Helper()
		db, err := sqlite.Open(t.Context(), copied, sqlite.Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		rows, err := db.Query(t.Context(), `SELECT digest FROM bookings WHERE day = ?1 AND digest IS NOT NULL
			UNION ALL SELECT pass FROM bookings WHERE day = ?1 AND pass IS NOT NULL`, string(today))
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var d []byte
			if err := rows.Scan(&d); err != nil {
				t.Fatal(err)
			}
			kept = append(kept, d)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return kept
	}
	// While the Day lasts, whoever has the copy and the branch's key can try numbers: that is what the key is destroyed for.
	tried := func(key citizen.DayKey) bool {
		t.Helper()
		n, err := citizen.ParseDocumentNumber([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		d, err := key.Digest(n)
		if err != nil {
			t.Fatal(err)
		}
		token, err := citizen.ParseToken([]byte(multipass))
		if err != nil {
			t.Fatal(err)
		}
		p, err := key.TokenDigest(token)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]bool{}
		for _, kept := range digests() {
			found["document"] = found["document"] || bytes.Equal(kept, d[:])
			found["token"] = found["token"] || bytes.Equal(kept, p[:])
		}
		if found["document"] != found["token"] {
			t.Errorf("one of the two is found: %v", found)
		}
		return found["document"]
	}
	keys := store.NewDayKeys(filepath.Join(r.dir, "keys"))
	key, err := keys.Key(today, false)
	if err != nil || !tried(key) {
		t.Fatalf("with its key the digest is not found: %v", err)
	}

	if err := r.desk.Forget(t.Context(), "2026-11-24"); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Key(today, false); !errors.Is(err, arrivals.ErrNoKey) {
		t.Errorf("the key is still there: %v", err)
	}
	if len(digests()) != 2 {
		t.Error("the old backup was not even looked into")
	}
	err = filepath.WalkDir(r.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		left, err := os.ReadFile(path)
		if bytes.Contains(left, secret) {
			t.Errorf("%s holds the key", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	tomorrow, err := keys.Key("2026-11-24", false)
	if err != nil {
		t.Fatal(err)
	}
	if tried(tomorrow) {
		t.Error("the key of another day opens it")
	}
}
