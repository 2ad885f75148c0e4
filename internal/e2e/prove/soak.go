package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// soak proves everything one after the other, and ends with one line for each fault: tried, lost, doubled.
func soak(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	seeds := flags.Int("seeds", 20, "networks lived in virtual time, and as many that are three days without headquarters")
	tickets := flags.Int("tickets", 1000, "citizens of each")
	events := flags.Int("events", 20_000, "events through the lying broker")
	cuts := flags.Int("cuts", 1000, "moments at which power is cut, over all programs")
	kills := flags.Int("kills", 30, "kills of each program")
	seconds := flags.Int("seconds", 60, "of each fault of headquarters under the load of a network")
	most := flags.Duration("most", 0, "the most that each part may take; 0 is no bound")
	if err := flags.Parse(args); err != nil {
		return err
	}
	of := func(n int) string { return strconv.Itoa(n) }
	var lines strings.Builder
	var wrong []error
	for _, part := range [][]string{
		{"sim", "-seeds", of(*seeds), "-tickets", of(*tickets), "-hours", "24", "-branches", "1", "-kiosks", "10", "-most", most.String()},
		{"sim", "-seeds", of(*seeds), "-tickets", of(*tickets), "-hours", "73", "-away", "72", "-seed", "100000", "-most", most.String()},
		{"sim", "-seeds", of(max(1, *seeds/20)), "-tickets", of(*tickets), "-hours", "8", "-branches", "20", "-kiosks", "5", "-seed", "200000", "-most", most.String()},
		{"liar", "-events", of(*events), "-most", most.String()},
		{"power", "-cuts", of((*cuts + 2) / 3)},
		{"disk", "-tries", of((*cuts + 99) / 100)},
		{"kill", "-kills", of(*kills), "-most", most.String()},
		{"hq", "-seconds", of(*seconds), "-every", "10s"},
	} {
		fmt.Fprintf(out, "%s prove %s\n", time.Now().Format(time.TimeOnly), strings.Join(part, " "))
		for _, p := range parts {
			if p.name == part[0] {
				wrong = append(wrong, p.run(ctx, part[1:], io.MultiWriter(out, &lines)))
			}
		}
	}
	fmt.Fprintf(out, "\n%s", lines.String())
	return errors.Join(wrong...)
}
