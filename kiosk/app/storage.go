package app

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"balcao/internal/disk"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// reserveMiB is how much room a kiosk keeps back for finishing what was begun.
const reserveMiB = 8

// keepDisk looks at the room on the disk, and will give up in this order what can be spared: writing down what the
// branch said, facts that the branch has, new tickets last.
func (a *App) keepDisk(ctx context.Context) (err error) {
	db := a.store.Database()
	a.disk, err = disk.New(ctx, disk.Config{
		Folder: a.cfg.Data, Reserve: a.cfg.Disk.Bytes(reserveMiB), Now: time.Now, Log: a.log, Every: a.cfg.Disk.Every,
		Pace:    func() disk.Pace { p := db.Pace(); return disk.Judge(p.Count, p.Median, p.Worst).With(p.Failed) },
		Changed: func(_, now disk.State) { a.devices.report(wire.PartDisk, a.diskCode(now)) },
		Steps: []disk.Step{
			// That what the branch says is no longer written down is the keeper's: it asks for the level.
			{Level: disk.Low, Name: "facts that the branch has", Do: func(ctx context.Context) error { return a.store.Spare(ctx, a.clock.Now()) }},
		},
	})
	if err != nil {
		return err
	}
	db.Relieve(a.disk.Struck)
	a.whole = disk.NewWhole(disk.WholeConfig{
		Folder: a.cfg.Data, Due: db.Unread(), Check: a.store.Check, Damaged: sqlite.IsDamaged, Now: time.Now, Log: a.log,
		Doubted: db.Doubted(),
		Changed: func() { a.devices.report(wire.PartDisk, a.diskCode(a.disk.State())) },
	})
	a.devices.report(wire.PartDisk, a.diskCode(a.disk.State()))
	if d := a.store.Damaged(); d.Aside != "" {
		a.log.Error("the kiosk's file was damaged: it is set aside and another begun; change the disk", "aside", d.Aside, "facts_saved", d.Told)
	}
	return nil
}

// diskCode is the state of the disk in health. A file that was damaged is told until the program is started again.
func (a *App) diskCode(s disk.State) string {
	code := s.Code()
	if a.whole != nil {
		code = a.whole.Code(code)
	}
	if code != wire.DiskOK || a.store.Damaged().Aside == "" {
		return code
	}
	return wire.DiskRebuilt
}

// unable reports whether nothing new may be begun here.
func (a *App) unable() bool { return a.disk.Admit() != nil }

func (a *App) diskHealth() *wire.DiskHealth {
	s := a.disk.State()
	h := &wire.DiskHealth{Free: s.Free, Total: s.Total, SyncMS: s.Pace.Median.Milliseconds(), WorstMS: s.Pace.Worst.Milliseconds()}
	if info, err := os.Stat(filepath.Join(a.cfg.Data, "kiosk.db")); err == nil {
		h.Database = uint64(max(0, info.Size())) //nolint:gosec // not negative
	}
	return h
}
