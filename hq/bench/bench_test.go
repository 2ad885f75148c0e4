package bench_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"balcao/hq/app"
	"balcao/hq/bench"
	"balcao/hq/postgres"
	"balcao/hq/postgres/postgrestest"
)

// TestMain is headquarters itself where it is started with a configuration, as the measured program.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "-config" {
		os.Exit(headquarters(os.Args[2]))
	}
	os.Exit(postgrestest.Main(m))
}

func headquarters(path string) int {
	cfg, err := app.Load(path)
	if err != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a, err := app.New(ctx, cfg, slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	if err != nil {
		return 3
	}
	if err := a.Run(ctx); err != nil {
		return 4
	}
	return 0
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func sound(t *testing.T, r bench.Result) {
	t.Helper()
	if r.Lost+r.Doubled+r.Changed != 0 || !r.Simulated || r.Stored+r.Unsent < r.Sent || r.Stored < r.Acked {
		t.Errorf("result = %+v", r)
	}
}

func TestKillsOfHeadquartersLoseAndDoubleNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills programs")
	}
	r, err := bench.Run(t.Context(), bench.Options{
		Program: self(t), Branches: 12, Seconds: 4, Rate: 120, Kill: time.Second, Screens: 1, Raw: 1000, Dir: t.TempDir(), Patience: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, r)
	if r.Kills == 0 || r.Unsent != 0 || r.Stored != r.Sent || r.Sent == 0 || r.Raw == 0 || r.Ended != "whole" {
		t.Errorf("result = %+v", r)
	}
}

func TestKillsOfProcessesAndOfPostgreSQLLoseAndDoubleNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills programs")
	}
	r, err := bench.Run(t.Context(), bench.Options{
		Program: self(t), Branches: 6, Seconds: 3, Rate: 120, Kill: time.Second, Screens: 1, Raw: 500, Patience: time.Minute,
		Store: "postgres", Processes: 2, Victims: []string{"postgres", "hq"},
	})
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("BALCAO_REQUIRE_REAL") == "" {
		t.Skip("PostgreSQL or HAProxy is not installed")
	}
	if err != nil {
		t.Fatal(err)
	}
	sound(t, r)
	if r.Kills == 0 || r.Unsent != 0 || r.Stored != r.Sent || r.Sent == 0 || r.Raw == 0 || r.Processes != 2 || r.Ended != "whole" || r.DiskBytes == 0 {
		t.Errorf("result = %+v", r)
	}
	if len(r.Faults) == 0 || r.Faults[0].Of != "postgres" || r.Faults[0].Back <= 0 {
		t.Errorf("faults = %+v", r.Faults)
	}
}

func TestADatabaseThatCouldForgetIsNotMeasured(t *testing.T) {
	url := postgrestest.Shared(t).Fresh(t) // it does not wait for its disk
	_, err := bench.Run(t.Context(), bench.Options{Program: self(t), Branches: 2, Store: url})
	if err == nil || !strings.Contains(err.Error(), "fsync") {
		t.Errorf("a database that does not wait for its disk: %v", err)
	}
	db, err := postgres.Open(t.Context(), postgres.Config{URL: url}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = bench.Run(t.Context(), bench.Options{Program: self(t), Branches: 2, Store: url})
	if err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("a database that is not empty: %v", err)
	}
}

func TestABacklogIsTakenInWhole(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a program")
	}
	r, err := bench.Run(t.Context(), bench.Options{Program: self(t), Branches: 4, Alone: 2, Dir: t.TempDir(), Patience: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, r)
	if r.Limit != "hq" || r.Stored != r.Sent || r.Stored < 1000 {
		t.Errorf("result = %+v", r)
	}
}

// cancels ends a run as soon as it says something.
type cancels struct {
	word string
	end  context.CancelFunc
}

// Write implements io.Writer.
func (c cancels) Write(b []byte) (int, error) {
	if strings.Contains(string(b), c.word) {
		c.end()
	}
	return len(b), nil
}

func TestWhoEndsItEarlyStillGetsTheResult(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a program")
	}
	ctx, end := context.WithCancel(t.Context())
	r, err := bench.Run(ctx, bench.Options{Program: self(t), Branches: 4, Seconds: 3600, Rate: 50, Report: cancels{"all connected", end}})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, r)
	if r.Ended != "interrupted" || r.Branches != 4 {
		t.Errorf("result = %+v", r)
	}
}

func TestWrongWishesAreRefused(t *testing.T) {
	for _, args := range [][]string{
		{"-branches", "0"},
		{"-branches", "20001"},
		{"-seconds", "-1"},
		{"-alone", "61"},
		{"now"},
		{"-processes", "2"},
		{"-victims", "postgres"},
		{"-victims", "broker"},
		{"-victims", "kiosk"},
		{"-broker", "rabbit"},
		{"-store", "mysql://x"},
		{"-compare"},
		{"-store", "postgres", "-processes", "2", "-broker", "mosquitto"},
		{"-store", "postgres", "-processes", "9"},
	} {
		if err := bench.Command(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("hq bench %v was accepted", args)
		}
	}
}
