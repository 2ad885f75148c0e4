package year

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"balcao/hq/network"
	"balcao/hq/network/report"
	"balcao/hq/store"
	"balcao/hq/visit/rollup"
	"balcao/internal/fleet"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

type wireNode = wire.NodeID

// branch is what becomes of one branch while the month is lived.
type branch struct {
	about fleet.About
	log   int64 // its row
	seq   uint64
	head  wire.Hash
	days  []report.Day // lived
}

// lived is one Day on its way to the file.
type lived struct {
	branch *branch
	date   time.Time
	past   fleet.Past
}

// generate writes a file with the year.
func (h *house) generate(ctx context.Context) error {
	if _, err := os.Stat(h.file()); err == nil {
		return fmt.Errorf("hq year: %s holds a database that was not generated to its end: name an empty folder", h.dir)
	}
	began := time.Now()
	var err error
	if h.fleet, err = newFleet(ctx, h.o.Branches); err != nil {
		return err
	}
	for day := h.month; !day.After(h.until()); day = day.AddDate(0, 0, 1) {
		if fleet.OpenOn(day) && (h.o.Days == 0 || len(h.days) < h.o.Days) {
			h.days = append(h.days, day)
		}
	}
	branches, err := h.found(ctx)
	if err != nil {
		return err
	}
	events, err := h.liveMonth(ctx, branches)
	if err != nil {
		return err
	}
	h.say("%d events of %d working days of %d branches in %v", events, len(h.days), len(branches), time.Since(began).Round(time.Second))
	if err := h.keepSize(); err != nil {
		return err
	}
	return h.rollUp(ctx, branches)
}

// found makes the file, with a row for every log and every branch.
func (h *house) found(ctx context.Context) ([]*branch, error) {
	if err := os.MkdirAll(filepath.Dir(h.file()), 0o750); err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, h.file(), h.now)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	branches := make([]*branch, h.o.Branches)
	seen := make([]network.Seen, len(branches))
	for i := range branches {
		branches[i] = &branch{about: h.fleet.About(i), log: int64(i) + 1}
		seen[i] = network.Seen{Node: branches[i].about.Node, Name: branches[i].about.Name, At: h.now()}
	}
	return branches, s.Note(ctx, seen, nil)
}

// tellEvery is how often it is told how far it is.
const tellEvery = 5 * time.Second

// liveMonth lets all branches live, Day after Day, and writes what they write down.
func (h *house) liveMonth(ctx context.Context, branches []*branch) (events uint64, err error) {
	db, err := sqlite.Open(ctx, h.file(), sqlite.Options{})
	if err != nil {
		return 0, err
	}
	defer db.Close()
	w := &writer{db: db}
	if err := w.found(ctx, branches, h.month); err != nil {
		return 0, err
	}
	days := make(chan lived, 64)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(days)
		return h.liveAll(ctx, branches, days)
	})
	g.Go(func() error {
		told := time.Now()
		for d := range days {
			if err := w.add(ctx, d); err != nil {
				return err
			}
			if time.Since(told) > tellEvery {
				told = time.Now()
				h.say("%s, %d events", d.date.Format(time.DateOnly), w.events)
			}
		}
		return w.flush(ctx)
	})
	err = g.Wait()
	return w.events, err
}

// liveAll lets the branches live one Day after the other, as many at a time as there are processors.
func (h *house) liveAll(ctx context.Context, branches []*branch, days chan<- lived) error {
	for _, day := range h.days {
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(runtime.GOMAXPROCS(0))
		for i, b := range branches {
			g.Go(func() error {
				past, err := h.fleet.Live(i, day)
				if err != nil {
					return err
				}
				b.rolled(day, past)
				select {
				case days <- lived{b, day, past}:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// rolled keeps what a lived Day comes to, as headquarters reckons it.
func (b *branch) rolled(date time.Time, past fleet.Past) {
	day := rollup.NewDay(time.UTC)
	for _, e := range past.Entries {
		day.Apply(e)
	}
	b.days = append(b.days, report.Day{
		Date: date.Format(time.DateOnly), Epoch: b.about.Epoch, Seq: past.Records[0].Seq, Lines: day.Lines(),
	})
	b.seq, b.head = past.Records[len(past.Records)-1].Seq, past.Head
}

// rollUp writes the roll-ups of the year.
func (h *house) rollUp(ctx context.Context, branches []*branch) error {
	began := time.Now()
	s, err := store.Open(ctx, h.file(), h.now)
	if err != nil {
		return err
	}
	defer s.Close()
	told := time.Now()
	for i, b := range branches {
		mark := report.Mark{Branch: b.about.Node, Epoch: b.about.Epoch, Seq: b.days[len(b.days)-1].Seq - 1, UptoEpoch: b.about.Epoch, UptoSeq: b.seq, At: h.now()}
		if err := s.KeepDays(ctx, mark, h.year(b)); err != nil {
			return err
		}
		if time.Since(told) > tellEvery {
			told = time.Now()
			h.say("roll-ups of %d of %d branches", i+1, len(branches))
		}
	}
	h.say("roll-ups of a year of %d branches in %v", len(branches), time.Since(began).Round(time.Second))
	return nil
}

// year is the Days of a branch: those that it lived, and before them each as one of these of its weekday.
func (h *house) year(b *branch) []report.Day {
	week := map[time.Weekday][]report.Day{}
	for i, d := range b.days {
		week[h.days[i].Weekday()] = append(week[h.days[i].Weekday()], d)
	}
	var all []report.Day
	n := uint64(0)
	for date := h.from(); date.Before(h.month); date = date.AddDate(0, 0, 1) {
		again := week[date.Weekday()]
		if !fleet.OpenOn(date) {
			continue
		}
		if len(again) == 0 {
			again = b.days // fewer Days were lived than a week has
		}
		n++
		_, number := date.ISOWeek()
		// Of an older log, whose events are not here.
		all = append(all, report.Day{Date: date.Format(time.DateOnly), Epoch: 1, Seq: n, Lines: again[number%len(again)].Lines})
	}
	return slices.Concat(all, b.days)
}

// keepSize remembers how large the file is with the events alone.
func (h *house) keepSize() error {
	info, err := os.Stat(h.file())
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(h.dir, "events"), strconv.AppendInt(nil, info.Size(), 10), 0o600)
}

func readSize(dir string) (int64, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "events")) //nolint:gosec // ours
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(raw), 10, 64)
}
