package app

import (
	"net"
	"path/filepath"
	"testing"

	profiles "balcao/firmware-profiles"
	"balcao/printers/printertest"
)

func TestThePortSaysWhichCable(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	link := filepath.Join(t.TempDir(), "printer")
	wire, err := printertest.Plug(link)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = wire.Close() }()
	for _, port := range []string{"tcp://" + l.Addr().String(), link} {
		line, err := OpenPrinter(t.Context(), Printer{Port: port, Baud: 19200}, profiles.Profile{})
		if err != nil {
			t.Errorf("%s: %v", port, err)
			continue
		}
		if err := line.Close(); err != nil {
			t.Errorf("%s: %v", port, err)
		}
	}
	for _, port := range []string{"tcp://127.0.0.1:1", "/dev/usb/no-such-printer", filepath.Join(t.TempDir(), "none")} {
		if line, err := OpenPrinter(t.Context(), Printer{Port: port, Baud: 19200}, profiles.Profile{}); err == nil || line != nil {
			t.Errorf("%s: opened %v", port, line)
		}
	}
}
