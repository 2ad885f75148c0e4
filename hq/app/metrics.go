package app

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"balcao/hq/alert"
	"balcao/hq/network"
	"balcao/hq/store"
	"balcao/internal/metrics"
	"balcao/internal/operation"
	"balcao/internal/replica"
	"balcao/internal/wire"
)

// Families are the figures of headquarters, each with what it means; docs/metrics.md is made from them.
func Families() []metrics.Family {
	return slices.Concat(metrics.Shared(), []metrics.Family{
		{Name: "balcao_hq_branches", Kind: metrics.Gauge, Labels: []string{"state"}, Help: "Branches by state: out (somebody has to act), watch, unlinked, fine, closed, never (not yet connected)."},
		{Name: "balcao_hq_waiting", Kind: metrics.Gauge, Help: "Citizens who wait now, in all branches that report."},
		{Name: "balcao_hq_counters_open", Kind: metrics.Gauge, Help: "Open counters in all branches that report."},
		{Name: "balcao_hq_longest_wait_seconds", Kind: metrics.Gauge, Help: "The longest wait of anybody who waits now."},
		{Name: "balcao_hq_alerts_open", Kind: metrics.Gauge, Labels: []string{"rule"}, Help: "Alerts that are open, by rule."},
		{Name: "balcao_hq_branch_online", Kind: metrics.Gauge, Labels: []string{"branch"}, Help: "1 while a branch is connected and was heard within the last 15 seconds."},
		{Name: "balcao_hq_branch_pending_records", Kind: metrics.Gauge, Labels: []string{"branch"}, Help: "Entries that a branch is known to have and headquarters does not hold yet."},
		{Name: "balcao_hq_branch_heard_age_seconds", Kind: metrics.Gauge, Labels: []string{"branch"}, Help: "Time since anything was heard of a branch; absent before the first word."},
		{Name: "balcao_hq_live_age_seconds", Kind: metrics.Gauge, Help: "How old the oldest figures of a connected branch are; they come every second, beside the log."},
		{Name: "balcao_hq_intake_batches_total", Kind: metrics.Counter, Help: "Batches of entries that reached the database."},
		{Name: "balcao_hq_intake_records_total", Kind: metrics.Counter, Help: "Entries taken in."},
		{Name: "balcao_hq_intake_forks_total", Kind: metrics.Counter, Help: "Logs of branches that came with two contents."},
		{Name: "balcao_hq_intake_refused_total", Kind: metrics.Counter, Help: "Messages on unknown topics or with unreadable contents."},
		{Name: "balcao_hq_intake_overflow_total", Kind: metrics.Counter, Help: "Messages dropped because a queue was full; what matters is sent again."},
		{Name: "balcao_hq_commit_seconds", Kind: metrics.Histogram, Buckets: metrics.Commits, Help: "How long a commit of entries took, from the first statement until it was on disk."},
		{Name: "balcao_hq_commit_errors_total", Kind: metrics.Counter, Help: "Commits of entries that the disk did not take."},
		{Name: "balcao_broker_clients", Kind: metrics.Gauge, Help: "Clients connected to the embedded broker, headquarters itself among them."},
		{Name: "balcao_broker_refused_total", Kind: metrics.Counter, Help: "Connections and subscriptions that the embedded broker turned away."},
		{Name: "balcao_broker_dropped_total", Kind: metrics.Counter, Help: "Messages for clients whose queue was full; what matters is sent again."},
	})
}

// states are the names of network's states in figures.
var states = map[network.State]string{
	network.Out: "out", network.Watch: "watch", network.Unlinked: "unlinked", network.Fine: "fine", network.Closed: "closed", network.Never: "never",
}

// rules are all that can be open: one that is not is told as 0, so that a graph has no holes.
var rules = []alert.Rule{
	alert.BreachAhead, alert.BreachNow, alert.Stuck, alert.NoCounter, alert.Overload, alert.NoShows, alert.SilentKiosk, alert.StaleBoard,
	alert.Unlawful, alert.Disk, alert.Clock, alert.Seal, alert.NoPaper, alert.Fork, alert.Version, alert.Offline, alert.District, alert.Printer, alert.Model,
}

// openPost prepares what whoever keeps headquarters running looks at.
func (a *App) openPost(ctx context.Context) (err error) {
	if a.book, err = metrics.New(Families(), a.tell); err != nil {
		return err
	}
	a.book.Add("balcao_hq_commit_errors_total", 0) // told from the beginning
	a.post, err = operation.New(ctx, operation.Duty{
		Config: a.cfg.Operation, Metrics: a.book.Handler(), Log: a.log,
		Alive: []operation.Question{{Part: "network", Ask: a.looks}, {Part: "store", Ask: a.readsStore}},
		Ready: []operation.Question{{Part: "store", Ask: a.readsStore}, {Part: "broker", Ask: func(context.Context) error { return a.healthy() }}},
	})
	return err
}

// looks takes the lock that every page and every entry needs.
func (a *App) looks(context.Context) error {
	a.live.Alerts()
	return nil
}

func (a *App) readsStore(ctx context.Context) error {
	_, err := a.store.Sites(ctx)
	return err
}

// tell writes every figure that is looked up at the moment somebody asks.
func (a *App) tell(s *metrics.Sheet) {
	a.home().Tell(s, a.post, a.cfg.Data)
	a.tellNetwork(s)
	open := map[alert.Rule]int{}
	for _, one := range a.live.Alerts() {
		open[one.Rule]++
	}
	for _, rule := range rules {
		s.Set("balcao_hq_alerts_open", float64(open[rule]), string(rule))
	}
	c := a.parent.Counters()
	s.Set("balcao_hq_intake_batches_total", float64(c.Batches))
	s.Set("balcao_hq_intake_records_total", float64(c.Records))
	s.Set("balcao_hq_intake_forks_total", float64(c.Forks))
	s.Set("balcao_hq_intake_refused_total", float64(c.Refused))
	s.Set("balcao_hq_intake_overflow_total", float64(c.Overflow))
	if a.broker != nil {
		c := a.broker.Counters()
		s.Set("balcao_broker_clients", float64(c.Clients))
		s.Set("balcao_broker_refused_total", float64(c.Refused))
		s.Set("balcao_broker_dropped_total", float64(c.Dropped))
	}
}

func (a *App) tellNetwork(s *metrics.Sheet) {
	now := time.Now()
	branches, totals := a.live.Overview(now, network.Sight{})
	for state, name := range states {
		s.Set("balcao_hq_branches", float64(totals.States[state]), name)
	}
	s.Set("balcao_hq_waiting", float64(totals.Waiting))
	s.Set("balcao_hq_counters_open", float64(totals.Counters))
	s.Set("balcao_hq_longest_wait_seconds", totals.Longest.Seconds())
	s.Set("balcao_hq_live_age_seconds", a.live.LiveAge(now).Seconds())
	for _, b := range branches {
		if b.Heard.IsZero() {
			continue
		}
		id := string(b.ID)
		s.Set("balcao_hq_branch_online", metrics.Truth(b.Fresh()), id)
		s.Set("balcao_hq_branch_pending_records", float64(b.Log.Behind()), id)
		s.Set("balcao_hq_branch_heard_age_seconds", max(0, now.Sub(b.Heard).Seconds()), id)
	}
}

func (a *App) home() operation.Home {
	home := operation.Home{
		Program: "hq", Version: Version, Node: wire.HQName, Database: filepath.Join(a.cfg.Data, "hq.db"), Now: time.Now, Disk: a.diskCode,
		Until: func() (time.Time, bool) {
			own := a.trust.Own()
			if own == nil {
				return time.Time{}, false
			}
			return own.Until(), true
		},
	}
	if db := a.store.Database(); db != nil {
		home.Failures = db.Failures
	}
	return home
}

// OperationAddr returns the bound address of health, readiness and metrics; empty where none is configured.
func (a *App) OperationAddr() string { return a.post.Addr() }

// timedStore measures how long commits of entries take.
type timedStore struct {
	*store.Store

	book *metrics.Book
}

// AcceptAll implements ingest.Store.
func (t timedStore) AcceptAll(ctx context.Context, batches []wire.Batch) ([]replica.Decision, error) {
	began := time.Now()
	decisions, err := t.Store.AcceptAll(ctx, batches)
	if err != nil {
		t.book.Add("balcao_hq_commit_errors_total", 1)
		return nil, err
	}
	t.book.Observe("balcao_hq_commit_seconds", time.Since(began).Seconds())
	return decisions, nil
}
