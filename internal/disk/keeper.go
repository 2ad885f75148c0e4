package disk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Step is something that can be spared. Steps are taken in their order, those of a lesser level first; each again while
// the want lasts, but not more often than once a minute.
type Step struct {
	Level Level
	Name  string // for the log, such as "copies of kiosks' logs"
	Do    func(ctx context.Context) error
}

// Pace is how long the disk takes to make something durable, measured on the program's own writes.
type Pace struct {
	Median, Worst time.Duration // of the last writes
	Slow          bool          // people would notice
	Failing       bool          // it failed to read, write or sync of late, though there was room
}

// With adds how many times the disk failed of late.
func (p Pace) With(failures int) Pace {
	p.Failing = failures > 0
	return p
}

// Config describes a Keeper. Folder, Reserve and Log must be set.
type Config struct {
	Folder  string
	Reserve uint64 // bytes
	Steps   []Step
	Pace    func() Pace          // nil where nothing is measured
	Every   time.Duration        // how often it is looked; 0 is 5 s
	Room    func() (Room, error) // nil is the file system's word
	Changed func(from, to State) // is told when the level or the slowness changes; nil is nobody
	Now     func() time.Time     // a clock with a monotonic reading
	Log     *slog.Logger
}

// State is how things stand.
type State struct {
	Level   Level
	Free    uint64 // bytes, without the reserve
	Total   uint64
	Reserve bool // the reserve lies untouched
	Pace    Pace
}

// Code returns the state as health names it: the want of room goes before slowness.
func (s State) Code() string {
	if s.Level < Full && s.Pace.Failing {
		return "failing"
	}
	if s.Level == Ample && s.Pace.Slow {
		return "slow"
	}
	return s.Level.Code()
}

// Keeper keeps the room of one data folder.
type Keeper struct {
	cfg    Config
	struck chan struct{} // one is enough: a write found no room

	mu    sync.Mutex
	state State
	hit   bool                 // a write found no room since the last look
	taken map[string]time.Time // steps, when they were last taken
}

// again is how soon a step is taken once more while the want lasts.
const again = time.Minute

// New looks once and sets the reserve aside if there is room for it. It starts nothing. A folder whose room cannot be
// learned is an error.
func New(ctx context.Context, cfg Config) (*Keeper, error) {
	if cfg.Every <= 0 {
		cfg.Every = 5 * time.Second
	}
	if cfg.Room == nil {
		cfg.Room = func() (Room, error) { return Of(cfg.Folder) }
	}
	k := &Keeper{cfg: cfg, struck: make(chan struct{}, 1), taken: map[string]time.Time{}}
	if err := k.look(ctx, false); err != nil {
		return nil, err
	}
	return k, nil
}

// State returns how things stood when it was looked last.
func (k *Keeper) State() State {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state
}

// Full reports whether nothing new should be taken on.
func (k *Keeper) Full() bool { return k.State().Level == Full }

// Struck tells that a write found no room: the reserve is given up at once, and it reports whether there was one, so that
// the write may be tried again. It does not block for long.
func (k *Keeper) Struck() bool {
	k.mu.Lock()
	before := k.state
	k.hit = true
	reserve, err := held(k.cfg.Folder)
	if err = errors.Join(err, release(k.cfg.Folder)); err != nil {
		k.cfg.Log.Error("reserve not released", "err", err)
	}
	k.state.Level, k.state.Reserve = Full, false
	after := k.state
	k.mu.Unlock()
	k.tell(before, after)
	select {
	case k.struck <- struct{}{}:
	default:
	}
	return err == nil && reserve > 0
}

// Run looks, gives up what has to go and takes the reserve back, until ctx ends.
func (k *Keeper) Run(ctx context.Context) error {
	often := time.NewTicker(k.cfg.Every)
	defer often.Stop()
	for {
		if err := k.look(ctx, true); err != nil && ctx.Err() == nil {
			k.cfg.Log.Warn("room on the disk not known", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-k.struck:
		case <-often.C:
		}
	}
}

// look measures, judges and acts. The steps are left out where the program is not there yet.
func (k *Keeper) look(ctx context.Context, act bool) error {
	if err := k.measure(); err != nil {
		return err
	}
	if !act {
		return nil
	}
	level := k.State().Level
	if level == Ample {
		return nil
	}
	gave := false
	for _, s := range k.cfg.Steps {
		if s.Level <= level && k.due(s) && ctx.Err() == nil {
			gave = true
			k.give(ctx, s)
		}
	}
	if gave {
		return k.measure() // what was given up may be enough
	}
	return nil
}

func (k *Keeper) due(s Step) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.cfg.Now()
	if last, taken := k.taken[s.Name]; taken && now.Sub(last) < again {
		return false
	}
	k.taken[s.Name] = now
	return true
}

func (k *Keeper) give(ctx context.Context, s Step) {
	err := s.Do(ctx)
	switch {
	case err == nil:
		k.cfg.Log.Info("given up for room on the disk", "what", s.Name)
	case ctx.Err() == nil:
		k.cfg.Log.Warn("not given up for room on the disk", "what", s.Name, "err", err)
	}
}

// measure learns the room and the pace, and releases or makes the reserve.
func (k *Keeper) measure() error {
	room, err := k.cfg.Room()
	if err != nil {
		return err
	}
	reserve, err := held(k.cfg.Folder)
	if err != nil {
		return err
	}
	var pace Pace
	if k.cfg.Pace != nil {
		pace = k.cfg.Pace()
	}
	k.mu.Lock()
	before := k.state
	s := State{Free: room.Free, Total: room.Total, Reserve: reserve >= k.cfg.Reserve, Pace: pace}
	if !s.Reserve { // what is missing of the reserve is not free
		s.Free -= min(s.Free, k.cfg.Reserve-reserve)
	}
	s.Level = judge(s.Free, k.cfg.Reserve, before.Level)
	if k.hit { // a look that comes after a full write believes the write
		s.Level, k.hit = Full, false
	}
	k.keep(&s)
	k.state = s
	k.mu.Unlock()
	k.tell(before, s)
	return nil
}

// keep has the reserve lie there unless it is needed. A program starts on a full disk too. The lock is held.
func (k *Keeper) keep(s *State) {
	if s.Level != Full && !s.Reserve {
		err := set(k.cfg.Folder, k.cfg.Reserve)
		if s.Reserve = err == nil; err != nil {
			k.cfg.Log.Error("no room for the reserve", "err", err)
			s.Level = Full
		}
	}
	if s.Level == Full {
		s.Reserve = false
		if err := release(k.cfg.Folder); err != nil {
			k.cfg.Log.Error("reserve not released", "err", err)
		}
	}
}

func (k *Keeper) tell(before, after State) {
	if before.Code() == after.Code() && before.Level == after.Level {
		return
	}
	level := slog.LevelInfo
	switch {
	case after.Level >= Low, after.Pace.Failing:
		level = slog.LevelError
	case after.Level == Scarce || after.Pace.Slow:
		level = slog.LevelWarn
	}
	k.cfg.Log.Log(context.Background(), level, "disk", "state", after.Code(), "free_mib", after.Free>>20, "total_mib", after.Total>>20,
		"sync_ms", after.Pace.Median.Milliseconds())
	if k.cfg.Changed != nil {
		k.cfg.Changed(before, after)
	}
}

// ErrFull means that the program takes on nothing new until there is room.
var ErrFull = errors.New("no room on the disk")

// Admit returns ErrFull while nothing new should be taken on. A nil Keeper takes on everything.
func (k *Keeper) Admit() error {
	if k != nil && k.Full() {
		return fmt.Errorf("%w: %d MiB left", ErrFull, k.State().Free>>20)
	}
	return nil
}
