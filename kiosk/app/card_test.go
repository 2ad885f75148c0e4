package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"balcao/internal/wire"
	cardbench "balcao/kiosk/pcsc/bench"
)

// TestACardGreetsAndLeavesNoTrace is the only test here that reads cards: a process has one watcher at a time, and
// libpcsclite asks for the service's socket once, so it is the same each time the test runs.
func TestACardGreetsAndLeavesNoTrace(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("balcao-kiosk-app-%d", os.Getpid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	cards := cardbench.NewDaemon(filepath.Join(dir, "pcscd.comm"))
	unplug := background(t, cards.Run)
	<-cards.Ready()
	cfg := touchConfig(t, b, printer.Path())
	cfg.Reader.Enabled, cfg.Reader.Socket = true, cards.Socket()
	k := start(t, cfg).ready(t)
	insert := func(name string) {
		if err := cards.Insert(context.Background(), name); err != nil {
			t.Error(err)
		}
	}

	k.page.wait(t, "the way to a greeting", func(s state) bool { return s.says(`"greet"`) })
	insert("maria") // before anybody asked: not read
	k.page.press(t, "touch-0001", "home", "language", "en")
	k.page.press(t, "touch-0002", "home", "greet", "")
	s := k.page.screen(t, "greeting")
	if !s.says("Maria") {
		t.Fatalf("the greeting does not name the citizen: %s", s["title"])
	}
	if err := cards.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.page.press(t, "touch-0003", "greeting", "service", "cc")
	papers(t, printer, 1)
	b.holds("touch-0003", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketPrinted)
	k.page.wait(t, "the printed ticket", func(s state) bool { return s.text("screen") == "ticket" && s.says(`"finish"`) })

	k.page.press(t, "touch-0004", "ticket", "finish", "")
	k.page.screen(t, "home")
	for _, name := range []string{"bank", "garbage", "mute"} {
		insert(name)
		k.page.press(t, "greet-"+name, "home", "greet", "")
		k.page.screen(t, "cardproblem")
		if err := cards.Remove(t.Context()); err != nil {
			t.Fatal(err)
		}
		k.page.screen(t, "card") // it asks for another one by itself
		k.page.press(t, "back-"+name, "card", "back", "")
		k.page.screen(t, "home")
	}

	unplug()
	k.log.wait(t, `"device":"reader","state":"absent"`)
	b.eventually("the fault of the reader", func() bool {
		return slices.Contains(b.facts("", wire.TypeDeviceFault), "device.fault reader absent")
	}, func() any { return b.facts("", wire.TypeDeviceFault) })
	k.stop()

	// What the card said is in no file, no log, no message.
	var sent strings.Builder
	records, err := b.ledger.Records(t.Context(), node, b.epoch)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		sent.Write(r.Raw)
	}
	for where, text := range map[string]string{
		"the kiosk's files": contents(t, cfg.Data), "the log": k.log.String(), "the branch's ledger": sent.String(),
	} {
		for _, canary := range []string{"Maria", "MARIA", "FERREIRA", "ferreira", "Ferreira"} {
			if strings.Contains(text, canary) {
				t.Errorf("%s hold %q", where, canary)
			}
		}
	}
	if !strings.Contains(contents(t, cfg.Data), "touch-0003") {
		t.Error("the search for traces finds nothing at all")
	}
}
