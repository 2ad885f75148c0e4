package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"balcao/internal/authority"
	"balcao/internal/identity"
)

// enrolled are the nodes of the demonstration that are programs of their own: node, program and configuration.
func (d *demo) enrolled() []enrolment {
	all := []enrolment{
		{"L901", "branch-server", "branch-server.yaml"},
		{"L901-K01", "kiosk", "kiosk.yaml"},
		{"L901-D01", "kiosk", "callboard.yaml"},
	}
	if d.second != nil {
		all = append(all, enrolment{neighbourNode, "kiosk", "neighbour.yaml"})
	}
	return all
}

type enrolment struct{ node, program, config string }

// enrol gives every program its certificate the way an installation does, the first time the demo runs in its folder:
// headquarters makes the authority and a token for each node, and each node enrols with its own command.
func (d *demo) enrol(ctx context.Context) error {
	hq := filepath.Join(d.plan.Dir, "hq.yaml")
	if !d.holds("hq") {
		if err := d.tell(ctx, "hq", "ca", "-config", hq, "init", "-name", "Demonstração"); err != nil {
			return err
		}
	}
	var missing []enrolment
	for _, n := range d.enrolled() {
		if !d.holds(n.node) {
			missing = append(missing, n)
			continue
		}
		// The port may be another one than at the last run.
		if err := identity.Move(d.identity(n.node), "https://"+d.plan.Enrol); err != nil {
			return err
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return d.whileAuthority(ctx, func() error {
		for _, n := range missing {
			token := filepath.Join(d.plan.Dir, "token-"+n.node)
			if err := d.tell(ctx, "hq", "ca", "-config", hq, "token", "-out", token, n.node); err != nil {
				return err
			}
			err := d.tell(ctx, n.program, "enrol", "-config", filepath.Join(d.plan.Dir, n.config),
				"-at", "https://"+d.plan.Enrol, "-token", token)
			_ = os.Remove(token)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *demo) identity(node string) string { return filepath.Join(d.plan.Dir, "identity", node) }

// holds reports whether a node has a certificate that holds for a while; one that does not is thrown away, because a
// demonstration may lie in its folder for longer than certificates live.
func (d *demo) holds(node string) bool {
	i, err := identity.Open(d.identity(node), time.Now, nil)
	if err == nil && time.Until(i.Until()) > 7*24*time.Hour {
		return true
	}
	_ = os.RemoveAll(d.identity(node)) // what cannot be removed cannot be written either, and is named then
	return false
}

// tell runs a command of one of the programs.
func (d *demo) tell(ctx context.Context, program string, args ...string) error {
	out, err := exec.CommandContext(ctx, filepath.Join(d.opts.bin, program), args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", program, args[0], err, out)
	}
	return nil
}

// whileAuthority does something while the authority answers where headquarters will answer later.
func (d *demo) whileAuthority(ctx context.Context, do func() error) error {
	s, err := authority.OpenStation(authority.StationConfig{
		Name: "hq", Identity: d.identity("hq"), CA: authority.Config{Data: filepath.Join(d.plan.Dir, "ca"), Listen: d.plan.Enrol},
		Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	if err := s.Bind(ctx); err != nil {
		return err
	}
	life, end := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.Run(life) }()
	err = do()
	end()
	return errors.Join(err, <-done)
}

// settle gives a simulated node its identity without a token, once, and opens it.
func (d *demo) settle(ctx context.Context, node string) (*identity.Identity, error) {
	dir := d.identity(node)
	if !d.holds(node) {
		a, err := authority.Open(filepath.Join(d.plan.Dir, "ca"), time.Now)
		if err != nil {
			return nil, err
		}
		if err := a.Settle(ctx, authority.Grant{Node: node}, dir); err != nil {
			return nil, err
		}
	}
	return identity.Open(dir, time.Now, d.log)
}
