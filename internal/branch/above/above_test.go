package above_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"balcao/internal/branch"
	"balcao/internal/branch/above"
	"balcao/internal/branch/setup"
)

// loja is what a branch decides for itself.
const loja = `
id: L901
name: Loja
zone: Europe/Lisbon
bodies:
  - {id: irn, short: IRN, name: {pt: Registos}}
  - {id: at, short: AT, name: {pt: Finanças}}
divisions:
  - {id: cc, body: irn, prefix: A, quota: 120}
  - {id: fin, body: at, prefix: B}
services:
  - {id: cc-pedido, division: cc, name: {pt: "Cartão de cidadão"}, target: 20m}
  - {id: cc-entrega, division: cc, name: {pt: "Levantar o cartão"}}
  - {id: nif, division: fin, name: {pt: NIF}}
counters:
  - {id: "1", label: Balcão 1, primary: [cc-pedido, cc-entrega]}
  - {id: "2", label: Balcão 2, primary: [nif], secondary: [cc-pedido]}
policy: {guard: 30m}
supply: {hours: [{days: mon-fri, spans: ["09:00-16:00"]}]}
`

func own(t testing.TB) []byte {
	t.Helper()
	r := setup.Read([]byte(loja))
	if len(r.Faults) > 0 {
		t.Fatal(r.Faults)
	}
	return setup.Write(&r.Branch)
}

func lay(t testing.TB, national string, more ...above.Layer) above.Stack {
	t.Helper()
	s := above.Lay(append([]above.Layer{{ID: above.National, Text: []byte(national)}}, more...)...)
	if len(s.Faults) > 0 {
		t.Fatalf("faults: %+v", s.Faults)
	}
	return s
}

func apply(t testing.TB, base []byte, s above.Stack) (branch.Branch, above.Over) {
	t.Helper()
	if faults := s.Check(base); len(faults) > 0 {
		t.Fatalf("faults: %+v", faults)
	}
	o, err := above.Apply(base, s.Document())
	if err != nil {
		t.Fatal(err)
	}
	return setup.Read(o.Document).Branch, o
}

func TestWhatHeadquartersSaysWinsAndTheRestStays(t *testing.T) {
	s := lay(t, `
services:
  - {id: cc-pedido, name: {pt: "Cartão de Cidadão", en: "Citizen Card"}, target: 45m}
  - {id: passaporte, name: {pt: Passaporte}}
policy: {guard: 45m, recalls: 2}
supply: {hours: [{days: mon-fri, spans: ["08:30-19:30"]}]}
messages: [{id: greve, text: {pt: "Amanhã há greve"}}]
local: [supply/hours, services/*/target]
`, above.Layer{ID: "L901", Text: []byte("policy: {guard: 15m}\n")})
	b, o := apply(t, own(t), s)
	cc, _ := b.Service("cc-pedido")
	if cc.Name["pt"] != "Cartão de Cidadão" || cc.Name["en"] != "Citizen Card" || cc.Target.Minutes() != 20 {
		t.Errorf("the service is %+v", cc)
	}
	if _, has := b.Service("passaporte"); has {
		t.Error("a service that the branch does not have came to it")
	}
	if b.Policy.Guard.Minutes() != 15 || b.Policy.Recalls != 2 || b.Supply.Hours[0].Spans[0].String() != "09:00-16:00" {
		t.Errorf("policy %+v, supply %+v", b.Policy, b.Supply)
	}
	if len(b.Messages) != 1 || b.Messages[0].Text["pt"] != "Amanhã há greve" {
		t.Errorf("messages %+v", b.Messages)
	}
	if !above.Governs(o.Governed, "services/cc-pedido/name/pt") || above.Governs(o.Governed, "services/cc-pedido/target") || above.Governs(o.Governed, "services/nif/name/pt") {
		t.Errorf("governed: %v", o.Governed)
	}
	if !slices.Equal(o.Default, []string{"services/cc-pedido/target", "supply/hours"}) {
		t.Errorf("the branch's own stays at %v", o.Default)
	}
	if layer, line := s.Where("policy/recalls"); layer != above.National || line != 5 {
		t.Errorf("policy/recalls is of %s, line %d", layer, line)
	}
	if layer, _ := s.Where("policy/guard"); layer != "L901" {
		t.Errorf("policy/guard is of %s", layer)
	}
}

func TestAServiceComesBesideAnotherAndOneGoes(t *testing.T) {
	s := lay(t, `
services:
  - {id: residencia, beside: nif, name: {pt: "Título de residência"}}
  - {id: cc-entrega, off: true}
`)
	b, o := apply(t, own(t), s)
	fresh, has := b.Service("residencia")
	if !has || fresh.Division != "fin" || !slices.Equal(b.Counters[1].Primary, []string{"nif", "residencia"}) {
		t.Errorf("the new service is %+v, counters %+v", fresh, b.Counters)
	}
	if _, has := b.Service("cc-entrega"); has || !slices.Equal(b.Counters[0].Primary, []string{"cc-pedido"}) {
		t.Errorf("the one that went is there: %+v", b.Counters)
	}
	if !above.Governs(o.Governed, "services/cc-entrega") || !above.Governs(o.Governed, "services/residencia/name/pt") {
		t.Errorf("governed: %v", o.Governed)
	}
}

// TestWhatTheBranchDecidesComesBack: its own values stay underneath whatever is published at the branch meanwhile.
func TestWhatTheBranchDecidesComesBack(t *testing.T) {
	base := own(t)
	s := lay(t, `
services:
  - {id: residencia, beside: nif, name: {pt: "Título de residência"}}
  - {id: cc-entrega, off: true}
policy: {guard: 45m}
`)
	b, o := apply(t, base, s)
	b.Divisions[0].Quota = 80 // the coordination publishes something of its own
	kept, err := above.Own(setup.Write(&b), base, o.Governed)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := apply(t, kept, s)
	if !bytes.Equal(setup.Write(&again), setup.Write(&b)) {
		t.Errorf("laid over again it is another:\n%s\n%s", setup.Write(&again), setup.Write(&b))
	}
	alone, err := above.Apply(kept, nil)
	if err != nil {
		t.Fatal(err)
	}
	free := setup.Read(alone.Document)
	if _, has := free.Branch.Service("residencia"); has || free.Branch.Policy.Guard.Minutes() != 30 || free.Branch.Divisions[0].Quota != 80 {
		t.Errorf("underneath is %s", alone.Document)
	}
	if _, has := free.Branch.Service("cc-entrega"); !has || !slices.Contains(free.Branch.Counters[0].Primary, "cc-entrega") || len(free.Faults) > 0 {
		t.Errorf("the service that went did not come back: %s %v", kept, free.Faults)
	}
}

func TestFaultsNameTheLayerAndTheLine(t *testing.T) {
	for name, c := range map[string]struct{ national, more, layer, says string }{
		"a word that is not known":  {"polícia: {}\n", "", above.National, "Palavra desconhecida"},
		"what is the branch's":      {"counters: []\n", "", above.National, "os balcões decide-se na loja"},
		"twice the same":            {"services: [{id: a, name: {pt: A}}, {id: a}]\n", "", above.National, "duas vezes"},
		"a rule against the bounds": {"{}\n", "\npolicy:\n  guard: 5m\n", "L901", "tem de ficar entre"},
		"against the law":           {"policy: {ratio: {others: 3}}\n", "", above.National, "DL 58/2016"},
		"the last service goes":     {"services: [{id: nif, off: true}]\n", "", "", "Este balcão não atende nada"},
	} {
		base := []byte(strings.Replace(string(own(t)), `secondary: ["cc-pedido"]`, "", 1))
		s := above.Lay(above.Layer{ID: above.National, Text: []byte(c.national)}, above.Layer{ID: "L901", Text: []byte(c.more)})
		faults := s.Check(base)
		if len(faults) == 0 || faults[0].Layer != c.layer && c.layer != "" || !strings.Contains(faults[0].Text, c.says) || c.layer != "" && faults[0].Line == 0 {
			t.Errorf("%s: %+v", name, faults)
		}
	}
}

func TestLayersAreCheckedBeforeAnyBranchIsKnown(t *testing.T) {
	s := lay(t, "bodies: [{id: irn, short: IRN, name: {pt: Registos}}]\nservices: [{id: cc, name: {pt: Cartão}}, {id: dois, beside: cc, name: {pt: Dois}}]\n")
	if faults := s.Check(above.Model(s, "loja")); len(faults) > 0 {
		t.Errorf("%+v", faults)
	}
	bad := lay(t, "services: [{id: cc, name: {pt: Cartão}, target: 20h}]\n")
	if faults := bad.Check(above.Model(bad, "loja")); len(faults) != 1 || faults[0].Layer != above.National || faults[0].Line != 1 {
		t.Errorf("%+v", faults)
	}
}

func TestChangesAreToldInWords(t *testing.T) {
	base := own(t)
	_, o := apply(t, base, lay(t, "policy: {guard: 45m}\n"))
	changes := above.Diff(base, o.Document)
	if len(changes) != 1 || above.Say(changes[0]) != "Regras, espera longa: «30 min» → «45 min»" {
		t.Errorf("%+v", changes)
	}
}

func FuzzApplyNeverPanicsAndStaysTheSameWhenRepeated(f *testing.F) {
	f.Add([]byte("policy: {guard: 45m}\n"), own(f))
	f.Add([]byte("services: [{id: x, beside: nif}, {id: nif, off: true}]\nlocal: ['services/*']\n"), own(f))
	f.Add([]byte("{}"), []byte("services: [[1]]\n"))
	f.Add([]byte("messages: [{id: a, text: {pt: x}, until: 2027-01-01}]\n"), own(f))
	f.Fuzz(func(t *testing.T, document, base []byte) {
		if len(document)+len(base) > 1<<14 {
			return
		}
		o, err := above.Apply(base, document)
		if err != nil {
			return
		}
		again, err := above.Apply(o.Document, document)
		if err != nil {
			t.Fatalf("laid twice: %v", err)
		}
		if !bytes.Equal(again.Document, o.Document) {
			t.Errorf("laid twice it is\n%s\nand once\n%s", again.Document, o.Document)
		}
		_, _ = above.Own(o.Document, base, o.Governed)
		_ = above.Lay(above.Layer{ID: "a", Text: document}, above.Layer{ID: "b", Text: base}).Document()
	})
}
