// Package web is the branch server's faces in the browser: the clerk's counter, the coordinator's page, the answer to
// «why was he called before me?» and the callboard for plain televisions. Pages follow the Day through one event
// stream each; wishes are POSTs with an Idempotency-Key that the page repeats until they are answered. The package
// holds no rule of the queue: it turns presses into commands, and Days and refusals into words.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/staff"
	"balcao/internal/branch"
	"balcao/internal/media"
	"balcao/internal/queue"
	"balcao/internal/signin"
	"balcao/internal/wire"
)

// Commands is the engine: it carries out wishes once per key, and lets the Day be looked at.
type Commands interface {
	// Do carries out a command once per key; a refusal is an answer, an error means that nothing happened.
	Do(ctx context.Context, key string, cmd queue.Command) (engine.Answer, error)
	// Read lets look see the Day; look must be quick and keep nothing.
	Read(ctx context.Context, look func(d *queue.Day, at time.Time)) error
}

// Staff knows who may sign in.
type Staff interface {
	// SignIn returns the person with a name and PIN; any error but that of the context means that there is none.
	SignIn(ctx context.Context, name, pin string) (staff.Person, error)
	// Find returns the person with an id, if they still work here.
	Find(id string) (staff.Person, bool)
}

// Sessions keeps sign-ins over a restart. Web is their only writer and holds them in memory; the store is read once.
type Sessions interface {
	// All returns every session stored.
	All(ctx context.Context) ([]Session, error)
	// Put stores a session, replacing the one with the same token.
	Put(ctx context.Context, s Session) error
	// Delete forgets a session; one that is not there is no error.
	Delete(ctx context.Context, token signin.TokenHash) error
}

// States of the link to headquarters.
const (
	LinkUp   = "up"   // connected
	LinkDown = "down" // not connected; the branch works on
	// LinkRefused is connected without a protocol version in common: headquarters takes nothing in.
	LinkRefused = "refused"
	LinkOff     = "off" // no headquarters is configured
)

// Link is the state of the way to headquarters.
type Link struct {
	State  string    // up, down, refused or off
	Since  time.Time // of that state; zero if not known
	Unsent uint64    // entries of the journal that headquarters has not acknowledged
	Newer  bool      // refused because the branch's program is the newer one

	Sealed       time.Time // when headquarters last signed the journal; zero where it never did
	Contradicted bool      // headquarters refuses to sign: it took in something else
}

// Config is what the faces need. Every field without a stated default must be set.
type Config struct {
	Branch   func() *branch.Branch // the description in force: read once for each request or painting, never kept
	Zone     *time.Location
	Epoch    uint64 // of the branch's journal: callboards order what they see by (epoch, sequence)
	Commands Commands
	Waits    branch.Waits  // what people are told of waits
	Messages Messages      // what the coordination says on the callboards
	Videos   *media.Folder // what can be shown beside the calls; nil is nothing
	Staff    Staff
	Sessions Sessions
	Archive  Archive                   // the journal's Days, for reports and explanations
	Server   func() wire.KioskHealth   // how the machine of the branch server is; nil is not known
	Devices  func() []wire.KioskHealth // the branch's kiosks and callboards; nil means none
	Link     func() Link               // the way to headquarters; nil means that there is none
	Slips    Slips                     // paper for numbers that reception gave; nil means that there is none
	// Pseudonym returns the name under which a person may stand in a fact; nil writes none.
	Pseudonym func(ctx context.Context, person string) (string, error)
	// Audit writes down what somebody did; nil writes nothing.
	Audit func(ctx context.Context, d Deed) error
	Hints Hints            // what each person has understood of the pages' hints; nil shows none
	Hosts []string         // names under which browsers may ask, beside localhost and any IP address
	HTTPS bool             // browsers come over TLS: cookies are marked Secure
	Now   func() time.Time // the wall clock: sessions end by it
	Log   *slog.Logger

	Setup        Setup    // the description and the people, to be changed; nil means that they cannot be
	Press        Press    // pictures and tests of slips; nil means that there are none
	Asking       Asking   // what headquarters asks; nil means that it cannot
	Arrivals     Arrivals // booked times; nil means that there are none
	BookingToken string   // of systems that send bookings; empty means none may
}

// Web serves the faces of one branch.
type Web struct {
	cfg     Config
	seats   *seats
	doorman *signin.Doorman
	hub     *hub
	named   atomic.Pointer[named]
	handler http.Handler
	presses map[string]press
	public  publicWaits
	codes   ticketCodes
	facts   facts     // owned by the hub's goroutine, as are the next two
	book    alertBook // since when somebody should look at what
	aliases aliases   // pseudonyms of those who sit at counters
	history history   // the day as a timeline
}

// New reads the sessions and prepares the pages. It starts nothing.
func New(ctx context.Context, cfg Config) (*Web, error) {
	if cfg.Branch == nil || cfg.Zone == nil || cfg.Commands == nil || cfg.Waits == nil || cfg.Messages == nil || cfg.Staff == nil || cfg.Sessions == nil || cfg.Archive == nil || cfg.Now == nil || cfg.Log == nil {
		return nil, errors.New("web: the configuration is not complete")
	}
	if cfg.Devices == nil {
		cfg.Devices = func() []wire.KioskHealth { return nil }
	}
	if cfg.Pseudonym == nil {
		cfg.Pseudonym = func(context.Context, string) (string, error) { return "", nil }
	}
	if cfg.Slips == nil {
		cfg.Slips = noSlips{}
	}
	if cfg.Link == nil {
		cfg.Link = func() Link { return Link{State: LinkOff} }
	}
	w := &Web{cfg: cfg, doorman: signin.NewDoorman()}
	w.presses = w.allPresses()
	var err error
	if w.seats, err = newSeats(ctx, cfg.Sessions, cfg.Now()); err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	w.hub = newHub(w.paint)
	w.handler = w.routes()
	return w, nil
}

// Handler answers every request of the faces.
func (w *Web) Handler() http.Handler { return w.handler }

// Run keeps the event streams going until ctx ends; then every stream is closed.
func (w *Web) Run(ctx context.Context) error {
	w.hub.run(ctx, w.cfg.Log)
	return nil
}

// Hear tells the streams that the Day changed. It never blocks: what changed is read from the engine afterwards, once
// for all entries that came meanwhile.
func (w *Web) Hear(entries []queue.Entry) {
	w.history.hear(entries)
	w.hub.wake()
}
