package app

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/internal/checkup"
	"balcao/internal/wire"
	"balcao/kiosk/display"
	"balcao/kiosk/pcsc"
	"balcao/kiosk/store"
	"balcao/kiosk/trust"
)

// Check looks at everything a kiosk or box needs, changes nothing, and tells an installer what to do. It may be run
// beside the program.
func Check(ctx context.Context, file string, simulate, asJSON bool, out io.Writer) error {
	r := checkup.Report{Program: "kiosk", Version: Version, Config: file}
	cfg, err := Load(file, simulate)
	if err == nil {
		if done, err := checkup.AsOwner(ctx, cfg.Data, os.Args[1:], out, os.Stderr); done {
			return err
		}
	}
	if r.Configuration(err) {
		database := filepath.Join(cfg.Data, "kiosk.db")
		running := checkup.Running(database)
		r.Clock(time.Now())
		r.Folder(cfg.Data)
		r.Database(ctx, database, store.SchemaOf)
		own := r.Identity(cfg.Identity, cfg.Node, time.Now)
		r.Ports(ctx, running, checkup.Port{Key: "screen.listen", Listen: cfg.Screen.Listen}, checkup.Port{Key: "operation.listen", Listen: cfg.Operation.Listen})
		for _, d := range cfg.lookAtDevices(running) {
			d(ctx, &r)
		}
		a := App{cfg: cfg, own: own}
		r.Reach(ctx, "loja", "o quiosque dá as senhas que lhe foram emprestadas ("+string(wire.NodeID(cfg.Node).Parent())+")", cfg.Branch.Brokers, a.tls())
	}
	return r.Write(out, asJSON)
}

// lookAtDevices returns the looks at the devices that this machine should have.
func (c *Config) lookAtDevices(running bool) []func(context.Context, *checkup.Report) {
	looks := []func(context.Context, *checkup.Report){c.lookAtScreen, c.lookAtSizes}
	if c.shows(FaceTouch) && !c.Simulate {
		looks = append(looks, func(ctx context.Context, r *checkup.Report) { c.lookAtPrinter(ctx, r, running) })
		if c.Reader.Enabled {
			looks = append(looks, c.lookAtReader)
		}
	}
	if c.shows(FaceCallboard) && c.Sound.Backend != soundOff {
		looks = append(looks, c.lookAtSound)
	}
	return looks
}

func (c *Config) lookAtScreen(_ context.Context, r *checkup.Report) {
	path, err := display.Browser()
	if err != nil {
		r.Notice("ecrã", "balcao-kiosk-setup instala e prepara tudo", "não há Chromium nesta máquina")
		return
	}
	screens, err := filepath.Glob("/sys/class/drm/card*-*/status")
	for _, s := range screens {
		if raw, err := os.ReadFile(s); err == nil && strings.TrimSpace(string(raw)) == "connected" { //nolint:gosec // of the kernel
			r.Good("ecrã", "%s, e um ecrã ligado (%s)", path, filepath.Base(filepath.Dir(s)))
			return
		}
	}
	if err != nil || len(screens) == 0 {
		r.Notice("ecrã", "numa máquina de verdade, veja o controlador gráfico com dmesg", "%s, e o sistema não conhece nenhum ecrã", path)
		return
	}
	r.Notice("ecrã", "veja o cabo e a alimentação do ecrã", "%s, e nenhum ecrã está ligado", path)
}

func (c *Config) lookAtPrinter(ctx context.Context, r *checkup.Report, running bool) {
	const about = "impressora"
	if running {
		r.Good(about, "%s está a ser usada pelo programa; o seu estado está em /healthz", c.Printer.Port)
		return
	}
	id := c.Printer.Profile
	if id == autoProfile {
		id = fallbackProfile
	}
	catalogue := c.Printer.catalogue()
	profile, err := catalogue.Load(id, c.Printer.Firmware)
	if errors.Is(err, profiles.ErrUnknown) || err != nil {
		r.Fault(about, "kiosk profiles list mostra os que há", "perfil %s: %v", id, err)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	line, err := OpenPrinter(ctx, c.Printer, profile)
	switch {
	case errors.Is(err, os.ErrNotExist):
		r.Notice(about, "ligue-a, ou corrija printer.port; ls -l /dev/serial/by-id /dev/usb mostra o que há", "%s não existe", c.Printer.Port)
	case errors.Is(err, os.ErrPermission):
		r.Fault(about, "o utilizador do programa tem de pertencer aos grupos dialout e lp", "%s não se pode abrir", c.Printer.Port)
	case err != nil:
		r.Notice(about, "veja cabo e alimentação; o programa continua a tentar e as senhas saem no ecrã", "%s: %v", c.Printer.Port, err)
	default:
		_ = line.Close() // it was only tried
		r.Good(about, "%s abre-se; kiosk printer test imprime um talão de ensaio", c.Printer.Port)
	}
}

func (c *Config) lookAtReader(_ context.Context, r *checkup.Report) {
	const about = "leitor de cartões"
	names, err := pcsc.Readers(c.Reader.Socket)
	switch {
	case err != nil:
		r.Notice(about, "systemctl enable --now pcscd.socket; sem ele o quiosque não cumprimenta ninguém pelo nome", "o serviço pcscd não responde")
	case len(names) == 0:
		r.Notice(about, "ligue o leitor; lsusb mostra se o sistema o vê", "o serviço responde e não há nenhum leitor")
	default:
		r.Good(about, "%s", strings.Join(names, "; "))
	}
	folder, err := trust.Open(c.Reader.Trust)
	switch certificates := len(folder.Entries); {
	case err != nil && !errors.Is(err, os.ErrNotExist):
		r.Notice("certificados", "kiosk trust check diz qual e porquê", "%s: %v", c.Reader.Trust, err)
	case certificates == 0:
		r.Notice("certificados", "kiosk trust add -dir "+c.Reader.Trust+" instala os do Estado; até lá lê-se «Cartão não verificado»", "%s não tem nenhum", c.Reader.Trust)
	default:
		r.Good("certificados", "%d para verificar cartões", certificates)
	}
}

func (c *Config) lookAtSound(_ context.Context, r *checkup.Report) {
	const about = "som"
	if _, err := exec.LookPath("espeak-ng"); err != nil {
		r.Notice(about, "apt install espeak-ng; até lá as chamadas só se veem", "não há espeak-ng, que diz as chamadas")
		return
	}
	cards, err := filepath.Glob("/dev/snd/pcm*p")
	if (err != nil || len(cards) == 0) && c.Sound.Server == "" && os.Getenv("PULSE_SERVER") == "" {
		r.Notice(about, "veja a placa com aplay -l; o utilizador do programa tem de pertencer ao grupo audio", "espeak-ng existe e não há nenhuma placa de som")
		return
	}
	r.Good(about, "espeak-ng e %d saída(s) de som", len(cards))
}
