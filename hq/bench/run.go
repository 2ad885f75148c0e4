package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"balcao/internal/fleet"
	"balcao/internal/machine"
	"balcao/internal/mqttlink"
	"balcao/internal/wire"
)

// run is one measurement on its way.
type run struct {
	o       Options
	dir     string
	in      *installation
	fleet   *fleet.Fleet
	screens []*screen // one for each process
	delays  fleet.Delays
	result  Result

	began   time.Time
	commits float64 // of processes that were killed meanwhile
	records float64
	seen    []map[string]float64 // the last figures of each present one
	lives   fleet.Delays
	stroke  *stroke // the last kill, until all is back
}

// mostProcesses bounds how many processes of headquarters are measured together.
const mostProcesses = 8

func (o *Options) check() error {
	if o.Branches < 1 || o.Branches > fleet.Most || o.Seconds < 0 || o.Rate < 0 || o.Alone < 0 || o.Alone > 60 {
		return fmt.Errorf("hq bench: want 1 to %d branches, no negative seconds or rate, at most 60 working days alone", fleet.Most)
	}
	if o.Report == nil {
		o.Report = io.Discard
	}
	if o.Patience == 0 {
		o.Patience = 10 * time.Minute
	}
	if o.Store == "" {
		o.Store = onSQLite
	}
	if o.Broker == "" {
		o.Broker = embedded
	}
	o.Processes = max(o.Processes, 1)
	switch {
	case o.Broker != embedded && o.Broker != mosquitto:
		return fmt.Errorf("hq bench: -broker: want %s or %s", embedded, mosquitto)
	case o.Processes > mostProcesses:
		return fmt.Errorf("hq bench: at most %d processes", mostProcesses)
	case o.Processes > 1 && o.Store == onSQLite:
		return fmt.Errorf("hq bench: several processes want PostgreSQL: -store %s, or the address of an empty database", onPostgres)
	case o.Processes > 1 && o.Broker == mosquitto:
		return errors.New("hq bench: several processes have a broker each, inside them")
	}
	return o.checkVictims()
}

// Run measures. Where ctx ends early, what was measured until then is the result.
func Run(ctx context.Context, o Options) (Result, error) {
	if err := o.check(); err != nil {
		return Result{}, err
	}
	r := &run{o: o, dir: o.Dir, result: Result{
		Simulated: true, Branches: o.Branches, Store: "postgres", Broker: o.Broker, Processes: o.Processes, Ended: "whole", Limit: "days",
	}, seen: make([]map[string]float64, o.Processes)}
	if o.Store == onSQLite {
		r.result.Store = onSQLite
	}
	if err := r.folder(ctx); err != nil {
		return r.result, err
	}
	if o.Dir == "" {
		defer os.RemoveAll(r.dir)
	}
	defer r.in.close()
	err := r.measure(ctx)
	if stopped := r.in.stop(); err == nil {
		err = stopped
	}
	if err != nil {
		return r.result, err
	}
	// What was promised is looked for also after Ctrl-C.
	return r.result, r.judge(context.WithoutCancel(ctx))
}

func (r *run) folder(ctx context.Context) (err error) {
	if r.dir == "" {
		if r.dir, err = os.MkdirTemp("", "hq-bench-"); err != nil {
			return err
		}
	} else if r.dir, err = filepath.Abs(r.dir); err != nil {
		return err
	} else if err := os.MkdirAll(r.dir, 0o750); err != nil {
		return err
	} else if _, err := os.Stat(file(r.dir)); err == nil {
		return fmt.Errorf("hq bench: %s holds a database already: name an empty folder", r.dir)
	}
	r.in, err = install(ctx, r.o, r.dir)
	return err
}

func (r *run) say(format string, values ...any) {
	_, _ = fmt.Fprintf(r.o.Report, "hq bench: "+format+"\n", values...)
}

func (r *run) measure(ctx context.Context) error {
	if err := r.in.start(ctx, r.dir, r.o.Branches); err != nil {
		return err
	}
	for _, one := range r.in.processes {
		r.screens = append(r.screens, &screen{url: "http://" + one.at.Pages + "/events", delays: &r.delays, now: time.Now})
		r.say("headquarters serves at http://%s/", one.at.Pages)
	}
	r.say("%d simulated branches are made; they connect to %s", r.o.Branches, r.in.front)
	var err error
	r.fleet, err = fleet.New(ctx, fleet.Config{
		Branches: r.o.Branches, Rate: r.o.Rate, Alone: r.o.Alone, Spread: r.o.Spread, LiveEvery: r.o.Live,
		Now: time.Now, Mint: machine.Minter(), Boot: machine.NewBoot, Uptime: machine.Uptime, Gave: r.gave,
		Link: func(context.Context, wire.NodeID) (mqttlink.Config, error) {
			return mqttlink.Config{Brokers: []string{r.in.front}, KeepAlive: 30 * time.Second}, nil
		},
	})
	if err != nil {
		return r.interrupted(ctx, err)
	}
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	g, life := errgroup.WithContext(life)
	if f := r.fleet.Figures(); f.Logged > 0 {
		r.say("%d entries wait at the branches", f.Logged)
	}
	r.began = time.Now()
	g.Go(func() error { return r.fleet.Run(life) })
	for i := range r.o.Screens * len(r.screens) {
		g.Go(func() error { r.screens[i%len(r.screens)].watch(life); return nil })
	}
	err = r.follow(ctx, life)
	end()
	return errors.Join(err, g.Wait())
}

// gave tells every screen how many numbers were given.
func (r *run) gave(total uint64, at time.Time) {
	for _, one := range r.screens {
		one.gave(total, at)
	}
}

// interrupted turns the end that somebody wished into a result.
func (r *run) interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		r.result.Ended = "interrupted"
		return nil //nolint:nilerr // somebody wished the end
	}
	return err
}

// lookEvery is how often the run is looked at, tellEvery how often it says how far it is.
const (
	lookEvery = 200 * time.Millisecond
	tellEvery = 5 * time.Second
)

// follow looks at the run until it has an end: all have been connected, have lived as long as wished, and headquarters
// holds everything.
func (r *run) follow(ctx, life context.Context) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	var linked, until, patience, lastTold, lastAsked time.Time
	struck, recovered := r.began, r.began
	backlog := r.o.Alone > 0
	last := r.fleet.Figures()
	for {
		select {
		case <-ctx.Done():
			r.result.Ended = "interrupted"
			r.count(last, time.Now())
			return nil
		case <-life.Done():
			return errors.New("the simulated branches ended by themselves")
		case <-look.C:
		}
		if err := r.in.died(); err != nil {
			return err
		}
		now := time.Now()
		f := r.fleet.Figures()
		r.memory()
		if now.Sub(lastAsked) >= time.Second {
			lastAsked = now
			r.ask(life, !linked.IsZero() && f.Linked == f.Branches && now.Sub(recovered) > 3*time.Second)
		}
		if linked.IsZero() && f.Linked == f.Branches {
			linked, until, recovered = now, now.Add(time.Duration(r.o.Seconds)*time.Second), now
			r.result.Linked = milliseconds(now.Sub(r.began))
			r.say("all connected after %v", now.Sub(r.began).Round(time.Millisecond))
		}
		if r.stroke != nil {
			recovered = now
			r.recovered(f, now)
		}
		if backlog && f.Acked+uint64(f.Branches)*4 >= f.Logged && f.Linked == f.Branches { //nolint:gosec // far below
			backlog = false
			r.result.Limit = "hq"
			r.count(f, now)
			r.say("everything that had waited is taken in after %v", now.Sub(r.began).Round(time.Millisecond))
		}
		if now.Sub(lastTold) >= tellEvery {
			r.tell(f, last, now.Sub(lastTold))
			last, lastTold = f, now
		}
		switch {
		case linked.IsZero(), backlog:
		case !patience.IsZero():
			if f.Acked == f.Logged || now.After(patience) {
				if r.result.Limit == "days" {
					r.count(f, now)
				}
				return nil
			}
		case now.After(until) && r.stroke == nil:
			r.fleet.Quiet()
			patience = now.Add(r.o.Patience)
			r.say("the branches rest; what is on its way still arrives")
		case r.o.Kill > 0 && now.Sub(struck) >= r.o.Kill && r.stroke == nil:
			if err := r.strike(ctx, now); err != nil {
				return r.interrupted(ctx, err)
			}
			struck = now
		}
	}
}

// The figures of headquarters that are looked at.
const (
	commitsTotal = "balcao_hq_commit_seconds_count"
	recordsTotal = "balcao_hq_intake_records_total"
	liveAge      = "balcao_hq_live_age_seconds"
)

// ask looks at the figures of headquarters; steady says that every branch is connected and has had time to speak.
func (r *run) ask(ctx context.Context, steady bool) {
	oldest, known := 0.0, false
	for i, one := range r.in.processes {
		all := figures(ctx, one.at.Operation)
		if all == nil {
			continue
		}
		r.seen[i] = all
		if age, told := all[liveAge]; told {
			oldest, known = max(oldest, age), true
		}
	}
	if known && steady {
		r.result.LiveAge = max(r.result.LiveAge, oldest*1000)
		r.lives.Note(time.Duration(oldest * float64(time.Second)))
	}
}

func (r *run) memory() {
	if all, most := r.in.resident(); all > 0 {
		r.result.Resident = float64(all) / (1 << 20)
		r.result.ResidentMax = max(r.result.ResidentMax, float64(most)/(1<<20))
	}
	r.result.Bench = max(r.result.Bench, float64(machine.Resident())/(1<<20))
}

// count keeps the rate up to now.
func (r *run) count(f fleet.Figures, now time.Time) {
	r.result.Seconds = now.Sub(r.began).Seconds()
	r.result.Rate = float64(f.Acked) / r.result.Seconds
}

func (r *run) tell(f, before fleet.Figures, passed time.Duration) {
	rate := 0.0
	if passed < time.Hour {
		rate = float64(f.Acked-min(before.Acked, f.Acked)) / passed.Seconds()
	}
	acks := r.fleet.Acks()
	r.say("%d of %d connected, %d entries acknowledged (%.0f a second), %d on their way, ack p50 %v p99 %v, headquarters %.0f MiB, kills %d",
		f.Linked, f.Branches, f.Acked, rate, f.Logged-min(f.Acked, f.Logged), acks.Quantile(0.5).Round(time.Millisecond),
		acks.Quantile(0.99).Round(time.Millisecond), r.result.Resident, r.result.Kills)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
