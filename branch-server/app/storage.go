package app

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"time"

	"balcao/branch-server/engine"
	"balcao/internal/disk"
	"balcao/internal/queue"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// reserveMiB is how much room a branch keeps back for finishing what was begun.
const reserveMiB = 32

// leastDays is how long entries stay that headquarters holds, however scarce room is (sync-protocol, I8); mirrorDays is
// how long copies of nodes' logs stay.
const (
	leastDays  = 35
	mirrorDays = 7
)

// keepDisk looks at the room on the disk, and will give up in this order what can be spared: copies of what kiosks sent,
// old answers, then days that headquarters holds; new tickets last.
func (a *App) keepDisk(ctx context.Context) (err error) {
	db := a.store.Database()
	ago := func(d time.Duration) time.Time { return a.clock.Now().Add(-d) }
	a.disk, err = disk.New(ctx, disk.Config{
		Folder: a.cfg.Data, Reserve: a.cfg.Disk.Bytes(reserveMiB), Now: time.Now, Log: a.log, Every: a.cfg.Disk.Every,
		Pace: func() disk.Pace { p := db.Pace(); return disk.Judge(p.Count, p.Median, p.Worst).With(p.Failed) },
		Changed: func(_, _ disk.State) {
			if a.site != nil {
				a.repaint()
			}
		},
		Steps: []disk.Step{
			{Level: disk.Scarce, Name: "copies of what kiosks sent", Do: func(ctx context.Context) error {
				_, err := a.store.ForgetMirror(ctx, ago(24*time.Hour), engine.Understands)
				return err
			}},
			{Level: disk.Scarce, Name: "answers of yesterday", Do: func(ctx context.Context) error { return a.store.Forget(ctx, ago(24*time.Hour)) }},
			{Level: disk.Low, Name: "days that headquarters holds", Do: func(ctx context.Context) error {
				_, err := a.store.Compact(ctx, ago(leastDays*24*time.Hour), a.held())
				return err
			}},
			{Level: disk.Scarce, Name: "pages that rows left", Do: db.Shrink},
		},
	})
	if err != nil {
		return err
	}
	db.Relieve(a.disk.Struck)
	return nil
}

// readsWhole has the branch's file read to its end while the branch works.
func (a *App) readsWhole() *disk.Whole {
	return disk.NewWhole(disk.WholeConfig{
		Folder: a.cfg.Data, Due: a.store.Unread(), Check: a.store.Check, Damaged: sqlite.IsDamaged, Now: time.Now, Log: a.log,
		Doubted: a.store.Database().Doubted(),
	})
}

// held is how far of the journal is known to lie elsewhere, or need not.
func (a *App) held() uint64 {
	if a.uplink != nil {
		return a.store.Sent()
	}
	return math.MaxInt64
}

// fit says why the machine may not begin anything new.
func (a *App) fit() error {
	if a.disk.Admit() != nil {
		return queue.ErrNoRoom
	}
	if a.time.unset() {
		return queue.ErrNoClock
	}
	return nil
}

// ahead is how far the branch's clock is ahead of a node's.
func (a *App) ahead(node string) time.Duration {
	if a.site == nil {
		return 0
	}
	return a.site.Ahead(node)
}

// server is how the branch server's own machine is.
func (a *App) server() wire.KioskHealth {
	now := a.clock.Now().UnixMilli()
	return wire.KioskHealth{Node: a.cfg.Branch.ID, Online: true, SeenMS: now, Devices: a.parts(), Disk: a.diskHealth(), Clock: a.time.health()}
}

// parts are the states of the machine's parts, as health names them.
func (a *App) parts() map[string]string {
	all := map[string]string{wire.PartDisk: a.whole.Code(a.disk.State().Code()), wire.PartClock: a.time.state()}
	if code := a.seals.code(); code != wire.JournalOK {
		all[wire.PartJournal] = code
	}
	return all
}

func (a *App) diskHealth() *wire.DiskHealth {
	s := a.disk.State()
	return &wire.DiskHealth{
		Free: s.Free, Total: s.Total, SyncMS: s.Pace.Median.Milliseconds(), WorstMS: s.Pace.Worst.Milliseconds(),
		Database: sizeOf(filepath.Join(a.cfg.Data, "branch.db")),
	}
}

// sizeOf is the size of a file; 0 if it cannot be learned.
func sizeOf(path string) uint64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return uint64(max(0, info.Size())) //nolint:gosec // not negative
}
