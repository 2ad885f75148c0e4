package app

import (
	"context"
	"time"

	"balcao/hq/alert"
	"balcao/hq/ingest"
	"balcao/internal/chrono"
	"balcao/internal/disk"
	"balcao/internal/replica"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// reserveMiB is how much room headquarters keeps back for what people do.
const reserveMiB = 64

// How long what can be spared stays while room is scarce.
const (
	leastLinks   = 30 * 24 * time.Hour
	leastNotices = 30 * 24 * time.Hour
)

// keepDisk looks at the room on the disk, and will give up in this order what can be spared: when links came and went,
// what became of notices, and taking in what branches send, which they keep until it is taken in.
func (a *App) keepDisk(ctx context.Context) (err error) {
	db := a.store.Database()
	if db == nil { // the disk of the database is its server's; here are only small files
		a.disk, err = disk.New(ctx, disk.Config{
			Folder: a.cfg.Data, Reserve: a.cfg.Disk.Bytes(reserveMiB), Now: time.Now, Log: a.log, Every: a.cfg.Disk.Every,
		})
		return err
	}
	a.disk, err = disk.New(ctx, disk.Config{
		Folder: a.cfg.Data, Reserve: a.cfg.Disk.Bytes(reserveMiB), Now: time.Now, Log: a.log, Every: a.cfg.Disk.Every,
		Pace: func() disk.Pace { p := db.Pace(); return disk.Judge(p.Count, p.Median, p.Worst).With(p.Failed) },
		Steps: []disk.Step{
			{Level: disk.Scarce, Name: "when links came and went", Do: func(ctx context.Context) error {
				return a.store.ForgetLinks(ctx, time.Now().Add(-leastLinks))
			}},
			{Level: disk.Low, Name: "what became of notices", Do: func(ctx context.Context) error {
				return a.store.ForgetNotices(ctx, time.Now().Add(-leastNotices))
			}},
			{Level: disk.Scarce, Name: "pages that rows left", Do: db.Shrink},
		},
	})
	if err != nil {
		return err
	}
	db.Relieve(a.disk.Struck)
	a.whole = disk.NewWhole(disk.WholeConfig{
		Folder: a.cfg.Data, Due: db.Unread(), Check: a.store.Check, Damaged: sqlite.IsDamaged, Now: time.Now, Log: a.log,
		Doubted: db.Doubted(),
	})
	return nil
}

// ledger takes nothing in while there is no room: what is not acknowledged stays at the branches.
type ledger struct {
	*ingest.Ingest

	disk *disk.Keeper
}

// AcceptAll implements carrier.Ledger.
func (l ledger) AcceptAll(ctx context.Context, batches []wire.Batch) ([]replica.Decision, error) {
	if err := l.disk.Admit(); err != nil {
		return nil, err
	}
	return l.Ingest.AcceptAll(ctx, batches)
}

// own is what is wrong with headquarters' own machine.
func (a *App) own() []alert.Finding {
	clock := wire.ClockGood
	if chrono.Unset(time.Now()) {
		clock = wire.ClockNever
	}
	return alert.CheckMachine(alert.Machine{Name: "Sede", Own: true, Disk: a.diskCode(), Clock: clock}, "")
}

// diskCode is the state of the disk, and of the file on it.
func (a *App) diskCode() string {
	code := a.disk.State().Code()
	if a.whole != nil {
		code = a.whole.Code(code)
	}
	return code
}

// Room is how the disk of headquarters is.
func (a *App) Room() disk.State { return a.disk.State() }
