package e2e

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binaries builds the programs once for all tests of the package.
var binaries = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "balcao-bin") // it serves every test; TestMain removes it
	if err != nil {
		return "", err
	}
	builtIn = dir
	cmd := exec.CommandContext(context.Background(), "go", "build", "-o", dir, "./kiosk", "./branch-server", "./hq", "./internal/demo")
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the programs: %w\n%s", err, out)
	}
	return dir, nil
})

var builtIn string

func TestMain(m *testing.M) {
	code := m.Run()
	if builtIn != "" {
		_ = os.RemoveAll(builtIn)
	}
	os.Exit(code)
}

// patience is how long anything may take on a slow, shared machine before a test gives up on it.
const patience = 90 * time.Second

// rig is a running demo.
type rig struct {
	t   *testing.T
	dir string
	cmd *exec.Cmd
	out *bytes.Buffer

	Index, Kiosk, Paper, Cards, Counter, Callboard, Manager, HQ, Broker string
}

// start runs the demo in a folder and waits until everything answers.
func start(t *testing.T, dir string, args ...string) *rig {
	t.Helper()
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	return startIn(t, bin, dir, args...)
}

// startIn runs the demo of a folder of programs.
func startIn(t *testing.T, bin, dir string, args ...string) *rig {
	t.Helper()
	r := &rig{t: t, dir: dir, out: &bytes.Buffer{}}
	r.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(bin, "demo"),
		append([]string{"-dir", dir, "-bin", bin, "-sound", "null", "-cards", "replay"}, args...)...)
	r.cmd.Stdout, r.cmd.Stderr = r.out, r.out
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.stop)
	file := filepath.Join(dir, "addresses.json")
	r.wait("the demo to be ready", func() bool {
		raw, err := os.ReadFile(file)
		return err == nil && json.Unmarshal(raw, r) == nil && r.HQ != ""
	})
	return r
}

// stop ends the demo as Ctrl-C does.
func (r *rig) stop() {
	if r.cmd.ProcessState != nil {
		return
	}
	_ = r.cmd.Process.Signal(os.Interrupt)
	if err := r.cmd.Wait(); err != nil {
		r.t.Errorf("demo: %v\n%s", err, r.out)
	}
	if r.t.Failed() {
		r.logs()
	}
}

func (r *rig) logs() {
	files, _ := filepath.Glob(filepath.Join(r.dir, "logs", "*.log"))
	for _, f := range files {
		raw, _ := os.ReadFile(f)
		r.t.Logf("%s, its end:\n%s", filepath.Base(f), raw[max(0, len(raw)-3000):])
	}
}

// wait polls for something that no stream tells, until it holds.
func (r *rig) wait(what string, holds func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	every := time.NewTicker(50 * time.Millisecond)
	defer every.Stop()
	for !holds() {
		select {
		case <-every.C:
		case <-ctx.Done():
			r.logs()
			r.t.Fatalf("waited %s for %s\n%s", patience, what, r.out)
		}
	}
}

// kill ends one of the programs as a power cut does; the demo starts it again. It reports false if the program was
// not running at that moment.
func (r *rig) kill(program string) bool {
	raw, err := os.ReadFile(filepath.Join(r.dir, program+".pid"))
	if err != nil {
		return false
	}
	pid, err := strconv.Atoi(string(raw))
	return err == nil && syscall.Kill(pid, syscall.SIGKILL) == nil
}

// get reads JSON from one of the programs.
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
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, res.Status)
	}
	return json.NewDecoder(res.Body).Decode(into)
}

// view is the part of a kiosk's screen that tests look at.
type view struct {
	Screen string `json:"screen"`
	Title  string `json:"title"`
	Slip   *struct {
		Number string `json:"number"`
	} `json:"slip"`
	Actions []struct {
		Action string `json:"action"`
	} `json:"actions"`
	Pad *struct {
		Cells []string `json:"cells"`
	} `json:"pad"`
	Sections []struct {
		Choices []struct {
			Action string `json:"action"`
			Arg    string `json:"arg"`
			Title  string `json:"title"`
		} `json:"choices"`
	} `json:"sections"`
}

// typed is what was typed on a screen.
func (v view) typed() string {
	if v.Pad == nil {
		return ""
	}
	return strings.Join(v.Pad.Cells, "")
}

// can reports whether a screen offers one of its buttons.
func (v view) can(action string) bool {
	for _, a := range v.Actions {
		if a.Action == action {
			return true
		}
	}
	return false
}

// given reports whether a screen gives somebody a number to go with: while it is being printed, or when paper failed
// and nobody has agreed to do without, there is nothing to finish.
func (v view) given() bool { return v.Slip != nil && v.can("finish") && !v.can("accept") }

// touchPage is a kiosk's page without a browser: it follows the stream, comes back when it is cut, and repeats a tap
// under its key until it is answered.
type touchPage struct {
	base string

	mu      sync.Mutex
	view    view
	changed chan struct{}
}

func openTouchPage(ctx context.Context, wg *sync.WaitGroup, base string) *touchPage {
	p := &touchPage{base: strings.TrimSuffix(base, "/"), changed: make(chan struct{})}
	wg.Go(func() {
		for ctx.Err() == nil {
			_ = p.follow(ctx) // a cut stream is what the page is made for
			rest(ctx, 100*time.Millisecond)
		}
	})
	return p
}

func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (p *touchPage) follow(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+"/events", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	state := map[string]json.RawMessage{}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	event := ""
	for lines.Scan() {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			event = name
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok || event == "beat" {
			continue
		}
		var change map[string]json.RawMessage
		if err := json.Unmarshal([]byte(data), &change); err != nil {
			return err
		}
		if event == "snapshot" {
			clear(state)
		}
		maps.Copy(state, change)
		whole, err := json.Marshal(state)
		if err != nil {
			return err
		}
		var v view
		if err := json.Unmarshal(whole, &v); err != nil {
			return err
		}
		p.show(v)
	}
	return lines.Err()
}

func (p *touchPage) show(v view) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.view = v
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *touchPage) now() (view, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.view, p.changed
}

// until waits for a screen that answers; it returns the last one and false when ctx ends first.
func (p *touchPage) until(ctx context.Context, holds func(view) bool) (view, bool) {
	for {
		v, changed := p.now()
		if holds(v) {
			return v, true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return v, false
		}
	}
}

// tap touches something once and repeats the same touch until the kiosk has taken it.
func (p *touchPage) tap(ctx context.Context, screen, action, arg string) error {
	key := rand.Text()
	body, err := json.Marshal(map[string]string{"screen": screen, "action": action, "arg": arg})
	if err != nil {
		return err
	}
	for {
		code, err := p.post(ctx, key, body)
		switch {
		case err == nil && code < 300:
			return nil
		case err == nil && code < 500:
			return fmt.Errorf("tap %s answered %d", action, code)
		case ctx.Err() != nil:
			return errors.Join(ctx.Err(), err)
		}
		rest(ctx, 100*time.Millisecond)
	}
}

func (p *touchPage) post(ctx context.Context, key string, body []byte) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/input", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	req.Header.Set("Origin", p.base)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode, nil
}

// leave touches «Terminar» until the ticket is gone: a touch right after the screen has changed counts as meant for
// the one before.
func (p *touchPage) leave(ctx context.Context) {
	for ctx.Err() == nil {
		v, _ := p.now()
		if v.Slip == nil || p.tap(ctx, v.Screen, "finish", "") != nil {
			return
		}
		step, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		_, gone := p.until(step, func(v view) bool { return v.Slip == nil })
		cancel()
		if gone {
			return
		}
	}
}
