// Package power cuts the power of the three programs' databases at any moment of what they write, and looks whether
// each opens again and still has everything that somebody was told of.
package power

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"balcao/internal/powercut"
	"balcao/internal/wire"
)

// Config describes a run.
type Config struct {
	Cuts  int // of each program
	Steps int // things that each program does while it is recorded
	Seed  uint64
	Dir   string // for the files
}

// Result is what a run came to.
type Result struct {
	Cuts, Writes, Syncs int
	Broken              int // databases that do not open, or not as the same log
	Lost, Changed       int // records that somebody was told of and that are gone, or say something else
	Slowest             time.Duration
}

// String is one line for people.
func (r Result) String() string {
	return fmt.Sprintf("power: %d cuts tried in %d writes with %d syncs, %d databases broken, %d lost, %d changed; slowest to open %d ms",
		r.Cuts, r.Writes, r.Syncs, r.Broken, r.Lost, r.Changed, r.Slowest.Milliseconds())
}

// program is one program's database: how it is written to, and how it is looked at afterwards.
type program struct {
	name  string
	guard string // the file beside the database, where there is one
	// live does so many things in a folder and calls told after each.
	live func(ctx context.Context, dir string, steps int, told func(held uint64) error) error
	// look opens what is left in a folder and returns its records from the first on; opened is called once it is open.
	look func(ctx context.Context, dir string, opened func()) ([]wire.Record, error)
}

// Run records each program, and cuts its power at moments that the dice choose, the same ones for the same seed.
func Run(ctx context.Context, cfg Config) (Result, error) {
	var sum Result
	dice := rand.New(rand.NewPCG(cfg.Seed, 220)) //nolint:gosec // a seed, not a secret
	var wrong []error
	for _, p := range []program{kiosk(), branch(dice), headquarters()} {
		if err := p.prove(ctx, cfg, dice, &sum); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", p.name, err))
		}
	}
	return sum, errors.Join(wrong...)
}

// film is what was recorded of a program.
type film struct {
	tape    powercut.Tape
	guards  map[uint64][]byte // after each mark
	records map[uint64]wire.Record
}

func (p program) prove(ctx context.Context, cfg Config, dice *rand.Rand, sum *Result) error {
	dir := filepath.Join(cfg.Dir, p.name)
	f, err := p.record(ctx, dir, cfg.Steps)
	if err != nil {
		return err
	}
	writes, syncs := f.tape.Writes()
	sum.Writes, sum.Syncs = sum.Writes+writes, sum.Syncs+syncs
	moments := make([]int, cfg.Cuts)
	for i := range moments {
		moments[i] = i*f.tape.Len()/max(1, cfg.Cuts) + dice.IntN(1+f.tape.Len()/max(1, cfg.Cuts))
		moments[i] = min(moments[i], f.tape.Len())
	}
	disk := f.tape.Follow()
	var wrong []error
	for _, moment := range moments {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(wrong, err)...)
		}
		sum.Cuts++
		if err := p.cut(ctx, f, disk, moment, dice, filepath.Join(cfg.Dir, "cut"), sum); err != nil {
			wrong = append(wrong, fmt.Errorf("seed %d, after step %d of %d: %w", cfg.Seed, moment, f.tape.Len(), err))
		}
	}
	return errors.Join(wrong...)
}

// record has the program do its things, and keeps what it wrote and what its log then was.
func (p program) record(ctx context.Context, dir string, steps int) (film, error) {
	f := film{guards: map[uint64][]byte{}, records: map[uint64]wire.Record{}}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return f, err
	}
	r, err := powercut.Record(dir)
	if err != nil {
		return f, err
	}
	err = p.live(ctx, dir, steps, func(held uint64) error {
		if p.guard != "" {
			body, err := os.ReadFile(filepath.Join(dir, p.guard))
			if err != nil {
				return err
			}
			f.guards[held] = body
		}
		r.Mark(held)
		return nil
	})
	tape, ended := r.End()
	if err = errors.Join(err, ended); err != nil {
		return f, err
	}
	f.tape = tape
	records, err := p.look(ctx, dir, func() {})
	for _, record := range records {
		f.records[record.Seq] = record
	}
	return f, err
}

// cut makes the files as the disk may hold them, opens them, and compares.
func (p program) cut(ctx context.Context, f film, disk *powercut.Disk, moment int, dice *rand.Rand, to string, sum *Result) error {
	told := disk.To(moment)
	if err := os.MkdirAll(to, 0o750); err != nil {
		return err
	}
	defer os.RemoveAll(to)
	if err := disk.Cut(dice, to); err != nil {
		return err
	}
	if err := p.putGuard(f, told, dice, to); err != nil {
		return err
	}
	began := time.Now()
	records, err := p.look(ctx, to, func() { sum.Slowest = max(sum.Slowest, time.Since(began)) })
	if err != nil {
		sum.Broken++
		return err
	}
	held := map[uint64]wire.Record{}
	for _, r := range records {
		held[r.Seq] = r
	}
	var wrong []error
	for seq := uint64(1); seq <= told; seq++ {
		r, known := held[seq]
		switch {
		case !known:
			sum.Lost++
			wrong = append(wrong, fmt.Errorf("record %d is gone, and %d was told of", seq, told))
		case !bytes.Equal(r.Raw, f.records[seq].Raw):
			sum.Changed++
			wrong = append(wrong, fmt.Errorf("record %d says something else", seq))
		}
	}
	if len(wrong) > 3 {
		wrong = wrong[:3]
	}
	return errors.Join(wrong...)
}

// putGuard puts the file beside the database: the one of the last thing told of, or of the one before, since its last
// change may be lost with the power.
func (p program) putGuard(f film, told uint64, dice *rand.Rand, to string) error {
	body, known := f.guards[told]
	if before, also := f.guards[told-1]; also && dice.IntN(2) == 0 {
		body = before
	}
	if !known {
		return nil
	}
	return os.WriteFile(filepath.Join(to, p.guard), body, 0o600)
}

var quiet = slog.New(slog.DiscardHandler)
