// Command prove is the proving ground: what is tried here at length must lose nothing and double nothing. Each part
// ends with one line: tried, lost, doubled.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// parts are what can be proven, each with its flags.
var parts = []struct {
	name string
	does string
	run  func(ctx context.Context, args []string, out io.Writer) error
}{
	{"sim", "networks lived in virtual time, one for each seed", simulate},
	{"liar", "events over real sockets through a cable that lies, while the broker restarts", lie},
	{"power", "databases whose power is cut at any write", cutPower},
	{"disk", "databases whose disk fails, fills, or says what was not written", breakDisk},
	{"kill", "programs of a running demo ended with kill -9", kill},
	{"hq", "headquarters, its database and its broker killed under the load of a network, on each engine", killHeadquarters},
}

// errWrong ends the program where something was lost, doubled or out of order: the line before says what.
var errWrong = errors.New("that must not be")

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "soak" {
		return soak(ctx, args[1:], os.Stdout)
	}
	for _, p := range parts {
		if len(args) > 0 && args[0] == p.name {
			return p.run(ctx, args[1:], os.Stdout)
		}
	}
	var usage strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&usage, "prove %-8s %s (-h for its flags)\n", p.name, p.does)
	}
	fmt.Fprintf(&usage, "prove %-8s %s (-h for its flags)\n", "soak", "all of them, one line for each at the end")
	return errors.New(usage.String())
}
