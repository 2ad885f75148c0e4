package year

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"balcao/hq/network/report"
)

const about = `usage: hq year [flags]

Fills an empty database with a generated year of a network of simulated branches, asks it every report of /relatorios as page, CSV and
interface for programs, and prints how long each took. What is generated: every branch lives the working days of one month by
the real rules, with invented citizens and clerks, and all its events are kept; the eleven months before have roll-ups alone, in which
each day is one of the lived ones of its weekday again.

With -dir the database stays; a second run asks it again without generating. With -store it is moved to an empty PostgreSQL
as hq -move-to does, and asked there. The folder is one for headquarters: "data: DIR/hq" in a configuration shows it in the pages.

  hq year -branches 1431 -dir /tmp/year              the country: about 12 million events, some minutes, 6 GB
  hq year -branches 100 -days 5                      a small one

`

// Command is hq year.
func Command(ctx context.Context, args []string, out, messages io.Writer) error {
	o := Options{Report: messages}
	flags := flag.NewFlagSet("hq year", flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.Usage = func() {
		_, _ = io.WriteString(messages, about)
		flags.PrintDefaults()
	}
	flags.IntVar(&o.Branches, "branches", 1431, "simulated branches")
	flags.IntVar(&o.Days, "days", 0, "working days of the last month that are lived with all their events; 0 is the whole month")
	flags.IntVar(&o.Months, "months", 12, fmt.Sprintf("of the year, at most %d", report.MostMonths))
	until := flags.String("until", "", "a date in the last month, as 2026-10-31; empty is the month before this one")
	flags.StringVar(&o.Dir, "dir", "", "folder of the database, which stays; empty is one that is deleted at the end")
	flags.StringVar(&o.Store, "store", "", "address of an empty PostgreSQL, postgres://user@host/name, to which it is moved; empty stays with the file")
	flags.IntVar(&o.Times, "times", 3, "how often each report is asked; the longest counts")
	flags.DurationVar(&o.Most, "most", 2*time.Second, "how long a report may take; 0 judges none")
	asJSON := flags.Bool("json", false, "print the result as one line of JSON, not as a table")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("hq year: what is %q?", flags.Arg(0))
	}
	if *until != "" {
		var err error
		if o.Until, err = time.Parse(time.DateOnly, *until); err != nil {
			return fmt.Errorf("hq year: -until: %q is no date as 2026-10-31", *until)
		}
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	result, err := Run(ctx, o)
	if err != nil && !errors.Is(err, ErrSlow) {
		return err
	}
	if *asJSON {
		return errors.Join(json.NewEncoder(out).Encode(result), err)
	}
	return errors.Join(result.Table(out), err)
}
