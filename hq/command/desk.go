package command

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"balcao/internal/wire"
)

// Branch is what is known of a branch that commands are for.
type Branch struct {
	Linked  bool
	Health  *wire.CommandHealth // nil where its program takes none, or that is not known
	Devices []wire.KioskHealth
}

// World is the branches as they are now, and the way to them.
type World interface {
	// Branch returns what is known of a branch.
	Branch(id wire.NodeID) (Branch, bool)
	// Here reports whether a branch is connected to this process.
	Here(id wire.NodeID) bool
	// Sign seals a command for a branch under a number.
	Sign(to wire.NodeID, number uint64, body []byte) ([]byte, error)
	// Send gives a branch a sealed command, if it hears.
	Send(to wire.NodeID, sealed []byte) error
	// Name is how a person is shown to people at branches.
	Name(person string) string
}

// Desk is where commands are given, and from where they are sent. It is safe for several goroutines.
type Desk struct {
	ledger Ledger
	world  World
	now    func() time.Time
	log    *slog.Logger
	wake   chan struct{}

	mu   sync.Mutex
	sent map[string]sending
}

// sending is when a command was last sent.
type sending struct {
	at    time.Time
	pause time.Duration
}

// NewDesk returns a desk over what is kept. Of several processes over one database each sends to the branches that are
// connected to it.
func NewDesk(ledger Ledger, world World, now func() time.Time, log *slog.Logger) *Desk {
	return &Desk{ledger: ledger, world: world, now: now, log: log, wake: make(chan struct{}, 1), sent: map[string]sending{}}
}

// Rhythm of the desk.
const (
	tickEvery   = time.Second
	leastPause  = 2 * time.Second // between two sendings of one command
	mostPause   = time.Minute
	mostAtOnce  = 50             // a second
	answerBy    = 24 * time.Hour // after which nothing is expected any more of one that a branch has begun; messages may wait longer
	keepFor     = 400 * 24 * time.Hour
	forgetEvery = time.Hour
)

// Run sends commands until ctx ends.
func (d *Desk) Run(ctx context.Context) {
	every := time.NewTicker(tickEvery)
	defer every.Stop()
	forget := time.NewTicker(forgetEvery)
	defer forget.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			err = d.Tick(ctx)
		case <-d.wake:
			err = d.Tick(ctx)
		case <-forget.C:
			err = d.ledger.ForgetCommands(ctx, d.now().Add(-keepFor))
		}
		if err != nil && ctx.Err() == nil {
			d.log.Error("commands to branches not sent", "err", err)
		}
	}
}

// Tick goes one step: commands whose time is over end, and those of branches that are here and without an answer are sent.
func (d *Desk) Tick(ctx context.Context) error {
	now := d.now()
	if err := d.ledger.ExpireCommands(ctx, now, now.Add(-MaxLife-answerBy)); err != nil {
		return err
	}
	open, err := d.ledger.OpenCommands(ctx, now.Add(-asksFor))
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tidy(open)
	count := 0
	for _, c := range open {
		if count == mostAtOnce {
			break
		}
		if !d.due(c, now) {
			continue
		}
		count++
		if err := d.send(ctx, c, now); err != nil {
			d.log.Warn("command not sent", "branch", string(c.Branch), "command", c.Do, "err", err)
		}
	}
	return nil
}

// tidy forgets when commands were sent that are not open any more.
func (d *Desk) tidy(open []Command) {
	there := make(map[string]bool, len(open))
	for _, c := range open {
		there[c.ID] = true
	}
	for id := range d.sent {
		if !there[id] {
			delete(d.sent, id)
		}
	}
}

// due reports whether a command is to be sent now.
func (d *Desk) due(c Command, now time.Time) bool {
	if !d.world.Here(c.Branch) {
		delete(d.sent, c.ID) // it hears it at once when it is back
		return false
	}
	b, known := d.world.Branch(c.Branch)
	if !known || b.Health == nil {
		return false // it has not said yet that it takes any
	}
	s, sent := d.sent[c.ID]
	return !sent || now.Sub(s.at) >= s.pause
}

func (d *Desk) send(ctx context.Context, c Command, now time.Time) error {
	b, known := d.world.Branch(c.Branch)
	if !known || b.Health == nil {
		return nil
	}
	s := d.sent[c.ID]
	d.sent[c.ID] = sending{at: now, pause: min(max(s.pause*2, leastPause), mostPause)}
	least := max(min(b.Health.Highest, 1<<53), uint64(max(0, now.UnixMilli()))) //nolint:gosec // not negative
	number, send, err := d.ledger.SendCommand(ctx, c.ID, least, now)
	if err != nil || !send {
		return err
	}
	said := wire.Command{
		ID: c.ID, Do: c.Do, Node: c.Node, Text: c.Text, By: d.world.Name(c.By), GivenMS: c.Given.UnixMilli(), UntilMS: c.Until.UnixMilli(),
	}
	if c.State == Expired || c.State == Received {
		said = wire.Command{ID: c.ID, Ask: true}
	}
	body, err := json.Marshal(said)
	if err != nil {
		return err
	}
	sealed, err := d.world.Sign(c.Branch, number, body)
	if err != nil {
		return err
	}
	return d.world.Send(c.Branch, sealed)
}

// Give keeps a command and has it sent. The same id twice is one command.
func (d *Desk) Give(ctx context.Context, c Command) error {
	now := d.now()
	b, known := d.world.Branch(c.Branch)
	if !known {
		return ErrNode
	}
	before, there, err := d.ledger.Command(ctx, c.ID)
	if err != nil {
		return err
	}
	if there {
		if before.Branch != c.Branch || before.By != c.By {
			return ErrKind
		}
		return nil
	}
	var knows []string
	if b.Health != nil {
		knows = b.Health.Knows
	}
	if err := check(c, knows, b.Linked, now); err != nil {
		return err
	}
	all, err := d.ledger.Commands(ctx, c.Branch, 2*mostOpen)
	if err != nil {
		return err
	}
	open := 0
	for _, one := range all {
		if one.State.Open() {
			open++
		}
	}
	if open >= mostOpen {
		return ErrMany
	}
	c.Given, c.State = now, Waiting
	if err := d.ledger.PutCommand(ctx, c); err != nil {
		return err
	}
	select {
	case d.wake <- struct{}{}:
	default:
	}
	return nil
}

// Withdraw takes a command back that no branch was sent. It refuses with ErrGone.
func (d *Desk) Withdraw(ctx context.Context, branch wire.NodeID, id string) error {
	c, there, err := d.ledger.Command(ctx, id)
	if err != nil {
		return err
	}
	if !there || c.Branch != branch {
		return ErrGone
	}
	took, err := d.ledger.WithdrawCommand(ctx, id, d.now())
	if err == nil && !took {
		err = ErrGone
	}
	return err
}

// Of returns the last commands of a branch, newest first.
func (d *Desk) Of(ctx context.Context, branch wire.NodeID, limit int) ([]Command, error) {
	return d.ledger.Commands(ctx, branch, limit)
}

// One returns a command of a branch; false where there is none.
func (d *Desk) One(ctx context.Context, branch wire.NodeID, id string) (Command, bool, error) {
	c, there, err := d.ledger.Command(ctx, id)
	return c, there && c.Branch == branch, err
}

// ErrStranger means that a branch spoke of a command that is not its own.
var ErrStranger = errors.New("a command of another branch")

// states are what a branch's words come to.
var states = map[string]State{ //nolint:gochecknoglobals // a constant
	wire.CommandReceived: Received, wire.CommandDone: Done, wire.CommandRefused: Refused, wire.CommandFailed: Failed,
}

// Hear takes what a branch says of a command.
func (d *Desk) Hear(ctx context.Context, node wire.NodeID, payload []byte) error {
	r, err := wire.DecodeCommandResult(payload)
	if err != nil {
		return err
	}
	c, there, err := d.ledger.Command(ctx, r.ID)
	if err != nil {
		return err
	}
	if !there || c.Branch != node {
		return ErrStranger
	}
	now := d.now()
	next := c
	next.Why, next.Words, next.Report = r.Why, r.Words, r.Report
	switch state, known := states[r.State]; {
	case known && state == Received:
		if c.State != Waiting && c.State != Sent && c.State != Expired {
			return nil
		}
		next.State, next.Came = Received, now
	case known && (c.State.Open() || c.State == Expired):
		next.State, next.Ended = state, now
		if c.Came.IsZero() && state != Refused {
			next.Came = now
		}
	case r.State == wire.CommandUnknown && c.State == Received:
		// The branch was put back from an older copy: what it had is gone.
		next.State, next.Why, next.Ended = Failed, wire.CommandInterrupted, now
	case r.State == wire.CommandUnknown && c.State == Expired && c.Why == "":
		next.Why = wire.CommandTooLate // it never came: now that is known
	default:
		return nil
	}
	_, err = d.ledger.AnswerCommand(ctx, next)
	return err
}
