package app

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"balcao/branch-server/web"
	"balcao/internal/branch"
	"balcao/internal/slip"
	"balcao/internal/wire"
	"balcao/printers/device"
	"balcao/printers/form"
	"balcao/printers/printertest"
	"balcao/printers/serialport"
)

// TestThePictureIsWhatTheVirtualPrinterShows: the same file, byte by byte, as comes out of the printer at the far end of a
// serial line.
func TestThePictureIsWhatTheVirtualPrinterShows(t *testing.T) {
	b := branch.Branch{
		Name: "Loja de ensaio", Bodies: []branch.Body{{ID: "irn", Short: "IRN", Name: wire.Text{"pt": "Registos e Notariado"}}},
		Divisions: []branch.Division{{ID: "cc", Body: "irn", Prefix: "A", Place: "Piso 0 · Balcões 1 a 6"}},
		Services:  []branch.Service{{ID: "cc", Division: "cc", Name: wire.Text{"pt": "Cartão de Cidadão", "en": "Citizen Card"}}},
	}
	layout := slip.Layout{Parts: slip.Move(slip.Standard(), "number", -9)}
	on := web.SlipOn{RollMM: 80, Lang: "en", Priority: true, Copy: 2}
	p, err := newPress(nil)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := p.Picture(&b, layout, on)
	if err != nil {
		t.Fatal(err)
	}

	printer, err := printertest.New(printertest.Config{
		Link: filepath.Join(t.TempDir(), "printer"), BytesPerSecond: -1, MillimetresPerSecond: -1, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- printer.Run(ctx) }()
	line, err := serialport.Open(serialport.Config{Path: printer.Path(), Baud: 19200})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = line.Close()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	f := form.Of(layout)
	dialect, err := device.DialectOn(p.model, device.Paper{Form: &f})
	if err != nil {
		t.Fatal(err)
	}
	job, err := dialect.Encode(sampleSlip(&b, on), 1)
	if err != nil {
		t.Fatal(err)
	}
	changed, leave := printer.Subscribe()
	defer leave()
	if _, err := line.Write(ctx, job.Bytes); err != nil {
		t.Fatal(err)
	}
	for deadline := time.After(time.Minute); printer.State().Papers == 0; {
		select {
		case <-changed:
		case <-deadline:
			t.Fatal("no paper")
		}
	}
	printed, err := printer.Papers()[0].PNG()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(drawn, printed) {
		t.Error("the preview and the paper of the virtual printer differ")
	}
}

// TestWhatDoesNotComeOutWellIsToldForItsPaper: broken words, letters that no printer has, codes wider than the paper and
// slips as long as an arm.
func TestWhatDoesNotComeOutWellIsToldForItsPaper(t *testing.T) {
	b := branch.Branch{Name: "Loja"}
	p, err := newPress(nil)
	if err != nil {
		t.Fatal(err)
	}
	text := func(words string) slip.Layout {
		return slip.Layout{Parts: append(slip.Standard(), slip.Part{ID: "t", Kind: slip.KindText, Text: map[string]string{"pt": words}})}
	}
	long := slip.Layout{Parts: append(slip.Standard(), slip.Part{ID: "g", Kind: slip.KindGap, Dots: 400}, slip.Part{ID: "h", Kind: slip.KindGap, Dots: 400})}
	for _, row := range []struct {
		name   string
		layout slip.Layout
		on     web.SlipOn
		faults int
	}{
		{"all is well", text("Bem-vindo"), web.SlipOn{RollMM: 80, Lang: "pt"}, 0},
		{"a word as long as a line", text("Otorrinolaringologista-assistente"), web.SlipOn{RollMM: 58, Lang: "pt"}, 1},
		{"the same on wide paper", text("Otorrinolaringologista-assistente"), web.SlipOn{RollMM: 80, Lang: "pt"}, 0},
		{"another script, which is drawn", text("Ласкаво просимо"), web.SlipOn{RollMM: 80, Lang: "pt"}, 0},
		{"a sign that nobody has", text("Bem-vindo \U0001F600"), web.SlipOn{RollMM: 80, Lang: "pt"}, 1},
		{"long", long, web.SlipOn{RollMM: 80, Lang: "pt"}, 1},
	} {
		laid, err := p.Lay(&b, row.layout, row.on)
		if err != nil || len(laid.Faults) != row.faults {
			t.Errorf("%s: %v, %v", row.name, laid.Faults, err)
		}
	}
	if _, err := p.Lay(&b, slip.Layout{}, web.SlipOn{RollMM: 70}); err == nil {
		t.Error("a roll of 70 mm was taken")
	}
}
