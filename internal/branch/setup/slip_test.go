package setup_test

import (
	"strings"
	"testing"

	"balcao/internal/branch"
	"balcao/internal/branch/setup"
	"balcao/internal/slip"
)

func order(b *branch.Branch) string {
	var all []string
	for _, p := range b.Slip.In() {
		all = append(all, p.ID)
	}
	return strings.Join(all, " ")
}

// TestTheSlipIsChangedPartByPart: parts are added, changed, moved and taken off by their ids; the branch in force is not
// changed with the draft; what is different is said in words, and every fault belongs to a field.
func TestTheSlipIsChangedPartByPart(t *testing.T) {
	b := setup.Read([]byte(loja)).Branch
	was := b
	id, err := setup.Add(&b, "slip/parts", "", slip.KindText)
	if err != nil || id != "text" {
		t.Fatal(id, err)
	}
	for path, value := range map[string]string{
		"slip/parts/text/text/pt": "Tenha consigo o documento.", "slip/parts/text/text/en": "Have your document ready.", "slip/parts/text/bold": "true",
		"slip/parts/qr/module": "8",
	} {
		if err := setup.Set(&b, path, value); err != nil || setup.Get(&b, path) != value {
			t.Errorf("%s = %q, %v", path, setup.Get(&b, path), err)
		}
	}
	if err := setup.MovePart(&b, "text", -9); err != nil {
		t.Fatal(err)
	}
	if err := setup.Remove(&b, "slip/parts/ahead"); err != nil {
		t.Fatal(err)
	}
	if got := order(&b); got != "header text service body copy number priority place wait qr validity ticket" {
		t.Errorf("parts = %s", got)
	}
	if len(was.Slip.Parts) != 0 || order(&was) != "header service body copy number priority place ahead wait qr validity ticket" {
		t.Errorf("the other description was changed: %s", order(&was))
	}
	again := setup.Read(setup.Write(&b))
	if len(again.Faults) != 0 || again.Branch.Slip.Hash() != b.Slip.Hash() {
		t.Errorf("read back with %v", again.Faults)
	}
	var said []string
	for _, c := range setup.Diff(&was, &b) {
		said = append(said, c.Where+" "+c.What+": "+c.Was+" → "+c.Now)
	}
	if got := strings.Join(said, "\n"); got != "Talão, Texto da loja «Tenha consigo o» Parte do talão:  → novo\nTalão, Código QR Tamanho do código:  → 8\nTalão, Pessoas à frente Parte do talão: existia → " {
		t.Errorf("said:\n%s", got)
	}
	setup.StandardSlip(&b)
	if changes := setup.Diff(&was, &b); len(changes) != 0 {
		t.Errorf("back to the standard slip, and still: %v", changes)
	}
	if err := setup.MovePart(&b, "number", 1); err != nil {
		t.Fatal(err)
	}
	if changes := setup.Diff(&was, &b); len(changes) != 1 || changes[0].What != "Ordem das partes do talão" {
		t.Errorf("another order: %v", changes)
	}
}

func TestFaultsOfASlipAreSaidAtTheirFields(t *testing.T) {
	for _, row := range []struct{ parts, path, text string }{
		{"[{part: number}, {part: service}, {part: copy}, {part: priority}]", "slip/parts", "Falta a validade"},
		{"[{part: number}, {part: number}, {part: service}, {part: copy}, {part: priority}, {part: validity}]", "slip/parts/number-2/part", "Já está no talão"},
		{"[{part: number}, {part: service}, {part: copy}, {part: priority}, {part: validity}, {part: text}]", "slip/parts/text/text/pt", "Escreva o texto em português"},
		{"[{part: number}, {part: service}, {part: copy}, {part: priority}, {part: validity}, {id: branco, part: gap, dots: 4000}]", "slip/parts/branco/dots", "4000 não serve"},
		{"[{part: number}, {part: service}, {part: copy}, {part: priority}, {part: validity}, {part: sun}]", "slip/parts/sun/part", "não é uma parte de talão"},
	} {
		r := setup.Read([]byte(loja + "slip:\n  parts: " + row.parts + "\n"))
		if len(r.Faults) != 1 || r.Faults[0].Path != row.path || !strings.Contains(r.Faults[0].Text, row.text) || r.Faults[0].Line == 0 {
			t.Errorf("%s: %+v, want %s: %s", row.parts, r.Faults, row.path, row.text)
		}
	}
}
