package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"balcao/internal/fleet"
)

// What can be killed.
const (
	killHQ       = "hq"
	killPostgres = "postgres"
	killBroker   = "broker"
)

// Fault is one kind of what was killed, and what came of it. What was lost and doubled is counted of the whole run.
type Fault struct {
	Of    string  `json:"of"`
	Tried int     `json:"tried"`
	Back  float64 `json:"back_max_ms"` // from the kill until every branch was connected and what it had logged was held
}

// stroke is a kill on its way to being forgotten.
type stroke struct {
	of       string
	at       time.Time
	connects uint64
	noticed  bool     // some branch saw that it happened
	marks    []uint64 // how far the logs were when what was killed served again
}

// seenAfter is how long a kill goes unseen by every branch before it is taken for one that none notices; restAfter how long
// a process rests before it is started again, as with systemd.
const (
	seenAfter = 3 * time.Second
	restAfter = 100 * time.Millisecond
)

// strike kills what is next and starts it anew at once, as its supervisor does.
func (r *run) strike(ctx context.Context, now time.Time) error {
	of := r.o.Victims[r.result.Kills%len(r.o.Victims)]
	s := &stroke{of: of, at: now, connects: r.fleet.Figures().Connects}
	var err error
	switch of {
	case killHQ:
		err = r.killProcess(ctx, s)
	case killPostgres:
		r.in.engine.Kill()
		err = r.in.engine.Run()
	case killBroker:
		if err = r.in.outside.kill(); err == nil {
			err = r.in.outside.start(ctx)
		}
	}
	r.result.Kills++
	r.fault(of).Tried++
	if err != nil {
		return fmt.Errorf("kill %s: %w", of, err)
	}
	s.marks = r.fleet.Marks()
	r.stroke = s
	return nil
}

// killProcess kills the processes of headquarters in turn.
func (r *run) killProcess(ctx context.Context, s *stroke) error {
	i := r.in.next % len(r.in.processes)
	r.in.next++
	r.commits += r.seen[i][commitsTotal]
	r.records += r.seen[i][recordsTotal]
	r.seen[i] = nil
	one := r.in.processes[i]
	if err := one.kill(); err != nil {
		return err
	}
	rest := time.NewTimer(restAfter)
	defer rest.Stop()
	select {
	case <-ctx.Done():
	case <-rest.C:
	}
	f := r.fleet.Figures()
	s.noticed = f.Linked < f.Branches || f.Connects > s.connects
	return one.start(ctx)
}

// fault is the line of the result about one kind.
func (r *run) fault(of string) *Fault {
	i := slices.IndexFunc(r.result.Faults, func(f Fault) bool { return f.Of == of })
	if i < 0 {
		i = len(r.result.Faults)
		r.result.Faults = append(r.result.Faults, Fault{Of: of})
	}
	return &r.result.Faults[i]
}

// recovered looks whether the last kill is over: every branch is connected, those of what was killed anew, and everything
// that was logged until it served again is held.
func (r *run) recovered(f fleet.Figures, now time.Time) {
	s := r.stroke
	s.noticed = s.noticed || s.of == killPostgres || f.Linked < f.Branches || f.Connects > s.connects || now.Sub(s.at) > seenAfter
	if !s.noticed || f.Linked < f.Branches || !r.fleet.Held(s.marks) {
		return
	}
	took := milliseconds(now.Sub(s.at))
	r.stroke = nil
	r.result.Back = max(r.result.Back, took)
	one := r.fault(s.of)
	one.Back = max(one.Back, took)
	r.say("%s was killed: everything is back after %.1f s", s.of, took/1000)
}

// checkVictims refuses to kill what is not there, or not ours.
func (o *Options) checkVictims() error {
	if len(o.Victims) == 0 {
		o.Victims = []string{killHQ}
	}
	for _, of := range o.Victims {
		switch {
		case of == killHQ, of == killPostgres && o.Store == onPostgres, of == killBroker && o.Broker == mosquitto:
		case of == killPostgres:
			return fmt.Errorf("hq bench: only a PostgreSQL of its own can be killed: -store %s", onPostgres)
		case of == killBroker:
			return fmt.Errorf("hq bench: only a broker outside can be killed: -broker %s", mosquitto)
		default:
			return fmt.Errorf("hq bench: -victims: %q is none of %s", of, strings.Join([]string{killHQ, killPostgres, killBroker}, ", "))
		}
	}
	return nil
}
