// Package cluster runs a PostgreSQL of one's own, for tests and for measurements: a new cluster in a folder that goes with
// it, on a socket in that folder and no port, run by somebody who is not root, able to be killed and to come back.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// role is who owns the databases.
const role = "balcao"

// patience is how long a server may take to start on a machine that is busy with other things.
const patience = 2 * time.Minute

// Server is a cluster. Run, Stop, Kill, Close and Promote are for one goroutine, the others for several.
type Server struct {
	bin, dir, data string
	options        Options
	cred           *syscall.Credential
	cmd            *exec.Cmd
	ended          chan struct{}

	mu    sync.Mutex
	count int
}

// Options say how a cluster runs.
type Options struct {
	// Durable waits for the disk as in an installation. Without it what asks what is kept, and not how long it stays, is
	// quicker.
	Durable bool
	// SharedMiB is the memory for pages; 0 is 64.
	SharedMiB int
}

// New makes a cluster and runs it until Close; exec.ErrNotFound where PostgreSQL is not installed.
func New(ctx context.Context, o Options) (_ *Server, err error) {
	s := &Server{options: o}
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

// Create makes a new, empty database and returns its address.
func (s *Server) Create(ctx context.Context) (string, error) { return s.CreateLike(ctx, "template1") }

// CreateLike makes a new database that holds what another one does, to which nobody is connected, and returns its address.
func (s *Server) CreateLike(ctx context.Context, template string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	name := fmt.Sprintf("balcao_%d", s.count)
	if out, err := s.tool(ctx, "createdb", "-T", template, name).CombinedOutput(); err != nil {
		return "", fmt.Errorf("make a database: %w: %s", err, out)
	}
	return s.URL(name), nil
}

// URL is the address of a database of this cluster.
func (s *Server) URL(name string) string {
	return "postgres:///" + name + "?" + url.Values{"host": {s.dir}, "user": {role}, "sslmode": {"disable"}}.Encode()
}

// Copy keeps the cluster as it is now, while it works, in a folder of its own: a standby that hears nothing more.
func (s *Server) Copy(ctx context.Context) (folder string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	folder = filepath.Join(s.dir, fmt.Sprintf("copy-%d", s.count))
	if out, err := s.tool(ctx, "pg_basebackup", "-D", folder, "-c", "fast", "-X", "stream").CombinedOutput(); err != nil {
		return "", fmt.Errorf("copy the cluster: %w: %s", err, out)
	}
	return folder, nil
}

// Promote makes a copy take over from what the cluster was: the server is ended, and starts again from the copy as a
// standby that was promoted does, on a timeline of its own.
func (s *Server) Promote(folder string) error {
	s.Kill()
	// recovery.signal lets the server read what the copy has to the end and then begin a new timeline.
	signal := filepath.Join(folder, "recovery.signal")
	if err := os.WriteFile(signal, nil, 0o600); err != nil {
		return err
	}
	if s.cred != nil {
		if err := os.Chown(signal, int(s.cred.Uid), int(s.cred.Gid)); err != nil {
			return err
		}
	}
	conf, err := os.OpenFile(filepath.Join(folder, "postgresql.auto.conf"), os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // a copy of our own
	if err != nil {
		return err
	}
	_, err = conf.WriteString("restore_command = 'false'\nrecovery_target_action = 'promote'\n")
	if err := errors.Join(err, conf.Close()); err != nil {
		return err
	}
	s.data = folder
	return s.Run()
}
