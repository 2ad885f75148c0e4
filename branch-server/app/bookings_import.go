package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"balcao/branch-server/arrivals"
	"balcao/branch-server/booking"
	"balcao/internal/machine"
)

// ImportBookings is «branch-server bookings import FILE»: it hands a file of bookings to the branch server that runs on
// this machine, by its own interface and token, so that there is one writer of the data and one set of checks. Faults
// of lines are printed to out and do not stop the others; it fails if nothing could be read at all.
func ImportBookings(ctx context.Context, args []string, out, messages io.Writer) error {
	if len(args) == 0 || args[0] != "import" {
		return errors.New("say branch-server bookings import FILE")
	}
	flags := flag.NewFlagSet("branch-server bookings import", flag.ContinueOnError)
	flags.SetOutput(messages)
	path := flags.String("config", "branch-server.yaml", "configuration file of the branch server that runs")
	check := flags.Bool("check", false, "say what the file would do, and change nothing")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("name one file of bookings")
	}
	data, err := os.ReadFile(flags.Arg(0))
	if err != nil {
		return fmt.Errorf("read bookings: %w", err)
	}
	if len(data) > booking.MaxBytes {
		return fmt.Errorf("read bookings: the file has more than %d MiB: divide it", booking.MaxBytes>>20)
	}
	cfg, err := Load(*path)
	if err != nil {
		return err
	}
	if cfg.Bookings.TokenFile == "" {
		return errors.New("name a bookings.token_file in the configuration: the branch server takes bookings from who holds it")
	}
	token, err := machine.Secret(cfg.Bookings.TokenFile)
	if err != nil {
		return err
	}
	result, err := postBookings(ctx, cfg.HTTP.Listen, token, *check, data)
	if err != nil {
		return err
	}
	return printResult(out, result, *check)
}

func postBookings(ctx context.Context, address, token string, check bool, data []byte) (arrivals.Result, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return arrivals.Result{}, fmt.Errorf("find the branch server: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	url := "http://" + net.JoinHostPort(host, port) + "/api/bookings"
	if check {
		url += "/preview"
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(data))
	if err != nil {
		return arrivals.Result{}, fmt.Errorf("send bookings: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return arrivals.Result{}, fmt.Errorf("send bookings, is the branch server running? %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return arrivals.Result{}, fmt.Errorf("send bookings: the branch server answers %s", res.Status)
	}
	var r arrivals.Result
	if err := json.NewDecoder(io.LimitReader(res.Body, 64<<20)).Decode(&r); err != nil {
		return arrivals.Result{}, fmt.Errorf("read the branch server's answer: %w", err)
	}
	return r, nil
}

func printResult(out io.Writer, r arrivals.Result, check bool) error {
	verb := "imported"
	if check {
		verb = "would be imported"
	}
	_, err := fmt.Fprintf(out, "%s: %d new, %d moved, %d cancelled, %d the same, %d faulty\n", verb, r.Added, r.Moved, r.Removed, r.Same, r.Faulty)
	for _, f := range r.Faults {
		_, one := fmt.Fprintf(out, "line %d: %s %s\n", f.Line, f.What, f.Do)
		err = errors.Join(err, one)
	}
	for _, c := range r.Codes {
		_, one := fmt.Fprintf(out, "code of %s: %s (QR %s)\n", c.ID, c.Code, c.QR)
		err = errors.Join(err, one)
	}
	if r.Added+r.Moved+r.Removed+r.Same == 0 && r.Faulty > 0 {
		err = errors.Join(err, errors.New("no booking of the file could be read"))
	}
	return err
}
