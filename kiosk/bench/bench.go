// Package bench is a kiosk's devices made of software, put together for whoever wants to see or test a kiosk on a
// machine without any: a printer at the far end of a serial line, a card reader behind the smart card service, and
// pages on which a person tears off the paper and puts in the cards. The kiosk does not know the difference; the
// pages say «simulado» wherever a citizen could mistake them for the real thing.
package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	cards "balcao/kiosk/pcsc/bench"
	"balcao/printers/printertest"
)

// Kinds of card bench, for Config.Cards.
const (
	Auto   = "auto"   // real where it can run, replay otherwise
	Real   = "real"   // the system's pcscd with the virtual reader vpcd
	Replay = "replay" // a smart card service made of memory
)

// Config says where the devices live and what they are made of.
type Config struct {
	// Dir is a folder of the bench's own; it is made if missing.
	Dir string
	// Cards is Auto, Real or Replay; empty is Auto.
	Cards string
	// Self is the command line that starts this program again; it must call Inside with its arguments first.
	Self []string
	// Kiosk is where the kiosk tells what its spoken guide says, such as http://127.0.0.1:8077, for the page of the keypad;
	// empty is nowhere.
	Kiosk string
	// Log receives what goes wrong; nil discards it.
	Log *slog.Logger
}

// Bench is a printer and a card reader made of software, with their pages.
type Bench struct {
	cfg     Config
	printer *printertest.Printer
	drawn   *gallery
	led     *hungSign
	socket  string
	scratch string // folder to remove at the end, empty for none
	changed *bell
	pad     *pad

	mu    sync.Mutex
	cards cards.Bench
	label string
}

// insideWord marks a start of the program that is only the hidden half of the real card bench.
const insideWord = "virtual-card-reader"

// Inside reports whether the program was started, with these arguments, as the child that holds the virtual reader in
// a network of its own; it has then done all its work, and the program has nothing left to do but end.
func Inside(args []string) bool {
	if len(args) != 2 || args[0] != insideWord {
		return false
	}
	if err := cards.RunInside(context.Background(), args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

// New makes the printer and decides on the card bench. Nothing answers before Run. Config.Cards Real is an error where
// it cannot run.
func New(_ context.Context, cfg Config) (*Bench, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("make bench: %w", err)
	}
	cfg.Dir = dir
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make bench: %w", err)
	}
	b := &Bench{cfg: cfg, drawn: newGallery(), changed: newBell()}
	folder, err := b.cardFolder()
	if err != nil {
		return nil, err
	}
	b.socket, b.pad = filepath.Join(folder, socketName), newPad(folder)
	if err := b.chooseCards(folder); err != nil {
		return nil, errors.Join(err, b.tidy())
	}
	if b.printer, err = printertest.New(printertest.Config{Link: filepath.Join(dir, "printer"), Now: time.Now}); err != nil {
		return nil, errors.Join(fmt.Errorf("make virtual printer: %w", err), b.tidy())
	}
	if b.led, err = hangSign(filepath.Join(dir, "led"), b.changed); err != nil {
		return nil, errors.Join(err, b.tidy())
	}
	return b, nil
}

// PrinterPort returns the path of the serial device; it stays the same over unplugging and restarts.
func (b *Bench) PrinterPort() string { return b.printer.Path() }

// ReaderSocket returns the socket of the smart card service.
func (b *Bench) ReaderSocket() string { return b.socket }

// CardsLabel says, for a page in Portuguese, which card bench is at work, and why if it is not the real one.
func (b *Bench) CardsLabel() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.label
}

// Handler serves the pages /paper, /cards, /led and /keypad, what they are made of, and the same as JSON below /api/. It answers
// every path below /paper, /cards, /led, /keypad, /api/papers, /api/cards, /api/led and /look/.
func (b *Bench) Handler() http.Handler { return b.routes() }

// Run switches the devices on and keeps them until ctx ends. Where Config.Cards is Auto and the real card bench fails,
// the replay bench takes its place.
func (b *Bench) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return b.printer.Run(ctx) })
	g.Go(func() error { return b.runCards(ctx) })
	g.Go(func() error { return b.pad.run(ctx) })
	g.Go(func() error { b.watchPrinter(ctx); return nil })
	g.Go(func() error { return b.led.run(ctx) })
	return errors.Join(g.Wait(), b.tidy())
}

// watchPrinter rings for every change of the printer.
func (b *Bench) watchPrinter(ctx context.Context) {
	changed, cancel := b.printer.Subscribe()
	defer cancel()
	for {
		select {
		case <-changed:
			b.changed.ring()
		case <-ctx.Done():
			return
		}
	}
}

func (b *Bench) tidy() error {
	err := b.closeLED()
	if b.scratch == "" {
		return err
	}
	return errors.Join(err, os.RemoveAll(b.scratch))
}
