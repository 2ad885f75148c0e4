// Package command is what headquarters asks of a branch from afar: copy the database, start a kiosk again, tell the
// coordination something. What is asked is on disk before it is sent; it is sealed anew and sent again until the branch
// has said what became of it; it waits for a branch that is away until its time is over, and asks afterwards whether it
// was done all the same.
package command

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"balcao/internal/wire"
)

// State is how a command stands.
type State string

// The states of a command.
const (
	Waiting   State = "waiting"  // not sent yet: the branch is away
	Sent      State = "sent"     // and no answer
	Received  State = "received" // the branch has it, and does it
	Done      State = "done"
	Refused   State = "refused" // by the branch
	Failed    State = "failed"  // the branch began it and could not
	Expired   State = "expired" // its time ended without an answer
	Withdrawn State = "withdrawn"
)

// Open reports whether an answer is waited for.
func (s State) Open() bool { return s == Waiting || s == Sent || s == Received }

// Command is one thing asked of one branch.
type Command struct {
	ID     string
	Branch wire.NodeID
	Do     string // as wire names it
	Node   string // of wire.CommandRestart
	Text   string // of wire.CommandMessage
	By     string // sign-in name
	Given  time.Time
	Until  time.Time
	State  State
	Why    string
	Words  string // what the branch says
	Report string
	Number uint64    // of the statement sent last
	Sent   time.Time // first; zero while it was not
	Came   time.Time // the branch had it; zero while that is not known
	Ended  time.Time // zero while it is not
}

// Refusals.
var (
	// ErrKind means that no command of that kind can be given.
	ErrKind = errors.New("no such command")
	// ErrNode means that the branch has no such device.
	ErrNode = errors.New("no such device")
	// ErrText means that a message is empty or too long.
	ErrText = errors.New("no text, or too long a one")
	// ErrTime means that the time in which it may be begun is none of those offered.
	ErrTime = errors.New("no such time")
	// ErrOld means that the branch's program does not know the command.
	ErrOld = errors.New("the branch's program does not know it")
	// ErrMany means that too many commands of the branch are open.
	ErrMany = errors.New("too many are open")
	// ErrGone means that there is no such command that could be withdrawn.
	ErrGone = errors.New("it cannot be withdrawn any more")
)

// Bounds.
const (
	// MaxLife is the longest time in which a command may be begun.
	MaxLife  = 7 * 24 * time.Hour
	minLife  = time.Minute
	mostOpen = 10 // of one branch
	// asksFor is how long after its time a command without an answer is asked about.
	asksFor = 7 * 24 * time.Hour
)

// check names what is wrong with a command that somebody wants to give.
func check(c Command, knows []string, linked bool, now time.Time) error {
	life := c.Until.Sub(now)
	switch {
	case !slices.Contains(wire.Commands(), c.Do) || c.ID == "" || len(c.ID) > wire.MaxRequestID:
		return ErrKind
	case linked && !slices.Contains(knows, c.Do):
		return ErrOld
	case c.Do == wire.CommandRestart && wire.NodeID(c.Node).Branch() != c.Branch, c.Do == wire.CommandRestart && !wire.NodeID(c.Node).Valid(),
		c.Do == wire.CommandRestart && c.Node == string(c.Branch), c.Do != wire.CommandRestart && c.Node != "":
		return ErrNode
	case c.Do == wire.CommandMessage && (strings.TrimSpace(c.Text) == "" || utf8.RuneCountInString(c.Text) > wire.MaxCommandText),
		c.Do != wire.CommandMessage && c.Text != "":
		return ErrText
	case life < minLife || life > MaxLife+time.Minute:
		return ErrTime
	}
	return nil
}

// Ledger keeps commands; the store does. What it returns is committed.
type Ledger interface {
	// PutCommand keeps a command; one with a known id changes nothing and is not told as an error.
	PutCommand(ctx context.Context, c Command) error
	// Commands returns the last commands of a branch, newest first.
	Commands(ctx context.Context, branch wire.NodeID, limit int) ([]Command, error)
	// Command returns one; false where there is none.
	Command(ctx context.Context, id string) (Command, bool, error)
	// OpenCommands returns those of some branches that wait for an answer, and those that expired after a moment without one.
	OpenCommands(ctx context.Context, expiredAfter time.Time) ([]Command, error)
	// SendCommand gives an open command, or one that expired, the next number of its branch, above least, and notes that it is
	// sent; false if it has ended meanwhile.
	SendCommand(ctx context.Context, id string, least uint64, at time.Time) (number uint64, send bool, err error)
	// AnswerCommand notes what a branch says of one of its commands; false if that changes nothing.
	AnswerCommand(ctx context.Context, c Command) (bool, error)
	// ExpireCommands ends the open ones that a branch is not known to have, and whose time is over, and those that a branch has
	// begun so long ago that no answer comes any more.
	ExpireCommands(ctx context.Context, at, begunBefore time.Time) error
	// WithdrawCommand ends one that was not sent; false if it was.
	WithdrawCommand(ctx context.Context, id string, at time.Time) (bool, error)
	// ForgetCommands takes those away that were given before a moment.
	ForgetCommands(ctx context.Context, before time.Time) error
}
