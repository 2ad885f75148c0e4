// Package arrivals takes in files of bookings and receives the citizens who come for them: at a kiosk by code or card,
// at reception by hand. One booking leads to one ticket, however often it is asked for; nobody who has not come is
// ever counted as waiting. It also says how many numbers of each division are kept for bookings that may still come.
//
// Who has booked is a matter of tables, not of events: nothing of a booking but its hour enters the journal.
package arrivals

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"balcao/branch-server/booking"
	"balcao/internal/branch"
	"balcao/internal/citizen"
	"balcao/internal/queue"
)

// ErrNoKey says that the key of a day does not exist, or no longer.
var ErrNoKey = errors.New("the day has no key")

// Table keeps bookings; the store does. Every write is one transaction.
type Table interface {
	// Bookings returns the bookings from a day on, cancelled ones too, by slot and id.
	Bookings(ctx context.Context, from queue.Date) ([]booking.Booking, error)
	// Claim notes the request by which the citizen of a booking is here, in place of the one noted before. It reports
	// false, and changes nothing, if another one is noted.
	Claim(ctx context.Context, id string, before, now queue.RequestID) (bool, error)
	// SaveImport applies the changes of an import and notes it, once per key.
	SaveImport(ctx context.Context, i Import, changes []booking.Change) (Import, error)
	// Imports returns the last imports, newest first.
	Imports(ctx context.Context, limit int) ([]Import, error)
	// ImportByKey returns the import that was noted under a key.
	ImportByKey(ctx context.Context, key string) (Import, bool, error)
	// UndoImport puts back what an import changed; bookings whose citizen is here stay. It returns how many went back
	// and how many stayed.
	UndoImport(ctx context.Context, id int64, here func(booking.Booking) bool) (undone, stayed int, err error)
	// ForgetBookings removes the digests of days before one, the notes of what their imports changed, and bookings
	// that are older than keep.
	ForgetBookings(ctx context.Context, before, keep queue.Date) error
}

// Keys keeps the key of each day apart from the table.
type Keys interface {
	// Key returns the key of a day, made now if create is set and there is none; else ErrNoKey.
	Key(day queue.Date, create bool) (citizen.DayKey, error)
	// DestroyBefore destroys the keys of all days before one and returns how many.
	DestroyBefore(day queue.Date) (int, error)
}

// Commands is the engine.
type Commands interface {
	// Do carries out a command once per key; a refusal is an answer, an error means that nothing happened.
	Do(ctx context.Context, key string, cmd queue.Command) (queue.Refusal, error)
	// Read lets look see the Day; look must be quick and keep nothing.
	Read(ctx context.Context, look func(d *queue.Day, at time.Time)) error
}

// Config is what a Desk needs.
type Config struct {
	Branch   func() *branch.Branch
	Zone     *time.Location
	Zones    func(name string) (*time.Location, error)
	Table    Table
	Keys     Keys
	Commands Commands
	Now      func() time.Time
	Log      *slog.Logger
}

// Desk receives those who booked.
type Desk struct {
	cfg     Config
	changed chan struct{} // the bookings changed: look again at what is kept for them

	mu sync.Mutex // held from reading a booking to writing what became of it
}

// New returns a desk. It starts nothing.
func New(cfg Config) *Desk { return &Desk{cfg: cfg, changed: make(chan struct{}, 1)} }

func (k *Desk) today() queue.Date { return queue.DateOf(k.cfg.Now(), k.cfg.Zone) }

func (k *Desk) wake() {
	select {
	case k.changed <- struct{}{}:
	default:
	}
}

// step is how often time alone is looked at: shares are released by the minute.
const step = 20 * time.Second

// Run keeps the shares of the day true and destroys what is over, until ctx ends.
func (k *Desk) Run(ctx context.Context) error {
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	var forgotten queue.Date
	for {
		if today := k.today(); today != forgotten {
			if err := k.Forget(ctx, today); err != nil && ctx.Err() == nil {
				k.cfg.Log.Error("forget the bookings of days that are over", "err", err)
			} else {
				forgotten = today
			}
		}
		if err := k.KeepShares(ctx); err != nil && ctx.Err() == nil {
			k.cfg.Log.Error("keep numbers for bookings", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-k.changed:
		case <-ticker.C:
		}
	}
}

// keepDays is how long a booking without its digest stays, for whoever compares with the system that made it.
const keepDays = 30

// Forget destroys the keys of days before today, their digests, and bookings older than a month.
func (k *Desk) Forget(ctx context.Context, today queue.Date) error {
	n, err := k.cfg.Keys.DestroyBefore(today)
	if n > 0 {
		k.cfg.Log.Info("keys of bookings destroyed", "days", n)
	}
	keep := today
	if at, parseErr := time.Parse(time.DateOnly, string(today)); parseErr == nil {
		keep = queue.Date(at.AddDate(0, 0, -keepDays).Format(time.DateOnly))
	}
	return errors.Join(err, k.cfg.Table.ForgetBookings(ctx, today, keep))
}

func newCode() booking.Code {
	var b [booking.CodeLength]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return booking.NewCode(b)
}

// window says when citizens of a service may come.
func (k *Desk) window(b *branch.Branch, s queue.ServiceID) booking.Window {
	p := b.Catalogue().Policy
	w := booking.Window{From: b.Bookings.CheckInFrom(), Late: p.Late}
	service, _ := b.Service(s)
	div, _ := b.Division(service.Division)
	if own, has := p.Bodies[queue.BodyID(div.Body)]; has {
		w.Late = own.Late
	}
	return w
}

// here returns the visits of the Day by request, as far as they stand for somebody who came.
func (k *Desk) here(ctx context.Context) (day queue.Date, visits map[queue.RequestID]queue.Visit, err error) {
	visits = map[queue.RequestID]queue.Visit{}
	err = k.cfg.Commands.Read(ctx, func(d *queue.Day, _ time.Time) {
		day = d.Date()
		for _, v := range d.Visits() {
			if v.State != queue.StateVoid && v.State != queue.StateCancelled {
				visits[v.Request] = v
			}
		}
	})
	if err != nil {
		return "", nil, fmt.Errorf("look who is here: %w", err)
	}
	return day, visits, nil
}
