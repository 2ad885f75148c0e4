package app

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"balcao/branch-server/store"
	"balcao/internal/authority"
	"balcao/internal/checkup"
	"balcao/internal/wire"
)

// Check looks at everything a branch server needs, changes nothing, and tells an installer what to do. It may be run
// beside the program.
func Check(ctx context.Context, file string, asJSON bool, out io.Writer) error {
	r := checkup.Report{Program: "branch-server", Version: Version, Config: file}
	cfg, err := Load(file)
	if !r.Configuration(err) {
		return r.Write(out, asJSON)
	}
	if done, err := checkup.AsOwner(ctx, cfg.Data, os.Args[1:], out, os.Stderr); done {
		return err
	}
	database := filepath.Join(cfg.Data, "branch.db")
	r.Clock(time.Now())
	r.Folder(cfg.Data)
	r.Database(ctx, database, store.SchemaOf)
	cfg.lookAtLater(ctx, &r)
	var said bytes.Buffer
	switch err := CheckInForce(ctx, cfg, &said); {
	case err != nil:
		r.Fault("descrição", "volte à versão anterior do programa, ou corrija a descrição publicada", "a que está em vigor não serve a esta versão: %v", err)
	case said.Len() > 0:
		r.Good("descrição", "%s", strings.TrimSpace(said.String()))
	}
	r.Identity(cfg.Identity, cfg.Branch.ID, time.Now)
	r.Ports(ctx, checkup.Running(database),
		checkup.Port{Key: "http.listen", Listen: cfg.HTTP.Listen},
		checkup.Port{Key: "broker.listen", Listen: inner(cfg.Broker)},
		checkup.Port{Key: "ca.listen", Listen: cfg.CA.Listen},
		checkup.Port{Key: "relay.listen", Listen: cfg.Relay.Listen},
		checkup.Port{Key: "operation.listen", Listen: cfg.Operation.Listen})
	cfg.lookAtWays(ctx, &r)
	return r.Write(out, asJSON)
}

// inner is where the embedded broker listens; empty with an outside one.
func inner(b Broker) string {
	if len(b.Outside) > 0 {
		return ""
	}
	return b.Listen
}

// lookAtWays tries the ways to headquarters and to an outside broker.
func (c *Config) lookAtWays(ctx context.Context, r *checkup.Report) {
	trust, err := authority.OpenStation(authority.StationConfig{Name: c.Branch.ID, Identity: c.Identity, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return // the look at the certificate has said why
	}
	if len(c.Broker.Outside) > 0 {
		r.Reach(ctx, "broker", "os quiosques dão as senhas que lhes foram emprestadas", c.Broker.Outside, trust.Client(c.Branch.ID))
	}
	if len(c.HQ.Brokers) == 0 {
		r.Good("sede", "nenhuma: esta loja trabalha sozinha")
		return
	}
	r.Reach(ctx, "sede", "a loja trabalha e guarda tudo para enviar depois", c.HQ.Brokers, trust.Client(wire.HQName))
}
