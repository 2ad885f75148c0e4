package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// outside is a real Mosquitto in the place of the embedded broker, able to be killed and to come back.
type outside struct {
	path, file, addr string
	cmd              *exec.Cmd
	ended            chan struct{}
}

// newOutside starts it where only this machine reaches it: what it measures is the broker, and not its access list.
func newOutside(ctx context.Context, dir string, branches int) (*outside, error) {
	path, err := program("mosquitto", "the broker outside")
	if err != nil {
		return nil, err
	}
	addr, err := free(ctx, 200)
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	b := &outside{path: path, addr: addr, file: filepath.Join(dir, "mosquitto.conf")}
	text := fmt.Sprintf("listener %s %s\nallow_anonymous true\npersistence false\nmax_packet_size 262656\nmax_queued_messages %d\nmax_inflight_messages 100\nset_tcp_nodelay true\n",
		port, host, 1000+4*branches)
	if os.Geteuid() == 0 {
		text += "user root\n"
	}
	if err := os.WriteFile(b.file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return b, b.start(ctx)
}

func (b *outside) url() string { return "tcp://" + b.addr }

// start starts it and waits until it takes connections.
func (b *outside) start(ctx context.Context) error {
	b.cmd = exec.CommandContext(context.WithoutCancel(ctx), b.path, "-c", b.file) //nolint:gosec // the broker
	b.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := b.cmd.Start(); err != nil {
		return fmt.Errorf("start Mosquitto: %w", err)
	}
	ended := make(chan struct{})
	go func(cmd *exec.Cmd) { defer close(ended); _ = cmd.Wait() }(b.cmd)
	b.ended = ended
	late := time.NewTimer(time.Minute)
	defer late.Stop()
	try := time.NewTicker(10 * time.Millisecond)
	defer try.Stop()
	for {
		var d net.Dialer
		if c, err := d.DialContext(ctx, "tcp", b.addr); err == nil {
			return c.Close()
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), b.kill())
		case <-ended:
			return errors.New("start Mosquitto: it ended at once")
		case <-late.C:
			return errors.Join(errors.New("start Mosquitto: it takes no connections"), b.kill())
		case <-try.C:
		}
	}
}

func (b *outside) kill() error {
	err := b.cmd.Process.Kill()
	<-b.ended
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

func (b *outside) stop() {
	if b != nil {
		_ = b.kill()
	}
}

// free returns an address that nobody uses: on one of the many of this machine alone that no connection goes out from, so
// that nobody takes it while its owner is dead. Number tells the addresses of one measurement apart, below 250.
func free(ctx context.Context, number int) (string, error) {
	pid := os.Getpid()
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", fmt.Sprintf("127.%d.%d.%d:0", 64+pid>>14&0x7f, pid>>7&0x7f, 1+(pid&0x7f+number)%250))
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
