package app

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"balcao/hq/store"
	"balcao/internal/authority"
	"balcao/internal/checkup"
	"balcao/internal/wire"
)

// Check looks at everything headquarters needs, changes nothing, and tells an installer what to do. It may be run beside
// the program.
func Check(ctx context.Context, file string, asJSON bool, out io.Writer) error {
	r := checkup.Report{Program: "hq", Version: Version, Config: file}
	cfg, err := Load(file)
	if !r.Configuration(err) {
		return r.Write(out, asJSON)
	}
	if done, err := checkup.AsOwner(ctx, cfg.Data, os.Args[1:], out, os.Stderr); done {
		return err
	}
	database := filepath.Join(cfg.Data, "hq.db")
	r.Clock(time.Now())
	r.Folder(cfg.Data)
	if cfg.Postgres.URL != "" {
		checkPostgres(ctx, &r, &cfg.Postgres)
	} else {
		r.Database(ctx, database, store.SchemaOf)
	}
	r.Identity(cfg.Identity, wire.HQName, time.Now)
	if _, err := firstPeople(cfg.People); err != nil {
		r.Fault("pessoas", "corrija o ficheiro indicado em people", "%v", err)
	}
	if _, err := cfg.Alerts.ways(); err != nil {
		r.Fault("alertas", "corrija o ficheiro do segredo indicado em alerts", "%v", err)
	}
	listen := cfg.Broker.Listen
	if len(cfg.Broker.Outside) > 0 {
		listen = ""
	}
	r.Ports(ctx, checkup.Running(database),
		checkup.Port{Key: "http.listen", Listen: cfg.HTTP.Listen},
		checkup.Port{Key: "broker.listen", Listen: listen},
		checkup.Port{Key: "ca.listen", Listen: cfg.CA.Listen},
		checkup.Port{Key: "operation.listen", Listen: cfg.Operation.Listen})
	if len(cfg.Broker.Outside) > 0 {
		trust, err := authority.OpenStation(authority.StationConfig{Name: wire.HQName, Identity: cfg.Identity, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		if err == nil {
			r.Reach(ctx, "broker", "as lojas trabalham e guardam tudo para enviar depois", cfg.Broker.Outside, trust.Client(wire.HQName))
		}
	}
	return r.Write(out, asJSON)
}
