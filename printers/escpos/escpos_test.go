package escpos_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/printers"
	"balcao/printers/escpos"
	"balcao/printers/printertest"
)

var update = flag.Bool("update", false, "rewrite the golden papers")

func epson() escpos.Options {
	return escpos.Options{
		Media: printers.Media{Dots: 576, CellWidth: 12, CellHeight: 24, QRModule: 7},
		CodePages: []escpos.CodePage{
			{Number: 16, Encoding: "windows-1252"},
			{Number: 19, Encoding: "cp858"},
			{Number: 3, Encoding: "cp860"},
			{Number: 2, Encoding: "cp850"},
		},
		StatusPush: true, Questions: []byte{4, 2, 3, 1}, CanClear: true, QRIsModel2: true,
	}
}

func dialect(tb testing.TB, o escpos.Options) *escpos.Dialect {
	tb.Helper()
	d, err := escpos.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func sample() printers.Slip {
	return printers.Slip{
		TicketID: "7K2M-A023", Number: "A023", Branch: "Loja de Cidadão Vila Serena", Body: "IRN Registos e Notariado",
		Service: "Cartão de Cidadão", Place: "Piso 0 · Balcões 1 a 6", Issued: "22-11-2026 10:24",
		Validity: "Válida só hoje. Se perder a vez, fale com a receção.", QR: "https://b.example.pt/t/7K2MA023",
		Ahead: 7, Wait: printers.Wait{From: 20, To: 35},
	}
}

func encode(tb testing.TB, o escpos.Options, s printers.Slip) printers.Job {
	tb.Helper()
	job, err := dialect(tb, o).Encode(s, 1)
	if err != nil {
		tb.Fatal(err)
	}
	return job
}

func TestPapersLookAsTheyDid(t *testing.T) {
	priority := sample()
	priority.Number, priority.Priority, priority.Copy, priority.Language = "M1008", true, 2, "en"
	large := sample()
	large.Large = true
	unknown := sample()
	unknown.Ahead, unknown.Wait, unknown.Place, unknown.QR = -1, printers.Wait{}, "", ""
	narrow := epson()
	narrow.Media.Dots = 512
	for _, row := range []struct {
		name    string
		options escpos.Options
		slip    printers.Slip
	}{
		{"plain", epson(), sample()},
		{"priority-copy-english", epson(), priority},
		{"large", epson(), large},
		{"nothing-known", epson(), unknown},
		{"plain-512-dots", narrow, sample()},
	} {
		t.Run(row.name, func(t *testing.T) {
			job := encode(t, row.options, row.slip)
			papers := printertest.Read(row.options.Media.Dots, job.Bytes)
			if len(papers) != 1 || papers[0].ID != "0001" {
				t.Fatalf("papers = %d, want one with the id of the job", len(papers))
			}
			got := papers[0].Text() + "----\n" + hex.Dump(job.Bytes)
			path := filepath.Join("testdata", row.name+".golden")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the paper has changed; if that is meant, run with -update\ngot:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// The bytes here are written by hand from Epson's reference.
func TestAJobBeginsAndEndsAsTheReferenceSays(t *testing.T) {
	o := epson()
	o.LeaveKanji = true
	if fn165 := []byte{0x1d, 0x28, 0x6b, 0x04, 0x00, 0x31, 0x41}; bytes.Contains(encode(t, o, sample()).Bytes, fn165) {
		t.Error("a printer whose codes are of model 2 is told so with every slip")
	}
	other := o
	other.QRIsModel2 = false
	if model2 := []byte{0x1d, 0x28, 0x6b, 0x04, 0x00, 0x31, 0x41, 0x32, 0x00}; !bytes.Contains(encode(t, other, sample()).Bytes, model2) {
		t.Errorf("QR model 2: no % x for a printer of which it is not known", model2)
	}
	job := encode(t, o, sample())
	begin := []byte{0x1b, 0x40, 0x1c, 0x2e, 0x1b, 0x74, 0x10}
	if !bytes.HasPrefix(job.Bytes, begin) {
		t.Errorf("begins % x, want % x", job.Bytes[:len(begin)], begin)
	}
	end := []byte{0x1d, 0x56, 0x42, 0x00, 0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30, '0', '0', '0', '1'}
	if !bytes.HasSuffix(job.Bytes, end) {
		t.Errorf("ends % x, want % x", job.Bytes[len(job.Bytes)-len(end):], end)
	}
	for what, piece := range map[string][]byte{
		"number, 8 by 8 and bold": append([]byte{0x1d, 0x21, 0x77}, "A023\n"...),
		"QR module of 7":          {0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x43, 0x07},
		"QR level M":              {0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x45, 0x31},
		"QR store of 31 bytes":    append([]byte{0x1d, 0x28, 0x6b, 0x22, 0x00, 0x31, 0x50, 0x30}, "https://b.example.pt/t/7K2MA023"...),
		"QR print":                {0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x51, 0x30},
		"black bar":               {0x1d, 0x42, 0x01},
		"Cidadão in 1252":         {'C', 'i', 'd', 'a', 'd', 0xe3, 'o'},
		"middle dot in 1252":      {'0', ' ', 0xb7, ' '},
		"twice as high again":     {0x1b, 0x21, 0x10},
	} {
		if !bytes.Contains(job.Bytes, piece) {
			t.Errorf("%s: no % x in the job", what, piece)
		}
	}
	if len(job.Unprintable) != 0 {
		t.Errorf("unprintable = %q", job.Unprintable)
	}
}

// The seconds that a citizen waits at 9600 baud are made of these bytes; docs/printers.md says where each goes.
func TestTheStandardSlipIsShort(t *testing.T) {
	o := epson()
	o.Confirmation, o.CanClear = printers.ByID, true
	if n := len(encode(t, o, sample()).Bytes); n > 469 {
		t.Errorf("the standard slip has %d bytes; it had 469", n)
	}
}

func TestWhatIsAskedOfThePrinter(t *testing.T) {
	d := dialect(t, epson())
	for what, pair := range map[string][2][]byte{
		"greeting":        {d.Greeting(), {0x1d, 0x61, 0x0e}},
		"first question":  {d.Question(0), {0x10, 0x04, 0x04}},
		"second question": {d.Question(1), {0x10, 0x04, 0x02}},
		"fifth question":  {d.Question(4), {0x10, 0x04, 0x04}},
		"clear":           {d.Clear(), {0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08}},
	} {
		if !bytes.Equal(pair[0], pair[1]) {
			t.Errorf("%s = % x, want % x", what, pair[0], pair[1])
		}
	}
	o := epson()
	o.StatusPush, o.CanClear, o.Questions, o.Confirmation, o.FullCut = false, false, nil, printers.ByOrder, true
	poor := dialect(t, o)
	if poor.Greeting() != nil || poor.Clear() != nil || poor.Question(0) != nil {
		t.Error("a printer is sent what it does not know")
	}
	job := encode(t, o, sample())
	if end := []byte{0x1d, 0x56, 0x41, 0x00, 0x1d, 0x72, 0x01}; !bytes.HasSuffix(job.Bytes, end) {
		t.Errorf("ends % x, want a full cut and GS r", job.Bytes[len(job.Bytes)-8:])
	}
}

func TestPortugueseInEveryCodePage(t *testing.T) {
	const letters = "ãõáéíóúâêôàçÃÕÁÉÍÓÚÂÊÔÀÇ ºª"
	for page, hand := range map[escpos.CodePage][]byte{
		{Number: 16, Encoding: "windows-1252"}: {0xe3, 0xc3, 0xba},
		{Number: 19, Encoding: "cp858"}:        {0xc6, 0xc7, 0xa7},
		{Number: 3, Encoding: "cp860"}:         {0x84, 0x8e, 0xa7},
		{Number: 2, Encoding: "cp850"}:         {0xc6, 0xc7, 0xa7},
	} {
		o := epson()
		o.CodePages = []escpos.CodePage{page}
		s := sample()
		s.Service, s.Body = "ãÃº", letters
		job := encode(t, o, s)
		if len(job.Unprintable) != 0 {
			t.Errorf("%s lacks %q", page.Encoding, job.Unprintable)
		}
		if !bytes.Contains(job.Bytes, hand) {
			t.Errorf("%s: no % x for ãÃº", page.Encoding, hand)
		}
		if paper := printertest.Read(576, job.Bytes)[0]; !paper.Says(letters) {
			t.Errorf("%s: paper says\n%s", page.Encoding, paper.Text())
		}
	}
}

func TestSignsATableLacksBecomePlainOnes(t *testing.T) {
	o := epson()
	o.CodePages = []escpos.CodePage{{Number: 3, Encoding: "cp860"}}
	s := sample()
	s.Service, s.Body = "“Aspas” – traço…", "Preço: 5 €"
	job := encode(t, o, s)
	paper := printertest.Read(576, job.Bytes)[0]
	if !paper.Says(`"Aspas" - traço.`) || !paper.Says("Preço: 5 E") || len(job.Unprintable) != 0 {
		t.Errorf("unprintable %q, paper says\n%s", job.Unprintable, paper.Text())
	}
}

func TestTheFirstPageThatHasAllLettersIsTaken(t *testing.T) {
	o := epson()
	o.CodePages = []escpos.CodePage{{Number: 3, Encoding: "cp860"}, {Number: 16, Encoding: "windows-1252"}}
	s := sample()
	if job := encode(t, o, s); !bytes.Contains(job.Bytes, []byte{0x1b, 0x74, 3}) {
		t.Error("the preferred page has all letters and was not taken")
	}
	s.Body = "Ÿ"
	if job := encode(t, o, s); !bytes.Contains(job.Bytes, []byte{0x1b, 0x74, 16}) || len(job.Unprintable) != 0 {
		t.Error("another page has all letters and was not taken")
	}
}

func TestALetterNoTableHasIsShownAndReported(t *testing.T) {
	s := sample()
	s.Body = "Служба 漢"
	job := encode(t, epson(), s)
	if got := string(job.Unprintable); got != "Служба漢" {
		t.Errorf("unprintable = %q", got)
	}
	if paper := printertest.Read(576, job.Bytes)[0]; !paper.Says("?????? ?") {
		t.Errorf("paper says\n%s", paper.Text())
	}
}

func TestNoTextBecomesACommand(t *testing.T) {
	s := sample()
	for _, field := range []*string{&s.Branch, &s.Body, &s.Service, &s.Place, &s.Issued, &s.Validity, &s.TicketID} {
		*field = "x\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08\x1b@\x1d!\x77y\x10\x04\x01"
	}
	job := encode(t, epson(), s)
	if bytes.Contains(job.Bytes, []byte{0x10, 0x04}) || bytes.Contains(job.Bytes, []byte{0x10, 0x14}) {
		t.Error("a text of the slip became a real-time command")
	}
	if n := len(printertest.Read(576, job.Bytes)); n != 1 {
		t.Errorf("papers = %d, want 1", n)
	}
}

func TestKanjiModeIsLeftOnlyWhereThereIsOne(t *testing.T) {
	if job := encode(t, epson(), sample()); bytes.Contains(job.Bytes, []byte{0x1c, 0x2e}) {
		t.Error("FS . is sent to a printer that does not know it")
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	for name, change := range map[string]func(*escpos.Options){
		"no code page":     func(o *escpos.Options) { o.CodePages = nil },
		"unknown page":     func(o *escpos.Options) { o.CodePages[0].Encoding = "cp437" },
		"no width":         func(o *escpos.Options) { o.Media.Dots = 0 },
		"no cell":          func(o *escpos.Options) { o.Media.CellWidth = 0 },
		"module too large": func(o *escpos.Options) { o.Media.QRModule = 17 },
		"unknown question": func(o *escpos.Options) { o.Questions = []byte{9} },
	} {
		o := epson()
		change(&o)
		if _, err := escpos.New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := dialect(t, epson()).Encode(printers.Slip{}, 1); err == nil || !strings.Contains(err.Error(), "number") {
		t.Errorf("a slip without number: %v", err)
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("A023", "Cartão de Cidadão", "Piso 0 · Balcões", "https://b.example.pt/t/1", 7, true)
	f.Add("M1008", "\x1b@\x10\x04\x01", "漢字", "", -1, false)
	f.Add("A", "e\u0301\u200b\xff", strings.Repeat("x", 200), "x", 1<<30, true)
	d := dialect(f, epson())
	f.Fuzz(func(t *testing.T, number, service, place, qr string, ahead int, large bool) {
		s := sample()
		s.Number, s.Service, s.Place, s.QR, s.Ahead, s.Large = number, service, place, qr, ahead, large
		s.Copy, s.Priority, s.Language = ahead, large, "en"
		job, err := d.Encode(s, printers.JobID(uint32(ahead)))
		if err != nil {
			return
		}
		for _, lead := range []byte{0x04, 0x05, 0x14} {
			if bytes.Contains(job.Bytes, []byte{0x10, lead}) {
				t.Errorf("the job holds a real-time command 10 %02x", lead)
			}
		}
		if papers := printertest.Read(576, job.Bytes); len(papers) != 1 || papers[0].ID == "" {
			t.Errorf("papers = %d, want one that is confirmed", len(papers))
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	d := dialect(b, epson())
	s := sample()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Encode(s, 1); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(encode(b, epson(), s).Bytes)), "bytes/slip")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "slips/s")
}

// BenchmarkCopy is the least that can be: the bytes of the same slip, ready made, copied into memory of their own.
func BenchmarkCopy(b *testing.B) {
	slip := encode(b, epson(), sample()).Bytes
	b.ReportAllocs()
	for b.Loop() {
		_ = bytes.Clone(slip)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "slips/s")
}
