package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"balcao/kiosk/display"
)

// Delays of the watch over the page: it gives a sign every four seconds.
const (
	firstSign  = 90 * time.Second // on the slowest machine, from its start
	pageSilent = 30 * time.Second
	pageLook   = 2 * time.Second
)

// Display is the command `kiosk display`: it keeps a browser with this machine's face on the screen. The compositor of
// the machine runs it; see balcao-kiosk-setup.
func Display(ctx context.Context, args []string, out, messages io.Writer) error {
	flags := flag.NewFlagSet("kiosk display", flag.ContinueOnError)
	flags.SetOutput(messages)
	path := flags.String("config", "kiosk.yaml", "configuração do quiosque")
	profile := flags.String("profile", "", "pasta do navegador, esvaziada a cada arranque; sem ela, uma em XDG_RUNTIME_DIR")
	more := flags.String("flags", "", "mais opções do navegador, separadas por espaços")
	policy := flags.Bool("policy", false, "escreve as regras do Chromium para esta máquina e termina")
	silent := flags.Duration("silent", pageSilent, "silêncio da página a partir do qual o navegador recomeça")
	if err := flags.Parse(args); err != nil {
		return err
	}
	cfg, err := Load(*path, true)
	if err != nil {
		return err
	}
	if *policy {
		return display.WritePolicy(out, cfg.Screen.Listen)
	}
	browser, err := display.Browser()
	if err != nil {
		return err
	}
	if strings.HasSuffix(cfg.Screen.Listen, ":0") {
		return errors.New("screen.listen tem de ter uma porta certa para o navegador a abrir")
	}
	if *profile == "" {
		folder := os.Getenv("XDG_RUNTIME_DIR")
		if folder == "" {
			folder = os.TempDir()
		}
		*profile = filepath.Join(folder, "balcao-browser-"+fmt.Sprint(os.Getuid()))
	}
	base := "http://" + cfg.Screen.Listen
	page := base + "/"
	if !cfg.shows(FaceTouch) {
		page = base + "/callboard"
	}
	log := slog.New(slog.NewJSONHandler(messages, nil)).With("kiosk", cfg.Node)
	return display.Run(ctx, display.Config{
		Page: page, Pulse: base + "/pulse", Browser: browser, Flags: strings.Fields(*more), Profile: *profile,
		First: firstSign, Silent: *silent, Look: pageLook, Now: time.Now, Log: log,
	})
}
