package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"balcao/internal/wire"
)

// killed is how a kiosk that is to be killed is started: the test binary again, with its configuration here.
const killed = "BALCAO_TEST_KIOSK"

// victim is what a kiosk that is to be killed needs to know.
type victim struct {
	Config Config
	Times  Times
	Step   Step // at which it stops for ever, after saying so; empty for none
	Open   bool // its memory may be looked into, as no kiosk's may

	stderr io.Writer // where its log goes; nil for none unless -v is given
}

func TestMain(m *testing.M) {
	if raw := os.Getenv(killed); raw != "" {
		if err := beVictim(raw); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func beVictim(raw string) error {
	var v victim
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	v.Config.Times = v.Times
	v.Config.Trace = func(step Step, _ string) {
		if step == v.Step {
			fmt.Println("at " + step)
			select {} // until it is killed
		}
	}
	a, err := New(ctx, v.Config, slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		return err
	}
	fmt.Println("serves http://" + a.ScreenAddr())
	if v.Open {
		dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
		if err == nil {
			err = unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0)
		}
		if err != nil {
			return err
		}
		fmt.Println("dumpable", dumpable)
	}
	return a.Run(ctx)
}

// process is a kiosk in a process of its own.
type process struct {
	cmd   *exec.Cmd
	lines chan string
	base  string
}

func spawn(t *testing.T, v victim) *process {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.CommandContext(t.Context(), os.Args[0]), lines: make(chan string, 16)}
	p.cmd.Env = append(os.Environ(), killed+"="+string(raw))
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	switch {
	case v.stderr != nil:
		p.cmd.Stderr = v.stderr
	case testing.Verbose():
		p.cmd.Stderr = os.Stderr
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			p.lines <- lines.Text()
		}
	}()
	t.Cleanup(func() { p.kill() })
	p.base = p.says(t, "serves ")
	return p
}

// says waits for a line that begins with a word and returns the rest of it.
func (p *process) says(t *testing.T, word string) string {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case line, open := <-p.lines:
			if !open {
				t.Fatalf("the kiosk ended before it said %q", word)
			}
			if rest, ok := strings.CutPrefix(line, word); ok {
				return rest
			}
		case <-deadline:
			t.Fatalf("the kiosk never said %q", word)
		}
	}
}

// kill ends the kiosk as a power cut does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	for range p.lines {      // until it is gone
	}
	_ = p.cmd.Wait() // it was killed
}

// TestAKillAtAnyStepNeverMakesASecondTicketNorLosesASlip kills the program at each step of a request and starts it
// again; the page then sends the touch again, as it does when it got no answer.
func TestAKillAtAnyStepNeverMakesASecondTicketNorLosesASlip(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process for each step; left out by -short")
	}
	for _, step := range []Step{StepTap, StepAsked, StepReserved, StepBegun, StepFirstByte, StepPrinted, StepEnded} {
		t.Run(string(step), func(t *testing.T) {
			t.Parallel()
			b := newBranch(t)
			printer := virtualPrinter(t)
			cfg := touchConfig(t, b, printer.Path())
			cfg.Screen.Listen = "127.0.0.1:0"
			v := victim{Config: cfg, Times: Times{TakeUp: time.Hour, Hold: time.Hour, Keep: time.Millisecond, Settle: cfg.Times.Settle}, Step: step}
			const request = "touch-0001"

			first := spawn(t, v)
			p := open(t, first.base, "/events")
			p.screen(t, "home")
			awaitPrinter(t, p)
			tapped := make(chan struct{})
			go func() {
				defer close(tapped)
				p.tap(request, "home", "service", "cc") // the answer is lost with the program, at some steps
			}()
			first.says(t, "at "+string(step))
			first.kill()
			<-tapped

			v.Step = ""
			second := spawn(t, v)
			p = open(t, second.base, "/events")
			p.screen(t, "home")
			awaitPrinter(t, p)
			p.press(t, request, "home", "service", "cc")
			s := p.wait(t, "the ticket, printed or perhaps", func(s state) bool {
				return s.text("screen") == "ticket" && (s.says("Retire o seu talão") || s.says("b-no-paper"))
			})
			number := b.given()[request]
			if len(b.given()) != 1 || !s.says(number) {
				t.Errorf("numbers given: %v; the screen shows %s", b.given(), s["slip"])
			}
			b.eventually("an end in the log", func() bool {
				return slices.ContainsFunc(b.facts(request), func(f string) bool {
					return f == wire.TypeTicketPrinted || f == wire.TypeTicketUnknown
				})
			}, func() any { return b.facts(request) })
			slips := confirmed(printer)
			for _, slip := range slips {
				if slip.Biggest() != number {
					t.Errorf("a slip says %s, the branch knows %s", slip.Biggest(), number)
				}
			}
			if len(slips) > 1 {
				t.Errorf("%d slips for one touch", len(slips))
			}
			if begun := slices.Contains(b.facts(request), wire.TypePrintStarted); len(slips) > 0 && !begun {
				t.Error("a slip came out that the log does not mention")
			}
		})
	}
}

// awaitPrinter waits until the kiosk's printer answers.
func awaitPrinter(t *testing.T, p *page) {
	t.Helper()
	deadline := time.After(patience)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		if strings.Contains(fetch(t, p.base+"/healthz"), `"printer":"ready"`) {
			return
		}
		select {
		case <-look.C:
		case <-deadline:
			t.Fatal("the printer is never ready")
		}
	}
}
