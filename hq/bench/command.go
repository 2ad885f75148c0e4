// Package bench measures headquarters as a whole: it starts the real program, lets simulated branches report to it over
// real sockets and the real protocol, and then reads what was stored: every entry once, in order, byte for byte.
package bench

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"balcao/internal/fleet"
)

// Options say what is measured.
type Options struct {
	Branches int           // simulated ones
	Seconds  int           // how long they live, once all of them are connected
	Rate     float64       // events a second of all together on the mean; 0 is the pace of real days
	Alone    int           // working Days that they have lived without headquarters before
	Spread   time.Duration // over how long they connect; 0 is 10 ms for each
	Live     time.Duration // between two samples of figures of a branch; 0 is a second, as with real ones
	Kill     time.Duration // between two kill -9 of headquarters; 0 is none
	// Store is where headquarters keeps everything: sqlite (a file; also where it is empty), postgres (a server of its own,
	// durable, gone at the end) or postgres://… (an empty database, which keeps what came in).
	Store     string
	Processes int           // of headquarters on one database; several stand behind a real balancer; 0 is one
	Broker    string        // embedded (also where it is empty), or mosquitto: one of its own in its place
	Victims   []string      // what Kill kills in turn: hq (also where it is empty), postgres, broker
	Screens   int           // pages that watch the whole network
	Memory    int           // memory_mib of headquarters; 0 is by the number of branches
	Raw       int           // most entries with which the engine alone is measured
	Dir       string        // folder for its data; empty is one that is deleted at the end
	Patience  time.Duration // most time for what is still on its way at the end
	Program   string        // the program of headquarters; empty is this one
	Report    io.Writer     // where it tells how far it is
}

const about = `usage: hq bench [flags]

Starts headquarters as a program of its own with an empty database, lets simulated branches live, and measures. The
branches are simulated: their citizens, clerks and devices are dice, shaped like the days of Lojas and Espaços. What
carries them is real: one MQTT connection, one hash-chained log and one sending end for each, as in a branch server.

At the end headquarters is stopped and its database is read: every branch's entries are counted and chained again, and
the result is compared with the branch's own log. Then the same entries are inserted once more into an empty database
with the same tables, indexes, batches and durability and nothing else: the raw rate of the engine.

The last line on standard output is the result, as JSON; progress goes to standard error. Ctrl-C ends early and still
gives the line. The exit code is 0 if nothing was lost or doubled.

  hq bench -branches 431 -seconds 60                 a network on a common morning
  hq bench -branches 1431 -rate 250 -kill 30s        with headquarters killed every half minute
  hq bench -branches 1431 -alone 3                   all come back at once after three working days
  hq bench -store postgres -processes 2 -compare -branches 431 -alone 1 -seconds 0
                                                     two processes on PostgreSQL, against one
  hq bench -store postgres -processes 2 -kill 30s -victims hq,postgres -rate 250 -seconds 600

`

// Command is hq bench.
func Command(ctx context.Context, args []string, out, messages io.Writer) error {
	o := Options{Report: messages}
	flags := flag.NewFlagSet("hq bench", flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.Usage = func() {
		_, _ = io.WriteString(messages, about)
		flags.PrintDefaults()
	}
	flags.IntVar(&o.Branches, "branches", 431, fmt.Sprintf("simulated branches, at most %d", fleet.Most))
	flags.IntVar(&o.Seconds, "seconds", 60, "how long they live once all are connected; 0 ends when everything is taken in")
	flags.Float64Var(&o.Rate, "rate", 0, "events a second of all branches together, on the mean; 0 is the pace of real days")
	flags.IntVar(&o.Alone, "alone", 0, "working days that the branches have lived without headquarters before they connect")
	flags.DurationVar(&o.Spread, "spread", 0, "over how long the branches connect the first time; 0 is 10 ms for each of them")
	flags.DurationVar(&o.Live, "live", time.Second, "between two samples of figures of a branch")
	flags.DurationVar(&o.Kill, "kill", 0, "kill (kill -9) one of -victims so often and start it again; 0 is never")
	victims := flags.String("victims", killHQ, "what -kill kills in turn, with commas: hq, postgres (of -store postgres), broker (of -broker mosquitto)")
	flags.StringVar(&o.Store, "store", onSQLite, "where headquarters keeps everything: sqlite, postgres (a server of its own) or the address of an empty database, postgres://…")
	flags.IntVar(&o.Processes, "processes", 1, "processes of headquarters on one database on PostgreSQL, behind HAProxy")
	compare := flags.Bool("compare", false, "measure one process first, then -processes; with -store postgres")
	flags.StringVar(&o.Broker, "broker", embedded, "embedded, or mosquitto: a Mosquitto of its own")
	flags.IntVar(&o.Screens, "screens", 1, "pages that watch the whole network meanwhile, at each process")
	flags.IntVar(&o.Memory, "memory", 0, "memory_mib of headquarters; 0 is by the number of branches")
	flags.IntVar(&o.Raw, "raw", 400_000, "most entries with which the engine alone is measured; 0 leaves it out")
	flags.StringVar(&o.Dir, "dir", "", "folder for its data, which stays; empty is one that is deleted at the end")
	flags.DurationVar(&o.Patience, "patience", 10*time.Minute, "most time for what is still on its way at the end")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("hq bench: what is %q?", flags.Arg(0))
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	o.Victims = strings.Split(*victims, ",")
	result, err := measure(ctx, o, *compare)
	if err != nil {
		return err
	}
	line, err := json.Marshal(result)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "%s\n", line); err != nil {
		return err
	}
	if result.Lost+result.Doubled+result.Changed > 0 {
		return errWrong
	}
	return nil
}

// measure is Run, where it is wished after the same with one process.
func measure(ctx context.Context, o Options, compare bool) (Result, error) {
	if !compare {
		return Run(ctx, o)
	}
	if o.Store != onPostgres || o.Processes < 2 || o.Dir != "" {
		return Result{}, fmt.Errorf("hq bench: -compare wants -store %s, several -processes and no -dir", onPostgres)
	}
	alone := o
	alone.Processes, alone.Raw = 1, 0
	one, err := Run(ctx, alone)
	if err != nil || one.Lost+one.Doubled+one.Changed > 0 || one.Ended != "whole" {
		return one, err
	}
	all, err := Run(ctx, o)
	all.One = one.Rate
	if one.Rate > 0 {
		all.Sum = all.Rate / one.Rate
	}
	return all, err
}

var errWrong = errors.New("hq bench: entries were lost, doubled or changed; the line before says how many")
