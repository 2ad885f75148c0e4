// Package kills ends the programs of a running demo with kill -9, again and again, while citizens and clerks work; it
// measures how soon each serves again, and looks at the end whether anything was lost or happened twice.
package kills

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Config describes a run.
type Config struct {
	Bin      string // where the programs and the demo are
	Dir      string // of the demo's data, empty before
	Programs []string
	Kills    int           // of each program
	Most     time.Duration // kill no more after this long; 0 is no bound
	Seed     uint64
}

// Result is what a run came to.
type Result struct {
	Kills                  map[string]int
	Restarts               map[string][]time.Duration // from the start of the program to its first answer
	Entries, Lost, Doubled int
}

// String is one line for people.
func (r Result) String() string {
	var parts []string
	total := 0
	for _, name := range []string{"kiosk", "branch-server", "hq"} {
		took := slices.Sorted(slices.Values(r.Restarts[name]))
		if len(took) == 0 {
			continue
		}
		total += r.Kills[name]
		parts = append(parts, fmt.Sprintf("%s %d (serves again after %d ms p50, %d ms p99, %d ms at most)", name, r.Kills[name],
			took[len(took)/2].Milliseconds(), took[len(took)*99/100].Milliseconds(), took[len(took)-1].Milliseconds()))
	}
	return fmt.Sprintf("kill -9: %d tried, %d lost, %d doubled in %d entries; %s", total, r.Lost, r.Doubled, r.Entries, strings.Join(parts, ", "))
}

// addresses are those of the demo, as far as they are needed.
type addresses struct{ Kiosk, HQ, Counter string }

// demo is one that runs.
type demo struct {
	cfg  Config
	cmd  *exec.Cmd
	urls map[string]string // by program
}

// Run starts the demo, kills, lets everything come to rest, ends it, and looks at the files.
func Run(ctx context.Context, cfg Config) (Result, error) {
	r := Result{Kills: map[string]int{}, Restarts: map[string][]time.Duration{}}
	d, err := start(ctx, cfg, "-traffic", "-speed", "400")
	if err != nil {
		return r, err
	}
	err = d.kill(ctx, &r)
	if err = errors.Join(err, d.stop()); err != nil {
		return r, err
	}
	rest := context.WithoutCancel(ctx)
	if d, err = start(rest, cfg); err != nil {
		return r, err
	}
	err = d.settle(rest)
	if err = errors.Join(err, d.stop()); err != nil {
		return r, err
	}
	return r, judge(rest, cfg.Dir, &r)
}

func start(ctx context.Context, cfg Config, args ...string) (*demo, error) {
	file := filepath.Join(cfg.Dir, "addresses.json")
	args = append([]string{"-dir", cfg.Dir, "-bin", cfg.Bin, "-sound", "null", "-cards", "replay"}, args...)
	d := &demo{cfg: cfg, cmd: exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(cfg.Bin, "demo"), args...)} //nolint:gosec // the operator names the folder
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := d.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the demo: %w", err)
	}
	var a addresses
	err := until(ctx, 2*time.Minute, "the demo to be ready", func() bool {
		raw, err := os.ReadFile(file) //nolint:gosec // the demo's own
		return err == nil && json.Unmarshal(raw, &a) == nil && a.HQ != ""
	})
	if err != nil {
		return nil, errors.Join(err, d.stop())
	}
	d.urls = map[string]string{
		"kiosk": a.Kiosk, "hq": a.HQ, "branch-server": strings.TrimSuffix(a.Counter, "balcao"),
	}
	return d, nil
}

func (d *demo) stop() error {
	if err := d.cmd.Process.Signal(os.Interrupt); err != nil {
		return fmt.Errorf("end the demo: %w", err)
	}
	if err := d.cmd.Wait(); err != nil {
		return fmt.Errorf("the demo: %w", err)
	}
	return nil
}

// kill ends programs in turn, each as soon as it serves again and has worked for a moment.
func (d *demo) kill(ctx context.Context, r *Result) error {
	dice := rand.New(rand.NewPCG(d.cfg.Seed, 9)) //nolint:gosec // a seed, not a secret
	began := time.Now()
	over := func() bool { return ctx.Err() != nil || d.cfg.Most > 0 && time.Since(began) > d.cfg.Most }
	for n := 0; n < d.cfg.Kills*len(d.cfg.Programs) && !over(); n++ {
		name := d.cfg.Programs[n%len(d.cfg.Programs)]
		took, err := d.once(ctx, name)
		if err != nil {
			return err
		}
		r.Kills[name]++
		r.Restarts[name] = append(r.Restarts[name], took)
		pause := time.NewTimer(time.Duration(dice.Int64N(int64(600 * time.Millisecond))))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
		}
	}
	return nil
}

// once kills a program and waits until the one that was started in its place answers; it returns how long that took.
func (d *demo) once(ctx context.Context, name string) (time.Duration, error) {
	pid := func() int {
		raw, err := os.ReadFile(filepath.Join(d.cfg.Dir, name+".pid"))
		if err != nil {
			return 0
		}
		n, _ := strconv.Atoi(string(raw))
		return n
	}
	old := pid()
	if old == 0 {
		return 0, fmt.Errorf("%s does not run: %w", name, errNever)
	}
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		return 0, fmt.Errorf("kill %s: %w", name, err)
	}
	if err := until(ctx, time.Minute, name+" to be started again", func() bool { n := pid(); return n != 0 && n != old }); err != nil {
		return 0, err
	}
	began := time.Now()
	err := until(ctx, time.Minute, name+" to answer", func() bool { return answers(ctx, d.urls[name]+"healthz") })
	return time.Since(began), err
}

var errNever = errors.New("it never happened")

// until looks every few milliseconds until something holds.
func until(ctx context.Context, patience time.Duration, what string, holds func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	every := time.NewTicker(5 * time.Millisecond)
	defer every.Stop()
	for !holds() {
		select {
		case <-every.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, errNever)
		}
	}
	return nil
}

func answers(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// settle waits until headquarters has had everything for some seconds.
func (d *demo) settle(ctx context.Context) error {
	var last uint64
	since := time.Now()
	return until(ctx, 3*time.Minute, "headquarters to hold the journal", func() bool {
		var b struct {
			Log struct {
				HWM       uint64 `json:"hwm"`
				BranchSeq uint64 `json:"branch_seq"`
			} `json:"log"`
		}
		if get(ctx, d.urls["hq"]+"api/branches/L901", &b) != nil || b.Log.HWM == 0 || b.Log.HWM != b.Log.BranchSeq || b.Log.HWM != last {
			last, since = b.Log.HWM, time.Now()
			return false
		}
		return time.Since(since) > 5*time.Second
	})
}

func get(ctx context.Context, url string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return json.NewDecoder(res.Body).Decode(into)
}
