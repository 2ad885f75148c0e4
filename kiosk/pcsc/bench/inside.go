package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Files of a Real bench inside its directory, which the service sees as
// /run/pcscd.
const (
	serviceSocket = "pcscd.comm"
	servicePID    = "pcscd.pid"
	serviceLog    = "pcscd.log"
	readerConfig  = "reader.conf"
	noUSBDrivers  = "no-drivers"
	controlSocket = "control.sock"
)

// slots is how many readers one vpcd brings; basePort is that of the first.
const (
	slots    = 2
	basePort = 35963
)

// order is what the outside asks of the inside, one JSON object a line.
type order struct {
	Op   string `json:"op"` // insert, remove, kill, start, state
	Slot int    `json:"slot"`
	Card string `json:"card,omitempty"`
}

// outcome answers an order, and says how things are after it.
type outcome struct {
	Error   string `json:"error,omitempty"`
	Service bool   `json:"service"`
	Card    string `json:"card,omitempty"` // in the order's slot
}

// inside is the half of a Real bench that lives in namespaces of its own.
type inside struct {
	dir      string
	cards    [slots]*VPCD
	services sync.WaitGroup

	mu      sync.Mutex
	names   [slots]string // of the cards put in last
	service *exec.Cmd     // nil when not running
	ended   chan struct{} // closed when service has ended
	closed  bool          // no service is to run any more
}

// RunInside is the hidden half of a Real bench. The program that hosts one
// calls it, with the last argument it was started with, when it was started as
// Config.Self; it must be in the namespaces that Real made. It brings pcscd
// and the virtual cards up, obeys the control socket, and returns when the
// context ends or its standard input closes, which also happens when the
// program outside is killed.
func RunInside(ctx context.Context, dir string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends with the program outside
		cancel()
	}()
	in := &inside{dir: dir}
	if err := in.furnish(); err != nil {
		return fmt.Errorf("card bench: %w", err)
	}
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	for i := range in.cards {
		in.cards[i] = NewVPCD(fmt.Sprintf("127.0.0.1:%d", basePort+i))
		all.Go(func() { _ = in.cards[i].Run(ctx) }) // always nil
	}
	defer in.services.Wait()
	defer in.close()
	if err := in.start(ctx); err != nil {
		return fmt.Errorf("card bench: %w", err)
	}
	return in.obey(ctx)
}

// furnish makes the namespaces habitable: loopback up, the directory in the
// place where pcscd keeps its files, a configuration that knows the virtual
// reader and no real one.
func (in *inside) furnish() error {
	if err := loopbackUp(); err != nil {
		return err
	}
	for _, stale := range []string{serviceSocket, servicePID, controlSocket} {
		if err := os.Remove(filepath.Join(in.dir, stale)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Join(in.dir, noUSBDrivers), 0o755); err != nil {
		return err
	}
	library, err := driver()
	if err != nil {
		return err
	}
	config := fmt.Sprintf("FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:0x%X\nLIBPATH %s\nCHANNELID 0x%X\n",
		basePort, library, basePort)
	if err := os.WriteFile(filepath.Join(in.dir, readerConfig), []byte(config), 0o644); err != nil {
		return err
	}
	return in.mount()
}

// mount shows the directory as /run/pcscd, in this mount namespace only.
func (in *inside) mount() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	// The directory may be below /run itself: hold on to it.
	dir, err := os.Open(in.dir)
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := unix.Mount("tmpfs", "/run", "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("mount /run: %w", err)
	}
	if err := os.Mkdir("/run/pcscd", 0o755); err != nil {
		return err
	}
	held := fmt.Sprintf("/proc/self/fd/%d", dir.Fd())
	if err := unix.Mount(held, "/run/pcscd", "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount /run/pcscd: %w", err)
	}
	in.dir = "/run/pcscd"
	return nil
}

func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
		return fmt.Errorf("loopback up: %w", err)
	}
	return nil
}

// start brings pcscd up and returns when it listens.
func (in *inside) start(ctx context.Context) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		return net.ErrClosed
	}
	if in.service != nil {
		return nil
	}
	program, err := daemonProgram()
	if err != nil {
		return err
	}
	// A pid file of before may name a process of now.
	for _, stale := range []string{serviceSocket, servicePID} {
		if err := os.Remove(filepath.Join(in.dir, stale)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	log, err := os.Create(filepath.Join(in.dir, serviceLog))
	if err != nil {
		return err
	}
	defer log.Close()
	args := []string{"--foreground", "--config", filepath.Join(in.dir, readerConfig)}
	if hasOption(ctx, program, "--disable-polkit") {
		args = append(args, "--disable-polkit") // since 2.0.0, which asks it otherwise
	}
	cmd := exec.Command(program, args...) //nolint:noctx // ended by kill, then awaited
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "PCSCLITE_HP_DROPDIR=" + filepath.Join(in.dir, noUSBDrivers)}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start pcscd: %w", err)
	}
	ended := make(chan struct{})
	in.services.Go(func() {
		_ = cmd.Wait() // its log says why
		close(ended)
		in.revive(ctx, cmd)
	})
	in.service, in.ended = cmd, ended
	for {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "unix", filepath.Join(in.dir, serviceSocket))
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ended:
			in.service = nil
			return fmt.Errorf("start pcscd: %w: %s", errors.New("it ended"), logTail(in.dir))
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// revive starts pcscd again when it ended without being told to.
func (in *inside) revive(ctx context.Context, ended *exec.Cmd) {
	in.mu.Lock()
	unasked := in.service == ended
	if unasked {
		in.service = nil
	}
	in.mu.Unlock()
	if unasked {
		wait(ctx, 200*time.Millisecond)
		_ = in.start(ctx) // State shows whether it runs
	}
}

// close ends pcscd for good.
func (in *inside) close() {
	in.mu.Lock()
	in.closed = true
	in.mu.Unlock()
	in.kill()
}

// kill ends pcscd as kill -9 does and waits until it is gone.
func (in *inside) kill() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.service == nil {
		return
	}
	_ = in.service.Process.Signal(syscall.SIGKILL) // it may be gone already
	<-in.ended
	in.service = nil
}

// obey serves the control socket until the context ends.
func (in *inside) obey(ctx context.Context) error {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "unix", filepath.Join(in.dir, controlSocket))
	if err != nil {
		return fmt.Errorf("card bench: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	for {
		conn, err := l.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("card bench: %w", err)
		}
		in.services.Go(func() {
			defer conn.Close()
			hangUp := context.AfterFunc(ctx, func() { _ = conn.Close() })
			defer hangUp()
			lines := bufio.NewScanner(conn)
			answers := json.NewEncoder(conn)
			for lines.Scan() {
				if answers.Encode(in.answer(ctx, lines.Bytes())) != nil {
					return
				}
			}
		})
	}
}

func (in *inside) answer(ctx context.Context, line []byte) outcome {
	var o order
	err := json.Unmarshal(line, &o)
	if err == nil {
		err = in.carryOut(ctx, o)
	}
	out := outcome{}
	if err != nil {
		out.Error = err.Error()
		return out
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	out.Service = in.service != nil
	if in.cards[o.Slot].Inserted() {
		out.Card = in.names[o.Slot]
	}
	return out
}

func (in *inside) carryOut(ctx context.Context, o order) error {
	if o.Slot < 0 || o.Slot >= slots {
		return fmt.Errorf("slot %d: %w", o.Slot, errProtocol)
	}
	slot := in.cards[o.Slot]
	switch o.Op {
	case "insert":
		c, err := named(o.Card, slot.Remove)
		if err != nil {
			return err
		}
		slot.Insert(c)
		in.mu.Lock()
		in.names[o.Slot] = o.Card
		in.mu.Unlock()
	case "state":
	case "remove":
		slot.Remove()
	case "kill":
		in.kill()
	case "start":
		return in.start(ctx)
	default:
		return fmt.Errorf("order %q: %w", o.Op, errProtocol)
	}
	return nil
}

// logTail gives the end of pcscd's log.
func logTail(dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, serviceLog))
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text[max(0, len(text)-500):]))
}
