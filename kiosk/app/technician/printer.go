package technician

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/kiosk/app"
	"balcao/printers"
	"balcao/printers/device"
)

// ErrNoPrinter says that the slip of a test is not known to be on paper.
var ErrNoPrinter = errors.New("o talão de ensaio não foi confirmado")

func (b Bench) printer(ctx context.Context, args []string) error {
	return b.choose(ctx, "printer", []command{
		{"identify", "printer identify [-json] -port LINHA [-baud N]   diz marca, modelo e versão, e que perfil serve", b.identifyPrinter},
		{"test", "printer test [-json] -port LINHA [-baud N] [-profile PERFIL] [-firmware V]   imprime um talão de ensaio", b.testPrinter},
	}, args)
}

// printerFlags say which printer.
type printerFlags struct {
	app.Printer
	json bool
	wait time.Duration
}

func (b Bench) parsePrinter(word, usage string, args []string) (printerFlags, error) {
	q := printerFlags{}
	f := b.flags("printer "+word, "printer "+word+": "+usage)
	f.StringVar(&q.Port, "port", "", "linha série, tcp://ENDEREÇO:9100 ou /dev/usb/lp0; o quiosque não pode estar a usá-la")
	f.IntVar(&q.Baud, "baud", 0, "velocidade da linha série; 0 é a do perfil")
	f.BoolVar(&q.json, "json", false, "responde em JSON")
	f.DurationVar(&q.wait, "wait", 15*time.Second, "quanto tempo esperar pela impressora")
	f.StringVar(&q.Profiles, "dir", "", "pasta com mais perfis")
	if word == "test" {
		f.StringVar(&q.Profile, "profile", "", "perfil, como epson/tm-t88v; vazio pergunta à impressora")
		f.StringVar(&q.Firmware, "firmware", "", "versão, como 3.2")
	}
	if err := f.Parse(args); err != nil {
		return q, err
	}
	if q.Port == "" {
		return q, fmt.Errorf("kiosk printer %s: falta -port: %w", word, ErrUsage)
	}
	return q, nil
}

// PrinterReport is what kiosk printer identify -json says.
type PrinterReport struct {
	Port     string       `json:"port"`
	Maker    string       `json:"maker,omitempty"`
	Model    string       `json:"model,omitempty"`
	Firmware string       `json:"firmware,omitempty"`
	Serial   string       `json:"serial,omitempty"`
	Profiles []profileRow `json:"profiles"`
}

func (b Bench) identifyPrinter(ctx context.Context, args []string) error {
	q, err := b.parsePrinter("identify", "pergunta à impressora o que é, sem imprimir nada", args)
	if err != nil {
		return err
	}
	report, err := q.identify(ctx)
	if err != nil {
		return err
	}
	if q.json {
		return b.json(report)
	}
	out := printer{out: b.Out}
	out.line("linha      %s", report.Port)
	out.line("marca      %s", or(report.Maker, "não diz"))
	out.line("modelo     %s", or(report.Model, "não diz"))
	out.line("versão     %s", or(report.Firmware, "não diz"))
	out.line("série      %s", or(report.Serial, "não diz"))
	for _, p := range report.Profiles {
		out.line("perfil     %s  %s  %s", p.ID, p.Title, p.Hash)
	}
	if len(report.Profiles) == 0 {
		out.line("perfil     nenhum conhece este modelo; generic/escpos serve a quase todas as que falam ESC/POS")
	}
	return out.err
}

// identify asks the printer what it is.
func (q printerFlags) identify(ctx context.Context) (PrinterReport, error) {
	c := catalogue(q.Profiles)
	generic, err := c.Load("generic/escpos", "")
	if err != nil {
		return PrinterReport{}, err
	}
	line, err := app.OpenPrinter(ctx, q.Printer, generic)
	if err != nil {
		return PrinterReport{}, err
	}
	id, err := device.Identify(ctx, line)
	if err != nil {
		return PrinterReport{}, err
	}
	report := PrinterReport{Port: q.Port, Maker: id.Maker, Model: id.Model, Firmware: id.Firmware, Serial: id.Serial, Profiles: []profileRow{}}
	if id.Model != "" {
		report.Profiles, err = matches(c, id)
	}
	return report, err
}

// TestReport is what kiosk printer test -json says.
type TestReport struct {
	Port        string `json:"port"`
	Profile     string `json:"profile"`
	Hash        string `json:"hash"`
	Confirm     string `json:"confirm"`
	Result      string `json:"result"`
	Reason      string `json:"reason,omitempty"`
	Weak        bool   `json:"weak"`
	Bytes       int    `json:"bytes"`
	Unprintable string `json:"unprintable,omitempty"`
	Millis      int64  `json:"ms"`
}

func (b Bench) testPrinter(ctx context.Context, args []string) error {
	q, err := b.parsePrinter("test", "imprime um talão de ensaio e diz se a impressora o confirmou", args)
	if err != nil {
		return err
	}
	if q.Profile == "" {
		found, err := q.identify(ctx)
		if err != nil {
			return err
		}
		if len(found.Profiles) == 0 {
			return fmt.Errorf("kiosk printer test: a impressora não diz um modelo conhecido; diga -profile: %w", ErrUsage)
		}
		q.Profile, q.Firmware = found.Profiles[0].ID, versionOf(found.Firmware)
	}
	profile, err := catalogue(q.Profiles).Load(q.Profile, q.Firmware)
	if err != nil {
		return err
	}
	report, err := b.printTest(ctx, q, profile)
	if report.Profile == "" {
		return err
	}
	if q.json {
		return errors.Join(b.json(report), err)
	}
	out := printer{out: b.Out}
	out.line("linha      %s", report.Port)
	out.line("perfil     %s  %s", report.Profile, report.Hash)
	out.line("confirma   %s", report.Confirm)
	out.line("talão      %d bytes, %d ms", report.Bytes, report.Millis)
	switch {
	case report.Result == printers.Done.String() && report.Weak:
		out.line("resultado  processado; a impressora não prova que o papel saiu")
	case report.Result == printers.Done.String():
		out.line("resultado  impresso e confirmado")
	default:
		out.line("resultado  %s (%s)", report.Result, report.Reason)
	}
	if report.Unprintable != "" {
		out.line("letras     a impressora não tem: %s", report.Unprintable)
	}
	return errors.Join(out.err, err)
}

// testSlip is a slip that nobody can take for a ticket, with all the letters
// that Portuguese has.
func testSlip(at time.Time) printers.Slip {
	return printers.Slip{
		TicketID: "ENSAIO", Number: "T000", Branch: "Talão de ensaio", Body: "áàâãçéêíóôõúü ÁÀÂÃÇÉÊÍÓÔÕÚÜ ª º € –",
		Service: "Isto não é uma senha", Place: "Não espere por ela", Issued: at.Format("02-01-2006 15:04"),
		Validity: "Se estas letras se leem bem, o perfil serve.", Ahead: -1, QR: "HTTPS://ENSAIO.EXAMPLE/T000", Language: "pt",
	}
}

// printTest prints one slip as the kiosk would.
func (b Bench) printTest(ctx context.Context, q printerFlags, profile profiles.Profile) (TestReport, error) {
	dialect, err := device.Dialect(profile)
	if err != nil {
		return TestReport{}, err
	}
	slip := testSlip(b.Now())
	job, err := dialect.Encode(slip, 0)
	if err != nil {
		return TestReport{}, err
	}
	report := TestReport{
		Port: q.Port, Profile: profile.ID, Hash: profile.Hash(), Confirm: profile.Confirm.Method, Bytes: len(job.Bytes),
		Unprintable: string(job.Unprintable),
	}
	ready := make(chan struct{}, 1) // one is enough
	p := device.New(device.Config{
		Dialect: dialect, Confirm: device.ConfirmWithin(profile), Now: b.Now, Log: slog.New(slog.DiscardHandler),
		Open: func(ctx context.Context) (device.Transport, error) { return app.OpenPrinter(ctx, q.Printer, profile) },
		Changed: func(s printers.Status) {
			if s.Ready() {
				select {
				case ready <- struct{}{}:
				default:
				}
			}
		},
	})
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	limit := time.NewTimer(q.wait)
	defer limit.Stop()
	select {
	case <-ready:
	case <-limit.C: // Print says why it is not ready
	case <-ctx.Done():
	}
	begun := b.Now()
	outcome, err := p.Print(ctx, slip, nil)
	report.Millis = b.Now().Sub(begun).Milliseconds()
	report.Result, report.Reason, report.Weak = outcome.Result.String(), string(outcome.Reason), outcome.Weak
	stop()
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrNoPrinter, err)
	}
	return report, errors.Join(err, <-ended)
}
