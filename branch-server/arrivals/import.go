package arrivals

import (
	"context"
	"errors"
	"fmt"
	"time"

	"balcao/branch-server/booking"
	"balcao/internal/branch"
	"balcao/internal/queue"
)

// Import is one file, or one message, that was taken in. It keeps counts, never what the file said.
type Import struct {
	ID      int64          `json:"id,omitempty"`
	Key     string         `json:"-"`
	At      time.Time      `json:"at"`
	Person  string         `json:"-"` // sign-in name of whoever did it; "api" for a system
	Format  booking.Format `json:"format"`
	Added   int            `json:"added"`
	Moved   int            `json:"moved"`
	Removed int            `json:"removed"`
	Same    int            `json:"same"`
	Faulty  int            `json:"faulty"`
	Undone  bool           `json:"undone"`
}

// Result is what an import did, or would do.
type Result struct {
	Import
	Faults  []booking.Fault `json:"faults"`
	Ignored []string        `json:"ignored,omitempty"` // columns that were not read
	Over    []string        `json:"over,omitempty"`    // where more is booked than the share kept for bookings
	Codes   []Given         `json:"codes,omitempty"`   // codes that the branch gave
	Days    []DayCount      `json:"days,omitempty"`
}

// Given is a code that the branch gave to a booking that came without one.
type Given struct {
	ID   string       `json:"id"`
	Code booking.Code `json:"code"`
	QR   string       `json:"qr"`
}

// DayCount is how many bookings of a file are new or changed on a day.
type DayCount struct {
	Day   queue.Date `json:"day"`
	Count int        `json:"n"`
}

// Preview says what a file would do, and changes nothing but the keys of its days, which it makes.
func (k *Desk) Preview(ctx context.Context, data []byte) (Result, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	r, _, err := k.plan(ctx, data)
	r.Codes = nil // made anew when it is done
	return r, err
}

// Import takes a file in, once per key: the same key again returns the counts of the first time. The same file again
// changes nothing. An empty key has no memory.
func (k *Desk) Import(ctx context.Context, key, person string, data []byte) (Result, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if key != "" {
		if known, found, err := k.cfg.Table.ImportByKey(ctx, key); err != nil || found {
			return Result{Import: known, Faults: []booking.Fault{}}, err
		}
	}
	r, plan, err := k.plan(ctx, data)
	if err != nil {
		return r, err
	}
	r.Key, r.Person = key, person
	if len(plan.Changes) > 0 {
		saved, err := k.cfg.Table.SaveImport(ctx, r.Import, plan.Changes)
		if err != nil {
			return r, err
		}
		r.Import = saved
		k.wake()
	}
	k.cfg.Log.Info("bookings imported", "added", r.Added, "moved", r.Moved, "removed", r.Removed, "same", r.Same, "faulty", r.Faulty)
	return r, nil
}

func (k *Desk) plan(ctx context.Context, data []byte) (Result, booking.Plan, error) {
	b := k.cfg.Branch()
	now := k.cfg.Now()
	sheet := booking.Read(data, booking.Reading{
		Branch: b.ID, Name: b.Name, Zone: k.cfg.Zone, Now: now, Zones: k.cfg.Zones, Service: serviceOf(b),
	})
	defer sheet.Wipe()
	if err := k.digest(&sheet); err != nil {
		return Result{}, booking.Plan{}, err
	}
	// Cancellations may be of days before today; those change nobody's day.
	known, err := k.cfg.Table.Bookings(ctx, k.today())
	if err != nil {
		return Result{}, booking.Plan{}, err
	}
	_, visits, err := k.here(ctx)
	if err != nil {
		return Result{}, booking.Plan{}, err
	}
	plan := booking.Compare(known, sheet.Rows, newCode, func(old booking.Booking) string {
		if v, came := visits[old.Request]; came && old.Request != "" {
			return v.Number.String()
		}
		return ""
	})
	r := Result{
		Import: Import{
			At: now.UTC().Truncate(time.Millisecond), Format: sheet.Format, Same: plan.Same,
			Added: plan.Count(booking.Added), Moved: plan.Count(booking.Moved), Removed: plan.Count(booking.Removed),
		},
		Faults: append(append([]booking.Fault{}, sheet.Faults...), plan.Faults...), Ignored: sheet.Ignored,
	}
	r.Faulty = len(r.Faults)
	k.sum(b, &r, known, plan, sheet.Rows)
	return r, plan, nil
}

// digest replaces every document number and every token by its digest under the key of its day.
func (k *Desk) digest(sheet *booking.Sheet) error {
	for i := range sheet.Rows {
		row := &sheet.Rows[i]
		if row.Booking.Day == "" || row.Booking.State != booking.Expected {
			continue
		}
		key, err := k.cfg.Keys.Key(row.Booking.Day, true)
		if err != nil {
			return fmt.Errorf("take the key of %s: %w", row.Booking.Day, err)
		}
		if row.Documents {
			d, err := key.Digest(row.Document)
			if err != nil {
				key.Wipe()
				return fmt.Errorf("digest for %s: %w", row.Booking.Day, err)
			}
			row.Booking.Digest = d[:]
			row.Document.Wipe()
		}
		if !row.Token.Zero() {
			d, err := key.TokenDigest(row.Token)
			if err != nil {
				key.Wipe()
				return fmt.Errorf("digest for %s: %w", row.Booking.Day, err)
			}
			row.Booking.Pass = d[:]
			row.Token.Wipe()
		}
		key.Wipe()
	}
	return nil
}

// sum counts by day, lists the codes that were given, and says where more is booked than its share.
func (k *Desk) sum(b *branch.Branch, r *Result, known []booking.Booking, plan booking.Plan, rows []booking.Row) {
	coded := map[string]bool{}
	for _, row := range rows {
		coded[row.Booking.ID] = row.Booking.Code != ""
	}
	byDay := map[queue.Date]int{}
	after := map[string]booking.Booking{}
	for _, one := range known {
		after[one.ID] = one
	}
	for _, c := range plan.Changes {
		after[c.After.ID] = c.After
		if c.After.Day != "" {
			byDay[c.After.Day]++
		}
		if c.Kind == booking.Added && !coded[c.After.ID] {
			r.Codes = append(r.Codes, Given{ID: c.After.ID, Code: c.After.Code, QR: booking.QR(b.ID, c.After.Code)})
		}
	}
	for _, day := range sortedDays(byDay) {
		r.Days = append(r.Days, DayCount{Day: day, Count: byDay[day]})
		for _, div := range b.Divisions {
			share, held := b.Bookings.Share(div)
			if !held {
				continue
			}
			n := 0
			for _, one := range after {
				if s, _ := b.Service(one.Service); one.Day == day && one.State == booking.Expected && s.Division == div.ID {
					n++
				}
			}
			if n > share {
				r.Over = append(r.Over, fmt.Sprintf("%s: %d marcações na letra %s, e a parte reservada são %d senhas.", day, n, div.Prefix, share))
			}
		}
	}
}

func sortedDays(m map[queue.Date]int) []queue.Date {
	days := make([]queue.Date, 0, len(m))
	for d := range m {
		days = append(days, d)
	}
	sortDates(days)
	return days
}

var (
	errNoService    = errors.New("não existe nesta loja")
	errTwoServices  = errors.New("há dois serviços com este nome; use o código")
	errNotABookable = errors.New("o nome aponta para um serviço que já não existe")
)

// serviceOf finds a service by its id, by a name that the set-up gives it for files of bookings, or by its own name.
func serviceOf(b *branch.Branch) func(text string) (queue.ServiceID, error) {
	return func(text string) (queue.ServiceID, error) {
		if s, known := b.Service(queue.ServiceID(text)); known {
			return queue.ServiceID(s.ID), nil
		}
		for name, id := range b.Bookings.Names {
			if booking.SameName(name, text) {
				if _, known := b.Service(queue.ServiceID(id)); !known {
					return "", errNotABookable
				}
				return queue.ServiceID(id), nil
			}
		}
		var found queue.ServiceID
		for _, s := range b.Services {
			match := false
			for _, name := range s.Name {
				match = match || booking.SameName(name, text)
			}
			switch {
			case match && found != "":
				return "", errTwoServices
			case match:
				found = queue.ServiceID(s.ID)
			}
		}
		if found == "" {
			return "", errNoService
		}
		return found, nil
	}
}

// Undo puts back what an import changed; bookings whose citizen is here stay as they are.
func (k *Desk) Undo(ctx context.Context, id int64) (undone, stayed int, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, visits, err := k.here(ctx)
	if err != nil {
		return 0, 0, err
	}
	undone, stayed, err = k.cfg.Table.UndoImport(ctx, id, func(b booking.Booking) bool {
		_, came := visits[b.Request]
		return came && b.Request != ""
	})
	if err == nil {
		k.wake()
		k.cfg.Log.Info("import of bookings undone", "undone", undone, "stayed", stayed)
	}
	return undone, stayed, err
}

// Imports returns the last imports, newest first.
func (k *Desk) Imports(ctx context.Context) ([]Import, error) { return k.cfg.Table.Imports(ctx, 10) }
