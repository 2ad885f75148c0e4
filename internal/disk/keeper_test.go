package disk_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"balcao/internal/disk"
	"balcao/internal/disk/disktest"
	"balcao/internal/sqlite"
)

const mib = 1 << 20

func TestWhatCanBeSparedGoesInTheDeclaredOrderAndTheReserveComesBack(t *testing.T) {
	folder := t.TempDir()
	room := uint64(100 * mib)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var gave, told []string
	step := func(l disk.Level, name string) disk.Step {
		return disk.Step{Level: l, Name: name, Do: func(context.Context) error { gave = append(gave, name); return nil }}
	}
	k, err := disk.New(t.Context(), disk.Config{
		Folder: folder, Reserve: mib, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
		Room:    func() (disk.Room, error) { return disk.Room{Free: room, Total: 200 * mib}, nil },
		Steps:   []disk.Step{step(disk.Scarce, "copies"), step(disk.Low, "history"), step(disk.Full, "last")},
		Changed: func(_, to disk.State) { told = append(told, to.Code()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	look := func(free uint64, want disk.Level) {
		t.Helper()
		room = free
		now = now.Add(2 * time.Minute)
		if err := k.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s := k.State(); s.Level != want || s.Reserve != (want != disk.Full) {
			t.Errorf("with %d MiB: %+v, want level %v", free/mib, s, want)
		}
		_, err := os.Stat(filepath.Join(folder, "reserve"))
		if there := err == nil; there != (want != disk.Full) {
			t.Errorf("with %d MiB the reserve is there: %v", free/mib, there)
		}
	}
	look(100*mib, disk.Ample)
	if gave != nil {
		t.Errorf("with room, %v were given up", gave)
	}
	look(5*mib, disk.Scarce)
	look(2*mib, disk.Low)
	look(mib/4, disk.Full)
	if err := k.Admit(); !errors.Is(err, disk.ErrFull) {
		t.Errorf("full, and admits: %v", err)
	}
	// Now the reserve's own room is free as well: that alone is no recovery.
	look(mib+mib/2, disk.Full)
	look(20*mib, disk.Ample)
	if err := k.Admit(); err != nil {
		t.Errorf("with room: %v", err)
	}
	want := []string{"copies", "copies", "history", "copies", "history", "last", "copies", "history", "last"}
	if !slices.Equal(gave, want) {
		t.Errorf("given up: %v, want %v", gave, want)
	}
	if want := []string{"space_scarce", "space_low", "space_full", "ok"}; !slices.Equal(told, want) {
		t.Errorf("told: %v, want %v", told, want)
	}
}

func TestASlowDiskIsSaidWhereThereIsRoom(t *testing.T) {
	for name, c := range map[string]struct {
		writes        int
		median, worst time.Duration
		slow          bool
	}{
		"an ordinary disk": {50, 4 * time.Millisecond, 90 * time.Millisecond, false},
		"one hiccup":       {50, 4 * time.Millisecond, 900 * time.Millisecond, false},
		"always slow":      {50, 300 * time.Millisecond, 900 * time.Millisecond, true},
		"seconds":          {50, 4 * time.Millisecond, 3 * time.Second, true},
		"too few to say":   {2, 300 * time.Millisecond, 400 * time.Millisecond, false},
	} {
		p := disk.Judge(c.writes, c.median, c.worst)
		if p.Slow != c.slow {
			t.Errorf("%s: slow %v, want %v", name, p.Slow, c.slow)
		}
		if code := (disk.State{Pace: p}).Code(); (code == "slow") != c.slow {
			t.Errorf("%s: code %s", name, code)
		}
		if code := (disk.State{Level: disk.Full, Pace: p}).Code(); code != "space_full" {
			t.Errorf("%s, and full: code %s", name, code)
		}
	}
}

// TestAFullDiskLosesNothingThatWasAcknowledged fills a real, small file system under a database.
func TestAFullDiskLosesNothingThatWasAcknowledged(t *testing.T) {
	disktest.Small(t, 24, func(t *testing.T, folder string) {
		db, err := sqlite.Open(t.Context(), filepath.Join(folder, "x.db"), sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.Migrate(t.Context(), fstest.MapFS{"0001_first.sql": {Data: []byte(`CREATE TABLE fact (seq INTEGER PRIMARY KEY, raw BLOB NOT NULL) STRICT`)}}); err != nil {
			t.Fatal(err)
		}
		acknowledged := 0
		write := func() error {
			return db.Write(t.Context(), func(tx *sqlite.Tx) error {
				_, err := tx.ExecContext(t.Context(), `INSERT INTO fact (seq, raw) VALUES (?, zeroblob(8000))`, acknowledged+1)
				return err
			})
		}
		k, err := disk.New(t.Context(), disk.Config{
			Folder: folder, Reserve: 2 * mib, Now: time.Now, Log: slog.New(slog.DiscardHandler),
			Steps: []disk.Step{{Level: disk.Full, Name: "pages", Do: db.Shrink}},
		})
		if err != nil {
			t.Fatal(err)
		}
		db.Relieve(k.Struck)
		disktest.Fill(t, folder, mib/2)
		// The write that finds no room is carried out on the reserve.
		for !k.Full() {
			if err := write(); err != nil {
				t.Fatalf("after %d: %v, and the reserve was not used", acknowledged, err)
			}
			acknowledged++
		}
		// What people still do goes on for as long as the reserve lasts, and then fails without harm.
		after := 0
		for err = nil; err == nil; after++ {
			if err = write(); err == nil {
				acknowledged++
			}
		}
		if !sqlite.IsFull(err) || after < 20 {
			t.Errorf("after %d writes on the reserve: %v", after, err)
		}
		count := func() (n int) {
			t.Helper()
			if err := db.QueryRow(t.Context(), `SELECT count(*) FROM fact`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := count(); n != acknowledged {
			t.Errorf("%d rows, %d were acknowledged", n, acknowledged)
		}
		if err := os.Remove(filepath.Join(folder, "filler")); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the look after a write that found no room believes the write
			if err := k.Look(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if s := k.State(); s.Level == disk.Full || !s.Reserve {
			t.Errorf("with room again: %+v", s)
		}
		if err := write(); err != nil || count() != acknowledged+1 {
			t.Errorf("with room again: %v, %d rows", err, count())
		}
		if err := db.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestAProgramStartsOnAFullDisk(t *testing.T) {
	disktest.Small(t, 2, func(t *testing.T, folder string) {
		empty := disktest.Fill(t, folder, 4096)
		k, err := disk.New(t.Context(), disk.Config{Folder: folder, Reserve: mib, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		if err != nil || !k.Full() {
			t.Fatalf("full: %v, %v", k != nil && k.Full(), err)
		}
		if k.Struck() {
			t.Error("made room out of nothing")
		}
		empty()
		for range 2 {
			if err := k.Look(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if k.Full() {
			t.Errorf("with room again: %+v", k.State())
		}
	})
}

func ExampleLevel_Code() {
	for l := disk.Ample; l <= disk.Full; l++ {
		fmt.Println(l.Code())
	}
	// Output:
	// ok
	// space_scarce
	// space_low
	// space_full
}
