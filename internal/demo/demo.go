package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"balcao/internal/serve"
	"balcao/kiosk/bench"
)

// readyWithin is how long the programs may take until all of them answer.
const readyWithin = 60 * time.Second

// demo is one demonstration on its way.
type demo struct {
	opts  options
	log   *slog.Logger
	plan  plan
	bench *bench.Bench
	index net.Listener
	lock  *os.File

	second *neighbour // nil without one
}

// newDemo prepares folder, ports, virtual devices and configuration files. Nothing runs yet.
func newDemo(ctx context.Context, o options, log *slog.Logger) (*demo, error) {
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make the demo's folder: %w", err)
	}
	d := &demo{opts: o, log: log, plan: plan{Dir: dir, Sound: o.sound, Branches: o.branches}}
	if d.lock, err = lockFolder(dir); err != nil {
		return nil, err
	}
	if err := d.prepare(ctx); err != nil {
		return nil, errors.Join(err, d.lock.Close())
	}
	return d, nil
}

func (d *demo) prepare(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	if err := d.built(); err != nil {
		return err
	}
	if err := d.plan.ports(ctx, d.opts.given); err != nil {
		return err
	}
	d.bench, err = bench.New(ctx, bench.Config{
		Dir: filepath.Join(d.plan.Dir, "bench"), Cards: d.opts.cards, Self: []string{self}, Log: d.log, Kiosk: "http://" + d.plan.Kiosk,
	})
	if err != nil {
		return fmt.Errorf("make virtual devices: %w", err)
	}
	d.plan.Printer, d.plan.Reader, d.plan.Trust = d.bench.PrinterPort(), d.bench.ReaderSocket(), d.bench.TrustFolder()
	d.plan.LED = d.bench.LEDPort()
	d.plan.Keypad = d.bench.KeypadSocket()
	if d.opts.second {
		if err := d.settleNeighbour(ctx); err != nil {
			return err
		}
	}
	if err := d.plan.write(); err != nil {
		return err
	}
	var lc net.ListenConfig
	if d.index, err = lc.Listen(ctx, "tcp", d.opts.listen); err != nil {
		return fmt.Errorf("bind the index page: %w", err)
	}
	return nil
}

// built names every program that is not where it should be.
func (d *demo) built() error {
	var missing []string
	for _, name := range []string{"hq", "branch-server", "kiosk"} {
		if _, err := exec.LookPath(filepath.Join(d.opts.bin, name)); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("no program %s in %s: make build puts it there", strings.Join(missing, ", "), d.opts.bin)
	}
	return nil
}

// lockFolder makes sure that one demo at a time uses a folder.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, fmt.Errorf("lock the demo's folder: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another demo runs in %s", dir), f.Close())
	}
	return f, nil
}

// addresses is what the demo tells its users, people and programs.
type addresses struct {
	Index     string `json:"index"`
	Kiosk     string `json:"kiosk"`
	Paper     string `json:"paper"`
	Cards     string `json:"cards"`
	LED       string `json:"led"`
	Keypad    string `json:"keypad"`
	Counter   string `json:"counter"`
	Callboard string `json:"callboard"`
	Manager   string `json:"manager"`
	HQ        string `json:"hq"`
	Broker    string `json:"broker"`

	Neighbour      string `json:"neighbour,omitempty"`      // the second kiosk, where there is one
	NeighbourPaper string `json:"neighbourPaper,omitempty"` // what its printer prints

	Operation map[string]string `json:"operation"` // health, readiness and metrics of each program
}

func (d *demo) addresses() addresses {
	index := "http://" + d.index.Addr().String()
	figures := map[string]string{}
	for name, address := range d.plan.Operation {
		figures[name] = "http://" + *address + "/"
	}
	all := addresses{
		Operation: figures,
		Index:     index + "/", Paper: index + "/paper", Cards: index + "/cards", LED: index + "/led", Keypad: index + "/keypad",
		Kiosk: "http://" + d.plan.Kiosk + "/", Callboard: "http://" + d.plan.Callboard + "/callboard",
		Counter: "http://" + d.plan.Branch + "/balcao", Manager: "http://" + d.plan.Branch + "/coordenacao",
		HQ: "http://" + d.plan.HQ + "/", Broker: "tls://" + d.plan.Broker,
	}
	if d.second != nil {
		all.Neighbour, all.NeighbourPaper = "http://"+d.plan.Neighbour+"/", "http://"+d.second.pages.Addr().String()+"/paper"
	}
	return all
}

func (d *demo) programs() []program {
	of := func(name, binary, health string) program {
		return program{
			name: name, path: filepath.Join(d.opts.bin, binary), config: filepath.Join(d.plan.Dir, name+".yaml"),
			logs: filepath.Join(d.plan.Dir, "logs", name+".log"), pid: filepath.Join(d.plan.Dir, name+".pid"), health: "http://" + health + "/healthz",
		}
	}
	all := []program{
		of("hq", "hq", d.plan.HQ),
		of("branch-server", "branch-server", d.plan.Branch),
		of("kiosk", "kiosk", d.plan.Kiosk),
		of("callboard", "kiosk", d.plan.Callboard),
	}
	if d.second != nil {
		all = append(all, of("neighbour", "kiosk", d.plan.Neighbour))
	}
	return all
}

// run shows everything until ctx ends, then ends it all.
func (d *demo) run(ctx context.Context, out io.Writer) (err error) {
	file := filepath.Join(d.plan.Dir, "addresses.json")
	_ = os.Remove(file) // of a demo that was killed
	defer func() {
		_ = os.Remove(file)
		err = errors.Join(err, d.lock.Close())
	}()
	// The starter outlives the programs: they end with its thread.
	startCtx, stopStarter := context.WithCancel(context.WithoutCancel(ctx))
	defer stopStarter()
	s := newStarter()
	go s.run(startCtx)

	g, ctx := errgroup.WithContext(ctx)
	devices, unplug := context.WithCancel(context.WithoutCancel(ctx)) // they outlive the programs, as real ones do
	defer unplug()
	g.Go(func() error { return d.bench.Run(devices) })
	g.Go(func() error { return serve.HTTP(ctx, d.index, d.pages(), d.log) })
	if d.second != nil {
		g.Go(func() error { return d.second.bench.Run(devices) })
		g.Go(func() error { return serve.HTTP(ctx, d.second.pages, d.second.bench.Handler(), d.log) })
	}
	programs := d.programs()
	g.Go(func() error {
		defer unplug()
		if err := d.enrol(ctx); ctx.Err() != nil {
			return nil // ended before everything was there
		} else if err != nil {
			return err
		}
		return keepAll(ctx, programs, s, d.log)
	})
	g.Go(func() error {
		err := d.announce(ctx, programs, file, out)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // ended before everything was there
		case err != nil:
			return err
		}
		return d.extras(ctx)
	})
	err = g.Wait()
	if err == nil {
		_, err = fmt.Fprintln(out, "\nDemonstração terminada. Os dados ficam em "+d.opts.dir+" (make demo-reset apaga-os).")
	}
	return err
}

// announce waits until everything answers, then writes and prints the addresses.
func (d *demo) announce(ctx context.Context, programs []program, file string, out io.Writer) error {
	waiting, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for _, p := range programs {
		if err := p.ready(waiting); err != nil {
			return err
		}
	}
	a := d.addresses()
	raw, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", append(raw, '\n'), 0o640); err != nil {
		return err
	}
	if err := os.Rename(file+".new", file); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, `
Balcão está a funcionar (tudo nesta máquina; dados inventados).

  Comece aqui      %s

  Quiosque         %s
  Papel            %s    o que a impressora simulada imprime
  Cartões          %s    %s
  Balcão           %s    entre como marta, PIN %s
  Painel           %s
  Letreiro         %s    o que está no letreiro de LED simulado
  Coordenação      %s    entre como joana, PIN %s
  Sede             %s
  Broker MQTT      %s
  Métricas         %smetrics (loja), %smetrics (sede); também /healthz e /readyz

Ctrl-C termina.
`, a.Index, a.Kiosk, a.Paper, a.Cards, d.bench.CardsLabel(), a.Counter, demoPIN, a.Callboard, a.LED, a.Manager, demoPIN, a.HQ, a.Broker,
		a.Operation["branch"], a.Operation["hq"])
	return err
}

// extras runs what the flags ask for beside the programs.
func (d *demo) extras(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.bookings(ctx) })
	if d.opts.traffic {
		g.Go(func() error { return d.traffic(ctx) })
	}
	if d.opts.branches > 0 {
		g.Go(func() error { return d.network(ctx, d.opts.branches) })
	}
	return g.Wait()
}
