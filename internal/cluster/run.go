package cluster

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Run starts the server over the folder and returns once it takes connections.
func (s *Server) Run() error {
	cmd := s.tool(context.Background(), "postgres", "-D", s.data, "-k", s.dir, "-c", "listen_addresses=",
		"-c", "fsync="+onOff(s.options.Durable), "-c", fmt.Sprintf("shared_buffers=%dMB", max(s.options.SharedMiB, 64)),
		"-c", "max_connections=60", "-c", "max_wal_senders=3",
		"-c", "log_min_messages=warning", "-c", "log_checkpoints=off", "-c", "autovacuum_naptime=10s")
	// Killed together with a test that is killed, and in a group of its own: Ctrl-C is for whoever started it.
	cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	cmd.SysProcAttr.Setpgid = true
	said, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	ready, ended := make(chan struct{}), make(chan struct{})
	var last sayings
	go func() {
		defer close(ended)
		listen(said, ready, &last)
		_ = cmd.Wait()
	}()
	s.cmd, s.ended = cmd, ended
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-ready:
		return nil
	case <-ended:
		return fmt.Errorf("start PostgreSQL: %s", last.String())
	case <-late.C:
		s.Stop(syscall.SIGKILL)
		return fmt.Errorf("start PostgreSQL: not ready after %v: %s", patience, last.String())
	}
}

// listen reads what the server says, and tells when it is ready.
func listen(said io.Reader, ready chan struct{}, last *sayings) {
	lines := bufio.NewScanner(said)
	told := false
	for lines.Scan() {
		last.add(lines.Text())
		if !told && strings.Contains(lines.Text(), "database system is ready to accept") {
			told = true
			close(ready)
		}
	}
}

// sayings are the last lines that a server said.
type sayings struct {
	mu    sync.Mutex
	lines []string
}

func (s *sayings) add(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
	s.lines = s.lines[max(0, len(s.lines)-20):]
}

// String returns them.
func (s *sayings) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// Stop ends the server by a signal, all of it at once with SIGKILL, and returns when it has ended.
func (s *Server) Stop(signal syscall.Signal) {
	if s.cmd == nil {
		return
	}
	if signal == syscall.SIGKILL {
		// The processes of connections end by themselves when the first is gone; SIGQUIT makes them do it at once, without
		// writing anything more, as after a power cut.
		_ = s.cmd.Process.Signal(syscall.SIGQUIT)
	} else {
		_ = s.cmd.Process.Signal(signal)
	}
	<-s.ended
	s.cmd = nil
}

// Kill ends the server without its writing anything more, as a crash does.
func (s *Server) Kill() { s.Stop(syscall.SIGKILL) }

// Close ends the server and takes the folder away.
func (s *Server) Close() {
	s.Stop(syscall.SIGKILL)
	_ = os.RemoveAll(s.dir)
}
