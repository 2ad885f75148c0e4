package app

import (
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/internal/config"
	"balcao/internal/wire"
	"balcao/kiosk/store"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestWhatIsMissingAtTheStartIsWaitedFor(t *testing.T) {
	b := newBranch(t)
	b.hang()
	port := filepath.Join(t.TempDir(), "printer")
	k := start(t, touchConfig(t, b, port))
	k.page.wait(t, "the kiosk says that it is connecting", func(s state) bool { return s.text("screen") == "starting" })
	k.log.wait(t, `"device":"printer","state":"absent"`)
	if body := fetch(t, k.page.base+"/healthz"); !strings.Contains(body, `"printer":"absent"`) {
		t.Errorf("/healthz: %s", body)
	}

	b.open()
	k.page.wait(t, "home without paper", func(s state) bool { return s.text("screen") == "home" && s.says("b-no-paper") })
	b.eventually("the branch hears of the missing printer", func() bool {
		var h wire.Health
		b.lock(func() { h = b.health })
		return h.Devices[devicePrinter] == stateAbsent && slices.Equal(h.Faces, []string{FaceTouch})
	}, func() any { return b.health })

	printer := printerAt(t, port)
	k.log.wait(t, `"device":"printer","state":"ready"`)
	k.page.press(t, "touch-0001", "home", "service", "cc")
	papers(t, printer, 1)
	want := []string{"printer.state printer absent", "device.fault printer absent", "printer.state printer ready", "device.recovered printer ready"}
	b.eventually("facts about the printer", func() bool {
		return slices.Equal(b.facts("", wire.TypePrinterState, wire.TypeDeviceFault, wire.TypeDeviceRecovered), want)
	}, func() any { return b.facts("", wire.TypePrinterState, wire.TypeDeviceFault, wire.TypeDeviceRecovered) })
}

func TestABrowserThatDoesNotComeBackIsAFaultOfTheScreen(t *testing.T) {
	b := newBranch(t)
	cfg := touchConfig(t, b, virtualPrinter(t).Path())
	cfg.Times.Settle = 10 * time.Millisecond
	k := start(t, cfg).ready(t)
	k.log.wait(t, `"device":"screen","state":"ready"`)
	k.page.close()
	want := []string{"device.fault screen absent", "device.recovered screen ready"}
	b.eventually("the fault", func() bool { return slices.Contains(b.facts("", wire.TypeDeviceFault), want[0]) },
		func() any { return b.facts("", wire.TypeDeviceFault) })
	open(t, k.page.base, "/events")
	b.eventually("the recovery", func() bool { return slices.Contains(b.facts("", wire.TypeDeviceRecovered), want[1]) },
		func() any { return b.facts("", wire.TypeDeviceRecovered) })
}

func TestWhatTheBranchSaidIsShownAfterARestartWhileItIsAway(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	cfg := touchConfig(t, b, printer.Path())
	k := start(t, cfg).ready(t)
	k.stop()
	b.hang()

	again := start(t, cfg)
	again.page.wait(t, "the services, and that the branch is away", func(s state) bool {
		return s.text("screen") == "home" && s.says("Cartão de Cidadão") && s.says("b-offline")
	})
	b.open()
	again.page.wait(t, "the branch is back", func(s state) bool { return s.text("screen") == "home" && !s.says("b-offline") })
	want := []string{"node.started", "node.stopped", "node.started"}
	b.eventually("starts and stops in the log", func() bool {
		return slices.Equal(b.facts("", wire.TypeNodeStarted, wire.TypeNodeStopped), want)
	}, func() any { return b.facts("", wire.TypeNodeStarted, wire.TypeNodeStopped) })
}

func TestWhatARestartLeftIsGivenUpAfterAWhile(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	cfg := touchConfig(t, b, printer.Path())
	cfg.Times.TakeUp, cfg.Times.Hold = time.Millisecond, time.Millisecond
	leave(t, b, cfg, "touch-0001", store.Requested)
	leave(t, b, cfg, "touch-0002", store.Printing)
	leave(t, b, cfg, "touch-0003", store.Failed)
	start(t, cfg)
	b.holds("touch-0001", wire.TypeTicketRequested, wire.TypeTicketAbandoned)
	b.holds("touch-0002", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketUnknown)
	b.holds("touch-0003", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketFailed, wire.TypeTicketAbandoned)
}

func TestATakenPortIsNamedAndNothingStaysOpen(t *testing.T) {
	b := newBranch(t)
	cfg := touchConfig(t, b, "/dev/null")
	cfg.Screen.Listen = b.broker.Addr()
	wrong := cfg
	wrong.Data = "/dev/null/kiosk"
	_, err := New(t.Context(), wrong, discard())
	if err == nil || !strings.Contains(err.Error(), b.broker.Addr()) || !strings.Contains(err.Error(), wrong.Data) {
		t.Errorf("error = %v, want one that names %s and %s", err, b.broker.Addr(), wrong.Data)
	}
	if _, err := New(t.Context(), cfg, discard()); err == nil {
		t.Error("a port was taken twice")
	}
	cfg.Screen.Listen = "127.0.0.1:0"
	a, err := New(t.Context(), cfg, discard()) // the file was closed again
	if err != nil {
		t.Fatal(err)
	}
	if err := a.close(); err != nil {
		t.Error(err)
	}
}

func TestEveryMistakeOfAConfigurationIsNamedWithItsLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kiosk.yaml")
	text := `node: quiosque 1
faces: [touch, tv]
screen: {listen: "0.0.0.0:80"}
branch: {brokers: ["http://x"], password_file: /nowhere}
printer: {profile: acme/1, port: "", baud: 12}
sound: {backend: loud}
colour: red
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(path, false)
	lines := map[int]bool{}
	for _, p := range config.Problems(err) {
		lines[p.Line] = true
	}
	for line := 1; line <= 7; line++ {
		if !lines[line] {
			t.Errorf("no mistake named in line %d: %v", line, err)
		}
	}
	if n := len(config.Problems(err)); n != 9 {
		t.Errorf("%d mistakes named, want 9: %v", n, err)
	}
}

func TestASimulatedKioskNeedsNoPrinterInItsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kiosk.yaml")
	if err := os.WriteFile(path, []byte("node: L901-K01\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path, true); err != nil {
		t.Error(err)
	}
	if _, err := Load(path, false); err == nil {
		t.Error("a touch kiosk without a printer was accepted")
	}
}

// fetch returns the body of a page that must answer.
func fetch(t testing.TB, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, %v", url, res.StatusCode, err)
	}
	return string(body)
}
