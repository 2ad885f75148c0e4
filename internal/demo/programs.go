package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// program is one of the real programs, kept running.
type program struct {
	name   string
	path   string
	config string
	logs   string
	pid    string // file that holds the number of its process while it runs
	health string // URL that answers 200 when the program is ready
	env    []string
}

// starter starts processes from one thread that lives as long as the demo: the kernel ends a child when the thread
// that started it ends, and that must not happen earlier.
type starter struct{ wishes chan startWish }

type startWish struct {
	cmd *exec.Cmd
	err chan error
}

func newStarter() *starter { return &starter{wishes: make(chan startWish)} }

func (s *starter) run(ctx context.Context) {
	runtime.LockOSThread()
	for {
		select {
		case w := <-s.wishes:
			w.err <- w.cmd.Start()
		case <-ctx.Done():
			return
		}
	}
}

func (s *starter) start(ctx context.Context, cmd *exec.Cmd) error {
	w := startWish{cmd: cmd, err: make(chan error, 1)}
	select {
	case s.wishes <- w:
		return <-w.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// keepAll keeps programs until ctx ends or one does not stay up. They end one after the other, last first, so that what
// each says at its end still finds the one above it.
func keepAll(ctx context.Context, programs []program, s *starter, log *slog.Logger) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, len(programs))
	var ends []func()
	for _, p := range programs {
		life, end := context.WithCancel(context.WithoutCancel(ctx))
		done := make(chan struct{})
		go func() {
			defer close(done)
			if err := p.keep(life, s, log); err != nil {
				failed <- err
				cancel()
			}
		}()
		ends = append(ends, func() { end(); <-done })
	}
	<-ctx.Done()
	for _, end := range slices.Backward(ends) {
		end()
	}
	close(failed)
	var errs []error
	for err := range failed {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// keep runs a program until ctx ends, and starts it again when it dies. A program that ends itself at once, again and
// again, is an error; one that is killed is not.
func (p program) keep(ctx context.Context, s *starter, log *slog.Logger) error {
	for quick := 0; ; {
		began := time.Now()
		err := p.once(ctx, s)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was asked to end
		}
		if killed(err) || time.Since(began) > 2*time.Second {
			quick = 0
		} else {
			quick++
		}
		if quick >= 5 {
			return fmt.Errorf("%s does not stay up: %w; see %s", p.name, err, p.logs)
		}
		log.Warn("program ended; starting it again", "program", p.name, "err", err)
		pause := time.NewTimer(200 * time.Millisecond << quick)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return nil
		}
	}
}

// killed reports whether a program ended by a signal.
func killed(err error) bool {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled()
}

// farewell is how long a program may take to end before it is ended.
const farewell = 5 * time.Second

// once runs a program until it ends. When ctx ends it is asked to end, and made to if it does not.
func (p program) once(ctx context.Context, s *starter) error {
	if err := os.MkdirAll(filepath.Dir(p.logs), 0o750); err != nil {
		return fmt.Errorf("make log folder: %w", err)
	}
	logs, err := os.OpenFile(p.logs, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	defer logs.Close() // only written by the child
	cmd := exec.CommandContext(ctx, p.path, "-config", p.config)
	cmd.Stdout, cmd.Stderr = logs, logs
	cmd.Env = append(os.Environ(), p.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = farewell
	if err := s.start(ctx, cmd); err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	defer func() { _ = os.Remove(p.pid) }() // a hint for people and tests
	if err := os.WriteFile(p.pid, []byte(strconv.Itoa(cmd.Process.Pid)), 0o640); err != nil {
		return errors.Join(err, cmd.Cancel(), cmd.Wait())
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return fmt.Errorf("%s ended by itself", p.name)
}

// ready waits until a program answers.
func (p program) ready(ctx context.Context) error {
	client := &http.Client{Timeout: time.Second}
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.health, nil)
		if err != nil {
			return err
		}
		if res, err := client.Do(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		pause := time.NewTimer(50 * time.Millisecond)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return fmt.Errorf("wait for %s: %w; see %s", p.name, ctx.Err(), p.logs)
		}
	}
}
