package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/internal/wire"
	"balcao/printers/printertest"
)

// speaking is a fast printer of software that speaks a language.
func speaking(t testing.TB, language printertest.Language) *printertest.Printer {
	t.Helper()
	p, err := printertest.New(printertest.Config{
		Link: filepath.Join(t.TempDir(), "printer"), Language: language, BytesPerSecond: -1, MillimetresPerSecond: -1, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	background(t, p.Run)
	return p
}

func TestTheFateOfAPresentedSlipIsShownAndLogged(t *testing.T) {
	b := newBranch(t)
	printer := speaking(t, printertest.Custom)
	cfg := touchConfig(t, b, printer.Path())
	cfg.Printer.Profile = "virtual/custom-80"
	k := start(t, cfg).ready(t)

	k.page.press(t, "touch-0001", "home", "service", "cc")
	k.page.wait(t, "a slip to take", func(s state) bool { return s.says("Retire o seu talão") })
	waitFor(t, printer, "a slip in the mouth", func(s printertest.State) bool { return s.Mouth })
	if !printer.Take() {
		t.Fatal("no slip in the mouth")
	}
	k.page.wait(t, "the slip was taken", func(s state) bool { return s.says("Já tem o seu talão") })
	b.holds("touch-0001", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketPrinted, wire.TypeSlipTaken)
	k.page.press(t, "touch-0002", "ticket", "finish", "")
	k.page.screen(t, "home")

	k.page.press(t, "touch-0003", "home", "service", "cc")
	k.page.wait(t, "a slip to take", func(s state) bool { return s.says("Retire o seu talão") })
	waitFor(t, printer, "a slip in the mouth", func(s printertest.State) bool { return s.Mouth })
	if !printer.Retract() {
		t.Fatal("no slip in the mouth")
	}
	k.page.wait(t, "the slip was drawn back", func(s state) bool { return s.says("A impressora recolheu o talão") })
	b.holds("touch-0003", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketPrinted, wire.TypeSlipRetracted)
}

func waitFor(t testing.TB, p *printertest.Printer, what string, holds func(printertest.State) bool) {
	t.Helper()
	changed, cancel := p.Subscribe()
	defer cancel()
	deadline := time.After(patience)
	for !holds(p.State()) {
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

// healthSays waits until the branch has heard of a printer of which something holds.
func healthSays(t testing.TB, b *branch, what string, holds func(wire.DeviceModel) bool) {
	t.Helper()
	models := func() (all []wire.DeviceModel) {
		b.lock(func() { all = b.health.Models })
		return all
	}
	b.eventually(what, func() bool { return slices.ContainsFunc(models(), holds) }, func() any { return models() })
}

func TestHealthTellsModelFirmwareAndProfile(t *testing.T) {
	b := newBranch(t)
	printer := speaking(t, printertest.ESCPOS)
	start(t, touchConfig(t, b, printer.Path())).ready(t)
	healthSays(t, b, "model, firmware, serial number, profile and its hash", func(m wire.DeviceModel) bool {
		return m.Device == "printer" && m.Maker == "BALCAO" && m.Model == "SIMULATED" && m.Firmware == "1.00" &&
			m.Serial == "SIM000001" && m.Profile == "virtual/escpos-80" && len(m.Hash) == 64
	})
}

// Star's firmware from 3.0 on counts finished slips; a profile that knows only that is right once the printer has said
// its version, and so is one that was picked by itself.
func TestWhatThePrinterSaysPicksProfileAndFirmware(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "printer", "acme", "star.yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		t.Fatal(err)
	}
	model := `schema: balcao.profile/v1
id: acme/star
kind: printer
title: Acme Star
inherits: star/line-base
identity: {maker: STAR, models: [SIMULATED]}
confirm: {method: none, clear: true}
firmware:
  - range: ">=1.0"
    set: {confirm: {method: end-counter}}
    evidence: [{fact: confirm.method, source: "measured", status: measured}]
evidence:
  - {fact: identity, source: "measured", status: measured}
  - {fact: confirm, source: "measured", status: measured}
`
	if err := os.WriteFile(file, []byte(model), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, profile := range []string{"acme/star", autoProfile} {
		t.Run(profile, func(t *testing.T) {
			b := newBranch(t)
			printer := speaking(t, printertest.Star)
			cfg := touchConfig(t, b, printer.Path())
			cfg.Printer.Profile, cfg.Printer.Profiles = profile, dir
			cfg.Times.Settle = 5 * time.Second
			k := start(t, cfg)
			healthSays(t, b, "the profile with its firmware", func(m wire.DeviceModel) bool {
				return m.Profile == "acme/star" && m.Firmware == "1.00" && m.Model == "SIMULATED"
			})
			k.ready(t)
			k.page.press(t, "touch-0001", "home", "service", "cc")
			b.holds("touch-0001", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketPrinted)
		})
	}
}

func TestAFormAndARollOfOnesOwn(t *testing.T) {
	b := newBranch(t)
	printer := speaking(t, printertest.ESCPOS)
	cfg := touchConfig(t, b, printer.Path())
	cfg.Printer.Roll, cfg.Printer.Form = 58, filepath.Join(t.TempDir(), "form.yaml")
	form := "schema: balcao.slip/v1\nparts:\n  - part: header\n  - part: copy\n  - part: number\n  - part: priority\n  - part: service\n" +
		"  - part: text\n    text: {pt: Bem-vindo à Loja de ensaio}\n    centred: true\n  - part: validity\n"
	if err := os.WriteFile(cfg.Printer.Form, []byte(form), 0o600); err != nil {
		t.Fatal(err)
	}
	k := start(t, cfg).ready(t)
	k.page.press(t, "touch-0001", "home", "service", "cc")
	paper := papers(t, printer, 1)[0]
	if !strings.Contains(strings.Join(strings.Fields(paper.Text()), " "), "Bem-vindo à Loja de ensaio") || strings.Contains(paper.Text(), "À sua frente") {
		t.Errorf("the paper does not follow its form:\n%s", paper.Text())
	}
	for _, item := range paper.Items {
		if item.X+item.Width > 384 {
			t.Errorf("printed beside a roll of 58 mm: %d + %d dots", item.X, item.Width)
		}
	}
	cfg.Printer.Roll = 70
	if _, err := New(t.Context(), cfg, k.app.log); err == nil {
		t.Error("a roll of 70 mm was taken")
	}
}
