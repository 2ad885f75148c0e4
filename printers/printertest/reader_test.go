package printertest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"balcao/printers"
	"balcao/printers/escpos"
	"balcao/printers/escpos/custom"
	"balcao/printers/printertest"
	"balcao/printers/star"
)

// scan reads the QR codes on a picture with zbar, which knows nothing of us.
func scan(t *testing.T, paper printertest.Paper) []string {
	t.Helper()
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		if os.Getenv("BALCAO_REQUIRE_REAL") != "" {
			t.Fatal("zbarimg is missing: .ci/install test")
		}
		t.Skip("zbarimg is not installed")
	}
	picture, err := paper.PNG()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "paper.png")
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), zbar, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file).Output()
	if err != nil {
		return nil // it ends with 4 when it finds none
	}
	return strings.Fields(string(out))
}

// paperOf is what a dialect's bytes for a slip look like on paper.
func paperOf(t *testing.T, d printers.Dialect, l printertest.Language, dots int, s printers.Slip) printertest.Paper {
	t.Helper()
	job, err := d.Encode(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	papers := printertest.ReadAs(l, dots, job.Bytes)
	if len(papers) != 1 {
		t.Fatalf("papers = %d, want 1", len(papers))
	}
	return papers[0]
}

// heads are the widths that rolls of 58, 60, 80 and 82.5 mm are printed on.
var heads = []int{384, 432, 512, 576, 640}

func TestAnotherReaderReadsTheCodeOnEveryPaper(t *testing.T) {
	pages := []printers.CodePage{{Number: 16, Encoding: "windows-1252"}}
	for _, dots := range heads {
		media := printers.Media{Dots: dots, CellWidth: 12, CellHeight: 24, QRModule: 7}
		epson, err := escpos.New(escpos.Options{Media: media, CodePages: pages})
		if err != nil {
			t.Fatal(err)
		}
		line, err := star.New(star.Options{Media: media, CodePages: pages, Confirmation: printers.ByCounter})
		if err != nil {
			t.Fatal(err)
		}
		mouth, err := custom.New(custom.Options{
			Text: escpos.Options{Media: media, CodePages: pages}, Numbering31: true, Command: custom.GSE, Millimetres: 60,
			Confirmation: printers.ByPresenter,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range []struct {
			dialect  printers.Dialect
			language printertest.Language
		}{{epson, printertest.ESCPOS}, {line, printertest.Star}, {mouth, printertest.Custom}} {
			for name, change := range map[string]func(*printers.Slip){
				"plain":   func(*printers.Slip) {},
				"english": func(s *printers.Slip) { s.Language, s.Copy, s.Priority = "en", 2, true },
				"longest": func(s *printers.Slip) { s.QR = "https://b.example.pt/" + strings.Repeat("X7", 9) + "z" },
				"upper":   func(s *printers.Slip) { s.QR = "HTTPS://B.EXAMPLE.PT/T/7K2MA023" },
			} {
				s := printers.Slip{
					TicketID: "7K2M-A023", Number: "A023", Branch: "Loja de Cidadão Vila Serena", Body: "IRN Registos e Notariado",
					Service: "Cartão de Cidadão", Place: "Piso 0 · Balcões 1 a 6", Issued: "22-11-2026 10:24", Ahead: 7,
					Validity: "Válida só hoje.", QR: "https://b.example.pt/t/7K2MA023",
				}
				change(&s)
				if got := scan(t, paperOf(t, one.dialect, one.language, dots, s)); len(got) != 1 || got[0] != s.QR {
					t.Errorf("%s, %d dots, %s: zbar reads %q, want %q", one.language, dots, name, got, s.QR)
				}
			}
		}
	}
}
