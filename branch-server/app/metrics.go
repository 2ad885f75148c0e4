package app

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"balcao/branch-server/engine"
	"balcao/internal/metrics"
	"balcao/internal/operation"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Families are the figures of a branch server, each with what it means; docs/metrics.md is made from them.
func Families() []metrics.Family {
	return slices.Concat(metrics.Shared(), []metrics.Family{
		{Name: "balcao_branch_open", Kind: metrics.Gauge, Help: "1 while a Day is open."},
		{Name: "balcao_queue_waiting", Kind: metrics.Gauge, Labels: []string{"service"}, Help: "Citizens who wait, by the service they wait for."},
		{Name: "balcao_queue_longest_wait_seconds", Kind: metrics.Gauge, Labels: []string{"service"}, Help: "How long the citizen who waits for longest has waited."},
		{Name: "balcao_wait_seconds", Kind: metrics.Histogram, Labels: []string{"service"}, Buckets: metrics.Waits, Help: "How long citizens had waited when they were called."},
		{Name: "balcao_counters_open", Kind: metrics.Gauge, Help: "Counters that take visits now."},
		{Name: "balcao_serving", Kind: metrics.Gauge, Help: "Visits that are served at a counter now."},
		{Name: "balcao_visits_total", Kind: metrics.Counter, Labels: []string{"what"}, Help: "What happened to visits since the program started: issued, called, recalled, finished, no_show, cancelled, void."},
		{Name: "balcao_prints_total", Kind: metrics.Counter, Labels: []string{"result"}, Help: "What is known of the slips of new visits since the program started: printed, unknown, accepted, reception, failed."},
		{Name: "balcao_journal_sequence", Kind: metrics.Gauge, Help: "Number of the journal's last entry."},
		{Name: "balcao_journal_commit_seconds", Kind: metrics.Histogram, Buckets: metrics.Commits, Help: "How long a commit of the journal took, from the first statement until it was on disk."},
		{Name: "balcao_journal_commit_errors_total", Kind: metrics.Counter, Help: "Commits of the journal that the disk did not take."},
		{Name: "balcao_journal_sealed_sequence", Kind: metrics.Gauge, Help: "Number of the last entry that headquarters signed; absent before the first signature."},
		{Name: "balcao_journal_seal_refused", Kind: metrics.Gauge, Help: "1 while headquarters refuses to sign the journal, because it took in something else."},
		{Name: "balcao_replication_connected", Kind: metrics.Gauge, Help: "1 while headquarters answers; absent where there is none."},
		{Name: "balcao_replication_pending_records", Kind: metrics.Gauge, Help: "Entries that headquarters is not known to hold."},
		{Name: "balcao_replication_lag_seconds", Kind: metrics.Gauge, Help: "Age of the oldest entry that headquarters is not known to hold; 0 when it holds all."},
		{Name: "balcao_node_online", Kind: metrics.Gauge, Labels: []string{"kiosk"}, Help: "1 while a kiosk or callboard box is connected."},
		{Name: "balcao_node_pending_records", Kind: metrics.Gauge, Labels: []string{"kiosk"}, Help: "Facts that a kiosk or box still has to send, as it last said."},
		{Name: "balcao_device_state", Kind: metrics.Gauge, Labels: []string{"kiosk", "device", "state"}, Help: "Always 1; the state each device of a kiosk or box was last heard to be in, such as ready, paper_out, absent."},
		{Name: "balcao_slips_left", Kind: metrics.Gauge, Labels: []string{"kiosk"}, Help: "Forecast of the slips left on a kiosk's roll; absent where the roll's length is not configured."},
		{Name: "balcao_broker_clients", Kind: metrics.Gauge, Help: "Clients connected to the embedded broker, the branch itself among them."},
		{Name: "balcao_broker_refused_total", Kind: metrics.Counter, Help: "Connections and subscriptions that the embedded broker turned away."},
		{Name: "balcao_broker_dropped_total", Kind: metrics.Counter, Help: "Messages for clients whose queue was full; what matters is sent again."},
		{Name: "balcao_intake_records_total", Kind: metrics.Counter, Help: "Facts of kiosks and boxes that were taken into the journal."},
		{Name: "balcao_intake_forks_total", Kind: metrics.Counter, Help: "Logs of kiosks that came with two contents."},
	})
}

// openPost prepares what whoever keeps this branch running looks at.
func (a *App) openPost(ctx context.Context) (err error) {
	if a.book, err = metrics.New(Families(), a.tell); err != nil {
		return err
	}
	a.book.Add("balcao_journal_commit_errors_total", 0) // told from the beginning
	a.post, err = operation.New(ctx, operation.Duty{
		Config: a.cfg.Operation, Metrics: a.book.Handler(), Log: a.log,
		Alive: []operation.Question{{Part: "engine", Ask: a.readsDay}},
		Ready: []operation.Question{{Part: "journal", Ask: a.readsDay}, {Part: "broker", Ask: a.meetsBroker}},
	})
	return err
}

func (a *App) readsDay(ctx context.Context) error {
	return a.engine.Read(ctx, func(*queue.Day, time.Time) {})
}

var errNoBroker = errors.New("no connection to the branch's broker")

func (a *App) meetsBroker(context.Context) error {
	if !a.parent.Connected() {
		return errNoBroker
	}
	return nil
}

// tell writes every figure that is looked up at the moment somebody asks.
func (a *App) tell(s *metrics.Sheet) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	a.home().Tell(s, a.post, a.cfg.Data)
	var live wire.Live
	if err := a.engine.Read(ctx, func(d *queue.Day, at time.Time) { live = a.branch.Load().Live(d, at) }); err == nil {
		tellLive(s, live)
	}
	a.tellNodes(s)
	if a.broker != nil {
		c := a.broker.Counters()
		s.Set("balcao_broker_clients", float64(c.Clients))
		s.Set("balcao_broker_refused_total", float64(c.Refused))
		s.Set("balcao_broker_dropped_total", float64(c.Dropped))
	}
	c := a.parent.Counters()
	s.Set("balcao_intake_records_total", float64(c.Records))
	s.Set("balcao_intake_forks_total", float64(c.Forks))
	if a.uplink != nil {
		a.tellUplink(ctx, s)
	}
}

func (a *App) home() operation.Home {
	return operation.Home{
		Program: "branch-server", Version: Version, Node: a.cfg.Branch.ID, Database: filepath.Join(a.cfg.Data, "branch.db"), Now: time.Now,
		Disk: func() string { return a.whole.Code(a.disk.State().Code()) }, Failures: a.store.Database().Failures,
		Until: func() (time.Time, bool) {
			own := a.trust.Own()
			if own == nil {
				return time.Time{}, false
			}
			return own.Until(), true
		},
	}
}

func tellLive(s *metrics.Sheet, live wire.Live) {
	s.Set("balcao_branch_open", metrics.Truth(live.Open))
	s.Set("balcao_counters_open", float64(live.Counters))
	s.Set("balcao_serving", float64(live.Serving))
	s.Set("balcao_journal_sequence", float64(live.Seq))
	for _, line := range live.Queues {
		s.Set("balcao_queue_waiting", float64(line.Waiting), line.Service)
		s.Set("balcao_queue_longest_wait_seconds", float64(line.Longest), line.Service)
	}
}

func (a *App) tellNodes(s *metrics.Sheet) {
	for _, k := range a.devices() {
		s.Set("balcao_node_online", metrics.Truth(k.Online), k.Node)
		s.Set("balcao_node_pending_records", float64(k.Unsent), k.Node)
		for device, state := range k.Devices {
			s.Set("balcao_device_state", 1, k.Node, metrics.Word(device), metrics.Word(state))
		}
		if k.Roll != nil {
			s.Set("balcao_slips_left", float64(k.Roll.Left), k.Node)
		}
	}
}

// tellUplink says how far headquarters is behind.
func (a *App) tellUplink(ctx context.Context, s *metrics.Sheet) {
	s.Set("balcao_replication_connected", metrics.Truth(a.uplink.child.Reachable()))
	unsent, _ := a.uplink.child.Unsent()
	s.Set("balcao_replication_pending_records", float64(unsent))
	lag := 0.0
	if unsent > 0 {
		_, _, last, _, err := a.store.Position(ctx)
		if err == nil && last >= unsent {
			lag = a.ageOf(ctx, last-unsent)
		}
	}
	s.Set("balcao_replication_lag_seconds", lag)
	_, seq, refused := a.seals.state()
	if seq > 0 {
		s.Set("balcao_journal_sealed_sequence", float64(seq))
	}
	s.Set("balcao_journal_seal_refused", metrics.Truth(refused))
}

// ageOf returns how many seconds ago the entry after seq was written; 0 if that cannot be told.
func (a *App) ageOf(ctx context.Context, seq uint64) float64 {
	records, _, err := a.store.After(ctx, seq, 1, 1<<20)
	if err != nil || len(records) == 0 {
		return 0
	}
	entry, err := wire.DecodeEvent(records[0].Raw)
	if err != nil {
		return 0
	}
	return max(0, a.clock.Now().Sub(time.UnixMilli(entry.TS)).Seconds())
}

// count follows what happened to visits. It is called with the engine locked and does not block.
func (a *App) count(entries []queue.Entry) {
	for _, e := range entries {
		switch ev := e.Event.(type) {
		case queue.Issued:
			a.book.Add("balcao_visits_total", 1, "issued")
			a.book.Add("balcao_prints_total", 1, string(ev.Print))
		case queue.PrintKnown:
			a.book.Add("balcao_prints_total", 1, string(ev.Print))
		case queue.PrintFailure:
			a.book.Add("balcao_prints_total", 1, string(queue.PrintFailed))
		case queue.Called:
			a.book.Add("balcao_visits_total", 1, "called")
			a.book.Observe("balcao_wait_seconds", ev.Why.Waited.Seconds(), string(ev.Service))
		case queue.Recalled:
			a.book.Add("balcao_visits_total", 1, "recalled")
		case queue.Finished:
			a.book.Add("balcao_visits_total", 1, "finished")
		case queue.NotShown:
			a.book.Add("balcao_visits_total", 1, "no_show")
		case queue.Cancelled:
			a.book.Add("balcao_visits_total", 1, "cancelled")
		case queue.Voided:
			a.book.Add("balcao_visits_total", 1, "void")
		case queue.DayClosed:
			a.seals.nudge()
		default: // moves within the branch
		}
	}
}

// timedJournal measures how long commits take.
type timedJournal struct {
	engine.Journal

	book *metrics.Book
}

// Append implements engine.Journal.
func (j timedJournal) Append(ctx context.Context, b engine.Batch) error {
	began := time.Now()
	err := j.Journal.Append(ctx, b)
	if err != nil {
		j.book.Add("balcao_journal_commit_errors_total", 1)
		return err
	}
	j.book.Observe("balcao_journal_commit_seconds", time.Since(began).Seconds())
	return nil
}
