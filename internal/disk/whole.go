package disk

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

// Codes of a file that is read whole, as health names them.
const (
	wholeOK       = "ok"
	wholeChecking = "checking"
	wholeDamaged  = "damaged"
)

// When a file is read whole while its program works: once a week, at night, or a day later at any hour where the machine is
// off at night.
const (
	wholeEvery = 7 * 24 * time.Hour
	wholeLate  = 8 * 24 * time.Hour
	wholeFrom  = 1 // hours of the machine's own clock
	wholeUntil = 5
	wholeLook  = 10 * time.Minute
)

// checkedName is the file in the data folder whose time says when the database was last read whole. It holds nothing.
const checkedName = "checked"

// WholeConfig describes a Whole. All but Due must be set.
type WholeConfig struct {
	Folder  string
	Due     bool // the check after an unclean stop had no time for all of it: read it at once
	Check   func(context.Context) error
	Damaged func(error) bool // an error of Check says that the file does not hold together
	Now     func() time.Time
	Changed func() // is told when the code may have changed; nil is nobody
	// Doubted tells that something that was read is not what had been written: the file is then read at once, but not more
	// often than every ten minutes, and not again once it is known to be damaged. Nil is never.
	Doubted <-chan struct{}
	Log     *slog.Logger
}

// Whole reads a program's file to its end while the program works: at once where the start had no time for it, and from
// then on every week. A disk that loses what lies still is found before somebody needs it.
type Whole struct {
	cfg   WholeConfig
	state atomic.Value // a code; a string
	due   atomic.Bool
}

// NewWhole returns what reads the file; it starts nothing.
func NewWhole(cfg WholeConfig) *Whole {
	w := &Whole{cfg: cfg}
	w.due.Store(cfg.Due)
	w.state.Store(wholeOK)
	if cfg.Due {
		w.state.Store(wholeChecking)
	}
	return w
}

// Code is how the file is, unless the disk has something worse to say: a damaged file goes before all but a full disk.
func (w *Whole) Code(disk string) string {
	state, _ := w.state.Load().(string)
	if disk == wholeOK || state == wholeDamaged && disk != Full.Code() {
		return state
	}
	return disk
}

// Checked returns when the file was last read to its end and found whole; zero where it never was.
func (w *Whole) Checked() time.Time {
	info, err := os.Stat(filepath.Join(w.cfg.Folder, checkedName))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// Run reads whenever it is time, until ctx ends. What it finds is a state, and no reason to end.
func (w *Whole) Run(ctx context.Context) error {
	if w.Checked().IsZero() && !w.cfg.Due { // a new file, or the first start of this version: a week from now
		w.stamp(w.cfg.Now())
	}
	often := time.NewTicker(wholeLook)
	defer often.Stop()
	doubted := w.cfg.Doubted
	for {
		w.Look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-often.C:
			doubted = w.cfg.Doubted
		case <-doubted:
			if w.state.Load() != wholeDamaged {
				w.due.Store(true)
			}
			doubted = nil // reading the file whole meets the same
		}
	}
}

// Look reads the file if it is time.
func (w *Whole) Look(ctx context.Context) {
	if !w.time() {
		return
	}
	if w.state.Load() != wholeDamaged {
		w.state.Store(wholeChecking)
	}
	w.cfg.Log.Info("the file is read whole while the program works")
	if w.cfg.Changed != nil {
		defer w.cfg.Changed()
	}
	if err := w.cfg.Check(ctx); ctx.Err() == nil {
		w.Found(err)
	}
}

// Found notes what came of reading the file whole, also where somebody else had it read.
func (w *Whole) Found(err error) {
	switch {
	case err == nil:
		w.state.Store(wholeOK)
		w.due.Store(false)
		w.stamp(w.cfg.Now())
		w.cfg.Log.Info("the file holds together")
	case w.cfg.Damaged(err):
		w.state.Store(wholeDamaged)
		w.due.Store(false)
		w.stamp(w.cfg.Now())
		w.cfg.Log.Error("the file is damaged: stop the program out of hours and rebuild it (docs/storage.md)", "err", err)
	default:
		w.due.Store(false)
		w.state.Store(wholeOK)
		w.cfg.Log.Warn("the file could not be read whole", "err", err)
	}
}

func (w *Whole) time() bool {
	if w.due.Load() {
		return true
	}
	now := w.cfg.Now()
	age := now.Sub(w.Checked())
	night := now.Hour() >= wholeFrom && now.Hour() < wholeUntil
	return age >= wholeLate || age >= wholeEvery && night
}

// stamp notes that the file was read to its end.
func (w *Whole) stamp(at time.Time) {
	path := filepath.Join(w.cfg.Folder, checkedName)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // in the data folder
	if err == nil {
		err = errors.Join(f.Close(), os.Chtimes(path, at, at))
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		w.cfg.Log.Warn("when the file was read whole is not noted", "err", err)
	}
}
