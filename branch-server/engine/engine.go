// Package engine surrounds the queue's Day with the only order that is safe: lock, decide, append to the journal
// (which returns once the batch is on disk), tell the audience, unlock. Nothing is printed, shown or sent that a power
// cut could undo. If an append fails, memory is ahead of the disk: the Day is dropped and replayed from the journal
// before the next command. Commands that arrive together share one commit.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// ErrUnavailable means that the journal could not be written or read: the command had no effect and may be tried
// again with the same key.
var ErrUnavailable = errors.New("journal unavailable")

// maxShared is how many jobs share one commit at the most.
const maxShared = 64

// Journal is the branch's durable truth.
type Journal interface {
	// Append stores a batch in one transaction and returns once it is on disk.
	Append(ctx context.Context, b Batch) error
	// Replay rebuilds the present Day and the answers already given.
	Replay(ctx context.Context, c queue.Catalogue) (*queue.Day, map[string]Answer, error)
}

// Audience hears what is on disk. Hear must not block: it is called with the engine locked.
type Audience interface {
	Hear(entries []queue.Entry)
}

// Batch is what one commit stores: facts, the high-water marks of the nodes they came from with those nodes' own
// records, and the answers given.
type Batch struct {
	Entries    []queue.Entry
	Deliveries []Delivery
	Answers    []Answer

	Waiting []Waiting // facts of the deliveries that wait for a later version of this program
	Folded  []Waiting // facts that waited and do no longer

	Publication *Publication // a new description of the branch, at most one
	inForce     func()
}

// Delivery is a verified, contiguous run of a node's log: the records from the high-water mark on, and the position
// of the chain after them.
type Delivery struct {
	Node    string
	Epoch   uint64
	Last    uint64
	Head    wire.Hash
	Records []wire.Record
}

// Answer is what was answered to a command under an idempotency key, refusals included.
type Answer struct {
	Key     string          `json:"-"`
	At      time.Time       `json:"-"`
	Seq     uint64          `json:"seq"` // last entry of the command, 0 if it had none
	Visit   queue.VisitID   `json:"visit,omitempty"`
	Number  string          `json:"tk,omitempty"`
	Counter queue.CounterID `json:"counter,omitempty"`
	Refused queue.Refusal   `json:"refused,omitempty"`
}

// Config is what an Engine needs. Now is a clock that never runs backwards.
type Config struct {
	Catalogue queue.Catalogue
	Version   int // of the description that the catalogue is of
	Zone      *time.Location
	Fit       func() error                           // why the machine may not begin anything new now, a queue.Refusal; nil means that it always may
	Ahead     func(node string) time.Duration        // how far this clock is ahead of a node's; nil means that they agree
	Adopted   func(node string, epoch uint64) uint64 // how far a node's log is in the journal although its mark says less; nil is nowhere
	Lived     func(queue.Date) uint64                // the epoch of this memory, for a Day that may have been lived in one that was lost; 0 for any other; nil knows none
	Unset     func() bool                            // the clock was never set: no Day is opened by it; nil means that it was
	Supply    func() Supply                          // the branch's hours as they are now; nil means that numbers are always given
	Begun     func(queue.Date) (today, before []int) // blocks of recovered Days that are known beside the journal; nil knows none
	Journal   Journal
	Audience  Audience

	// Understands reports whether a fact of a node can be read; nil is Understands.
	Understands func(kind string, version int) bool

	Now func() time.Time
	Log *slog.Logger
}

// Engine owns the Day.
type Engine struct {
	cfg Config

	waitingMu sync.Mutex
	waiting   []*job

	mu      gate
	day     *queue.Day // nil when it must be replayed
	answers map[string]Answer
	behind  map[stream]bool // logs of which facts wait for a later version of this program
	lag     time.Duration   // how far the clock stood behind the journal when it was replayed
}

// job is one command, or one lot of deliveries, on its way to a commit. The leader of the commit fills in the rest.
type job struct {
	decide func(d *queue.Day, at time.Time, b *Batch)
	err    error
	done   bool
}

// New replays the journal and returns an engine that is ready for commands.
func New(ctx context.Context, cfg Config) (*Engine, error) {
	if cfg.Understands == nil {
		cfg.Understands = Understands
	}
	e := &Engine{cfg: cfg, behind: map[stream]bool{}, mu: newGate()}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.replay(ctx); err != nil {
		return nil, fmt.Errorf("replay the journal: %w", err)
	}
	return e, nil
}

func (e *Engine) replay(ctx context.Context) error {
	day, answers, err := e.cfg.Journal.Replay(ctx, e.cfg.Catalogue)
	if err != nil {
		return err
	}
	e.day, e.answers = day, answers
	e.catchUp()
	return nil
}

// Do carries out a command once per key and returns its answer; the same key again returns the same answer. An empty
// key has no memory. A refusal is an answer, not an error; an error means that nothing happened.
func (e *Engine) Do(ctx context.Context, key string, cmd queue.Command) (Answer, error) {
	var answer Answer
	submit := e.submit
	if key != "" {
		submit = func(ctx context.Context, decide func(*queue.Day, time.Time, *Batch)) error {
			return e.submitFor(ctx, &job{decide: decide})
		}
	}
	err := submit(ctx, func(d *queue.Day, at time.Time, b *Batch) {
		if given, known := e.answered(key, b); known {
			answer = given
			return
		}
		var entries []queue.Entry
		err := e.admit(d, cmd, at)
		if err == nil {
			b.Entries = append(b.Entries, e.remembered(d, cmd, at)...)
			entries, err = d.Handle(cmd, at)
		}
		if err == nil {
			entries = append(entries, e.lived(d, cmd, at)...)
		}
		answer = answerTo(d, cmd, entries)
		answer.Key, answer.At = key, at
		if refused, ok := errors.AsType[queue.Refusal](err); ok {
			answer.Refused = refused
		}
		b.Entries = append(b.Entries, entries...)
		if key != "" {
			b.Answers = append(b.Answers, answer)
		}
	})
	if err != nil {
		return Answer{}, err
	}
	return answer, nil
}

// answered looks for a key among the answers on disk and those of the batch being made.
func (e *Engine) answered(key string, b *Batch) (Answer, bool) {
	if key == "" {
		return Answer{}, false
	}
	for _, a := range b.Answers {
		if a.Key == key {
			return a, true
		}
	}
	a, known := e.answers[key]
	return a, known
}

// answerTo says what a command led to: the visit it made or moved.
func answerTo(d *queue.Day, cmd queue.Command, entries []queue.Entry) Answer {
	var a Answer
	switch c := cmd.(type) {
	case queue.Reserve:
		a.about(d.Requested(c.Request))
	case queue.Issue:
		a.about(d.Requested(c.Request))
	default: // other wishes are known by what followed from them
	}
	for _, entry := range entries {
		a.Seq = entry.Seq
		a.about(d.Visit(queue.VisitOf(entry.Event)))
	}
	return a
}

func (a *Answer) about(v queue.Visit, known bool) {
	if known {
		a.Visit, a.Number, a.Counter = v.ID, v.Number.String(), v.Counter
	}
}

// submit waits for its turn; whoever gets the lock commits for all who wait. A caller whose context ends before that
// leaves its command in the queue: it may still be carried out, and its key finds the answer.
func (e *Engine) submit(ctx context.Context, decide func(*queue.Day, time.Time, *Batch)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{decide: decide}
	if err := e.queueUp(j, 0); err != nil {
		return err
	}

	e.mu.Lock()
	defer e.mu.Unlock()
	for !j.done {
		e.commit()
	}
	return j.err
}

// commit decides and stores up to maxShared waiting jobs in one transaction. The engine is locked. It does not follow
// any caller's context: the jobs of others are in the batch.
func (e *Engine) commit() {
	e.waitingMu.Lock()
	n := min(len(e.waiting), maxShared)
	jobs := e.waiting[:n:n]
	e.waiting = append([]*job(nil), e.waiting[n:]...)
	e.waitingMu.Unlock()

	b, err := e.decideAll(jobs)
	for _, j := range jobs {
		j.done, j.err = true, err
	}
	if err != nil || len(b.Entries) == 0 {
		return
	}
	e.cfg.Audience.Hear(b.Entries)
}

func (e *Engine) decideAll(jobs []*job) (Batch, error) {
	ctx, cancel := context.WithTimeout(context.Background(), journalPatience)
	defer cancel()
	if e.day == nil {
		if err := e.replay(ctx); err != nil {
			return Batch{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	}
	var b Batch
	at := e.now()
	for _, j := range jobs {
		j.decide(e.day, at, &b)
	}
	if len(b.Entries)+len(b.Deliveries)+len(b.Answers)+len(b.Folded) == 0 {
		return b, nil
	}
	if err := e.cfg.Journal.Append(ctx, b); err != nil {
		e.day, e.answers = nil, nil // memory is ahead of the disk
		e.cfg.Log.Error("append to journal", "err", err)
		return Batch{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	e.remember(b)
	e.adoptPublication(b)
	return b, nil
}

const journalPatience = 30 * time.Second

// remember keeps the answers of this Day and of the one before, so that a late retry still finds its own.
func (e *Engine) remember(b Batch) {
	for _, a := range b.Answers {
		e.answers[a.Key] = a
	}
	for _, entry := range b.Entries {
		if _, opened := entry.Event.(queue.DayOpened); opened {
			for key, a := range e.answers {
				if entry.At.Sub(a.At) > answerLife {
					delete(e.answers, key)
				}
			}
		}
	}
}

// answerLife is how long an answer is remembered; a retry is a matter of seconds.
const answerLife = 24 * time.Hour

// Read lets look see the Day as it is on disk, and the moment in the branch's own zone. It must not keep what it is given, and must be quick: everybody waits.
func (e *Engine) Read(ctx context.Context, look func(d *queue.Day, at time.Time)) error {
	if err := e.mu.lockIn(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer e.mu.Unlock()
	if e.day == nil {
		if err := e.replay(ctx); err != nil {
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	}
	look(e.day, e.now())
	return nil
}
