package disk_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"balcao/internal/disk"
)

var errTorn = errors.New("page 7 is torn")

func TestAFileIsReadWholeEveryWeekAtNightAlsoAfterRestarts(t *testing.T) {
	folder := t.TempDir()
	now := time.Date(2026, 11, 2, 11, 0, 0, 0, time.UTC)
	reads := 0
	var found error
	open := func(due bool) *disk.Whole {
		return disk.NewWhole(disk.WholeConfig{
			Folder: folder, Due: due, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
			Check: func(context.Context) error { reads++; return found }, Damaged: func(err error) bool { return errors.Is(err, errTorn) },
		})
	}
	look := func(w *disk.Whole, at time.Time, want int, code string) {
		t.Helper()
		now = at
		w.Look(t.Context())
		if reads != want || w.Code("ok") != code {
			t.Errorf("at %s: %d reads and %s, want %d and %s", at, reads, w.Code("ok"), want, code)
		}
	}
	w := open(true)
	if w.Code("ok") != "checking" {
		t.Errorf("before the first: %s", w.Code("ok"))
	}
	look(w, now, 1, "ok")
	if !w.Checked().Equal(now) {
		t.Errorf("checked at %s, want %s", w.Checked(), now)
	}
	w = open(false) // started again
	look(w, now.AddDate(0, 0, 6), 1, "ok")
	look(w, now.AddDate(0, 0, 1), 1, "ok") // a week later, by day
	look(w, time.Date(2026, 11, 10, 2, 0, 0, 0, time.UTC), 2, "ok")
	w = open(false)
	look(w, time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC), 3, "ok") // off at night
	found = errTorn
	look(w, time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC), 4, "damaged")
	if w.Code("slow") != "damaged" || w.Code("space_full") != "space_full" {
		t.Errorf("beside a slow disk %s, beside a full one %s", w.Code("slow"), w.Code("space_full"))
	}
	found = nil
	look(w, time.Date(2026, 12, 4, 2, 0, 0, 0, time.UTC), 5, "ok")
}

func TestAFileThatCannotBeReadNowIsNotCalledDamaged(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	w := disk.NewWhole(disk.WholeConfig{
		Folder: t.TempDir(), Due: true, Now: func() time.Time { return time.Date(2026, 11, 2, 11, 0, 0, 0, time.UTC) }, Log: slog.New(slog.DiscardHandler),
		Check: func(ctx context.Context) error { return errors.Join(errors.New("busy"), ctx.Err()) }, Damaged: func(error) bool { return false },
	})
	if w.Look(ended); w.Code("ok") != "checking" {
		t.Errorf("the program ended: %s", w.Code("ok"))
	}
	if w.Look(t.Context()); w.Code("ok") != "ok" {
		t.Errorf("it could not be read: %s", w.Code("ok"))
	}
}

func TestAFileIsReadWholeAtOnceWhenSomethingInItIsNotWhatWasWritten(t *testing.T) {
	doubted, changed := make(chan struct{}, 1), make(chan struct{}, 8)
	w := disk.NewWhole(disk.WholeConfig{
		Folder: t.TempDir(), Now: func() time.Time { return time.Date(2026, 11, 2, 11, 0, 0, 0, time.UTC) }, Log: slog.New(slog.DiscardHandler),
		Check: func(context.Context) error { return errTorn }, Damaged: func(err error) bool { return errors.Is(err, errTorn) },
		Doubted: doubted, Changed: func() { changed <- struct{}{} },
	})
	ctx, end := context.WithCancel(t.Context())
	over := make(chan error)
	go func() { over <- w.Run(ctx) }()
	doubted <- struct{}{}
	<-changed
	if w.Code("failing") != "damaged" {
		t.Errorf("the file is said to be %s", w.Code("failing"))
	}
	end()
	if err := <-over; err != nil {
		t.Error(err)
	}
}
