package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// balancer is a real HAProxy before the brokers of several processes, set up as docs/operations.md says.
type balancer struct {
	addr  string
	cmd   *exec.Cmd
	ended chan struct{}
	said  bytes.Buffer // by it; read after it ended
}

// balancing is its configuration before the servers.
const balancing = `global
	maxconn %d
defaults
	mode tcp
	timeout connect 3s
	timeout client  90s
	timeout server  90s
	option tcpka
frontend branches
	bind fd@3
	default_backend brokers
backend brokers
	balance leastconn
	option redispatch
	default-server check inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
`

func newBalancer(ctx context.Context, dir string, branches int, behind []string) (*balancer, error) {
	path, err := program("haproxy", "several processes want a balancer before them")
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, balancing, 100+branches*3/2) // some come again before their old connection is gone
	for i, addr := range behind {
		fmt.Fprintf(&text, "\tserver hq%d %s\n", i+1, addr)
	}
	name := filepath.Join(dir, "haproxy.cfg")
	if err := os.WriteFile(name, text.Bytes(), 0o600); err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer l.Close()
	held, err := l.(*net.TCPListener).File() //nolint:forcetypeassert // tcp
	if err != nil {
		return nil, err
	}
	defer held.Close()
	b := &balancer{addr: l.Addr().String(), ended: make(chan struct{})}
	b.cmd = exec.CommandContext(context.WithoutCancel(ctx), path, "-db", "-f", name) //nolint:gosec // the balancer
	b.cmd.ExtraFiles = []*os.File{held}
	b.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	b.cmd.Stderr = &b.said
	if err := b.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start HAProxy: %w", err)
	}
	go func() { defer close(b.ended); _ = b.cmd.Wait() }()
	return b, nil
}

func (b *balancer) died() error {
	if b == nil {
		return nil
	}
	select {
	case <-b.ended:
		return fmt.Errorf("HAProxy ended by itself: %s", b.said.String())
	default:
		return nil
	}
}

func (b *balancer) stop() {
	if b != nil {
		_ = b.cmd.Process.Kill()
		<-b.ended
	}
}

// program finds a program that Debian keeps where not everybody looks.
func program(name, why string) (string, error) {
	for _, folder := range []string{"/usr/sbin/", "/usr/local/sbin/"} {
		if _, err := os.Stat(folder + name); err == nil {
			return folder + name, nil
		}
	}
	path, err := exec.LookPath(name)
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("hq bench: %s: install %s: %w", why, name, err)
	}
	return path, err
}
