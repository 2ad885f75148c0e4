package wire

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

// KindCommand is what a sealed command of headquarters to a branch is called (dn/cmd, sync-protocol §4).
const KindCommand = "command"

// What headquarters can ask of a branch. A branch names in its health those that its program knows.
const (
	CommandBackup  = "backup"  // copy the database now
	CommandCheck   = "check"   // read the whole database now
	CommandReport  = "report"  // say how the machine is, for support
	CommandConfig  = "config"  // tell the own description again, and try a waiting configuration again
	CommandRestart = "restart" // end the program of one kiosk or callboard, which is started again
	CommandMessage = "message" // show a text to the coordination until somebody has read it
)

// Commands lists what this version knows.
func Commands() []string {
	return []string{CommandBackup, CommandCheck, CommandReport, CommandConfig, CommandRestart, CommandMessage}
}

// Bounds of a command, in letters, and of a report, in bytes.
const (
	MaxCommandText   = 500
	maxCommandBy     = 80
	MaxCommandReport = 32 << 10
)

// Command is the body of a sealed command. The branch begins each ID at most once; told again, it says again what became
// of it. Text and By are for people at the branch: they never enter a fact.
type Command struct {
	ID      string `json:"id"`
	Do      string `json:"do,omitempty"`
	Node    string `json:"node,omitempty"` // whom it is about, of CommandRestart
	Text    string `json:"text,omitempty"` // of CommandMessage
	By      string `json:"by,omitempty"`   // who gave it, by name
	GivenMS int64  `json:"at,omitempty"`
	UntilMS int64  `json:"until,omitempty"` // not begun afterwards
	// Ask begins nothing: the branch only says what became of it, also long after its time.
	Ask bool `json:"ask,omitempty"`
}

// States of a command, as the branch tells them.
const (
	CommandReceived = "received" // on the branch's disk, and begun
	CommandDone     = "done"
	CommandRefused  = "refused" // not begun
	CommandFailed   = "failed"  // begun, and not done
	CommandUnknown  = "unknown" // asked about, and it never came
)

// Why a command was not begun or not done.
const (
	CommandTooLate     = "expired"     // it came after its time
	CommandNotKnown    = "unknown"     // this program knows no such command
	CommandBusy        = "busy"        // too many others are waiting
	CommandNoRoom      = "no_room"     // the disk is too full for it
	CommandNoNode      = "no_node"     // there is no such device, or it cannot be started again from afar
	CommandNoAnswer    = "no_answer"   // the device did not come back in time
	CommandInterrupted = "interrupted" // the branch server ended meanwhile
	CommandDamaged     = "damaged"     // the database does not hold together
	CommandFault       = "fault"       // something else, which stands in the branch's log
)

// CommandResult tells headquarters what became of a command (up/res). It comes with each change, and again whenever the
// command does.
type CommandResult struct {
	ID     string `json:"id"`
	State  string `json:"s"`
	Why    string `json:"why,omitempty"`
	Words  string `json:"w,omitempty"` // in Portuguese
	Report string `json:"r,omitempty"` // of CommandReport
	AtMS   int64  `json:"at"`
}

// CommandHealth tells in a branch's health that its program takes commands, and which.
type CommandHealth struct {
	Highest uint64   `json:"n"` // number of the highest statement believed
	Knows   []string `json:"k"`
}

// Types of the facts about commands.
const (
	TypeCommandAccepted = "cmd.accepted"
	TypeCommandDone     = "cmd.done"
	TypeCommandRefused  = "cmd.refused" // not begun, or not done
)

// CommandFact is the body of the facts about commands. It names nobody.
type CommandFact struct {
	ID   string `json:"id"`
	Do   string `json:"do"`
	Node string `json:"node,omitempty"`
	Why  string `json:"why,omitempty"`
}

// DecodeCommand reads the body of a sealed command and checks it. A command of a kind that this program does not know is
// no fault of its form; fields it does not know are accepted.
func DecodeCommand(body []byte) (Command, error) {
	var c Command
	if len(body) > MaxPayload {
		return c, fmt.Errorf("read command: %w: %d bytes", ErrTooLarge, len(body))
	}
	if err := json.Unmarshal(body, &c); err != nil {
		return Command{}, fmt.Errorf("read command: %w", ErrMalformed)
	}
	switch {
	case c.ID == "" || len(c.ID) > MaxRequestID || len(c.Do) > 32 || c.Do == "" && !c.Ask:
		return Command{}, fmt.Errorf("read command: %w: id or kind", ErrMalformed)
	case c.Node != "" && !NodeID(c.Node).Valid():
		return Command{}, fmt.Errorf("read command: %w: whom it is about", ErrMalformed)
	case utf8.RuneCountInString(c.Text) > MaxCommandText || utf8.RuneCountInString(c.By) > maxCommandBy:
		return Command{}, fmt.Errorf("read command: %w: words", ErrTooLarge)
	}
	return c, nil
}

// EncodeCommandResult returns a result as JSON.
func EncodeCommandResult(r CommandResult) ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode result: %w", err)
	}
	return b, nil
}

// DecodeCommandResult reads what a branch says of a command, and checks it.
func DecodeCommandResult(payload []byte) (CommandResult, error) {
	var r CommandResult
	if len(payload) > MaxPayload {
		return r, fmt.Errorf("read result: %w: %d bytes", ErrTooLarge, len(payload))
	}
	if err := json.Unmarshal(payload, &r); err != nil {
		return CommandResult{}, fmt.Errorf("read result: %w", ErrMalformed)
	}
	states := []string{CommandReceived, CommandDone, CommandRefused, CommandFailed, CommandUnknown}
	switch {
	case r.ID == "" || len(r.ID) > MaxRequestID || !slices.Contains(states, r.State) || len(r.Why) > 32:
		return CommandResult{}, fmt.Errorf("read result: %w: id, state or reason", ErrMalformed)
	case utf8.RuneCountInString(r.Words) > MaxCommandText || len(r.Report) > MaxCommandReport:
		return CommandResult{}, fmt.Errorf("read result: %w: words", ErrTooLarge)
	}
	return r, nil
}
