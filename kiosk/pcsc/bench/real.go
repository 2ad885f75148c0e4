package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Config says where a Real bench lives and how its hidden half is started.
type Config struct {
	// Dir is a directory of the bench's own, made if missing. Its sockets must
	// fit into 107 bytes.
	Dir string
	// Self is the command of a program that calls RunInside with its last
	// argument; the directory is appended to it.
	Self []string
	// Env is added to the environment of that program.
	Env []string
}

// Real is the bench with the system's own pcscd and vpcd, in network, mount
// and process namespaces of their own. Nothing of it is reachable but the
// sockets in its directory, and nothing of it outlives its program.
type Real struct {
	cfg   Config
	ready chan struct{}
}

var _ Bench = (*Real)(nil)

// NewReal makes a Real bench; Run starts it. Ask Available first.
func NewReal(cfg Config) (*Real, error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("card bench: %w", err)
	}
	cfg.Dir = dir
	if len(cfg.Self) == 0 {
		return nil, fmt.Errorf("card bench: no program for its hidden half: %w", fs.ErrInvalid)
	}
	if n := len(filepath.Join(dir, controlSocket)); n > 107 {
		return nil, fmt.Errorf("card bench: socket path of %d bytes, 107 allowed: %w", n, fs.ErrInvalid)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("card bench: %w", err)
	}
	return &Real{cfg: cfg, ready: make(chan struct{})}, nil
}

// Available says whether a Real bench can run here, and if not, why.
func Available() (ok bool, reason string) {
	if _, err := daemonProgram(); err != nil {
		return false, err.Error()
	}
	if _, err := driver(); err != nil {
		return false, err.Error()
	}
	// Some systems grant namespaces and then nothing inside them: try a mount.
	cmd := exec.Command("mount", "--make-rprivate", "/") //nolint:noctx // ends at once
	cmd.SysProcAttr = namespaces()
	if out, err := cmd.CombinedOutput(); err != nil {
		return false, strings.TrimSpace("no namespaces of our own: " + err.Error() + ": " + string(out))
	}
	return true, ""
}

// namespaces gives the hidden half a network, mounts and process numbers of
// its own. The last makes the kernel end all of it together. Who is not root
// becomes it inside.
func namespaces() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID,
		Pdeathsig:  syscall.SIGKILL,
	}
	if uid, gid := os.Getuid(), os.Getgid(); uid != 0 {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: gid, Size: 1}}
	}
	return attr
}

// daemonProgram finds pcscd, which is rarely in a user's path.
func daemonProgram() (string, error) {
	for _, name := range []string{"pcscd", "/usr/sbin/pcscd", "/usr/local/sbin/pcscd"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("pcscd is not installed: %w", exec.ErrNotFound)
}

var libPath = regexp.MustCompile(`(?m)^\s*LIBPATH\s+"?([^"\s]+)"?`)

// driver finds vpcd's library through the configuration its package installs.
func driver() (string, error) {
	text, err := os.ReadFile("/etc/reader.conf.d/vpcd")
	if err != nil {
		return "", fmt.Errorf("vpcd is not installed: %w", err)
	}
	m := libPath.FindSubmatch(text)
	if m == nil {
		return "", fmt.Errorf("vpcd's configuration names no library: %w", fs.ErrNotExist)
	}
	if _, err := os.Stat(string(m[1])); err != nil {
		return "", fmt.Errorf("vpcd: %w", err)
	}
	return string(m[1]), nil
}

// hasOption says whether a program's help mentions an option.
func hasOption(ctx context.Context, program, option string) bool {
	help, _ := exec.CommandContext(ctx, program, "--help").CombinedOutput() // some exit with 1 after helping
	return bytes.Contains(help, []byte(option))
}

// Run starts the hidden half, keeps it, and returns when it is gone: because
// the context ended, or with an error because it failed. It may be called
// once.
func (r *Real) Run(ctx context.Context) error {
	// The kernel kills the child when the thread that started it ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	args := append(append([]string(nil), r.cfg.Self[1:]...), r.cfg.Dir)
	cmd := exec.Command(r.cfg.Self[0], args...) //nolint:noctx // asked to end first, see below
	cmd.Env = append(os.Environ(), r.cfg.Env...)
	cmd.SysProcAttr = namespaces()
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	cmd.WaitDelay = time.Second
	// The other end closes with this process, however it ends.
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("card bench: %w", err)
	}
	if err := os.Remove(filepath.Join(r.cfg.Dir, controlSocket)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("card bench: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("card bench: %w", err)
	}
	ended := make(chan struct{})
	var helpers sync.WaitGroup
	helpers.Go(func() { r.announce(ctx, ended) })
	helpers.Go(func() {
		select {
		case <-ended:
			return
		case <-ctx.Done():
		}
		_ = stdin.Close() // asks it to end
		kill := time.AfterFunc(3*time.Second, func() { _ = cmd.Process.Kill() })
		<-ended
		kill.Stop()
	})
	err = cmd.Wait()
	close(ended)
	helpers.Wait()
	r.tidy()
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("card bench ended: %w: %s", err, strings.TrimSpace(complaint.String()))
}

// announce closes ready when the control socket answers.
func (r *Real) announce(ctx context.Context, ended <-chan struct{}) {
	for {
		if conn, err := r.dial(ctx); err == nil {
			_ = conn.Close() // only to see that it listens
			close(r.ready)
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ended:
			return
		case <-ctx.Done():
			return
		}
	}
}

// tidy removes what the hidden half leaves behind.
func (r *Real) tidy() {
	for _, name := range []string{serviceSocket, servicePID, serviceLog, readerConfig, noUSBDrivers, controlSocket} {
		_ = os.Remove(filepath.Join(r.cfg.Dir, name)) // the next start clears what stays
	}
}

func (r *Real) dial(ctx context.Context) (net.Conn, error) {
	var dialer net.Dialer
	return dialer.DialContext(ctx, "unix", filepath.Join(r.cfg.Dir, controlSocket))
}

// tell sends one order to the hidden half.
func (r *Real) tell(ctx context.Context, o order) (outcome, error) {
	conn, err := r.dial(ctx)
	if err != nil {
		return outcome{}, fmt.Errorf("card bench: %s: %w", o.Op, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if err := json.NewEncoder(conn).Encode(o); err != nil {
		return outcome{}, fmt.Errorf("card bench: %s: %w", o.Op, err)
	}
	line, err := bufio.NewReader(conn).ReadBytes('\n')
	if err != nil {
		return outcome{}, fmt.Errorf("card bench: %s: %w", o.Op, err)
	}
	var out outcome
	if err := json.Unmarshal(line, &out); err != nil {
		return outcome{}, fmt.Errorf("card bench: %s: %w", o.Op, err)
	}
	if out.Error != "" {
		return outcome{}, fmt.Errorf("card bench: %s: %w", o.Op, errors.New(out.Error))
	}
	return out, nil
}

// Ready is closed when pcscd listens and cards can be inserted.
func (r *Real) Ready() <-chan struct{} { return r.ready }

// Socket returns where pcscd listens, as seen from outside.
func (r *Real) Socket() string { return filepath.Join(r.cfg.Dir, serviceSocket) }

// Label says that the system's service is at work.
func (r *Real) Label() string { return "pcscd + vpcd" }

// Cards lists the deck.
func (r *Real) Cards() []Info { return Deck() }

// Insert puts a card of the deck into the first reader.
func (r *Real) Insert(ctx context.Context, name string) error { return r.Put(ctx, 0, name) }

// Remove pulls the card out of the first reader.
func (r *Real) Remove(ctx context.Context) error { return r.Take(ctx, 0) }

// Put puts a card of the deck into one of the two readers, 0 or 1.
func (r *Real) Put(ctx context.Context, slot int, name string) error {
	if _, err := named(name, func() {}); err != nil {
		return err
	}
	_, err := r.tell(ctx, order{Op: "insert", Slot: slot, Card: name})
	return err
}

// Take pulls the card out of one of the two readers, 0 or 1.
func (r *Real) Take(ctx context.Context, slot int) error {
	_, err := r.tell(ctx, order{Op: "remove", Slot: slot})
	return err
}

// State asks the hidden half what it looks like, for at most two seconds.
func (r *Real) State() State {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	out, err := r.tell(ctx, order{Op: "state"})
	if err != nil {
		return State{}
	}
	return State{Service: out.Service, Card: out.Card}
}

// KillService ends pcscd as kill -9 does. Cards stay in their readers.
func (r *Real) KillService(ctx context.Context) error {
	_, err := r.tell(ctx, order{Op: "kill"})
	return err
}

// StartService brings a killed pcscd back and returns when it listens.
func (r *Real) StartService(ctx context.Context) error {
	_, err := r.tell(ctx, order{Op: "start"})
	return err
}
