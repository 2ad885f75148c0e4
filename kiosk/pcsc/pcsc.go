// Package pcsc is the kiosk's card reader, the only door to PC/SC.
//
// A Watcher tells which readers there are and which cards come and go, and
// hands out one Session for each insertion of one card. The Session carries
// commands to that card (it is a card.Transmitter) and dies with its removal;
// it never continues with another card.
//
// The package is built around what pcsc-lite and its Go binding do wrong:
// waiting calls that no one can end, a dead service that the old context never
// notices, a card exchanged between two polls that looks like the same one,
// arrivals of readers that get lost, panics on odd input. Each rule is noted
// where it is kept. Whatever the reader does, nothing here blocks for ever:
// every call into the library runs under a watchdog that cuts its connection.
//
// One process may run one Watcher at a time: libpcsclite keeps its table of
// readers in one unguarded global variable.
package pcsc

import (
	"errors"
	"log/slog"
	"os"
	"time"
)

var (
	// ErrService says that the smart card service (pcscd) is not running, or
	// went away in the middle. The Watcher keeps looking for it.
	ErrService = errors.New("smart card service is not running")
	// ErrBusy says that another program holds the card for itself.
	ErrBusy = errors.New("card is held by another program")
	// ErrReset says that another program reset the card. The Session is over;
	// the card must be put in again.
	ErrReset = errors.New("card was reset by another program")
)

// Config says how to watch. The zero value watches the system's pcscd.
type Config struct {
	// Socket is the Unix socket of the smart card service, empty for the
	// library's default. libpcsclite reads it from the environment once per
	// process, so the first Watcher of a process decides for all later ones.
	Socket string
	// Log receives what an operator should know; nil discards it. Nothing that
	// a card said is ever logged.
	Log *slog.Logger
	// AnswerTime is how long a card may take for one command before it counts
	// as mute, 5 s if zero.
	AnswerTime time.Duration
	// Relist is how often readers are listed anew, since the notification of
	// new ones can be missed; 1 s if zero, at least 1 ms.
	Relist time.Duration
}

// Kind is what happened.
type Kind int

// The kinds of events, in the order in which a good day brings them.
const (
	// ServiceUp says that the smart card service answers.
	ServiceUp Kind = iota + 1
	// ReaderArrived says that Reader was plugged in, or was there at the start.
	ReaderArrived
	// CardInserted says that a card was put into Reader; Session leads to it.
	// A card put in upside down comes with a Session whose ATR is empty.
	CardInserted
	// CardRemoved says that the card of Session has left Reader.
	CardRemoved
	// ReaderLeft says that Reader was unplugged.
	ReaderLeft
	// ServiceDown says that the smart card service is gone, for Err.
	ServiceDown
)

// String names the kind for logs.
func (k Kind) String() string {
	switch k {
	case ServiceUp:
		return "service up"
	case ReaderArrived:
		return "reader arrived"
	case CardInserted:
		return "card inserted"
	case CardRemoved:
		return "card removed"
	case ReaderLeft:
		return "reader left"
	case ServiceDown:
		return "service down"
	default:
		return "unknown"
	}
}

// Event is something the Watcher saw.
type Event struct {
	// Kind is what happened.
	Kind Kind
	// Reader is the reader's name; empty for events of the service.
	Reader string
	// Session is set for CardInserted and CardRemoved, the same in both.
	Session *Session
	// Err is why the service is down; nil for other kinds.
	Err error
	// Make is what the reader says of itself, for ReaderArrived.
	Make Make
}

// Watcher watches all readers of this machine. Make one with New and give Run
// a goroutine.
type Watcher struct {
	log        *slog.Logger
	answerTime time.Duration
	relist     time.Duration
	dialer     dialer
	mail       mailbox
	events     chan Event
	mute       map[string]bool // readers that did not say in time what they are; belongs to Run
}

// New makes a Watcher. It opens nothing: that no service, no reader and no
// card are there is the ordinary way to start.
func New(cfg Config) *Watcher {
	w := &Watcher{
		log:        cfg.Log,
		answerTime: cfg.AnswerTime,
		relist:     max(cfg.Relist, time.Millisecond),
		dialer:     dialer{socket: cfg.Socket, serviceTime: 5 * time.Second},
		mail:       mailbox{wake: make(chan struct{}, 1)},
		events:     make(chan Event),
		mute:       map[string]bool{},
	}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	if cfg.AnswerTime <= 0 {
		w.answerTime = 5 * time.Second
	}
	if cfg.Relist <= 0 {
		w.relist = time.Second
	}
	return w
}

// Events returns what the Watcher sees, in order. A receiver that looks away
// misses only what is already over: a card that came and went meanwhile is not
// reported at all. The channel is closed when Run returns.
func (w *Watcher) Events() <-chan Event { return w.events }

// setSocket tells libpcsclite where the service listens. It must come before
// the first context of the process.
func (w *Watcher) setSocket() error {
	if w.dialer.socket == "" {
		return nil
	}
	return os.Setenv("PCSCLITE_CSOCK_NAME", w.dialer.socket)
}
