package form_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"balcao/internal/slip"
	"balcao/printers"
	"balcao/printers/escpos"
	"balcao/printers/form"
	"balcao/printers/printertest"
)

func sample() printers.Slip {
	return printers.Slip{
		TicketID: "7K2M-A023", Number: "A023", Branch: "Loja de Cidadão Vila Serena", Body: "IRN Registos e Notariado",
		Service: "Cartão de Cidadão", Place: "Piso 0 · Balcões 1 a 6", Issued: "22-11-2026 10:24",
		Validity: "Válida só hoje. Se perder a vez, fale com a receção.", QR: "https://b.example.pt/t/7K2MA023",
		Ahead: 7, Wait: printers.Wait{From: 20, To: 35}, Language: "en",
	}
}

func TestTheStandardFileIsTheStandardForm(t *testing.T) {
	f, err := form.Read("standard.yaml", form.Standard())
	if err != nil {
		t.Fatal(err)
	}
	if want := printers.Standard(); !reflect.DeepEqual(f, want) {
		t.Errorf("form = %+v, want %+v", f, want)
	}
}

func printed(t *testing.T, f *printers.Form, dots int, s printers.Slip) printertest.Paper {
	t.Helper()
	d, err := escpos.New(escpos.Options{
		Media:     printers.Media{Dots: dots, CellWidth: 12, CellHeight: 24, QRModule: 6, Form: f},
		CodePages: []escpos.CodePage{{Number: 16, Encoding: "windows-1252"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	job, err := d.Encode(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	papers := printertest.Read(dots, job.Bytes)
	if len(papers) != 1 {
		t.Fatalf("papers = %d", len(papers))
	}
	return papers[0]
}

const own = `schema: balcao.slip/v1
parts:
  - part: number
  - part: service
  - part: copy
  - part: priority
  - part: place
  - part: text
    text: {pt: "Tenha o documento à mão.", en: "Have your document ready."}
    bold: true
    centred: true
  - {part: gap, dots: 20}
  - {part: qr, module: 8}
  - part: validity
`

func TestABranchOrdersItsSlipAndAddsItsWords(t *testing.T) {
	f, err := form.Read("own.yaml", []byte(own))
	if err != nil {
		t.Fatal(err)
	}
	for _, paper := range form.Papers() {
		for _, large := range []bool{false, true} {
			s := sample()
			s.Large = large
			p := printed(t, &f, paper.Dots, s)
			text := strings.Join(strings.Fields(p.Text()), " ")
			for _, want := range []string{"Tenha o documento à mão.", "Have your document ready.", "Cartão de Cidadão"} {
				if !strings.Contains(text, want) {
					t.Errorf("%s: no %q on\n%s", paper, want, p.Text())
				}
			}
			if strings.Contains(text, "À sua frente") || p.Biggest() != "A023" || (p.QR() == "") != large {
				t.Errorf("%s: paper says\n%s", paper, p.Text())
			}
			for _, item := range p.Items {
				if item.X < 0 || item.X+item.Width > paper.Dots {
					t.Errorf("%s: something stands beside the paper: %+v", paper, item)
				}
			}
		}
	}
}

func TestFaultsAreNamedWithTheirLine(t *testing.T) {
	for _, row := range []struct{ name, old, new, want string }{
		{"unknown part", "part: place", "part: plaice", "line 7: parts[4].part: \"plaice\" is none of"},
		{"unknown key", "bold: true", "blod: true", "line 10: parts[5].blod: unknown key"},
		{"twice", "part: place", "part: number", "line 7: parts[4].part: \"number\" stands on the slip already"},
		{"no number", "- part: number", "- part: rule", "there is no part \"number\""},
		{"no words", `pt: "Tenha o documento à mão."`, `pt: " "`, "line 9: parts[5].text.pt: has no words"},
		{"a gap without height", ", dots: 20", "", "parts[6].dots: 0 is outside"},
		{"a huge code", "module: 8", "module: 80", "line 13: parts[7].module: 80 is outside"},
		{"dots of a place", "part: place", "part: place\n    dots: 3", "belongs to a part \"gap\""},
		{"version", "slip/v1", "slip/v9", "line 1: schema: want"},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := strings.Replace(own, row.old, row.new, 1)
			if text == own {
				t.Fatal("nothing was changed")
			}
			if _, err := form.Read("own.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error = %v, want %q in it", err, row.want)
			}
		})
	}
}

func TestTheSchemaKnowsTheSameParts(t *testing.T) {
	var doc struct {
		Properties struct {
			Parts struct {
				Items struct {
					Properties struct {
						Part struct {
							Enum []printers.Kind `json:"enum"`
						} `json:"part"`
					} `json:"properties"`
				} `json:"items"`
			} `json:"parts"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(form.Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	if got := doc.Properties.Parts.Items.Properties.Part.Enum; !reflect.DeepEqual(got, printers.Kinds()) {
		t.Errorf("schema has %v, want %v", got, printers.Kinds())
	}
}

// The kinds that a layout may have are those that a printer can print.
func TestLayoutsAndPrintersKnowTheSameParts(t *testing.T) {
	var kinds []string
	for _, k := range printers.Kinds() {
		kinds = append(kinds, string(k))
	}
	if !slices.Equal(kinds, slip.Kinds()) {
		t.Errorf("printers print %v, layouts have %v", kinds, slip.Kinds())
	}
	if f := form.Of(slip.Layout{}); !reflect.DeepEqual(f, printers.Standard()) {
		t.Errorf("the standard layout is %+v", f)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(form.Standard())
	f.Add([]byte(own))
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := form.Read("fuzz.yaml", data)
		if err != nil {
			_ = err.Error()
			return
		}
		for _, paper := range form.Papers() {
			m := printers.Media{Dots: paper.Dots, CellWidth: 12, CellHeight: 24, QRModule: 6, Form: &read}
			if len(printers.Layout(sample(), m)) == 0 {
				t.Error("nothing on the slip")
			}
		}
	})
}
