package voice

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestACallReadsAsItIsShown(t *testing.T) {
	a23 := Number{"A", 23}
	for _, c := range []struct {
		phrase   Phrase
		pt, en   string
		ptMarkup string
	}{
		{
			Phrase{Number: a23, CounterLabel: "3"},
			"Senha A 23, balcão 3", "Ticket A 23, counter 3",
			`senha <say-as interpret-as="characters">A</say-as><break time="150ms"/> 23, <break time="250ms"/>balcão 3`,
		},
		{
			Phrase{Number: Number{"M", 1008}, CounterLabel: "12", Body: "Finanças"},
			"Finanças, senha M 1008, balcão 12", "Finanças, ticket M 1008, counter 12",
			`Finanças, <break time="250ms"/>senha <say-as interpret-as="characters">M</say-as><break time="150ms"/> 1008, <break time="250ms"/>balcão 12`,
		},
		{
			Phrase{Number: Number{"AB", 1}, CounterLabel: "4B"},
			"Senha AB 1, balcão 4B", "Ticket AB 1, counter 4B",
			`senha <say-as interpret-as="characters">A</say-as> <say-as interpret-as="characters">B</say-as><break time="150ms"/> 1, <break time="250ms"/>balcão 4<say-as interpret-as="characters">B</say-as>`,
		},
		{
			Phrase{Number: Number{"", 7}, CounterLabel: "Balcão 3"},
			"Senha 7, balcão 3", "Ticket 7, counter 3",
			`senha 7, <break time="250ms"/>balcão 3`,
		},
		{
			Phrase{Number: a23, CounterLabel: "Sala 2"},
			"Senha A 23, Sala 2", "Ticket A 23, Sala 2",
			`senha <say-as interpret-as="characters">A</say-as><break time="150ms"/> 23, <break time="250ms"/>Sala 2`,
		},
		{
			Phrase{Number: a23, CounterLabel: "3", Body: "IRN e <b>&'\""},
			`IRN e <b>&'", senha A 23, balcão 3`, `IRN e <b>&'", ticket A 23, counter 3`,
			`<say-as interpret-as="characters">I</say-as> <say-as interpret-as="characters">R</say-as> <say-as interpret-as="characters">N</say-as> e &lt;b&gt;&amp;&apos;&quot;, <break time="250ms"/>senha <say-as interpret-as="characters">A</say-as><break time="150ms"/> 23, <break time="250ms"/>balcão 3`,
		},
	} {
		if err := c.phrase.Validate(); err != nil {
			t.Errorf("%v: %v", c.phrase, err)
		}
		if got := c.phrase.Text(Portuguese); got != c.pt {
			t.Errorf("shown in Portuguese: %q, want %q", got, c.pt)
		}
		if got := c.phrase.Text(English); got != c.en {
			t.Errorf("shown in English: %q, want %q", got, c.en)
		}
		if got := c.phrase.SSML(Portuguese); got != "<speak>"+c.ptMarkup+"</speak>" {
			t.Errorf("marked up:\n%s, want\n<speak>%s</speak>", got, c.ptMarkup)
		}
	}
}

func TestAPhraseThatCannotBeSpokenSaysWhy(t *testing.T) {
	good := Phrase{Number: Number{"A", 23}, CounterLabel: "3"}
	for name, spoil := range map[string]func(*Phrase){
		"value 0":          func(p *Phrase) { p.Number.Value = 0 },
		"value 10000":      func(p *Phrase) { p.Number.Value = 10000 },
		"prefix É":         func(p *Phrase) { p.Number.Prefix = "É" },
		"prefix ABCD":      func(p *Phrase) { p.Number.Prefix = "ABCD" },
		"no counter":       func(p *Phrase) { p.CounterLabel = " " },
		"long counter":     func(p *Phrase) { p.CounterLabel = strings.Repeat("1", MaxLabel+1) },
		"control in label": func(p *Phrase) { p.CounterLabel = "3\x00" },
		"broken UTF-8":     func(p *Phrase) { p.Body = "\xff" },
		"long body":        func(p *Phrase) { p.Body = strings.Repeat("é", MaxBody+1) },
		"unknown language": func(p *Phrase) { p.Second = "xx" },
	} {
		p := good
		spoil(&p)
		if err := p.Validate(); !errors.Is(err, ErrPhrase) {
			t.Errorf("%s: %v, want %v", name, err, ErrPhrase)
		}
	}
}

func TestANumberIsReadAsPrinted(t *testing.T) {
	for s, want := range map[string]Number{
		"A023": {"A", 23}, "m1008": {"M", 1008}, "7": {"", 7}, "AB001": {"AB", 1}, "ZZZ9999": {"ZZZ", 9999},
	} {
		if got, err := ParseNumber(s); err != nil || got != want {
			t.Errorf("ParseNumber(%q) = %v, %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "A", "A000", "A00001", "A-1", "A+1", "A 1", "ABCD1", "Ã1", "ſ1", "1A", "A1_0"} {
		if got, err := ParseNumber(s); !errors.Is(err, ErrPhrase) {
			t.Errorf("ParseNumber(%q) = %v, %v, want %v", s, got, err, ErrPhrase)
		}
	}
}

func TestEveryLanguageHasAVoiceAndWords(t *testing.T) {
	p := Phrase{Number: Number{"A", 23}, CounterLabel: "3"}
	for _, lang := range Langs() {
		if v, ok := EngineVoice(lang); !ok || v == "" {
			t.Errorf("%s has no voice", lang)
		}
		if p.Text(lang) == "" || p.SSML(lang) == "" {
			t.Errorf("%s has no words", lang)
		}
	}
	if p.Text("xx") != "" || p.SSML("xx") != "" {
		t.Error("a language without wording was given words")
	}
}

func TestASecondLanguageIsSpokenOnlyWhenItDiffers(t *testing.T) {
	p := Phrase{ID: "1", Number: Number{"A", 23}, CounterLabel: "3", Second: "pt"}
	if u := p.Utter(Started, testMoment); u.SecondText != "" || u.Text != "Senha A 23, balcão 3" {
		t.Errorf("same language twice: %+v", u)
	}
	p.Second = English
	u := p.Utter(Started, testMoment)
	if u.SecondText != "Ticket A 23, counter 3" || u.Second != English || u.Lang != Portuguese || u.ID != "1" || !u.At.Equal(testMoment) {
		t.Errorf("two languages: %+v", u)
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"A023", "m1008", "7", "", "A99999", "Ã1", "ABC0001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNumber(s)
		if err != nil {
			return
		}
		if again, err := ParseNumber(n.String()); err != nil || again != n {
			t.Errorf("%q read as %v, which reads back as %v, %v", s, n, again, err)
		}
	})
}

// FuzzSSML holds that nothing from outside becomes markup: the text of the
// parsed document is the text on the board.
func FuzzSSML(f *testing.F) {
	f.Add("A", 23, "3", "")
	f.Add("M", 1008, "4B", "IRN & <speak>")
	f.Add("", 1, "]]>", "</speak><audio src='x'/>")
	f.Fuzz(func(t *testing.T, prefix string, value int, label, body string) {
		p := Phrase{Number: Number{prefix, value}, CounterLabel: label, Body: body}
		if p.Validate() != nil {
			return
		}
		for _, lang := range Langs() {
			heard := textOf(t, p.SSML(lang))
			shown := p.Text(lang)
			squeeze := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }
			if squeeze(heard) != squeeze(shown) {
				t.Errorf("spoken %q, shown %q", heard, shown)
			}
		}
	})
}

func textOf(t *testing.T, markup string) string {
	t.Helper()
	var b strings.Builder
	for d := xml.NewDecoder(strings.NewReader(markup)); ; {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatalf("markup %q: %v", markup, err)
		}
		switch tok := tok.(type) {
		case xml.CharData:
			b.Write(tok)
		case xml.StartElement:
			if n := tok.Name.Local; n != "speak" && n != "say-as" && n != "break" {
				t.Errorf("markup %q holds <%s>", markup, n)
			}
		}
	}
}
