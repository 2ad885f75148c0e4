package authority

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"balcao/internal/config"
	"balcao/internal/identity"
)

// RelayConfig says where a branch's kiosks find the authority when it is at hq.
type RelayConfig struct {
	Listen string `yaml:"listen"` // in the branch's network; empty is no relay
	To     string `yaml:"to"`     // the authority, such as hq.example:8444
}

// Check names the faults of a relay.
func (c RelayConfig) Check(key string, faults *config.Faults) {
	if c == (RelayConfig{}) {
		return
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		faults.Add(key+".listen", "%q is not an address such as 0.0.0.0:8444", c.Listen)
	}
	if host, _, err := net.SplitHostPort(c.To); err != nil || host == "" {
		faults.Add(key+".to", "%q is not an address such as sede.example:8444", c.To)
	}
}

// StationConfig describes a Station. Name, Now and Log must be set.
type StationConfig struct {
	Name     string // of the machine: hq, or a branch's id
	Identity string // folder; empty is a demonstration on one machine, without certificates
	CA       Config
	Relay    RelayConfig
	Now      func() time.Time
	Log      *slog.Logger
}

// Station is a machine to which others connect: its identity if it has one, and the authority or the way to it if that
// is there. It is used by one goroutine until Run.
type Station struct {
	cfg       StationConfig
	own       *identity.Identity
	authority *Authority
	listen    net.Listener // of the authority
	relay     net.Listener
}

// OpenStation reads what is in the folders. It binds nothing.
func OpenStation(cfg StationConfig) (*Station, error) {
	s := &Station{cfg: cfg}
	if cfg.Identity == "" {
		return s, nil
	}
	var err error
	if s.own, err = identity.Open(cfg.Identity, cfg.Now, cfg.Log); err != nil {
		return nil, err
	}
	if s.own.Name() != cfg.Name {
		return nil, fmt.Errorf("the identity in %s is of %s, and this is %s", cfg.Identity, s.own.Name(), cfg.Name)
	}
	if cfg.CA.Data != "" && cfg.CA.Listen != "" {
		s.authority, err = Open(cfg.CA.Data, cfg.Now)
	}
	return s, err
}

// Own returns the identity; nil in a demonstration without certificates.
func (s *Station) Own() *identity.Identity { return s.own }

// Bind takes the ports of the authority and of the relay.
func (s *Station) Bind(ctx context.Context) error {
	var faults []error
	var err error
	if s.authority != nil {
		if s.listen, err = new(net.ListenConfig).Listen(ctx, "tcp", s.cfg.CA.Listen); err != nil {
			faults = append(faults, fmt.Errorf("bind ca.listen: %w", err))
		} else {
			s.own.SetHome(identity.Home{URL: "https://" + s.listen.Addr().String(), Server: s.cfg.Name})
		}
	}
	if s.cfg.Relay.Listen != "" {
		if s.relay, err = new(net.ListenConfig).Listen(ctx, "tcp", s.cfg.Relay.Listen); err != nil {
			faults = append(faults, fmt.Errorf("bind relay.listen: %w", err))
		}
	}
	return errors.Join(faults...)
}

// EnrolAddr returns the bound address of the authority; empty where it is elsewhere.
func (s *Station) EnrolAddr() string {
	if s == nil || s.listen == nil {
		return ""
	}
	return s.listen.Addr().String()
}

// URL returns where this machine's own client finds the embedded broker.
func (s *Station) URL(addr string) string {
	if s.own == nil {
		return "tcp://" + addr
	}
	return "tls://" + addr
}

// Server returns the configuration of the embedded broker's listener; nil without certificates.
func (s *Station) Server() *tls.Config {
	if s.own == nil {
		return nil
	}
	return s.own.Server()
}

// Client returns how a machine of this installation is met; nil without certificates.
func (s *Station) Client(name string) *tls.Config {
	if s.own == nil {
		return nil
	}
	return s.own.Client(name)
}

// Pages returns the configuration of a listener for browsers; nil without certificates.
func (s *Station) Pages() *tls.Config {
	if s.own == nil {
		return nil
	}
	return s.own.Pages()
}

// Run keeps the identity fresh and serves the authority and the relay until ctx ends.
func (s *Station) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	if s.own != nil {
		g.Go(func() error { return s.own.Run(ctx) })
	}
	if s.listen != nil {
		g.Go(func() error { return s.authority.Serve(ctx, s.listen, s.own, s.cfg.Log) })
	}
	if s.relay != nil {
		g.Go(func() error { return Relay(ctx, s.relay, s.cfg.Relay.To) })
	}
	return g.Wait()
}

// Close gives the ports back when Run is never called; on a nil Station it does nothing.
func (s *Station) Close() error {
	if s == nil {
		return nil
	}
	var errs []error
	for _, l := range []net.Listener{s.listen, s.relay} {
		if l == nil {
			continue
		}
		if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
