package app

import (
	"context"
	"io"
	"path/filepath"
	"time"

	"balcao/branch-server/store"
	"balcao/internal/machine"
	"balcao/internal/quarantine"
)

// Quarantine is the command `branch-server quarantine`: which kiosks' logs were found with two contents, and letting
// them go on.
func Quarantine(ctx context.Context, args []string, out, messages io.Writer) error {
	zone, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		return err
	}
	return quarantine.Desk{
		Program: "branch-server", Zone: zone,
		Folder: func(config string) (string, error) {
			cfg, err := Load(config)
			return cfg.Data, err
		},
		Open: func(ctx context.Context, data string) (quarantine.Store, io.Closer, error) {
			s, err := store.Open(ctx, filepath.Join(data, "branch.db"), machine.Minter())
			if err != nil {
				return nil, nil, err
			}
			return s, s, nil
		},
	}.Command(ctx, args, out, messages)
}
