// Package notify tells alerts outside headquarters: by e-mail, by a signed webhook and to Prometheus Alertmanager. What
// is to be told stands on disk before, and is tried again until it is told or a day has passed.
package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"balcao/hq/alert"
	"balcao/hq/cases"
)

// Way is one way of telling.
type Way interface {
	// Name tells it from others.
	Name() string
	// Tell tells one notice; it gives up when ctx ends.
	Tell(ctx context.Context, n cases.Notice) error
}

// Outbox keeps what is to be told; the store does.
type Outbox interface {
	// DueNotices returns notices to be told now, oldest first.
	DueNotices(ctx context.Context, now time.Time, limit int) ([]cases.Notice, error)
	// Noticed writes down what became of a notice. A zero next gives it up, or it was told.
	Noticed(ctx context.Context, id int64, told, next time.Time, fault string) error
}

const (
	every    = 5 * time.Second  // how often the outbox is looked at
	patience = 20 * time.Second // for one notice
	batch    = 50
	giveUp   = 24 * time.Hour
	longest  = 15 * time.Minute // between two tries
	maxFault = 200
)

// Teller tells what is due.
type Teller struct {
	outbox Outbox
	ways   map[string]Way
	now    func() time.Time
	log    *slog.Logger
}

// New returns a teller by some ways.
func New(outbox Outbox, ways []Way, now func() time.Time, log *slog.Logger) *Teller {
	t := &Teller{outbox: outbox, ways: map[string]Way{}, now: now, log: log}
	for _, w := range ways {
		t.ways[w.Name()] = w
	}
	return t
}

// Run tells until ctx ends.
func (t *Teller) Run(ctx context.Context) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := t.Round(ctx); err != nil && ctx.Err() == nil {
			t.log.Error("alerts not told", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

var errNoWay = errors.New("the configuration does not name this way any more")

// Round tells what is due now. The order of what is told by one way is kept while nothing fails.
func (t *Teller) Round(ctx context.Context) error {
	due, err := t.outbox.DueNotices(ctx, t.now(), batch)
	if err != nil {
		return err
	}
	for _, n := range due {
		way, known := t.ways[n.Way]
		fault := errNoWay
		if known {
			fault = t.tell(ctx, way, n)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		now := t.now()
		switch next := now.Add(pause(n.Tries)); {
		case fault == nil:
			err = t.outbox.Noticed(ctx, n.ID, now, time.Time{}, "")
		case !known || next.Sub(n.At) > giveUp:
			t.log.Error("alert not told", "way", n.Way, "case", n.Case.ID, "err", fault)
			err = t.outbox.Noticed(ctx, n.ID, time.Time{}, time.Time{}, short(fault))
		default:
			t.log.Warn("alert not told yet", "way", n.Way, "case", n.Case.ID, "err", fault)
			err = t.outbox.Noticed(ctx, n.ID, time.Time{}, next, short(fault))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Teller) tell(ctx context.Context, way Way, n cases.Notice) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return way.Tell(ctx, n)
}

// pause is how long the next try waits after some that failed: half a minute, doubled each time.
func pause(tries int) time.Duration { return min(longest, 30*time.Second<<min(tries, 10)) }

func short(err error) string {
	s := strings.ToValidUTF8(err.Error(), "")
	if len(s) > maxFault {
		s = strings.ToValidUTF8(s[:maxFault], "")
	}
	return s
}

// words are what stands before an alert in a message.
var words = map[cases.Kind]string{cases.Opened: "Alerta", cases.Escalated: "Ninguém tratou", cases.Closed: "Resolvido"}

var degrees = map[alert.Degree]string{alert.Urgent: "agir já", alert.Soon: "ver em breve", alert.Blind: "sem notícias"}

// subject is a notice in one line.
func subject(n cases.Notice) string {
	return fmt.Sprintf("[Balcão] %s: %s", words[n.Kind], n.Case.Where)
}
