package star_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"balcao/printers"
	"balcao/printers/printertest"
	"balcao/printers/star"
)

var update = flag.Bool("update", false, "rewrite the golden papers")

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func options() star.Options {
	return star.Options{
		Media: printers.Media{Dots: 576, CellWidth: 12, CellHeight: 24, QRModule: 7},
		CodePages: []printers.CodePage{
			{Number: 32, Encoding: "windows-1252"}, {Number: 4, Encoding: "cp858"}, {Number: 6, Encoding: "cp860"},
		},
		StatusPush: true, Asks: true, CanClear: true, NearEndSensor: true, Confirmation: printers.ByCounter,
	}
}

func dialect(tb testing.TB, o star.Options) *star.Dialect {
	tb.Helper()
	d, err := star.New(o)
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

func TestPapersLookAsTheyDid(t *testing.T) {
	priority := sample()
	priority.Number, priority.Priority, priority.Copy, priority.Language = "M1008", true, 2, "en"
	for name, slip := range map[string]printers.Slip{"plain": sample(), "priority-copy-english": priority} {
		t.Run(name, func(t *testing.T) {
			job, err := dialect(t, options()).Encode(slip, 1)
			if err != nil {
				t.Fatal(err)
			}
			papers := printertest.ReadAs(printertest.Star, 576, job.Bytes)
			if len(papers) != 1 || papers[0].ID != "ETB" {
				t.Fatalf("papers = %d, want one that is counted", len(papers))
			}
			got := papers[0].Text() + "----\n" + hex.Dump(job.Bytes)
			path := filepath.Join("testdata", name+".golden")
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
				t.Errorf("the paper has changed; if that is meant, run with -update\ngot:\n%s", got)
			}
		})
	}
}

// The bytes here are written by hand from Star's manual.
func TestAJobBeginsAndEndsAsTheManualSays(t *testing.T) {
	job, err := dialect(t, options()).Encode(sample(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if begin := []byte{0x1b, 0x40, 0x1b, 0x1d, 0x74, 0x20, 0x1b, 0x30}; !bytes.HasPrefix(job.Bytes, begin) {
		t.Errorf("begins % x, want % x", job.Bytes[:len(begin)], begin)
	}
	if end := []byte{0x1b, 0x64, 0x03, 0x17}; !bytes.HasSuffix(job.Bytes, end) {
		t.Errorf("ends % x, want % x", job.Bytes[len(job.Bytes)-len(end):], end)
	}
	for what, piece := range map[string][]byte{
		"number, as large as it gets": append([]byte{0x1b, 0x69, 0x05, 0x05}, "A023\n"...),
		"twice as high, once as wide": {0x1b, 0x69, 0x01, 0x00},
		"QR model 2":                  {0x1b, 0x1d, 0x79, 0x53, 0x30, 0x02},
		"QR level M":                  {0x1b, 0x1d, 0x79, 0x53, 0x31, 0x01},
		"QR cell of 7":                {0x1b, 0x1d, 0x79, 0x53, 0x32, 0x07},
		"QR of 31 bytes":              append([]byte{0x1b, 0x1d, 0x79, 0x44, 0x31, 0x00, 0x1f, 0x00}, "https://b.example.pt/t/7K2MA023"...),
		"QR print":                    {0x1b, 0x1d, 0x79, 0x50},
		"bold":                        {0x1b, 0x45},
		"not bold":                    {0x1b, 0x46},
		"Cidadão in 1252":             {'C', 'i', 'd', 'a', 'd', 0xe3, 'o'},
	} {
		if !bytes.Contains(job.Bytes, piece) {
			t.Errorf("%s: no % x in the job", what, piece)
		}
	}
}

func on(change func(*printers.Status)) printers.Event {
	s := printers.Status{Connected: true}
	if change != nil {
		change(&s)
	}
	return printers.StatusChanged{Status: s}
}

// The bytes in these rows are written by hand from Star's manual, appendix 2.
func TestWhatThePrinterSays(t *testing.T) {
	for _, row := range []struct {
		name  string
		bytes []byte
		want  []printers.Event
	}{
		{"all is well, seven bytes", []byte{0x0f, 0x06, 0, 0, 0, 0, 0}, []printers.Event{on(nil)}},
		{"all is well, nine bytes", []byte{0x23, 0x06, 0, 0, 0, 0, 0, 0, 0}, []printers.Event{on(nil)}},
		{"cover open", []byte{0x23, 0x06, 0x28, 0, 0, 0, 0, 0, 0}, []printers.Event{on(func(s *printers.Status) { s.Offline, s.CoverOpen = true, true })}},
		{"cutter", []byte{0x23, 0x06, 0x08, 0x08, 0, 0, 0, 0, 0}, []printers.Event{on(func(s *printers.Status) { s.Offline, s.CutterError = true, true })}},
		{"unrecoverable", []byte{0x23, 0x06, 0x08, 0x20, 0, 0, 0, 0, 0}, []printers.Event{on(func(s *printers.Status) { s.Offline, s.Unrecoverable = true, true })}},
		{"head hot", []byte{0x23, 0x06, 0, 0x40, 0, 0, 0, 0, 0}, []printers.Event{on(func(s *printers.Status) { s.HeadHot = true })}},
		{"near end", []byte{0x23, 0x06, 0, 0, 0, 0x06, 0, 0, 0}, []printers.Event{on(func(s *printers.Status) { s.NearEnd = true })}},
		{"paper out", []byte{0x23, 0x06, 0x08, 0, 0, 0x08, 0, 0, 0}, []printers.Event{on(func(s *printers.Status) { s.Offline, s.PaperOut = true, true })}},
		{"presenter jam", []byte{0x23, 0x06, 0, 0, 0x04, 0, 0, 0, 0}, []printers.Event{on(func(s *printers.Status) { s.Recoverable = true })}},
		{"flow control between", []byte{0x13, 0x0f, 0x11, 0x06, 0, 0, 0x13, 0, 0, 0}, []printers.Event{on(nil)}},
		{"name and version", []byte("\x1b#*,TSP700Ver3.2\n\x00"), []printers.Event{printers.Answered{Text: "TSP700Ver3.2"}}},
		{"torn", []byte{0x0f, 0x06, 0, 0x0f, 0x06, 0, 0, 0, 0, 0}, []printers.Event{printers.Noise{Bytes: 3}, on(nil)}},
		{"too short a header", []byte{0x0b}, []printers.Event{printers.Noise{Bytes: 1}}},
		{"noise", []byte{0xff}, []printers.Event{printers.Noise{Bytes: 1}}},
		{"a foreign text", []byte("\x1b#x"), []printers.Event{printers.Noise{Bytes: 3}}},
		{"put, taken", []byte{0x23, 0x06, 0, 0, 0, 0, 0, 0, 0x06, 0x23, 0x06, 0, 0, 0, 0, 0, 0, 0x0e}, []printers.Event{on(nil), printers.Presented{}, on(nil), printers.Left{}, printers.Taken{}}},
		{"put, drawn back", []byte{0x23, 0x06, 0, 0, 0, 0, 0, 0, 0x06, 0x23, 0x06, 0, 0, 0, 0, 0, 0, 0x0c}, []printers.Event{on(nil), printers.Presented{}, on(nil), printers.Left{}, printers.Retracted{}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := dialect(t, options()).NewParser().Feed(row.bytes, noon); !reflect.DeepEqual(got, row.want) {
				t.Errorf("events = %+v, want %+v", got, row.want)
			}
			bit := dialect(t, options()).NewParser()
			var got []printers.Event
			for _, b := range row.bytes {
				got = append(got, bit.Feed([]byte{b}, noon)...)
			}
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("byte by byte: events = %+v, want %+v", got, row.want)
			}
		})
	}
}

// counted is a report with the ETB counter at n.
func counted(n byte, executed bool) []byte {
	b := []byte{0x21, 0x06, 0, 0, 0, 0, 0, n & 1 << 1}
	if executed {
		b[2] = 0x02
	}
	for i, bit := range []byte{1, 2, 3, 5, 6} {
		if n>>i&1 == 1 {
			b[7] |= 1 << bit
		}
	}
	return b
}

func words(events []printers.Event) []printers.Event {
	var out []printers.Event
	for _, e := range events {
		if _, status := e.(printers.StatusChanged); !status {
			out = append(out, e)
		}
	}
	return out
}

func TestACountNamesTheJob(t *testing.T) {
	for first := range byte(32) {
		p := dialect(t, options()).NewParser()
		mind := p.(printers.Mindful)
		if got := words(p.Feed(counted(first, true), noon)); got != nil {
			t.Fatalf("the first count = %v, want nothing", got)
		}
		mind.Sending(7)
		if got := words(p.Feed(counted(first, true), noon)); got != nil {
			t.Errorf("the same count = %v, want nothing", got)
		}
		mind.Sending(8)
		mind.Sending(9)
		if got, want := words(p.Feed(counted((first+1)%32, true), noon)), []printers.Event{printers.Printed{ID: 7}}; !reflect.DeepEqual(got, want) {
			t.Errorf("from %d: %v, want %v", first, got, want)
		}
		if got, want := words(p.Feed(counted((first+3)%32, true), noon)), []printers.Event{printers.Printed{ID: 9}}; !reflect.DeepEqual(got, want) {
			t.Errorf("two at once from %d: %v, want %v", first, got, want)
		}
	}
}

func TestATornJobIsNotTakenForTheNext(t *testing.T) {
	p := dialect(t, options()).NewParser()
	mind := p.(printers.Mindful)
	p.Feed(counted(5, true), noon)
	mind.Sending(1)
	mind.Torn(1)
	mind.Sending(2)
	if got, want := words(p.Feed(counted(6, true), noon)), []printers.Event{printers.Printed{ID: 2}}; !reflect.DeepEqual(got, want) {
		t.Errorf("events = %v, want %v", got, want)
	}
}

func TestACountThatJumpsProvesNothing(t *testing.T) {
	p := dialect(t, options()).NewParser()
	p.Feed(counted(5, true), noon)
	p.(printers.Mindful).Sending(1)
	if got := words(p.Feed(counted(9, true), noon)); got != nil {
		t.Errorf("events = %v, want none", got)
	}
}

func TestAClearIsProvedByTwoReportsOfZero(t *testing.T) {
	p := dialect(t, options()).NewParser()
	mind := p.(printers.Mindful)
	p.Feed(counted(5, true), noon)
	mind.Sending(1)
	mind.Clearing()
	if got := words(p.Feed(counted(5, true), noon)); got != nil {
		t.Errorf("a report from before = %v", got)
	}
	if got := words(p.Feed(counted(0, false), noon)); got != nil {
		t.Errorf("the first report of zero = %v", got)
	}
	if got, want := words(p.Feed(counted(0, false), noon)), []printers.Event{printers.Cleared{}}; !reflect.DeepEqual(got, want) {
		t.Errorf("the second = %v, want %v", got, want)
	}
	if got := words(p.Feed(counted(1, true), noon)); got != nil {
		t.Errorf("a count after the clear = %v, want nothing: the job is forgotten", got)
	}
}

func TestWithoutByteEightNothingIsConfirmed(t *testing.T) {
	o := options()
	o.Confirmation = printers.NoConfirmation
	p := dialect(t, o).NewParser()
	p.Feed(counted(5, true), noon)
	p.(printers.Mindful).Sending(1)
	if got := words(p.Feed(counted(6, true), noon)); got != nil {
		t.Errorf("events = %v, want none", got)
	}
}

func TestTextIsNeverObeyed(t *testing.T) {
	s := sample()
	for _, field := range []*string{&s.Branch, &s.Body, &s.Service, &s.Place, &s.Issued, &s.Validity, &s.TicketID} {
		*field = "x\x17\x18\x1b\x06\x01\x1b@y"
	}
	job, err := dialect(t, options()).Encode(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(job.Bytes, []byte{0x18}) || bytes.Contains(job.Bytes, []byte{0x1b, 0x06}) || bytes.Count(job.Bytes, []byte{0x17}) != 1 {
		t.Error("a text of the slip became a command")
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	for name, change := range map[string]func(*star.Options){
		"no code page":     func(o *star.Options) { o.CodePages = nil },
		"unknown page":     func(o *star.Options) { o.CodePages[0].Encoding = "cp437" },
		"no width":         func(o *star.Options) { o.Media.Dots = 0 },
		"module too large": func(o *star.Options) { o.Media.QRModule = 9 },
		"another proof":    func(o *star.Options) { o.Confirmation = printers.ByID },
	} {
		o := options()
		change(&o)
		if _, err := star.New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzParser(f *testing.F) {
	f.Add(append(counted(3, true), counted(4, true)...), uint16(10))
	f.Add([]byte("\x1b#*,TSP700Ver3.2\n\x00\x23\x06"), uint16(700))
	f.Add([]byte{0x13, 0x2f, 0x11, 0x0f, 0xff, 0x23, 0x23}, uint16(0))
	f.Add([]byte("\x1b\x1d\x03\x0101\x01\x00\x1b\x1d\x03\x0102\x02\x00"), uint16(1))
	o := options()
	o.PRNT, o.Confirmation = true, printers.ByID
	modes := []*star.Dialect{dialect(f, options()), dialect(f, o)}
	f.Fuzz(func(t *testing.T, b []byte, gap uint16) {
		p := modes[gap%2].NewParser()
		mind := p.(printers.Mindful)
		at, noise, sent, printed := noon, 0, 0, 0
		for i, c := range b {
			switch i % 5 {
			case 0:
				sent++
				mind.Sending(printers.JobID(sent))
			case 3:
				mind.Clearing()
			}
			for _, e := range p.Feed([]byte{c}, at) {
				switch e := e.(type) {
				case printers.Noise:
					noise += e.Bytes
				case printers.Printed:
					if int(e.ID) > sent || int(e.ID) <= printed {
						t.Errorf("job %d of %d is printed after %d", e.ID, sent, printed)
					}
					printed = int(e.ID)
				}
			}
			at = at.Add(time.Duration(gap) * time.Millisecond)
		}
		if noise > len(b) {
			t.Errorf("noise of %d bytes out of %d", noise, len(b))
		}
	})
}

func TestTheStandardSlipIsShort(t *testing.T) {
	for most, change := range map[int]func(*star.Options){
		505: func(o *star.Options) { o.Confirmation = printers.ByCounter },
		528: func(o *star.Options) { o.Confirmation, o.PRNT = printers.ByID, true },
	} {
		o := options()
		change(&o)
		job, err := dialect(t, o).Encode(sample(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(job.Bytes); n > most {
			t.Errorf("the standard slip has %d bytes; it had %d", n, most)
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("A023", "Cartão de Cidadão", "https://b.example.pt/t/1", 7, true)
	f.Add("A", "e\u0301\u200b\xff\x17\x18", strings.Repeat("x", 30), 1<<30, true)
	d := dialect(f, options())
	f.Fuzz(func(t *testing.T, number, service, qr string, ahead int, large bool) {
		s := sample()
		s.Number, s.Service, s.QR, s.Ahead, s.Large = number, service, qr, ahead, large
		job, err := d.Encode(s, 1)
		if err != nil {
			return
		}
		if papers := printertest.ReadAs(printertest.Star, 576, job.Bytes); len(papers) != 1 || papers[0].ID != "ETB" {
			t.Errorf("papers = %d, want one that is counted", len(papers))
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	prnt := options()
	prnt.Confirmation, prnt.PRNT = printers.ByID, true
	for name, o := range map[string]star.Options{"line": options(), "prnt": prnt} {
		b.Run(name, func(b *testing.B) {
			d := dialect(b, o)
			s := sample()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Encode(s, 1); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "slips/s")
		})
	}
}
