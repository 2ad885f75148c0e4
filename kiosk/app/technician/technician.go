// Package technician holds the commands that somebody gives who stands at a
// kiosk with its cover open: what a card says and what it cost to read it, which
// printer is at the line and whether it prints, and what the profiles of devices
// say. They answer in Portuguese for people, and with -json for programs. They
// do not touch the kiosk's memory and need no branch.
package technician

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"
)

// ErrUsage says that a command was given in a way nobody understands; how to
// give it was written out.
var ErrUsage = errors.New("comando desconhecido")

// Bench is what the commands work with.
type Bench struct {
	// In is where a secret is typed.
	In io.Reader
	// Out is where answers go.
	Out io.Writer
	// Now is the clock.
	Now func() time.Time
}

// Command carries out kiosk card, kiosk printer, kiosk profiles or kiosk enrol;
// ours is false for anything else.
func (b Bench) Command(ctx context.Context, args []string) (ours bool, err error) {
	if len(args) == 0 {
		return false, nil
	}
	words := map[string]func(context.Context, []string) error{"card": b.card, "printer": b.printer, "profiles": b.profiles, "enrol": b.enrol}
	do, ours := words[args[0]]
	if !ours {
		return false, nil
	}
	err = do(ctx, args[1:])
	if errors.Is(err, flag.ErrHelp) {
		err = nil // what was asked for
	}
	return true, err
}

// command is one word below card, printer or profiles.
type command struct {
	word, usage string
	do          func(context.Context, []string) error
}

// choose finds the command of the first word, or writes what there is.
func (b Bench) choose(ctx context.Context, of string, all []command, args []string) error {
	if len(args) > 0 {
		for _, c := range all {
			if c.word == args[0] {
				return c.do(ctx, args[1:])
			}
		}
	}
	p := printer{out: b.Out}
	for _, c := range all {
		p.line("  kiosk %s", c.usage)
	}
	if len(args) > 0 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help" || args[0] == "help") {
		return p.err
	}
	return errors.Join(fmt.Errorf("kiosk %s: %w", of, ErrUsage), p.err)
}

// flags makes the flags of a command, with its help on Out.
func (b Bench) flags(name, usage string) *flag.FlagSet {
	f := flag.NewFlagSet("kiosk "+name, flag.ContinueOnError)
	f.SetOutput(b.Out)
	f.Usage = func() {
		_, _ = fmt.Fprintf(b.Out, "kiosk %s\n\n", usage) // help that nobody can read is no help
		f.PrintDefaults()
	}
	return f
}

// json writes a value for a program.
func (b Bench) json(v any) error {
	e := json.NewEncoder(b.Out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// printer writes lines and remembers the first error.
type printer struct {
	out io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format+"\n", args...)
	}
}
