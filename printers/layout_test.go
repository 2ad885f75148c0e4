package printers_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"balcao/printers"
)

func media() printers.Media {
	return printers.Media{Dots: 576, CellWidth: 12, CellHeight: 24, QRModule: 7}
}

func sample() printers.Slip {
	return printers.Slip{
		TicketID: "7K2M-A023", Number: "A023", Branch: "Loja de Cidadão Vila Serena", Body: "IRN Registos e Notariado",
		Service: "Cartão de Cidadão", Place: "Piso 0 · Balcões 1 a 6", Issued: "22-11-2026 10:24",
		Validity: "Válida só hoje. Se perder a vez, fale com a receção.", QR: "https://b.example.pt/t/7K2MA023",
		Ahead: 7, Wait: printers.Wait{From: 20, To: 35},
	}
}

// lines returns the text of each printed line.
func lines(blocks []printers.Block) []string {
	var out []string
	for _, b := range blocks {
		l, ok := b.(printers.Line)
		if !ok {
			continue
		}
		text := ""
		for _, s := range l.Spans {
			text += strings.Repeat(" ", s.Blank) + s.Text
		}
		out = append(out, strings.Join(strings.Fields(text), " "))
	}
	return out
}

func says(blocks []printers.Block, words string) bool {
	return slices.ContainsFunc(lines(blocks), func(l string) bool { return strings.Contains(l, words) })
}

func TestTheNumberIsTheLargestThing(t *testing.T) {
	for _, number := range []string{"A1", "A023", "M1008", "AB1008"} {
		for _, large := range []bool{false, true} {
			s := sample()
			s.Number, s.Large = number, large
			best, text := 0, ""
			for _, b := range printers.Layout(s, media()) {
				if l, ok := b.(printers.Line); ok {
					for _, sp := range l.Spans {
						if sp.Height > best {
							best, text = sp.Height, sp.Text
						}
					}
				}
			}
			if text != number || best != 8 {
				t.Errorf("largest on the slip of %s is %q at %d times", number, text, best)
			}
		}
	}
}

func TestNoLineIsWiderThanThePaper(t *testing.T) {
	long := sample()
	long.Branch = strings.Repeat("Loja ", 30)
	long.Service = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
	long.Body = strings.Repeat("x", 300)
	long.Place = strings.Repeat("Piso 0 · Balcões 1 a 6 ", 5)
	long.Validity = strings.Repeat("palavra ", 60)
	long.Number = "ABCD1234"
	long.Priority, long.Copy, long.Language = true, 3, "en"
	empty := printers.Slip{Number: "A1"}
	for _, s := range []printers.Slip{sample(), long, empty} {
		for _, dots := range []int{384, 512, 576} {
			for _, large := range []bool{false, true} {
				s.Large = large
				m := media()
				m.Dots = dots
				for _, b := range printers.Layout(s, m) {
					l, ok := b.(printers.Line)
					if !ok {
						continue
					}
					width, height := 0, 0
					for _, sp := range l.Spans {
						width += (sp.Blank + utf8.RuneCountInString(sp.Text)*sp.Width) * m.CellWidth
						if height != 0 && sp.Height != height {
							t.Errorf("a line mixes heights %d and %d: %+v", height, sp.Height, l)
						}
						height = sp.Height
					}
					if width > dots {
						t.Errorf("a line of %d dots on paper of %d: %+v", width, dots, l)
					}
				}
			}
		}
	}
}

func TestWhatIsNotKnownIsSaid(t *testing.T) {
	s := sample()
	s.Ahead, s.Wait = -1, printers.Wait{}
	got := lines(printers.Layout(s, media()))
	for _, want := range []string{"À sua frente sem informação", "Espera sem informação"} {
		if !slices.Contains(got, want) {
			t.Errorf("no line %q in %q", want, got)
		}
	}
}

func TestHowManyAndHowLong(t *testing.T) {
	for _, row := range []struct {
		ahead int
		wait  printers.Wait
		want  []string
	}{
		{0, printers.Wait{From: 0, To: 5}, []string{"À sua frente ninguém", "Espera até 5 min"}},
		{1, printers.Wait{From: 5, To: 5}, []string{"À sua frente 1 pessoa", "Espera até 5 min"}},
		{12, printers.Wait{From: 20, To: 35}, []string{"À sua frente 12 pessoas", "Espera, cerca de 20 a 35 min"}},
		{12, printers.Wait{From: 35, To: 20}, []string{"Espera sem informação"}},
	} {
		s := sample()
		s.Ahead, s.Wait = row.ahead, row.wait
		blocks := printers.Layout(s, media())
		for _, w := range row.want {
			if !slices.Contains(lines(blocks), w) {
				t.Errorf("ahead %d, wait %v: no line %q in %q", row.ahead, row.wait, w, lines(blocks))
			}
		}
	}
}

func TestPriorityIsSaidAndNeverWhy(t *testing.T) {
	s := sample()
	if says(printers.Layout(s, media()), "prioritário") {
		t.Error("an ordinary slip speaks of priority")
	}
	s.Priority = true
	if !says(printers.Layout(s, media()), "Atendimento prioritário") {
		t.Error("a slip with priority does not say so")
	}
}

func TestTheServicesOfOneVisitAreNamedInTheirOrder(t *testing.T) {
	s := sample()
	s.Then, s.Language = []string{"Passaporte / Passport", "IRS"}, "en"
	all := strings.Join(lines(printers.Layout(s, media())), "\n")
	first, second := strings.Index(all, "Depois: Passaporte"), strings.Index(all, "Depois: IRS")
	if first < strings.Index(all, s.Service) || second < first || !strings.Contains(all, "Then, with the same number") {
		t.Errorf("the slip says %s", all)
	}
	if says(printers.Layout(sample(), media()), "Depois") {
		t.Error("a slip for one service speaks of others")
	}
}

func TestAClassThatABodyMadeIsSaid(t *testing.T) {
	s := sample()
	s.Class = "Advogados, solicitadores e agentes de execução"
	if text := strings.Join(lines(printers.Layout(s, media())), " "); !strings.Contains(text, s.Class) {
		t.Errorf("the slip does not say the class: %s", text)
	}
}

func TestTheSecondCopyAndTheSecondLanguage(t *testing.T) {
	s := sample()
	if says(printers.Layout(s, media()), "via") || says(printers.Layout(s, media()), "Ahead") {
		t.Error("a first Portuguese slip has marks of neither copy nor English")
	}
	s.Copy, s.Language = 2, "en"
	for _, want := range []string{"2.ª via", "Printed again", "Ahead of you", "À sua frente", "Valid today only."} {
		if !says(printers.Layout(s, media()), want) {
			t.Errorf("the slip does not say %q", want)
		}
	}
}

func TestLargePrintHasNoCode(t *testing.T) {
	s := sample()
	s.Large = true
	for _, b := range printers.Layout(s, media()) {
		if _, ok := b.(printers.Code); ok {
			t.Error("large print carries a QR code")
		}
	}
}

func TestControlCharactersNeverReachThePrinter(t *testing.T) {
	s := sample()
	s.Service = "Cart\x1b@ão\x10\x04\x01\u200b e\u0301"
	for _, l := range lines(printers.Layout(s, media())) {
		for _, r := range l {
			if r < 0x20 || r == 0x7f || r == '\u200b' || r == '\u0301' {
				t.Errorf("line %q holds %U", l, r)
			}
		}
	}
	if !says(printers.Layout(s, media()), "é") {
		t.Error("a letter with its accent apart was not composed")
	}
}

func TestSlipsThatNoPrinterCanPrint(t *testing.T) {
	for name, change := range map[string]func(*printers.Slip){
		"no number":       func(s *printers.Slip) { s.Number = " " },
		"long number":     func(s *printers.Slip) { s.Number = "ABCDEFGHI" },
		"long code":       func(s *printers.Slip) { s.QR = strings.Repeat("x", 41) },
		"accents in code": func(s *printers.Slip) { s.QR = "senhã" },
		"command in code": func(s *printers.Slip) { s.QR = "a\x10\x04\x01" },
	} {
		s := sample()
		change(&s)
		if s.Check() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := sample().Check(); err != nil {
		t.Error(err)
	}
}

func TestAJobCoversThoseBeforeItAlsoRoundTheCorner(t *testing.T) {
	for _, row := range []struct {
		id, earlier printers.JobID
		want        bool
	}{
		{5, 5, true},
		{6, 5, true},
		{5, 6, false},
		{0, printers.IDs - 1, true},
		{printers.IDs - 1, 0, false},
	} {
		if got := row.id.Covers(row.earlier); got != row.want {
			t.Errorf("%d covers %d = %v, want %v", row.id, row.earlier, got, row.want)
		}
	}
	if got := printers.JobID(printers.IDs - 1).Next(); got != 0 {
		t.Errorf("after the last id comes %d", got)
	}
}

func TestTheWorstReasonIsNamed(t *testing.T) {
	for _, row := range []struct {
		status printers.Status
		want   printers.Reason
		ready  bool
	}{
		{printers.Status{}, printers.Disconnected, false},
		{printers.Status{PaperOut: true}, printers.Disconnected, false},
		{printers.Status{Connected: true}, printers.Ready, true},
		{printers.Status{Connected: true, NearEnd: true}, printers.NearEnd, true},
		{printers.Status{Connected: true, PaperOut: true, NearEnd: true, Offline: true}, printers.PaperOut, false},
		{printers.Status{Connected: true, PaperOut: true, CoverOpen: true}, printers.CoverOpen, false},
		{printers.Status{Connected: true, HeadHot: true}, printers.HeadHot, false},
		{printers.Status{Connected: true, Offline: true}, printers.Offline, false},
		{printers.Status{Connected: true, CutterError: true, Unrecoverable: true}, printers.Unrecoverable, false},
	} {
		if got := row.status.Reason(); got != row.want || row.status.Ready() != row.ready {
			t.Errorf("%+v: %s, ready %v; want %s, %v", row.status, got, row.status.Ready(), row.want, row.ready)
		}
	}
}

func TestASlipSpeaksTheSecondLanguageThatPaperCanShow(t *testing.T) {
	for lang, want := range map[string]string{"es": "Delante de usted", "fr": "Avant vous", "uk": "Ahead of you"} {
		s := sample()
		s.Language = lang
		if !says(printers.Layout(s, media()), want) {
			t.Errorf("the slip for %s does not say %q", lang, want)
		}
	}
}
