// Package report answers what headquarters asks of past Days: it keeps the roll-ups in step with the branches' logs, and
// adds them up by period, district, branch, body, service or half hour.
package report

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"balcao/hq/network"
	"balcao/hq/visit/rollup"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Mark is how far a branch's log is in the roll-ups: the Day that is not over begins after (Epoch, Seq), and was read up
// to (UptoEpoch, UptoSeq). The zero one is nothing at all.
type Mark struct {
	Branch             wire.NodeID
	Epoch, Seq         uint64
	UptoEpoch, UptoSeq uint64
	At                 time.Time
}

// Day is what a Day of a branch came to. Epoch and Seq are those of the fact that opened it.
type Day struct {
	Date       string
	Epoch, Seq uint64
	Lines      []rollup.Line
}

// Log is what keeping needs of the branches' logs and of the roll-ups.
type Log interface {
	// Logs returns every log that is held, by node, oldest epoch first.
	Logs(ctx context.Context) ([]network.Held, error)
	// Records yields an epoch's records above a sequence, in order.
	Records(ctx context.Context, node wire.NodeID, epoch, after uint64) iter.Seq2[wire.Record, error]
	// Marks returns how far each branch is.
	Marks(ctx context.Context) (map[wire.NodeID]Mark, error)
	// Fold makes up for facts that could not be read when they came, and can be now: reports begin anew with the Day of the
	// first of them. It returns how many there were.
	Fold(ctx context.Context) (int, error)
	// KeepDays keeps Days of a branch in place of what was kept of the same openings, and the mark, all or nothing.
	KeepDays(ctx context.Context, mark Mark, days []Day) error

	Areas
}

// Keeper keeps the roll-ups in step with the logs.
type Keeper struct {
	log   Log
	live  *network.Network
	every time.Duration
	now   func() time.Time
	out   *slog.Logger
	reads func(kind string, version int) bool
}

// NewKeeper returns a keeper that looks every so often.
func NewKeeper(l Log, live *network.Network, every time.Duration, now func() time.Time, out *slog.Logger) *Keeper {
	return &Keeper{log: l, live: live, every: every, now: now, out: out, reads: wire.Reads}
}

// Reads names which facts count as known, in place of all that this program can read.
func (k *Keeper) Reads(known func(kind string, version int) bool) { k.reads = known }

// Run keeps until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	t := time.NewTicker(k.every)
	defer t.Stop()
	for {
		if err := k.Look(ctx); err != nil && ctx.Err() == nil {
			k.out.Error("reports not kept in step", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// Look brings every branch whose log has grown up to date, and then the sums of the districts. A branch that fails does not
// hold up the others; the first fault is returned.
func (k *Keeper) Look(ctx context.Context) error {
	// Here, because nobody else moves the marks.
	folded, err := k.log.Fold(ctx)
	if err != nil {
		return err
	}
	if folded > 0 {
		k.out.Info("facts of a newer version are read now, and are in the reports", "facts", folded)
	}
	marks, err := k.log.Marks(ctx)
	if err != nil {
		return err
	}
	logs, err := k.log.Logs(ctx)
	if err != nil {
		return err
	}
	places := k.live.Places()
	var first error
	for from := 0; from < len(logs); {
		to := from
		for to < len(logs) && logs[to].Node == logs[from].Node {
			to++
		}
		node, epochs := logs[from].Node, logs[from:to]
		from = to
		newest := epochs[len(epochs)-1]
		mark := marks[node]
		place, known := places[node]
		if !known || mark.UptoEpoch == newest.Epoch && mark.UptoSeq == newest.HWM {
			continue
		}
		if err := k.follow(ctx, node, place.Zone, mark, epochs); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if first == nil {
				first = fmt.Errorf("roll up %s: %w", node, err)
			}
		}
	}
	if marks, err = k.log.Marks(ctx); err != nil {
		return err
	}
	if err := k.sumAreas(ctx, marks, places); err != nil && first == nil {
		first = err
	}
	return first
}

// mostDays is how many Days are written at once: a country that comes back after a week writes some thousand rows.
const mostDays = 31

// follow reads a branch's log from the Day on that was not over.
func (k *Keeper) follow(ctx context.Context, node wire.NodeID, zone *time.Location, mark Mark, epochs []network.Held) error {
	day := rollup.NewDay(zone)
	at := Mark{Branch: node, Epoch: mark.Epoch, Seq: mark.Seq, At: k.now()}
	var done []Day
	for _, held := range epochs {
		after := uint64(0)
		switch {
		case held.Epoch < mark.Epoch:
			continue
		case held.Epoch == mark.Epoch:
			after = mark.Seq
		}
		for r, err := range k.log.Records(ctx, node, held.Epoch, after) {
			if err != nil {
				return err
			}
			entry := network.EntryOf(r, k.reads)
			if _, opens := entry.Event.(queue.DayOpened); opens {
				done = appendDay(done, day, at)
				at.Epoch, at.Seq = held.Epoch, r.Seq-1
				if len(done) >= mostDays {
					at.UptoEpoch, at.UptoSeq = held.Epoch, r.Seq-1
					if err := k.log.KeepDays(ctx, at, done); err != nil {
						return err
					}
					done = nil
				}
			}
			day.Apply(entry)
			at.UptoEpoch, at.UptoSeq = held.Epoch, r.Seq
		}
	}
	return k.log.KeepDays(ctx, at, appendDay(done, day, at))
}

// appendDay adds what a Day came to; nothing if there is none, or its date is no date.
func appendDay(done []Day, day *rollup.Day, at Mark) []Day {
	date := string(day.Date())
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return done
	}
	return append(done, Day{Date: date, Epoch: at.Epoch, Seq: at.Seq + 1, Lines: day.Lines()})
}
