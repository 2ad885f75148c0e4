package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"balcao/hq/postgres"
	"balcao/internal/cluster"
)

// What Options.Store may say beside the address of a database.
const (
	onSQLite   = "sqlite"   // a file of its own
	onPostgres = "postgres" // a server of its own, which is gone at the end
)

// What Options.Broker may say.
const (
	embedded  = "embedded"
	mosquitto = "mosquitto"
)

// installation is what is measured: one or several processes of headquarters, what they keep everything in, and what
// stands before them.
type installation struct {
	processes []*server
	engine    *cluster.Server // nil where it is somebody else's, or a file
	database  string          // address on PostgreSQL; empty is a file
	empty     int64           // bytes of the database before anything was in it
	balancer  *balancer
	outside   *outside // broker
	front     string   // where branches connect
	next      int      // process that is killed next
}

// install puts together what is measured, up to where headquarters can be started.
func install(ctx context.Context, o Options, dir string) (_ *installation, err error) {
	in := &installation{}
	defer func() {
		if err != nil {
			in.close()
		}
	}()
	switch {
	case o.Store == onPostgres:
		if in.engine, err = cluster.New(ctx, cluster.Options{Durable: true, SharedMiB: 128}); err != nil {
			return nil, fmt.Errorf("a PostgreSQL of its own: %w", err)
		}
		if in.database, err = in.engine.Create(ctx); err != nil {
			return nil, err
		}
	case o.Store != onSQLite:
		in.database = o.Store
	}
	if in.database != "" {
		if err := in.vacant(ctx); err != nil {
			return nil, err
		}
	}
	if o.Broker == mosquitto {
		if in.outside, err = newOutside(ctx, dir, o.Branches); err != nil {
			return nil, err
		}
	}
	for i := range o.Processes {
		s, err := newServer(o, dir, i)
		if err != nil {
			return nil, err
		}
		if in.database != "" {
			s.config["postgres"] = map[string]any{"url": in.database}
		}
		if in.outside != nil {
			s.config["broker"] = map[string]any{"outside": []string{in.outside.url()}}
		}
		in.processes = append(in.processes, s)
	}
	return in, nil
}

// vacant refuses a database that holds anything, and remembers how large an empty one is.
func (in *installation) vacant(ctx context.Context) error {
	c := postgres.Config{URL: in.database}
	if err := c.Check(); err != nil {
		return fmt.Errorf("hq bench: -store: %w", err)
	}
	empty, err := postgres.Empty(ctx, c)
	if err != nil {
		return err
	}
	if !empty {
		return fmt.Errorf("hq bench: the database %s holds something: name an empty one", c.Where())
	}
	state, err := postgres.Look(ctx, c)
	if err != nil {
		return err
	}
	if len(state.Weak) > 0 {
		return fmt.Errorf("hq bench: %s: what is acknowledged could be lost with %s off", c.Where(), strings.Join(state.Weak, ", "))
	}
	in.empty = state.Bytes
	return nil
}

// start starts every process and, before several of them, the balancer.
func (in *installation) start(ctx context.Context, dir string, branches int) error {
	for _, s := range in.processes {
		if err := s.start(ctx); err != nil {
			return err
		}
	}
	switch {
	case in.outside != nil:
		in.front = in.outside.url()
	case len(in.processes) == 1:
		in.front = "tcp://" + in.processes[0].at.Broker
	default:
		var behind []string
		for _, s := range in.processes {
			behind = append(behind, s.at.Broker)
		}
		var err error
		if in.balancer, err = newBalancer(ctx, dir, branches, behind); err != nil {
			return err
		}
		in.front = "tcp://" + in.balancer.addr
	}
	return nil
}

// died says which part ended without being told to.
func (in *installation) died() error {
	for _, s := range in.processes {
		if err := s.died(); err != nil {
			return err
		}
	}
	return in.balancer.died()
}

// stop ends headquarters as an operator does, and what stands before it; the database stays.
func (in *installation) stop() error {
	var errs []error
	for _, s := range in.processes {
		errs = append(errs, s.stop())
	}
	in.balancer.stop()
	in.outside.stop()
	return errors.Join(errs...)
}

// close ends whatever still runs.
func (in *installation) close() {
	for _, s := range in.processes {
		_ = s.kill()
	}
	in.balancer.stop()
	in.outside.stop()
	if in.engine != nil {
		in.engine.Close()
	}
}

// resident is the memory of all processes of headquarters together, in bytes, and that of the largest.
func (in *installation) resident() (all, most uint64) {
	for _, s := range in.processes {
		one := s.resident()
		all, most = all+one, max(most, one)
	}
	return all, most
}

// spent is the processor time of processes that ended.
func (in *installation) spent() (all time.Duration) {
	for _, s := range in.processes {
		all += s.spent
	}
	return all
}

// file is where a headquarters on SQLite keeps everything.
func file(dir string) string { return filepath.Join(dir, "hq", "hq.db") }

// stored is how many bytes what was stored takes.
func (in *installation) stored(ctx context.Context, dir string) int64 {
	if in.database != "" {
		state, err := postgres.Look(ctx, postgres.Config{URL: in.database})
		if err != nil {
			return 0
		}
		return max(0, state.Bytes-in.empty)
	}
	info, err := os.Stat(file(dir))
	if err != nil {
		return 0
	}
	return info.Size()
}
