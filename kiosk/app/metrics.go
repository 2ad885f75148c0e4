package app

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"balcao/internal/metrics"
	"balcao/internal/operation"
	"balcao/internal/wire"
	"balcao/kiosk/store"
)

// ticketSeconds are bounds for the time from a touch to the first byte on its way to paper.
var ticketSeconds = []float64{0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10}

// Families are the figures of a kiosk or callboard box, each with what it means; docs/metrics.md is made from them.
func Families() []metrics.Family {
	return slices.Concat(metrics.Shared(), []metrics.Family{
		{Name: "balcao_kiosk_device_state", Kind: metrics.Gauge, Labels: []string{"device", "state"}, Help: "Always 1; the state each device of this machine is in, such as ready, paper_out, absent."},
		{Name: "balcao_kiosk_page_age_seconds", Kind: metrics.Gauge, Help: "Time since the page on the screen last proved that it works; absent until one did."},
		{Name: "balcao_kiosk_branch_connected", Kind: metrics.Gauge, Help: "1 while the branch answers."},
		{Name: "balcao_kiosk_pending_records", Kind: metrics.Gauge, Help: "Facts that the branch is not known to hold."},
		{Name: "balcao_kiosk_lag_seconds", Kind: metrics.Gauge, Help: "Age of the oldest fact that the branch is not known to hold; 0 when it holds all."},
		{Name: "balcao_kiosk_requests_total", Kind: metrics.Counter, Labels: []string{"result"}, Help: "What became of requests for a ticket since the program started: printed, unknown, failed, accepted, abandoned."},
		{Name: "balcao_kiosk_first_byte_seconds", Kind: metrics.Histogram, Buckets: ticketSeconds, Help: "From a touch to the first byte on its way to the printer."},
		{Name: "balcao_kiosk_slips_left", Kind: metrics.Gauge, Help: "Forecast of the slips left on the roll; absent where the roll's length is not configured."},
		{Name: "balcao_kiosk_lent_numbers", Kind: metrics.Gauge, Help: "Numbers that the kiosk may give by itself while the branch is silent, today's."},
	})
}

// openPost prepares what whoever keeps this machine running looks at.
func (a *App) openPost(ctx context.Context) (err error) {
	if a.book, err = metrics.New(Families(), a.tell); err != nil {
		return err
	}
	a.duty, err = operation.New(ctx, operation.Duty{
		Config: a.cfg.Operation, Metrics: a.book.Handler(), Log: a.log,
		Alive: []operation.Question{{Part: "loop", Ask: a.loopAnswers}, {Part: "memory", Ask: a.readsMemory}},
		Ready: []operation.Question{{Part: "memory", Ask: a.readsMemory}, {Part: "screen", Ask: a.isWatched}},
	})
	return err
}

// loopAnswers waits for the citizen's path to take a pulse; a callboard box has none, and its devices answer.
func (a *App) loopAnswers(context.Context) error {
	if a.loop != nil {
		a.loop.pulse()
	}
	_ = a.devices.now()
	return nil
}

func (a *App) readsMemory(ctx context.Context) error {
	_, _, _, _, err := a.store.Position(ctx)
	return err
}

var errNobodyLooks = errors.New("no browser shows the page")

func (a *App) isWatched(context.Context) error {
	if !a.screen.Watched() {
		return errNobodyLooks
	}
	return nil
}

// tell writes every figure that is looked up at the moment somebody asks.
func (a *App) tell(s *metrics.Sheet) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	a.home().Tell(s, a.duty, a.cfg.Data)
	for device, state := range a.devices.now() {
		s.Set("balcao_kiosk_device_state", 1, device, metrics.Word(state))
	}
	if at := a.screen.Beaten(); !at.IsZero() {
		s.Set("balcao_kiosk_page_age_seconds", max(0, a.clock.Now().Sub(at).Seconds()))
	}
	s.Set("balcao_kiosk_branch_connected", metrics.Truth(a.uplink.Reachable()))
	unsent := a.uplink.Unsent()
	s.Set("balcao_kiosk_pending_records", float64(unsent))
	s.Set("balcao_kiosk_lag_seconds", a.lag(ctx, unsent))
	if left := a.paperLeft(); left != nil {
		s.Set("balcao_kiosk_slips_left", float64(left.Left))
	}
	if a.tickets != nil {
		if lent, err := a.store.Lent(ctx); err == nil {
			n, today := 0, a.offers.day(a.time.now())
			for _, r := range lent {
				if r.Day == today {
					n += max(0, r.Left)
				}
			}
			s.Set("balcao_kiosk_lent_numbers", float64(n))
		}
	}
}

func (a *App) home() operation.Home {
	return operation.Home{
		Program: "kiosk", Version: Version, Node: a.cfg.Node, Database: filepath.Join(a.cfg.Data, "kiosk.db"), Now: time.Now,
		Disk: func() string { return a.diskCode(a.disk.State()) }, Failures: a.store.Database().Failures,
		Until: func() (time.Time, bool) {
			if a.own == nil {
				return time.Time{}, false
			}
			return a.own.Until(), true
		},
	}
}

// lag returns how old the oldest fact is that the branch is not known to hold, in seconds.
func (a *App) lag(ctx context.Context, unsent uint64) float64 {
	_, _, last, _, err := a.store.Position(ctx)
	if err != nil || unsent == 0 || last < unsent {
		return 0
	}
	records, _, err := a.store.After(ctx, last-unsent, 1, 1<<20)
	if err != nil || len(records) == 0 {
		return 0
	}
	fact, err := wire.DecodeEvent(records[0].Raw)
	if err != nil {
		return 0
	}
	return max(0, a.clock.Now().Sub(time.UnixMilli(fact.TS)).Seconds())
}

// countEnd follows what became of a request.
func (a *App) countEnd(state store.State) {
	a.book.Add("balcao_kiosk_requests_total", 1, string(state))
}
