package power

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"balcao/internal/powercut"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// FaultConfig describes a run of Faults.
type FaultConfig struct {
	Tries int // of each fault, at each program, in each part of its life
	Seed  uint64
	Dir   string // for the files
	Only  string // the name of one program; empty is all
}

// FaultResult is what one kind of fault came to, over all programs.
type FaultResult struct {
	Fault               string
	Tried, Met, Refused int // faults; those that the disk met; things that were refused and asked for again
	Damaged             int // files that were found to be damaged, and said so
	Lost, Doubled       int // things that somebody was told and that are gone or say something else; told to two
}

// String is one line for people.
func (r FaultResult) String() string {
	return fmt.Sprintf("disk: %-40s %4d tried, %4d met, %5d refused, %3d said to be damaged, %d lost, %d doubled",
		r.Fault, r.Tried, r.Met, r.Refused, r.Damaged, r.Lost, r.Doubled)
}

// plight is a way in which a disk goes wrong.
type plight struct {
	name  string
	act   powercut.Act
	start func(r *powercut.Recording, after int, dice *rand.Rand)
	stays bool // until it is mended; the others pass
	full  bool // it is no fault of the disk
	flips bool // what is read is not what was written: it may be noticed, and what is noticed is no loss
}

func plights() []plight {
	once := func(a powercut.Act) func(*powercut.Recording, int, *rand.Rand) {
		return func(r *powercut.Recording, after int, _ *rand.Rand) { r.Fail(a, after) }
	}
	on := func(a powercut.Act) func(*powercut.Recording, int, *rand.Rand) {
		return func(r *powercut.Recording, after int, _ *rand.Rand) { r.FailOn(a, after) }
	}
	return []plight{
		{name: "half of a write", act: powercut.Write, start: once(powercut.Write)},
		{name: "half of every write from then on", act: powercut.Write, start: on(powercut.Write), stays: true},
		{name: "a sync that fails", act: powercut.Sync, start: once(powercut.Sync)},
		{name: "every sync from then on", act: powercut.Sync, start: on(powercut.Sync), stays: true},
		{name: "a file that is not cut short", act: powercut.Truncate, start: once(powercut.Truncate)},
		{name: "a read that fails", act: powercut.Read, start: once(powercut.Read)},
		{name: "every read from then on", act: powercut.Read, start: on(powercut.Read), stays: true},
		{name: "a bit that is another when it is read", act: powercut.Read, flips: true, stays: true, start: func(r *powercut.Recording, after int, dice *rand.Rand) {
			r.Flip(after, dice.IntN(8*4096))
		}},
		{name: "no room, once", act: powercut.Write, full: true, start: func(r *powercut.Recording, after int, _ *rand.Rand) { r.Fill(after) }},
		{name: "no room from then on", act: powercut.Write, full: true, stays: true, start: func(r *powercut.Recording, after int, _ *rand.Rand) { r.FillOn(after) }},
	}
}

// phase is the part of a program's life in which its disk goes wrong.
type phase int

const (
	atWork   phase = iota
	starting       // with a file that the power left
	creating       // with none
	phases
)

// suffering is a program whose disk goes wrong again and again.
type suffering struct {
	subject
	before  string         // the folder of one that lived and lost its power
	counted map[[2]int]int // acts of a part of its life, where nothing goes wrong
	dice    *rand.Rand
}

// things is how many things a program does in one life.
const things = 12

// Faults has each program's disk go wrong in every way at every moment of its life, spread evenly, holds what people were
// told to what the program says after the next start, and returns a line for each kind of fault. A program that stops
// working for good, acknowledges what is not on disk, or does not open again is an error.
func Faults(ctx context.Context, cfg FaultConfig) ([]FaultResult, error) {
	var all []FaultResult
	var wrong []error
	var suffer []*suffering
	for _, s := range subjects() {
		if cfg.Only != "" && cfg.Only != s.name {
			continue
		}
		one := &suffering{
			subject: s, before: filepath.Join(cfg.Dir, s.name+"-before"), counted: map[[2]int]int{},
			dice: rand.New(rand.NewPCG(cfg.Seed, 41)), //nolint:gosec // a seed, not a secret
		}
		if err := s.leave(ctx, one.before); err != nil {
			return nil, err
		}
		suffer = append(suffer, one)
	}
	for _, pl := range plights() {
		sum := FaultResult{Fault: pl.name}
		for _, s := range suffer {
			if err := s.suffer(ctx, cfg, pl, &sum); err != nil {
				wrong = append(wrong, fmt.Errorf("%s, %s: %w", s.name, pl.name, err))
			}
		}
		all = append(all, sum)
	}
	sum := FaultResult{Fault: lying}
	for _, s := range suffer {
		if err := s.believe(ctx, cfg, &sum); err != nil {
			wrong = append(wrong, fmt.Errorf("%s, %s: %w", s.name, lying, err))
		}
	}
	all = append(all, sum)
	return all, errors.Join(wrong...)
}

// suffer tries one kind of fault at one program.
func (s *suffering) suffer(ctx context.Context, cfg FaultConfig, pl plight, sum *FaultResult) error {
	var wrong []error
	for part := range phases {
		acts, err := s.acts(ctx, cfg.Dir, part, pl.act)
		if err != nil {
			return err
		}
		for i := range min(cfg.Tries, acts) {
			if err := ctx.Err(); err != nil {
				return errors.Join(append(wrong, err)...)
			}
			after := i*acts/cfg.Tries + s.dice.IntN(max(1, acts/cfg.Tries))
			t := &trial{suffering: s, plight: pl, phase: part, after: after, sum: sum}
			if err := t.run(ctx, cfg.Dir); err != nil {
				wrong = append(wrong, fmt.Errorf("part %d, after %d of %d: %w", part, after, acts, err))
			}
		}
	}
	return errors.Join(wrong...)
}

// acts returns how often a program does what a fault is to hit, in a part of its life.
func (s *suffering) acts(ctx context.Context, dir string, part phase, act powercut.Act) (int, error) {
	k := [2]int{int(part), int(act)}
	if n, known := s.counted[k]; known {
		return n, nil
	}
	n, err := s.count(ctx, filepath.Join(dir, "counted"), part, act)
	s.counted[k] = n
	return n, err
}

// leave makes the file of a program that lived and lost its power.
func (s subject) leave(ctx context.Context, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	dir := to + "-alive"
	defer os.RemoveAll(dir)
	l, err := s.open(ctx, dir)
	if err != nil {
		return err
	}
	defer l.close() //nolint:errcheck // what is left is looked at
	for n := range things / 2 {
		if _, err := l.do(ctx, n); err != nil {
			return err
		}
	}
	return os.CopyFS(to, os.DirFS(dir))
}

func (s *suffering) count(ctx context.Context, dir string, part phase, act powercut.Act) (int, error) {
	defer os.RemoveAll(dir)
	if err := prepare(dir, s.before, part); err != nil {
		return 0, err
	}
	r, err := powercut.Record(dir)
	if err != nil {
		return 0, err
	}
	if part != atWork {
		r.Slow(act, 0)
	}
	l, err := s.open(ctx, dir)
	if err == nil {
		if part == atWork {
			r.Slow(act, 0)
			err = l.work(ctx)
		}
		err = errors.Join(err, l.close())
	}
	_, ended := r.End()
	return r.Met(), errors.Join(err, ended)
}

func prepare(dir, before string, part phase) error {
	if part == creating {
		return os.MkdirAll(dir, 0o750)
	}
	return os.CopyFS(dir, os.DirFS(before))
}

// work does all that a program does in one life.
func (l life) work(ctx context.Context) error {
	for n := range things {
		if _, err := l.do(ctx, n); err != nil {
			return err
		}
		if n == things/2 {
			if err := l.tidy(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// trial is one fault, the life in which it falls, and the start after it.
type trial struct {
	*suffering

	plight plight
	phase  phase
	after  int
	sum    *FaultResult

	told    map[int]string
	refused []int
	hit     bool // something was refused at work
	said    bool // that something is not what was written
	wrong   []error
	records []wire.Record // at the end of the life
}

func (t *trial) run(ctx context.Context, dir string) error {
	dir = filepath.Join(dir, "tried")
	defer os.RemoveAll(dir)
	if err := prepare(dir, t.before, t.phase); err != nil {
		return err
	}
	r, err := powercut.Record(dir)
	if err != nil {
		return err
	}
	t.told = map[int]string{}
	err = t.live(ctx, r, dir)
	_, ended := r.End()
	t.sum.Tried++
	if r.Met() > 0 {
		t.sum.Met++
	}
	if ended != nil {
		return ended
	}
	if err == nil {
		err = t.look(ctx, dir)
	}
	if err != nil && t.said && t.plight.flips {
		t.sum.Damaged++
		return nil
	}
	return errors.Join(append(t.wrong, err)...)
}

// live lives with the fault. A start that fails is tried again, as a service would be.
func (t *trial) live(ctx context.Context, r *powercut.Recording, dir string) error {
	if t.phase != atWork {
		t.plight.start(r, t.after, t.dice)
	}
	l, err := t.open(ctx, dir)
	if err != nil {
		t.sum.Refused++
		if err := t.honest(err); err != nil {
			return fmt.Errorf("start: %w", err)
		}
		if t.plight.stays {
			r.Mend()
		}
		if l, err = t.open(ctx, dir); err != nil {
			return fmt.Errorf("start once more: %w", err)
		}
	}
	if t.phase == atWork {
		t.plight.start(r, t.after, t.dice)
	}
	return errors.Join(t.work(ctx, r, l), l.close())
}

func (t *trial) work(ctx context.Context, r *powercut.Recording, l life) error {
	for n := range things {
		if err := t.ask(ctx, l, n); err != nil {
			return err
		}
		if n == things/2 {
			if err := l.tidy(ctx); err != nil {
				if err := t.honest(err); err != nil {
					return fmt.Errorf("tidy: %w", err)
				}
			}
		}
	}
	if err := t.counted(l); err != nil {
		return err
	}
	t.said = t.said || l.db.Failures().Content > 0
	r.Mend()
	for _, n := range t.refused {
		told, err := l.do(ctx, n)
		if err != nil {
			return fmt.Errorf("thing %d, with the disk mended: %w", n, err)
		}
		t.told[n] = told
	}
	var err error
	if t.records, err = l.records(ctx); err != nil && t.plight.flips { // the chain says so, or the pages do
		t.said = t.said || sqlite.IsDamaged(err) || errors.Is(err, errTorn) || l.db.Failures().Content > 0
		return nil
	}
	return err
}

// counted returns an error where something was refused and the disk is not said to fail, as what it did not do.
func (t *trial) counted(l life) error {
	if !t.hit || t.plight.flips {
		return nil
	}
	what := map[powercut.Act]string{powercut.Read: "read", powercut.Write: "write", powercut.Sync: "sync", powercut.Truncate: "other"}[t.plight.act]
	if t.plight.full {
		what = "room"
	} else if l.db.Pace().Failed == 0 {
		return errors.New("something was refused, and the disk is not said to fail")
	}
	if n := l.db.Failures().ByName(); n[what] == 0 {
		return fmt.Errorf("something was refused, and %q is not counted: %v", what, n)
	}
	return nil
}

// ask asks for one thing, and where it is refused once more.
func (t *trial) ask(ctx context.Context, l life, n int) error {
	told, err := l.do(ctx, n)
	if err != nil {
		t.sum.Refused++
		t.hit = true
		if err := t.honest(err); err != nil {
			return fmt.Errorf("thing %d: %w", n, err)
		}
		told, err = l.do(ctx, n)
	}
	switch {
	case err == nil:
		t.told[n] = told
	case !t.plight.stays:
		return fmt.Errorf("thing %d, asked for again: %w", n, err)
	default:
		t.refused = append(t.refused, n)
	}
	return nil
}

// honest returns an error that does not say what is wrong with the disk.
func (t *trial) honest(err error) error {
	if t.plight.flips {
		t.said = true
		return nil
	}
	if t.plight.full && sqlite.IsFull(err) || !t.plight.full && sqlite.IsFailing(err) {
		return nil
	}
	if t.phase == creating && !sqlite.IsDamaged(err) { // a new file that cannot be read has no tables yet
		return nil
	}
	return fmt.Errorf("it does not say what is wrong with the disk: %w", err)
}

// look starts the program once more and holds what it says to what it told.
func (t *trial) look(ctx context.Context, dir string) error {
	l, err := t.open(ctx, dir)
	if err != nil {
		t.said = t.said || sqlite.IsDamaged(err) || errors.Is(err, errAnother)
		return fmt.Errorf("open again: %w", err)
	}
	defer l.close() //nolint:errcheck // nothing is written any more
	if err := l.db.CheckWhole(ctx); err != nil {
		t.said = t.said || sqlite.IsDamaged(err)
		return err
	}
	records, err := l.records(ctx)
	if err != nil {
		t.said = t.said || sqlite.IsDamaged(err)
		return fmt.Errorf("open again: %w", err)
	}
	lost, doubled := t.compare(ctx, l, records)
	if t.said && t.plight.flips {
		return errors.Join(lost...)
	}
	t.sum.Lost += len(lost)
	t.sum.Doubled += doubled
	t.wrong = lost[:min(3, len(lost))]
	return nil
}

// compare returns what is not as it was told, and how often something was told to two.
func (t *trial) compare(ctx context.Context, l life, records []wire.Record) (wrong []error, doubled int) {
	for i, was := range t.records {
		if i >= len(records) || records[i].Seq != was.Seq || !bytes.Equal(records[i].Raw, was.Raw) {
			wrong = append(wrong, fmt.Errorf("record %d is gone or says something else", was.Seq))
		}
	}
	holder := map[string]int{}
	for n, told := range t.told {
		if other, twice := holder[told]; twice {
			doubled++
			wrong = append(wrong, fmt.Errorf("%q was told to %d and to %d", told, n, other))
		}
		holder[told] = n
		if now, err := l.do(ctx, n); err != nil || now != told {
			wrong = append(wrong, fmt.Errorf("%d was told %q and now %q, %w", n, told, now, err))
		}
	}
	return wrong, doubled
}
