// Package postgrestest gives tests a PostgreSQL of their own: a new cluster in a folder that goes with the test, on a
// socket in that folder and no port, run by somebody who is not root, able to be killed and to come back.
package postgrestest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// role is who owns the databases.
const role = "balcao"

// patience is how long a server may take to start on a machine that is busy with other things.
const patience = 2 * time.Minute

// Server is a cluster. Its methods are for one goroutine.
type Server struct {
	bin, dir, data string
	durable        bool
	cred           *syscall.Credential
	cmd            *exec.Cmd
	ended          chan struct{}

	mu    sync.Mutex
	count int
}

// Options say how a cluster runs.
type Options struct {
	// Durable waits for the disk as in an installation. Without it a test of what is kept, and not of how long it stays, is
	// quicker.
	Durable bool
}

// Start makes a cluster and runs it until the test ends. Where PostgreSQL is not installed the test is skipped, or fails if
// BALCAO_REQUIRE_REAL is set, as `make test` does.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := New(t.Context(), o)
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("BALCAO_REQUIRE_REAL") == "" {
		t.Skip("PostgreSQL is not installed")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// shared is one cluster for all tests of a package that do not kill it: making one takes seconds.
var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Shared returns the cluster that all tests of a package share, made when the first asks for it; about where there is none
// see Start. Main ends it. It does not wait for the disk.
func Shared(t testing.TB) *Server {
	t.Helper()
	shared.once.Do(func() { shared.server, shared.err = New(context.WithoutCancel(t.Context()), Options{}) })
	if errors.Is(shared.err, exec.ErrNotFound) && os.Getenv("BALCAO_REQUIRE_REAL") == "" {
		t.Skip("PostgreSQL is not installed")
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server
}

// Main runs the tests of a package, for its TestMain, and returns the code with which it ends.
func Main(m *testing.M) int {
	code := m.Run()
	if shared.server != nil {
		shared.server.Close()
	}
	return code
}

// New makes a cluster and runs it until Close.
func New(ctx context.Context, o Options) (_ *Server, err error) {
	s := &Server{durable: o.Durable}
	if s.bin, err = find(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "balcao-pg-"); err != nil {
		return nil, err
	}
	s.data = filepath.Join(s.dir, "data")
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if err := s.unprivileged(); err != nil {
		return nil, err
	}
	out, err := s.tool(ctx, "initdb", "-D", s.data, "-U", role, "-A", "trust", "-E", "UTF8", "--no-locale", "-N").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("make a cluster: %w: %s", err, out)
	}
	return s, s.Run()
}

// find returns the folder of the programs of the newest PostgreSQL there is.
func find() (string, error) {
	all, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", err
	}
	if len(all) > 0 {
		slices.SortFunc(all, func(x, y string) int { return version(x) - version(y) })
		return filepath.Dir(all[len(all)-1]), nil
	}
	path, err := exec.LookPath("postgres")
	return filepath.Dir(path), err
}

func version(path string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	if err != nil {
		return 0
	}
	return n
}

// unprivileged finds somebody to run as: PostgreSQL refuses root.
func (s *Server) unprivileged() error {
	if os.Geteuid() != 0 {
		return nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		if who, err = user.Lookup("nobody"); err != nil {
			return err
		}
	}
	uid, err1 := strconv.ParseUint(who.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(who.Gid, 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	s.cred = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(s.dir, int(uid), int(gid))
}

func (s *Server) tool(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...) //nolint:gosec // programs of PostgreSQL
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "PGHOST="+s.dir, "PGUSER="+role, "PGDATABASE=postgres", "LC_ALL=C")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.cred}
	return cmd
}

// Run starts the server over the folder and returns once it takes connections.
func (s *Server) Run() error {
	cmd := s.tool(context.Background(), "postgres", "-D", s.data, "-k", s.dir, "-c", "listen_addresses=",
		"-c", "fsync="+onOff(s.durable), "-c", "shared_buffers=64MB", "-c", "max_connections=60", "-c", "max_wal_senders=3",
		"-c", "log_min_messages=warning", "-c", "log_checkpoints=off", "-c", "autovacuum_naptime=10s")
	// Killed together with a test that is killed.
	cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT
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

// Fresh makes a new, empty database and returns its address.
func (s *Server) Fresh(t testing.TB) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	name := fmt.Sprintf("balcao_%d", s.count)
	if out, err := s.tool(t.Context(), "createdb", name).CombinedOutput(); err != nil {
		t.Fatalf("make a database: %v: %s", err, out)
	}
	return s.URL(name)
}

// URL is the address of a database of this cluster.
func (s *Server) URL(name string) string {
	return "postgres:///" + name + "?" + url.Values{"host": {s.dir}, "user": {role}, "sslmode": {"disable"}}.Encode()
}

// Copy keeps the cluster as it is now, while it works, in a folder of its own: a standby that hears nothing more.
func (s *Server) Copy(t testing.TB) (folder string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	folder = filepath.Join(s.dir, fmt.Sprintf("copy-%d", s.count))
	if out, err := s.tool(t.Context(), "pg_basebackup", "-D", folder, "-c", "fast", "-X", "stream").CombinedOutput(); err != nil {
		t.Fatalf("copy the cluster: %v: %s", err, out)
	}
	return folder
}

// Promote makes a copy take over from what the cluster was: the server is ended, and starts again from the copy as a
// standby that was promoted does, on a timeline of its own.
func (s *Server) Promote(t testing.TB, folder string) {
	t.Helper()
	s.Kill()
	// recovery.signal lets the server read what the copy has to the end and then begin a new timeline.
	signal := filepath.Join(folder, "recovery.signal")
	if err := os.WriteFile(signal, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if s.cred != nil {
		if err := os.Chown(signal, int(s.cred.Uid), int(s.cred.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	conf, err := os.OpenFile(filepath.Join(folder, "postgresql.auto.conf"), os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // of the test
	if err != nil {
		t.Fatal(err)
	}
	_, err = conf.WriteString("restore_command = 'false'\nrecovery_target_action = 'promote'\n")
	if err := errors.Join(err, conf.Close()); err != nil {
		t.Fatal(err)
	}
	s.data = folder
	if err := s.Run(); err != nil {
		t.Fatal(err)
	}
}
