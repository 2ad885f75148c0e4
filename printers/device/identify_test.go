package device_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/printers/device"
	"balcao/printers/printertest"
	"balcao/printers/serialport"
)

func TestAPrinterSaysWhatItIs(t *testing.T) {
	for name, row := range map[string]struct {
		language printertest.Language
		want     profiles.Identification
	}{
		"escpos":   {printertest.ESCPOS, profiles.Identification{Kind: profiles.KindPrinter, Maker: "BALCAO", Model: "SIMULATED", Firmware: "1.00", Serial: "SIM000001"}},
		"starprnt": {printertest.StarPRNT, profiles.Identification{Kind: profiles.KindPrinter, Maker: "STAR", Model: "SIMULATED-PRNT", Firmware: "1.00"}},
		"star":     {printertest.Star, profiles.Identification{Kind: profiles.KindPrinter, Maker: "STAR", Model: "SIMULATED", Firmware: "1.00"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			link := filepath.Join(t.TempDir(), "printer")
			virtual, err := printertest.New(printertest.Config{
				Link: link, Language: row.language, BytesPerSecond: -1, MillimetresPerSecond: -1, Now: time.Now,
			})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() { ended <- virtual.Run(ctx) }()
			defer func() {
				cancel()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			}()
			line, err := serialport.Open(serialport.Config{Path: link, Baud: 19200})
			if err != nil {
				t.Fatal(err)
			}
			got, err := device.Identify(t.Context(), line)
			if err != nil || got != row.want {
				t.Errorf("identified %+v, %v; want %+v", got, err, row.want)
			}
			if p := virtual.Current(); len(p.Items) != 0 || len(virtual.Papers()) != 0 {
				t.Errorf("the questions were printed:\n%s", p.Text())
			}
		})
	}
}

func TestNobodyAtTheLineIsSaidSo(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "printer")
	wire, err := printertest.Plug(link)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = wire.Close() }()
	line, err := serialport.Open(serialport.Config{Path: link, Baud: 19200})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := device.Identify(t.Context(), line); !errors.Is(err, device.ErrSilent) {
		t.Errorf("identified %+v, %v", got, err)
	}
}
