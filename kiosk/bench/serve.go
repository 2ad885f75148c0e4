package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"balcao/internal/serve"

	"golang.org/x/sync/errgroup"
)

// PrinterProfile is the profile of the virtual printer.
const PrinterProfile = "virtual/escpos-80"

// InDataOf returns the bench of a kiosk that simulates its own devices: below its data folder, with the program itself
// as the hidden half of the card bench. Its faces are at the address kiosk.
func InDataOf(data, kiosk string, log *slog.Logger) Config {
	cfg := Config{Dir: filepath.Join(data, "bench"), Kiosk: "http://" + kiosk, Log: log}
	if self, err := os.Executable(); err == nil {
		cfg.Self = []string{self}
	}
	return cfg
}

// Serve makes a bench, lets the group run it with its pages on a free port of this machine, and logs their addresses.
// It returns when cards can be put in, or after a while without.
func Serve(ctx context.Context, g *errgroup.Group, cfg Config) (*Bench, error) {
	b, err := New(ctx, cfg)
	if err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("serve virtual devices: %w", err), b.tidy())
	}
	g.Go(func() error { return b.Run(ctx) })
	g.Go(func() error { return serve.HTTP(ctx, l, b.Handler(), b.cfg.Log) })
	base := "http://" + l.Addr().String()
	b.cfg.Log.Info("virtual devices", "paper", base+"/paper", "cards", base+"/cards", "reader", b.CardsLabel())
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case <-b.Ready():
	case <-wait.C:
	case <-ctx.Done():
	}
	return b, nil
}
