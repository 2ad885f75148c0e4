// The demo program shows Balcão whole on one machine: headquarters, a branch server, a touch kiosk and a callboard
// box as the programs they are, with a virtual printer and a virtual Citizen Card on the real wires. It starts them,
// starts them again when they die, serves one page that explains every face, and ends them all.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"balcao/kiosk/bench"
)

func main() {
	if bench.Inside(os.Args[1:]) { // the child that holds the virtual reader in its own network
		return
	}
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "demo:", err)
		}
		os.Exit(1)
	}
}

// options are the flags of the demo.
type options struct {
	dir      string
	bin      string
	listen   string
	given    map[string]*string // addresses of the programs; empty is a free port
	traffic  bool
	speed    float64
	branches int
	second   bool
	cards    string
	sound    string
}

func run(args []string, out, messages io.Writer) error {
	var o options
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.StringVar(&o.dir, "dir", filepath.Join("var", "demo"), "folder of the demo's data, kept between runs")
	flags.StringVar(&o.bin, "bin", "bin", "folder of the programs")
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "address of the index page; port 0 is a free one")
	o.given = map[string]*string{
		"Kiosk":     flags.String("kiosk", "", "address of the kiosk's screen; none is a free port"),
		"Callboard": flags.String("callboard", "", "address of the callboard box; none is a free port"),
		"Branch":    flags.String("branch", "", "address of the branch server's pages; none is a free port"),
		"Broker":    flags.String("broker", "", "address of the branch's MQTT broker; none is a free port"),
		"HQ":        flags.String("hq", "", "address of headquarters' pages; none is a free port"),
		"HQBroker":  flags.String("hq-broker", "", "address of headquarters' MQTT broker; none is a free port"),
	}
	flags.BoolVar(&o.traffic, "traffic", false, "let simulated citizens and clerks come")
	flags.Float64Var(&o.speed, "speed", 20, "how much faster than real the simulated day runs")
	flags.IntVar(&o.branches, "branches", 0, "simulated branches that report to headquarters beside the real one")
	flags.BoolVar(&o.second, "neighbour", false, "a second kiosk beside the first, with a printer of its own")
	flags.StringVar(&o.cards, "cards", "auto", "virtual card: real (pcscd and vpcd), replay, or auto")
	flags.StringVar(&o.sound, "sound", "auto", "where calls are spoken: auto, pulse, alsa or null")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	log := slog.New(slog.NewTextHandler(messages, &slog.HandlerOptions{Level: slog.LevelWarn}))
	d, err := newDemo(ctx, o, log)
	if err != nil {
		return err
	}
	return d.run(ctx, out)
}
