package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"balcao/hq/bench"
)

// backWithin is the bar: after a kill every branch is connected, and what it logged is held, so soon.
const backWithin = 10 * time.Second

// everyFault is all that can be killed, on each engine.
const everyFault = "sqlite/hq,sqlite/broker,postgres/hq,postgres/postgres,postgres/broker"

// killHeadquarters kills what headquarters is made of, one kind after the other, while simulated branches write, and prints
// one line for each: tried, lost, doubled, the worst time until all was back.
func killHeadquarters(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("hq", flag.ContinueOnError)
	o := bench.Options{Report: os.Stderr}
	flags.IntVar(&o.Branches, "branches", 431, "simulated branches")
	flags.Float64Var(&o.Rate, "rate", 250, "events a second of all of them")
	flags.IntVar(&o.Seconds, "seconds", 600, "how long each fault is tried")
	flags.DurationVar(&o.Kill, "every", 30*time.Second, "between two kills")
	faults := flags.String("faults", everyFault, "where headquarters keeps everything / what is killed, with commas")
	flags.StringVar(&o.Program, "hq", "", "the program of headquarters; built anew by default")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "balcao-hq")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if o.Program == "" {
		o.Program = filepath.Join(dir, "hq")
		build := exec.CommandContext(ctx, "go", "build", "-o", o.Program, "./hq") //nolint:gosec // our own program
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("build headquarters: %w", err)
		}
	}
	var lines strings.Builder
	var wrong []error
	for fault := range strings.SplitSeq(*faults, ",") {
		wrong = append(wrong, killOne(ctx, o, fault, &lines))
		if ctx.Err() != nil {
			break
		}
	}
	_, _ = io.WriteString(out, lines.String())
	return errors.Join(wrong...)
}

// killOne tries one kind of fault on one engine.
func killOne(ctx context.Context, o bench.Options, fault string, lines io.Writer) error {
	engine, of, ok := strings.Cut(fault, "/")
	if !ok {
		return fmt.Errorf("what is %q? want such as postgres/hq", fault)
	}
	o.Store, o.Victims, o.Processes = engine, []string{of}, 1
	switch {
	case of == "broker":
		o.Broker = "mosquitto"
	case engine == "postgres":
		o.Processes = 2 // behind a balancer
	}
	r, err := bench.Run(ctx, o)
	if err != nil {
		return fmt.Errorf("%s: %w", fault, err)
	}
	fmt.Fprintf(lines, "%s killed, headquarters on %s (processes %d, broker %s), %d simulated branches, %d entries held: tried %d, lost %d, doubled %d, changed %d, not sent %d; worst time back %.1f s, worst acknowledgement %.1f s\n",
		of, engine, r.Processes, r.Broker, r.Branches, r.Stored, r.Kills, r.Lost, r.Doubled, r.Changed, r.Unsent, r.Back/1000, r.AckMost/1000)
	back := time.Duration(r.Back * float64(time.Millisecond))
	if r.Lost+r.Doubled+r.Changed+r.Unsent > 0 || r.Ended == "whole" && (r.Kills == 0 || back > backWithin) {
		return fmt.Errorf("%s: %w", fault, errWrong)
	}
	return nil
}
