package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// server is headquarters as a process, started again where it died.
type server struct {
	program string
	dir     string
	name    string // of its files
	config  map[string]any

	cmd   *exec.Cmd
	ended chan error
	at    serving
	spent time.Duration // processor time of processes that ended
}

// serving is where headquarters says that it serves.
type serving struct {
	Msg       string `json:"msg"`
	Pages     string `json:"pages"`
	Broker    string `json:"broker"`
	Operation string `json:"operation"`
}

var errEnded = errors.New("headquarters ended by itself")

// newServer is one process of headquarters, the number'th of them.
func newServer(o Options, dir string, number int) (*server, error) {
	program := o.Program
	if program == "" {
		var err error
		if program, err = os.Executable(); err != nil {
			return nil, err
		}
	}
	memory := o.Memory
	if memory == 0 {
		memory = 64 + o.Branches/8
	}
	s := &server{program: program, dir: dir, name: "hq"}
	if number > 0 {
		s.name = fmt.Sprintf("hq%d", number+1)
	}
	s.config = map[string]any{
		"data": filepath.Join(dir, s.name), "max_branches": o.Branches + 16, "memory_mib": memory, "simulated": []string{"S*"}, "open_to_read": true,
	}
	for i, part := range []string{"http", "broker", "operation"} {
		addr, err := free(context.Background(), 3*number+i)
		if err != nil {
			return nil, err
		}
		s.config[part] = map[string]any{"listen": addr}
	}
	return s, nil
}

// start starts headquarters and waits until it serves, always at the same addresses.
func (s *server) start(ctx context.Context) error {
	raw, err := json.Marshal(s.config) // JSON is YAML
	if err != nil {
		return err
	}
	path := filepath.Join(s.dir, s.name+".yaml")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		return err
	}
	logs, err := os.OpenFile(filepath.Join(s.dir, s.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	// It ends by a signal of ours, not with the context: what was acknowledged is looked for afterwards.
	s.cmd = exec.CommandContext(context.WithoutCancel(ctx), s.program, "-config", path) //nolint:gosec // this program
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	told, err := s.cmd.StderrPipe()
	if err != nil {
		return errors.Join(err, logs.Close())
	}
	if err := s.cmd.Start(); err != nil {
		return errors.Join(fmt.Errorf("start headquarters: %w", err), logs.Close())
	}
	said := make(chan serving, 1)
	s.ended = make(chan error, 1)
	go func(cmd *exec.Cmd, ended chan<- error) {
		defer logs.Close() // for people who look why
		listen(told, logs, said)
		ended <- cmd.Wait()
	}(s.cmd, s.ended)
	select {
	case s.at = <-said:
		return nil
	case err := <-s.ended:
		s.ended <- err
		return fmt.Errorf("%w: %w; see %s", errEnded, err, logs.Name())
	case <-time.After(2 * time.Minute):
		return errors.Join(fmt.Errorf("headquarters does not serve; see %s", logs.Name()), s.kill())
	case <-ctx.Done():
		return errors.Join(ctx.Err(), s.kill())
	}
}

// listen copies the log until it ends, and says where headquarters serves.
func listen(from io.Reader, to io.Writer, said chan<- serving) {
	var once sync.Once
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadBytes('\n')
		_, _ = to.Write(line) // a log for people
		var s serving
		if json.Unmarshal(line, &s) == nil && s.Msg == "serving" {
			once.Do(func() { said <- s })
		}
		if err != nil {
			return
		}
	}
}

// died says that it ended without being told to, and why.
func (s *server) died() error {
	if s.cmd == nil {
		return nil
	}
	select {
	case err := <-s.ended:
		s.cmd = nil
		return fmt.Errorf("%w: %w; see %s.log in the folder", errEnded, err, s.name)
	default:
		return nil
	}
}

// kill ends headquarters as a power cut would.
func (s *server) kill() error { return s.end(syscall.SIGKILL) }

// stop ends headquarters as an operator does.
func (s *server) stop() error { return s.end(syscall.SIGTERM) }

func (s *server) end(signal syscall.Signal) error {
	if s.cmd == nil {
		return nil
	}
	cmd := s.cmd
	s.cmd = nil
	if err := cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case err := <-s.ended:
		if cmd.ProcessState != nil {
			s.spent += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		}
		if signal == syscall.SIGKILL {
			return nil
		}
		return err
	case <-time.After(time.Minute):
		return errors.Join(errors.New("headquarters does not end"), cmd.Process.Kill())
	}
}

// resident is how much memory headquarters holds now, in bytes; 0 while it does not run.
func (s *server) resident() uint64 {
	if s.cmd == nil {
		return 0
	}
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid), "statm"))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(raw))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseUint(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize()) //nolint:gosec // positive
}
