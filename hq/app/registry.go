package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"balcao/hq/atlas/registry"
)

// openRegistry shows the branches of the registry. An empty one is first filled from the file of the configuration,
// which must have no bad line: what is wrong in it is told at the start, not found out later.
func (a *App) openRegistry(ctx context.Context) error {
	sites, err := a.store.Sites(ctx)
	if err != nil {
		return err
	}
	if len(sites) == 0 && a.cfg.Registry != "" {
		if sites, err = readRegistry(a.cfg.Registry); err != nil {
			return err
		}
		if _, _, err := a.store.PutSites(ctx, "", sites); err != nil {
			return err
		}
	}
	return a.showSites(sites)
}

func readRegistry(path string) ([]registry.Site, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("read registry: %w", err)
	}
	sites, bad, err := registry.Read(raw, func(name string) bool {
		_, err := time.LoadLocation(name)
		return err == nil
	})
	if err != nil {
		return nil, fmt.Errorf("read registry %s: %w", path, err)
	}
	for _, b := range bad {
		return nil, fmt.Errorf("read registry %s: line %d, %q: %w; %d bad lines in all", path, b.Line, b.ID, b.Why, len(bad))
	}
	return sites, nil
}
