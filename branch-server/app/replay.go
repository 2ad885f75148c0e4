package app

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"

	"balcao/branch-server/replay"
	"balcao/internal/trace"
)

// Replay is the command `branch-server replay -day FILE [-log OUT] [-ref LOG]`: it lives an example day again through
// the real calling rules, writes the log of what the branch would have seen, and compares it with a reference log. What
// it found goes to out, in words. `branch-server replay -generate -days N` makes up N normal days instead and compares
// calling rules on them.
func Replay(args []string, out, messages io.Writer) error {
	flags := flag.NewFlagSet("branch-server replay", flag.ContinueOnError)
	flags.SetOutput(messages)
	path := flags.String("day", "", "day input, one JSON object a line")
	logTo := flags.String("log", "", "write the observable log here")
	refPath := flags.String("ref", "", "compare with this observable log of the same day")
	generate := flags.Bool("generate", false, "make up days and compare calling rules on them")
	days := flags.Int("days", 40, "how many days to make up")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *generate {
		return compareRules(*days, out)
	}
	raw, err := os.ReadFile(*path)
	if err != nil {
		return fmt.Errorf("read the day: %w", err)
	}
	day, err := trace.Parse(raw)
	if err != nil {
		return fmt.Errorf("read the day %s: %w", *path, err)
	}
	lived, err := replay.Run(day)
	if err != nil {
		return fmt.Errorf("replay %s: %w", *path, err)
	}
	if *logTo != "" {
		if err := writeLog(*logTo, day, lived.Events); err != nil {
			return err
		}
	}
	t := lived.Day.Totals()
	if _, err := fmt.Fprintf(out, "%s: %d issued, %d finished, %d no-shows, %d facts\n",
		day.Branch, t.Issued, t.Finished, t.NoShows, len(lived.Entries)); err != nil || *refPath == "" {
		return err
	}
	if raw, err = os.ReadFile(*refPath); err != nil {
		return fmt.Errorf("read the reference: %w", err)
	}
	ref, err := trace.ParseLog(raw)
	if err != nil {
		return fmt.Errorf("read the reference %s: %w", *refPath, err)
	}
	_, err = io.WriteString(out, replay.Compare(lived.Events, ref).String())
	return err
}

func writeLog(path string, day trace.Day, events []trace.Event) error {
	var b bytes.Buffer
	if err := day.WriteLog(&b, events); err != nil {
		return err
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the log: %w", err)
	}
	return nil
}

// mostDays bounds what one comparison lives through: forty days take a second.
const mostDays = 10_000

func compareRules(n int, out io.Writer) error {
	if n < 1 || n > mostDays {
		return fmt.Errorf("make up %d days: between 1 and %d can be", n, mostDays)
	}
	days := make([]trace.Day, n)
	for i := range days {
		days[i] = trace.Generate(uint64(i))
	}
	measured, err := replay.Compared(days, replay.Rules())
	if err != nil {
		return err
	}
	return replay.WriteTable(out, measured)
}
