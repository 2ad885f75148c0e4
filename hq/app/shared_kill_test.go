package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"balcao/hq/app"
	"balcao/hq/postgres"
	"balcao/hq/postgres/postgrestest"
	"balcao/hq/store"
	"balcao/internal/wire"
)

func TestMain(m *testing.M) {
	if file := os.Getenv("HQ_APP_PROCESS"); file != "" {
		if err := process(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(postgrestest.Main(m))
}

// process is headquarters as a process of its own, to be killed.
func process(file string) error {
	cfg, err := app.Load(file)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	a, err := app.New(ctx, cfg, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	fmt.Println("serving")
	return a.Run(ctx)
}

// site is a process of headquarters that keeps its ports when it is started again.
type site struct {
	t            *testing.T
	file         string
	broker, http string
	cmd          *exec.Cmd
}

func newSite(t *testing.T, url string, number int) *site {
	t.Helper()
	s := &site{t: t, file: filepath.Join(t.TempDir(), "hq.yaml"), broker: free(t, number), http: free(t, number)}
	if err := os.WriteFile(s.file, fmt.Appendf(nil, "data: %s\nhttp: {listen: %q}\nbroker: {listen: %q}\nopen_to_read: true\nmemory_mib: 0\npostgres: {url: %q}\n",
		t.TempDir(), s.http, s.broker, url), 0o600); err != nil {
		t.Fatal(err)
	}
	s.run()
	t.Cleanup(s.kill)
	return s
}

// free returns an address that nobody uses: one of the many of this machine alone, so that nobody takes it meanwhile.
func free(t *testing.T, number int) string {
	t.Helper()
	pid := os.Getpid()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", fmt.Sprintf("127.%d.%d.%d:0", 64+pid>>14&0x7f, pid>>7&0x7f, 2*(pid&0x7f)%200+number))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (s *site) run() {
	s.t.Helper()
	s.cmd = exec.CommandContext(context.WithoutCancel(s.t.Context()), os.Args[0]) //nolint:gosec // this test
	s.cmd.Env = append(os.Environ(), "HQ_APP_PROCESS="+s.file)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	s.cmd.Stderr = os.Stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	if lines := bufio.NewScanner(out); !lines.Scan() {
		s.t.Fatal("headquarters does not start")
	}
}

func (s *site) kill() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// balance starts a real balancer before some sites and returns where it listens.
func balance(t *testing.T, sites ...*site) string {
	t.Helper()
	path := "/usr/sbin/haproxy"
	if _, err := os.Stat(path); err != nil {
		if path, err = exec.LookPath("haproxy"); err != nil {
			if os.Getenv("BALCAO_REQUIRE_REAL") == "" {
				t.Skip("HAProxy is not installed")
			}
			t.Fatal(err)
		}
	}
	text := `defaults
	mode tcp
	timeout connect 3s
	timeout client 90s
	timeout server 90s
frontend branches
	bind fd@3
	default_backend brokers
backend brokers
	balance leastconn
	option redispatch
	default-server check inter 200ms fall 2 rise 1 on-marked-down shutdown-sessions
`
	for i, s := range sites {
		text += fmt.Sprintf("\tserver hq%d %s\n", i, s.broker)
	}
	file := filepath.Join(t.TempDir(), "haproxy.cfg")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	held, err := l.(*net.TCPListener).File() //nolint:forcetypeassert // tcp
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), path, "-db", "-q", "-f", file) //nolint:gosec // the balancer
	cmd.ExtraFiles = []*os.File{held}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return l.Addr().String()
}

// country is branches that go on writing behind a balancer, and what two processes on one database hold of them.
type country struct {
	t        *testing.T
	server   *postgrestest.Server
	sites    [2]*site
	branches []*branch
	held     *store.Store
}

// settled waits until everything that branches have is held, and says how long that took.
func (c *country) settled(after string) {
	c.t.Helper()
	began := time.Now()
	(&hq{t: c.t}).eventually("everything is held after "+after, func() bool {
		for _, b := range c.branches {
			p, err := c.held.Position(c.t.Context(), b.id, b.epoch)
			if err != nil || p.HWM != uint64(len(b.journal())) {
				return false
			}
		}
		return true
	})
	c.t.Logf("after %s everything was held again in %v", after, time.Since(began).Round(10*time.Millisecond))
}

// under runs something while branches write, and waits until what they wrote is held.
func (c *country) under(what string, do func()) {
	c.t.Helper()
	ctx, stop := context.WithCancel(c.t.Context())
	var writing sync.WaitGroup
	begun := make(chan struct{})
	writing.Go(func() {
		tick := time.NewTicker(25 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ctx.Err() == nil; n++ {
			for _, b := range c.branches {
				b.note("future.fact", fmt.Sprintf(`{"n":%d}`, n))
			}
			if n == 20 {
				close(begun)
			}
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	})
	<-begun
	do()
	stop()
	writing.Wait()
	c.settled(what)
}

func TestNothingIsLostOrDoubledWhenAProcessOrTheDatabaseIsKilledOrFailsOver(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes and databases")
	}
	server := postgrestest.Start(t, postgrestest.Options{Durable: true})
	url := server.Fresh(t)
	c := &country{t: t, server: server}
	for i := range c.sites {
		c.sites[i] = newSite(t, url, i)
	}
	front := balance(t, c.sites[:]...)
	db, err := postgres.Open(t.Context(), postgres.Config{URL: url}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if c.held, err = store.On(t.Context(), db, time.Now); err != nil {
		t.Fatal(err)
	}
	defer c.held.Close()
	for i := range 8 {
		b := newBranch(t, wire.NodeID(fmt.Sprintf("L90%d", i+1)))
		b.connect(front)
		c.branches = append(c.branches, b)
	}
	c.under("a beginning", func() {})
	for i, s := range c.sites {
		c.under(fmt.Sprintf("the death of process %d", i+1), s.kill)
		s.run()
	}
	c.under("the death of the database", func() {
		server.Kill()
		if err := server.Run(); err != nil {
			t.Fatal(err)
		}
	})
	older := server.Copy(t)
	c.under("an older standby", func() {
		c.settledOnce(t)
		server.Promote(t, older)
	})
	for _, b := range c.branches {
		var all []wire.Record
		for r, err := range c.held.Records(t.Context(), b.id, b.epoch, 0) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, r)
		}
		journal := b.journal()
		if len(all) != len(journal) {
			t.Errorf("%s: %d records, want %d", b.id, len(all), len(journal))
			continue
		}
		for i := range all {
			if all[i].Seq != journal[i].Seq || string(all[i].Raw) != string(journal[i].Raw) {
				t.Fatalf("%s: record %d is not the branch's", b.id, i+1)
			}
		}
	}
	for _, s := range c.sites {
		c.shows(s)
	}
}

// settledOnce waits until something is held that the copy cannot have.
func (c *country) settledOnce(t *testing.T) {
	t.Helper()
	b := c.branches[0]
	want := uint64(len(b.journal()))
	(&hq{t: t}).eventually("the database went on after the copy", func() bool {
		p, err := c.held.Position(t.Context(), b.id, b.epoch)
		return err == nil && p.HWM >= want
	})
}

// shows asks a process until it shows every branch whole.
func (c *country) shows(s *site) {
	c.t.Helper()
	h := &hq{t: c.t}
	for _, b := range c.branches {
		want := uint64(len(b.journal()))
		h.eventually(string(b.id)+" is shown whole", func() bool {
			f, err := s.figures(b.id)
			return err == nil && f.Log.HWM == want && f.Linked
		})
	}
}

func (s *site) figures(id wire.NodeID) (f figures, err error) {
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, "http://"+s.http+"/api/branches/"+string(id), nil)
	if err != nil {
		return f, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return f, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return f, errors.New(res.Status)
	}
	return f, json.NewDecoder(res.Body).Decode(&f)
}
