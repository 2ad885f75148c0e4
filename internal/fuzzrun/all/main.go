// Command all runs every fuzz test of the project for a while, counts the inputs of each, and ends with their sum. A test
// that fails is named at the end; the input that made it fail is kept in its testdata/fuzz.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var errFailed = errors.New("fuzz tests failed")

// run reads a line for each fuzz test, its package and its name, as `make fuzz-list` writes them.
func run(ctx context.Context, args []string, list io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("all", flag.ContinueOnError)
	each := flags.Duration("each", 10*time.Second, "how long each fuzz test runs")
	workers := flags.Int("workers", 2, "how many inputs at a time")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var total, targets uint64
	var failed []string
	lines := bufio.NewScanner(list)
	for lines.Scan() && ctx.Err() == nil {
		pkg, name, ok := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		if !ok {
			continue
		}
		text, err := fuzz(ctx, pkg, name, *each, *workers)
		n := executions(text)
		total, targets = total+n, targets+1
		fmt.Fprintf(out, "%-34s %-34s %12d inputs\n", pkg, name, n)
		if err != nil && ctx.Err() == nil {
			failed = append(failed, pkg+" "+name)
			fmt.Fprintln(out, text)
		}
	}
	fmt.Fprintf(out, "fuzz: %d inputs tried by %d fuzz tests, %d of them failed\n", total, targets, len(failed))
	if len(failed) > 0 {
		return fmt.Errorf("%w: %s", errFailed, strings.Join(failed, ", "))
	}
	return lines.Err()
}

// fuzz runs one fuzz test and returns what it said.
func fuzz(ctx context.Context, pkg, name string, each time.Duration, workers int) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-fuzz", "^"+name+"$", "-fuzztime", each.String(), //nolint:gosec // names of our own tests
		"-parallel", strconv.Itoa(workers), pkg)
	cmd.WaitDelay = 5 * time.Second
	text, err := cmd.CombinedOutput()
	return string(text), err
}

var count = regexp.MustCompile(`execs: (\d+)`)

// executions returns the last count that the fuzzing engine wrote.
func executions(text string) uint64 {
	all := count.FindAllStringSubmatch(text, -1)
	if len(all) == 0 {
		return 0
	}
	n, err := strconv.ParseUint(all[len(all)-1][1], 10, 64)
	if err != nil {
		return 0
	}
	return n
}
