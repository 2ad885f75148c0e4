package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"balcao/internal/sqlite"
)

// TestAFileThatTakesTooLongToReadIsOpenedUnread: the check after an unclean stop ends when its time is over, says so, and
// can be made up for while the program works.
func TestAFileThatTakesTooLongToReadIsOpenedUnread(t *testing.T) {
	from, to := filepath.Join(t.TempDir(), "a.db"), filepath.Join(t.TempDir(), "a.db")
	db, err := sqlite.Open(t.Context(), from, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(t.Context(), `CREATE TABLE x (n INTEGER) STRICT`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"", "-wal"} { // as a power cut leaves them
		raw, err := os.ReadFile(from + end)
		if err == nil {
			err = os.WriteFile(to+end, raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db, err = sqlite.Open(t.Context(), to, sqlite.Options{CheckFor: time.Nanosecond})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if !db.Unread() {
		t.Error("the file counts as read")
	}
	if err := db.Check(t.Context()); err != nil {
		t.Errorf("read whole: %v", err)
	}
}
