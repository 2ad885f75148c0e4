package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"balcao/branch-server/store"
)

func TestBoardMessagesAreKeptOnceAndEndByThemselves(t *testing.T) {
	path := filepath.Join(t.TempDir(), "branch.db")
	b := open(t, path)
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	one := store.BoardMessage{ID: "one", PT: "Obras", EN: "Works", Zone: "piso-0", Until: at.Add(time.Hour)}
	for range 2 {
		if err := b.store.PutBoardMessage(t.Context(), one, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.store.PutBoardMessage(t.Context(), store.BoardMessage{ID: "two", PT: "Fim", Until: at.Add(time.Minute)}, at); err != nil {
		t.Fatal(err)
	}
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	b = open(t, path)
	if all, err := b.store.BoardMessages(t.Context(), at); err != nil || len(all) != 2 || all[0].ID != "two" || all[1] != one {
		t.Errorf("kept %+v, %v", all, err)
	}
	if all, err := b.store.BoardMessages(t.Context(), at.Add(time.Minute)); err != nil || len(all) != 1 {
		t.Errorf("after the end of one: %+v, %v", all, err)
	}
	if err := b.store.DeleteBoardMessage(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	if all, err := b.store.BoardMessages(t.Context(), at.Add(time.Minute)); err != nil || len(all) != 0 {
		t.Errorf("after it was taken away: %+v, %v", all, err)
	}
}
