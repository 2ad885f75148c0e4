package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/internal/machine"
	"balcao/internal/wire"
	"balcao/kiosk/store"
)

// TestADamagedFileIsSetAsideAndWhatTheBranchLacksIsSaved breaks a kiosk's file as a failing disk does: the kiosk begins
// another, tells again what can be read and proven, and keeps the broken one.
func TestADamagedFileIsSetAsideAndWhatTheBranchLacksIsSaved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kiosk.db")
	s := open(t, path)
	const facts = 400
	for range facts {
		if err := s.Note(t.Context(), wire.TypeNodeStarted, wire.NodeFact{Boot: strings.Repeat("b", 100)}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	epoch := s.Epoch()
	if err := s.Acknowledged(t.Context(), epoch, facts-20); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// Of a page in the middle of the journal; the stop was not clean, so the file is read whole at the next start.
	const page = 4096
	for i := 20 * page; i < 22*page; i++ {
		raw[i] ^= 0x5a
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+"-wal", []byte("torn by a power cut, long enough to be looked at"), 0o600); err != nil {
		t.Fatal(err)
	}

	s = open(t, path)
	d := s.Damaged()
	if d.Aside == "" || d.Told != 20 {
		t.Fatalf("%+v, want the twenty facts that the branch lacks", d)
	}
	if _, err := os.Stat(d.Aside); err != nil {
		t.Errorf("the broken file is gone: %v", err)
	}
	if s.Epoch() <= epoch {
		t.Errorf("epoch %d after %d", s.Epoch(), epoch)
	}
	got := types(t, s)
	if len(got) != 21 || got[0] != wire.TypeNodeAmnesia || got[20] != wire.TypeNodeStarted {
		t.Errorf("the new log holds %d facts: %v", len(got), got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, path)
	if again.Damaged() != (store.Damage{}) || len(types(t, again)) != 21 {
		t.Errorf("after another start: %+v, %d facts", again.Damaged(), len(types(t, again)))
	}
}

func TestAFileThatIsNoneAnyMoreIsSetAsideWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kiosk.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("nothing of a database is left here\n", 300)), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), path, machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if d := s.Damaged(); d.Aside == "" || d.Told != 0 {
		t.Errorf("%+v", d)
	}
	if err := s.Note(t.Context(), wire.TypeNodeStarted, wire.NodeFact{Boot: "b"}, time.Now()); err != nil {
		t.Error(err)
	}
}

// TestAKioskIsRebuiltWithoutTheHeadOfItsFile: with the first page gone the facts still prove themselves.
func TestAKioskIsRebuiltWithoutTheHeadOfItsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kiosk.db")
	s := open(t, path)
	for range 60 {
		if err := s.Note(t.Context(), wire.TypeNodeStarted, wire.NodeFact{Boot: strings.Repeat("b", 100)}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	epoch := s.Epoch()
	if err := s.Acknowledged(t.Context(), epoch, 40); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Rebuild(t.Context(), path, time.Now()); err == nil {
		t.Error("the file of a running kiosk was made anew")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err := store.Rebuild(t.Context(), path, time.Now()); err != nil || d != (store.Damage{}) {
		t.Errorf("a whole file: %+v, %v", d, err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clear(raw[:4096])
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := store.Rebuild(t.Context(), path, time.Now())
	if err != nil || d.Told != 20 {
		t.Fatalf("%+v, %v, want the twenty facts that the branch lacks", d, err)
	}
	again := open(t, path)
	if got := types(t, again); again.Epoch() <= epoch || len(got) != 21 || got[0] != wire.TypeNodeAmnesia {
		t.Errorf("epoch %d after %d, facts %v", again.Epoch(), epoch, got)
	}
}
