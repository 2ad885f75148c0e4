package app

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"balcao/branch-server/web"
	profiles "balcao/firmware-profiles"
	"balcao/internal/branch"
	"balcao/internal/slip"
	"balcao/internal/wire"
	"balcao/printers"
	"balcao/printers/device"
	"balcao/printers/form"
	"balcao/printers/printertest"
)

// press draws slips for the set-up. It prints them on the virtual printer, so that what the coordinator sees is what
// that printer shows, dot by dot; and it has kiosks print one for a test.
type press struct {
	app   *App
	model profiles.Profile
}

func newPress(a *App) (press, error) {
	model, err := profiles.Load(drawnBy)
	if err != nil {
		return press{}, fmt.Errorf("prepare the press: %w", err)
	}
	return press{a, model}, nil
}

// drawnBy is the printer that previews are printed on.
const drawnBy = "virtual/escpos-80"

// longest is how long a slip may be before the coordinator is told, in millimetres.
const longest = 200

// dotsPerMM is the virtual printer's: 203 dots an inch.
const dotsPerMM = 8

// paper prints a slip on a roll of the virtual printer.
func (s press) paper(b *branch.Branch, l slip.Layout, on web.SlipOn) (printertest.Paper, []rune, error) {
	f := form.Of(l)
	roll := device.Paper{RollMM: on.RollMM, Form: &f}
	dialect, err := device.DialectOn(s.model, roll)
	if err != nil {
		return printertest.Paper{}, nil, fmt.Errorf("draw a slip: %w", err)
	}
	job, err := dialect.Encode(sampleSlip(b, on), 1)
	if err != nil {
		return printertest.Paper{}, nil, fmt.Errorf("draw a slip: %w", err)
	}
	dots, err := device.Dots(s.model, roll)
	if err != nil {
		return printertest.Paper{}, nil, fmt.Errorf("draw a slip: %w", err)
	}
	papers := printertest.ReadWith(printertest.Config{Dots: dots}, job.Bytes)
	if len(papers) != 1 {
		return printertest.Paper{}, nil, fmt.Errorf("draw a slip: %d papers", len(papers))
	}
	return papers[0], job.Unprintable, nil
}

// Picture draws a slip as a PNG.
func (s press) Picture(b *branch.Branch, l slip.Layout, on web.SlipOn) ([]byte, error) {
	paper, _, err := s.paper(b, l, on)
	if err != nil {
		return nil, err
	}
	return paper.PNG()
}

// Lay says what a slip says and how long it is.
func (s press) Lay(b *branch.Branch, l slip.Layout, on web.SlipOn) (web.SlipLaid, error) {
	paper, lacking, err := s.paper(b, l, on)
	if err != nil {
		return web.SlipLaid{}, err
	}
	laid := web.SlipLaid{Text: paper.Text(), Millimetres: (paper.Height + dotsPerMM - 1) / dotsPerMM}
	if len(lacking) > 0 {
		laid.Faults = append(laid.Faults, web.SlipFault{Text: fmt.Sprintf("A impressora não tem «%s»: sai um ponto de interrogação.", string(lacking))})
	}
	if laid.Millimetres > longest {
		laid.Faults = append(laid.Faults, web.SlipFault{Text: fmt.Sprintf("Tem %d mm: mais de %d mm gastam o rolo e enrolam-se na boca.", laid.Millimetres, longest)})
	}
	laid.Faults = append(laid.Faults, broken(b, l, on, paper.Dots)...)
	return laid, nil
}

// broken finds words that are longer than a line, which a slip breaks in two, and codes wider than the paper.
func broken(b *branch.Branch, l slip.Layout, on web.SlipOn, dots int) []web.SlipFault {
	columns := dots / 12
	var faults []web.SlipFault
	look := func(part, words string, wide bool) {
		room := columns
		if wide || on.Large {
			room /= 2
		}
		for word := range strings.FieldsSeq(words) {
			if utf8.RuneCountInString(word) > room {
				faults = append(faults, web.SlipFault{Part: part, Text: fmt.Sprintf("«%s» não cabe numa linha de %d letras: parte-se.", word, room)})
			}
		}
	}
	for _, p := range l.In() {
		switch p.Kind {
		case slip.KindText:
			look(p.ID, p.Text["pt"], p.Strong)
			if on.Lang != "pt" {
				look(p.ID, p.Text[on.Lang], false)
			}
		case slip.KindQR:
			const modules = 29 + 8 // version 3 and its quiet zone
			if p.Module*modules > dots {
				faults = append(faults, web.SlipFault{Part: p.ID, Text: "O código é mais largo do que o papel: escolha um tamanho menor."})
			}
		case "service":
			for _, s := range b.Services {
				look(p.ID, s.Name.In("pt"), true)
			}
		}
	}
	return faults
}

// sampleSlip is a slip as a kiosk of the branch would print it, of its first service.
func sampleSlip(b *branch.Branch, on web.SlipOn) printers.Slip {
	t := testSlip(b)
	letter := "A"
	if len(b.Services) > 0 {
		if d, known := b.Division(b.Services[0].Division); known && d.Prefix != "" {
			letter = d.Prefix
		}
	}
	return printers.Slip{
		TicketID: "7K2MA023", Number: letter + "023", Branch: t.Branch, Body: t.Body, Service: both(b, on.Lang), Place: t.Place,
		Issued: "22-11-2026 10:24", Validity: "Válida só hoje. Se perder a vez, fale com a receção.", QR: "HTTPS://BALCAO.EXAMPLE/" + letter + "023",
		Ahead: 4, Wait: printers.Wait{From: 10, To: 20}, Language: on.Lang, Large: on.Large, Copy: on.Copy, Priority: on.Priority,
	}
}

// both is the name of the first service, in Portuguese and in another language.
func both(b *branch.Branch, lang string) string {
	if len(b.Services) == 0 {
		return "Serviço"
	}
	name := b.Services[0].Name
	if other := name[lang]; other != "" && other != name.In("pt") {
		return name.In("pt") + " / " + other
	}
	return name.In("pt")
}

// testSlip are the words of a slip of the branch's first service.
func testSlip(b *branch.Branch) wire.SlipTest {
	t := wire.SlipTest{Branch: b.Name, Body: "Entidade", Service: both(b, "pt")}
	if len(b.Services) == 0 {
		return t
	}
	d, _ := b.Division(b.Services[0].Division)
	t.Place = d.Place
	if i := slices.IndexFunc(b.Bodies, func(o branch.Body) bool { return o.ID == d.Body }); i >= 0 {
		t.Body = b.Bodies[i].Name.In("pt")
		if short := b.Bodies[i].Short; short != "" && short != t.Body {
			t.Body = short + " · " + t.Body
		}
	}
	return t
}

// Test asks a kiosk to print a slip that is no ticket.
func (s press) Test(b *branch.Branch, l slip.Layout, on web.SlipOn, key string, node wire.NodeID) {
	t := testSlip(b)
	t.Layout, t.Lang, t.Large = l, on.Lang, on.Large
	s.app.site.TestSlip(key, node, t)
}

// Rolls are the widths of paper that slips are laid out for.
func (s press) Rolls() []float64 { return device.Rolls() }
