package device_test

import (
	"errors"
	"strings"
	"testing"

	profiles "balcao/firmware-profiles"
	"balcao/printers"
	"balcao/printers/device"
	"balcao/printers/printertest"
)

func TestEveryModelPrintsOnTheVirtualPrinter(t *testing.T) {
	for _, id := range profiles.Names(profiles.KindPrinter) {
		t.Run(strings.ReplaceAll(id, "/", "-"), func(t *testing.T) {
			p, err := profiles.Load(id)
			if err != nil {
				t.Fatal(err)
			}
			b := start(t, options{profile: id, virtual: printertest.Config{Dots: p.Media.HeadDots, Pages: pagesOf(t, p), QRAsEpson: p.QR.Numbering != "custom"}})
			b.becomes(printers.Ready)
			outcome, err := b.Print(t.Context(), slip("A023"), nil)
			if p.Confirm.Method == "none" {
				if outcome.Result != printers.Unknown || !errors.Is(err, device.ErrNotPrinted) {
					t.Errorf("Print = %+v, %v; nobody can know", outcome, err)
				}
				return
			}
			if err != nil || outcome.Result != printers.Done {
				t.Fatalf("Print = %+v, %v", outcome, err)
			}
			if want := p.Confirm.Method == "weak"; outcome.Weak != want {
				t.Errorf("weak = %v, want %v", outcome.Weak, want)
			}
			paper := b.virtual.Papers()[0]
			if paper.Biggest() != "A023" || !paper.Says("Balcões 1 a 6") || !paper.Says("Válida só hoje") {
				t.Errorf("paper says:\n%s", paper.Text())
			}
			if has := paper.QR() != ""; has == p.QR.Missing {
				t.Errorf("QR on the paper: %v", has)
			}
		})
	}
}

// A slip that is torn off ends in white paper, and codes that a model cannot
// draw are not asked of it.
func TestAFormIsFittedToItsModel(t *testing.T) {
	p, err := profiles.Load("zjiang/pos-5890")
	if err != nil {
		t.Fatal(err)
	}
	f := printers.Standard()
	for _, on := range []device.Paper{{}, {Form: &f}} {
		dialect, err := device.DialectOn(p, on)
		if err != nil {
			t.Fatal(err)
		}
		job, err := dialect.Encode(slip("A023"), 1)
		if err != nil {
			t.Fatal(err)
		}
		paper := printertest.ReadWith(printertest.Config{Dots: p.Media.HeadDots, Pages: pagesOf(t, p)}, job.Bytes)[0]
		last := paper.Items[len(paper.Items)-1]
		if paper.QR() != "" || paper.Height-last.Y-last.Height < 100 {
			t.Errorf("paper of %d dots, the last line at %d, QR %q", paper.Height, last.Y+last.Height, paper.QR())
		}
	}
	if len(f.Parts) != len(printers.Standard().Parts) {
		t.Error("the form of whoever asked was changed")
	}
}
