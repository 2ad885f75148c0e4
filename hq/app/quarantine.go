package app

import (
	"context"
	"io"
	"path/filepath"
	"time"

	"balcao/hq/store"
	"balcao/internal/quarantine"
)

// Quarantine is the command `hq quarantine`: which branches' logs were found with two contents, and letting them go on.
func Quarantine(ctx context.Context, args []string, out, messages io.Writer) error {
	zone, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		return err
	}
	var cfg Config // read by Folder
	return quarantine.Desk{
		Program: "hq", Zone: zone,
		Folder: func(config string) (string, error) {
			cfg, err = Load(config)
			return cfg.Data, err
		},
		Open: func(ctx context.Context, data string) (quarantine.Store, io.Closer, error) {
			open := func() (*store.Store, error) { return store.Open(ctx, filepath.Join(data, "hq.db"), time.Now) }
			if cfg.Postgres.URL != "" {
				open = func() (*store.Store, error) { return openPostgres(ctx, cfg) }
			}
			s, err := open()
			if err != nil {
				return nil, nil, err
			}
			return s, s, nil
		},
	}.Command(ctx, args, out, messages)
}
