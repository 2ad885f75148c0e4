// Package display keeps a browser with the kiosk's page on the screen: `kiosk display`, which the compositor of the
// machine runs. A browser that ends is started again, and so is one whose page gives no sign of life although the
// kiosk's program answers: hung, blank, crashed inside or on an error page, it looks the same to a citizen.
package display

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Config is what is shown, and how patient the watch is. Page, Profile, Now and Log must be set.
type Config struct {
	Page    string   // the face on this machine, such as http://127.0.0.1:8077/
	Pulse   string   // where the program says how old the page's last sign of life is
	Browser string   // path of Chromium
	Flags   []string // further flags of the browser
	Profile string   // folder of the browser's own files; emptied before each start
	Env     []string // of the browser; nil is that of this program

	First  time.Duration // how long a browser may take to its first sign of life
	Silent time.Duration // how long a page may be silent after that
	Look   time.Duration // how often is looked

	Now     func() time.Time
	Log     *slog.Logger
	Started func(pid int) // hears of every start; may be nil
}

// Pauses before a browser is started again: the first at once, the next longer while it dies at once again and again.
const (
	firstPause = 500 * time.Millisecond
	lastPause  = 30 * time.Second
	stayed     = time.Minute // a browser that lived so long did not die at once
	farewell   = 3 * time.Second
)

// Run keeps a browser on the screen until ctx ends.
func Run(ctx context.Context, cfg Config) error {
	if !answers(ctx, cfg) {
		return nil // it was asked to end
	}
	pause := firstPause
	for ctx.Err() == nil {
		began := cfg.Now()
		err := show(ctx, cfg)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was asked to end
		}
		if cfg.Now().Sub(began) >= stayed || errors.Is(err, errSilent) {
			pause = firstPause
		}
		cfg.Log.Warn("browser started again", "err", err, "after", cfg.Now().Sub(began).Round(time.Second).String())
		rest := time.NewTimer(pause)
		select {
		case <-rest.C:
		case <-ctx.Done():
			rest.Stop()
		}
		pause = min(2*pause, lastPause)
	}
	return nil
}

// answers waits until the kiosk's program does: before, a browser could only show a page of its own.
func answers(ctx context.Context, cfg Config) bool {
	look := time.NewTicker(cfg.Look)
	defer look.Stop()
	for {
		if _, _, err := pulse(ctx, cfg.Pulse); err == nil {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-look.C:
		}
	}
}

// errSilent says that the page gave no sign of life.
var errSilent = errors.New("the page gives no sign of life")

// show runs one browser until it ends, its page falls silent, or ctx ends.
func show(ctx context.Context, cfg Config) error {
	if err := os.RemoveAll(cfg.Profile); err != nil { // nothing of the last one: no crash bubble, no stored page
		return fmt.Errorf("empty the browser's folder: %w", err)
	}
	if err := os.MkdirAll(cfg.Profile, 0o700); err != nil {
		return fmt.Errorf("make the browser's folder: %w", err)
	}
	// The whole family of processes ends together: a hung one does not hear SIGTERM.
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	cmd := exec.CommandContext(life, cfg.Browser, flags(cfg.Profile, cfg.Page, cfg.Flags)...) //nolint:gosec // the configuration names it
	cmd.Stdout, cmd.Stderr, cmd.Env = io.Discard, io.Discard, cfg.Env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = farewell
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the browser: %w", err)
	}
	if cfg.Started != nil {
		cfg.Started(cmd.Process.Pid)
	}
	done := make(chan struct{})
	var ended error // read after done
	go func() {
		ended = cmd.Wait()
		close(done)
	}()
	defer endFamily(cmd.Process.Pid)
	select {
	case <-done:
		return fmt.Errorf("the browser ended: %w", errOr(ended))
	case err := <-watch(life, cfg):
		end()
		<-done
		return err
	case <-ctx.Done():
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		patience := time.AfterFunc(farewell, end)
		<-done
		patience.Stop()
		return nil
	}
}

// endFamily ends the children that outlived a browser and waits until they are gone, farewell at the most: they would
// go on writing into the folder that the next one begins with.
func endFamily(group int) {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	patience := time.NewTimer(farewell)
	defer patience.Stop()
	for syscall.Kill(-group, syscall.SIGKILL) == nil {
		select {
		case <-look.C:
		case <-patience.C:
			return
		}
	}
}

var errByItself = errors.New("by itself")

func errOr(err error) error {
	if err == nil {
		return errByItself
	}
	return err
}

// watch looks after a page until ctx ends, and tells when it has been silent for too long. While the program itself does
// not answer, the page cannot either, and has words for that: then nothing is counted.
func watch(ctx context.Context, cfg Config) <-chan error {
	told := make(chan error, 1)
	go func() {
		look := time.NewTicker(cfg.Look)
		defer look.Stop()
		began, seen := cfg.Now(), false
		quiet := began // the page is silent since
		for {
			select {
			case <-ctx.Done():
				return
			case <-look.C:
			}
			now := cfg.Now()
			age, beaten, err := pulse(ctx, cfg.Pulse)
			switch {
			case err != nil: // the program is away
				quiet = now
			case beaten && age < now.Sub(began): // of this browser, not of the one before
				seen, quiet = true, now.Add(-age)
			}
			limit := cfg.First
			if seen {
				limit = cfg.Silent
			}
			if now.Sub(quiet) > limit {
				told <- fmt.Errorf("%w for %s", errSilent, now.Sub(quiet).Round(time.Second))
				return
			}
		}
	}()
	return told
}

// pulse asks the kiosk's program how long ago a page proved that it works.
func pulse(ctx context.Context, url string) (age time.Duration, beaten bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, false, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, false, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return 0, false, fmt.Errorf("ask for the page's pulse: %s", res.Status)
	}
	var said struct {
		AgeMS int64 `json:"age_ms"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 4<<10)).Decode(&said); err != nil {
		return 0, false, fmt.Errorf("ask for the page's pulse: %w", err)
	}
	return time.Duration(said.AgeMS) * time.Millisecond, said.AgeMS >= 0, nil
}
