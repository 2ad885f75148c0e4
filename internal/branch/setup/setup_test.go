package setup_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/internal/branch/setup"
)

const loja = `id: L901
name: Loja
zone: Europe/Lisbon
bodies: [{id: irn, short: IRN, name: {pt: Registos}}, {id: at, short: AT, name: {pt: Finanças}}]
divisions: [{id: a, body: irn, prefix: A, quota: 120, place: Piso 0}, {id: f, body: at, prefix: F, place: Piso 1}]
services:
  - {id: cc, division: a, name: {pt: Cartão}, target: 20m}
  - {id: nif, division: f, name: {pt: NIF}}
counters:
  - {id: "1", label: Balcão 1, primary: [cc, nif]}
  - {id: "2", label: Balcão 2, primary: [nif], secondary: [cc]}
policy: {guard: 30m}
supply: {hours: [{days: mon-fri, spans: ["08:30-19:30"]}], municipal_holiday: 06-13}
callboards: [{id: piso-0, name: Piso 0, places: [Piso 0]}, {id: loja, name: Toda a loja}]
`

func TestADocumentIsWrittenAsItWasRead(t *testing.T) {
	t.Parallel()
	first := setup.Read([]byte(loja))
	if len(first.Faults) > 0 {
		t.Fatal(first.Faults)
	}
	again := setup.Read(setup.Write(&first.Branch))
	if len(again.Faults) > 0 || !reflect.DeepEqual(first.Branch, again.Branch) {
		t.Errorf("%+v\nbecame %+v\n%v\n%s", first.Branch, again.Branch, again.Faults, setup.Write(&first.Branch))
	}
	if changes := setup.Diff(&first.Branch, &again.Branch); len(changes) > 0 {
		t.Errorf("changes of nothing: %+v", changes)
	}
}

// TestFieldsAreSetByTheirPathsAndToldInWords: each wish changes one field, and the difference says it as people do.
func TestFieldsAreSetByTheirPathsAndToldInWords(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ path, value, where, what, was, now string }{
		{"divisions/a/quota", "300", "Divisão A", "Senhas por dia", "120", "300"},
		{"divisions/a/quota", "", "Divisão A", "Senhas por dia", "120", ""},
		{"services/cc/target", "35", "Cartão", "Objetivo de espera", "20 min", "35 min"},
		{"services/cc/name/en", "Card", "Cartão", "Nome em inglês", "", "Card"},
		{"services/nif/popular", "on", "NIF", "Entre os mais procurados", "", "sim"},
		{"policy/guard", "0", "Regras", "Espera longa", "30 min", "nenhum"},
		{"policy/guard", "", "Regras", "Espera longa", "30 min", ""},
		{"policy/silence", "25", "Regras", "Impressão sem notícia", "", "25 s"},
		{"counters/2/skill/cc", "own", "Balcão 2", "Atende sempre", "NIF", "NIF, Cartão"},
		{"callboards/piso-0/takeover", "20", "Painel Piso 0", "Chamada em destaque", "", "20 s"},
		{"callboards/piso-0/place/Piso 1", "true", "Painel Piso 0", "Lugares", "Piso 0", "Piso 0 Piso 1"},
		{"callboards/piso-0/body/irn", "true", "Painel Piso 0", "Entidades", "", "IRN"},
		{"callboards/piso-0/place/Piso 0", "false", "Painel Piso 0", "Lugares", "Piso 0", ""},
		{"video", "exemplo.webm", "", "Vídeo ao lado das chamadas", "", "exemplo.webm"},
		{"supply/municipal_holiday", "06-24", "Horário e limites", "Feriado municipal", "13/06", "24/06"},
		{"supply/book/pt", "Marque em sítio.pt", "Horário e limites", "Como marcar", "", "Marque em sítio.pt"},
	} {
		was, now := setup.Read([]byte(loja)).Branch, setup.Read([]byte(loja)).Branch
		if err := setup.Set(&now, row.path, row.value); err != nil {
			t.Errorf("%s = %q: %v", row.path, row.value, err)
			continue
		}
		changes := setup.Diff(&was, &now)
		if len(changes) == 0 {
			t.Errorf("%s = %q changed nothing", row.path, row.value)
			continue
		}
		got := changes[0]
		if got.Where != row.where || got.What != row.what || got.Was != row.was || got.Now != row.now {
			t.Errorf("%s = %q is told as %+v", row.path, row.value, got)
		}
	}
}

func TestWhatCannotBeReadChangesNothing(t *testing.T) {
	t.Parallel()
	for path, value := range map[string]string{
		"divisions/a/quota": "muitas", "services/cc/target": "uma hora", "divisions/x/quota": "3", "services/cc/nada": "1",
		"counters/1/skill/cc": "talvez", "counters/9/skill/cc": "own", "supply/municipal_holiday": "31-31", "bodies": "x",
	} {
		b := setup.Read([]byte(loja)).Branch
		if err := setup.Set(&b, path, value); err == nil {
			t.Errorf("%s = %q was taken", path, value)
		}
		was := setup.Read([]byte(loja)).Branch
		if changes := setup.Diff(&was, &b); len(changes) > 0 {
			t.Errorf("%s = %q left %+v", path, value, changes)
		}
	}
}

func TestLinesComeAndGoWithWhatHangsOnThem(t *testing.T) {
	t.Parallel()
	b := setup.Read([]byte(loja)).Branch
	id, err := setup.Add(&b, "divisions", "l", "irn")
	if err != nil || setup.Get(&b, "divisions/"+id+"/prefix") != "L" {
		t.Fatalf("%q, %v", id, err)
	}
	service, err := setup.Add(&b, "services", "Levantar documentação", id)
	if err != nil || service != "levantar-documen" {
		t.Fatalf("%q, %v", service, err)
	}
	faults := setup.Read(setup.Write(&b)).Faults
	if len(faults) != 1 || faults[0].What != "Quem atende" || !strings.Contains(faults[0].Text, "Nenhum balcão atende") {
		t.Errorf("faults = %+v, want the service that nobody serves", faults)
	}
	if err := setup.Set(&b, "counters/1/division/"+id, "own"); err != nil || setup.Skill(&b, "1", service) != setup.SkillOwn {
		t.Error("the division's skills were not set")
	}
	if err := setup.Remove(&b, "divisions/"+id); err != nil {
		t.Fatal(err)
	}
	was := setup.Read([]byte(loja)).Branch
	if changes := setup.Diff(&was, &b); len(changes) > 0 {
		t.Errorf("the division left something behind: %+v", changes)
	}
	if err := setup.Remove(&b, "divisions/none"); err == nil {
		t.Error("a line that is not there was removed")
	}
	if n, err := setup.Add(&b, "counters", "Balcão 3", ""); err != nil || n != "3" {
		t.Errorf("counter %q, %v", n, err)
	}
}

func TestTheTaxAuthoritysListIsOnePress(t *testing.T) {
	t.Parallel()
	b := setup.Read([]byte(loja)).Branch
	setup.TaxAuthority(&b, "at")
	r := setup.Read(setup.Write(&b))
	if len(r.Faults) > 0 {
		t.Fatal(r.Faults)
	}
	c := r.Branch.Catalogue()
	if faults := c.Faults(); len(faults) > 0 || len(c.Policy.Bodies["at"].Classes) != 6 {
		t.Errorf("faults %v, classes %+v", faults, c.Policy.Bodies["at"].Classes)
	}
	if c.Policy.Bodies["at"].Guard != 30*time.Minute {
		t.Error("what the body leaves out is not the branch's")
	}
	if _, err := setup.Add(&r.Branch, "policy/classes", "Grávidas não, uma classe só", ""); err != nil || len(r.Branch.Policy.Classes) != 4 {
		t.Errorf("classes %+v, %v", r.Branch.Policy.Classes, err)
	}
}

// TestEveryFaultOfAFormPageIsInPortuguese: a document that is wrong in every common way.
func TestEveryFaultIsInPortugueseWithItsFieldAndLine(t *testing.T) {
	t.Parallel()
	r := setup.Read([]byte(`id: X
name: ""
zone: ""
nome: Loja
bodies: [{id: irn}, {id: irn, short: I, name: {pt: R}}]
divisions: [{id: a, body: iss, prefix: a1}, {id: b, body: irn, prefix: B, quota: 1200}, {id: c, body: irn, prefix: B}]
services:
  - {id: cc, division: z, group: other, mean: 9h, target: 9h}
counters:
  - {id: "1", label: ""}
  - {id: "2", label: B, primary: [nada], closed: [vip]}
policy:
  guard: 3m
  recalls: 40
  ratio: {others: 2}
  classes: [{id: law, tier: 2}, {id: LAW, order: x}]
  bodies: [{body: iss}]
supply: {occupancy: -1, holidays: mars, hours: [{days: mon}, {days: mon, spans: ["09:00-08:00"]}]}
bookings: {from: 9h, shares: [{division: z, percent: 200}]}
feedback: {complaints: nada, praise: x, book: azul, slip: true}
staff_report: {least: 3}
callboards:
  - {id: P 0, places: [Sala], bodies: [nada], boxes: [L1], earlier: 2, takeover: 2m, messages: [{en: x}]}
  - {id: p1, name: P, places: [Sala], boxes: [L1]}
`))
	if len(r.Faults) < 30 {
		t.Errorf("%d faults", len(r.Faults))
	}
	english := []string{" the ", " is ", "must ", "needs", "unknown", "missing", "between", "stands", "such as"}
	for _, f := range r.Faults {
		for _, word := range english {
			if strings.Contains(" "+f.Text+" ", word) {
				t.Errorf("%s: not in Portuguese: %s", f.Path, f.Text)
				break
			}
		}
		if f.Line == 0 || f.What == "" {
			t.Errorf("a fault without place: %+v", f)
		}
	}
	if len(r.Form) != 1 || r.Form[0].Path != "nome" || r.Form[0].Line != 4 {
		t.Errorf("faults of form = %+v", r.Form)
	}
}

func FuzzSetNeverBreaksADescription(f *testing.F) {
	f.Add("divisions/a/quota", "3")
	f.Add("policy/bodies/at/guard", "x")
	f.Add("counters/1/skill/cc", "help")
	f.Add("supply/hours", "mon")
	f.Add("services/cc/name/pt", "Cartão \" novo")
	f.Add("bookings/names/x", "cc")
	f.Add("supply/week/mon", "8h30 às 12h30, 14-19")
	f.Add("supply/services/cc/week/sat", "12-9")
	f.Add("bookings/shares/a/percent", "30")
	f.Add("supply/municipal_holiday", "13 de junho")
	f.Fuzz(func(t *testing.T, path, value string) {
		if strings.ContainsAny(path+value, "\x00\u0085\u2028\u2029\ufeff\ufffd") || !printable(path+value) {
			return // a form cannot hold it
		}
		b := setup.Read([]byte(loja)).Branch
		if setup.Set(&b, path, value) != nil {
			return
		}
		again := setup.Read(setup.Write(&b))
		if len(again.Form) > 0 {
			t.Errorf("%q = %q: written, it is not understood: %+v", path, value, again.Form)
		}
		if changes := setup.Diff(&b, &again.Branch); len(changes) > 0 {
			t.Errorf("%q = %q is read back otherwise: %+v", path, value, changes)
		}
	})
}

func printable(s string) bool {
	for _, r := range s {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return false
		}
	}
	return true
}

// TestEveryDifferenceCanBeUndoneByItself: whatever was changed, undoing each difference alone leads back to what was.
func TestEveryDifferenceCanBeUndoneByItself(t *testing.T) {
	t.Parallel()
	was := setup.Read([]byte(loja)).Branch
	b := setup.Read([]byte(loja)).Branch
	division := was.Divisions[0].ID
	service := was.Services[0].ID
	for path, value := range map[string]string{
		"name": "Loja Nova", "divisions/" + division + "/prefix": "Z", "services/" + service + "/name/en": "Something else",
		"supply/services/" + service + "/quota": "7", "policy/guard": "40", "supply/week/mon": "09:00-12:00",
	} {
		if err := setup.Set(&b, path, value); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	for _, add := range [][3]string{{"divisions", "k", was.Bodies[0].ID}, {"counters", "Balcão 9", ""}, {"policy/classes", "Profissionais", ""}} {
		if _, err := setup.Add(&b, add[0], add[1], add[2]); err != nil {
			t.Fatalf("%v: %v", add, err)
		}
	}
	if err := setup.Remove(&b, "counters/"+was.Counters[0].ID); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(b.Services)
	changes := setup.Diff(&was, &b)
	if len(changes) < 9 {
		t.Fatalf("%d differences: %+v", len(changes), changes)
	}
	for _, one := range changes {
		alone := setup.Read(setup.Write(&b)).Branch
		if err := setup.Undo(&alone, &was, one.Path); err != nil {
			t.Errorf("%s: %v", one.Path, err)
			continue
		}
		for _, left := range setup.Diff(&was, &alone) {
			if left.Path == one.Path {
				t.Errorf("%s: still %q, was %q", one.Path, left.Now, left.Was)
			}
		}
	}
	for range changes {
		left := setup.Diff(&was, &b)
		if len(left) == 0 {
			break
		}
		if err := setup.Undo(&b, &was, left[0].Path); err != nil {
			t.Fatal(err)
		}
	}
	if left := setup.Diff(&was, &b); len(left) > 0 {
		t.Errorf("after undoing all: %+v", left)
	}
	if err := setup.Undo(&b, &was, "divisions/none/prefix"); err == nil {
		t.Error("a line that is not there was undone")
	}
}

// TestAClassIsTakenOutWithWhatHangsOnIt: counters forget it, and the usual classes come back when nothing else is left.
func TestAClassIsTakenOutWithWhatHangsOnIt(t *testing.T) {
	t.Parallel()
	b := setup.Read([]byte(loja)).Branch
	id, err := setup.Add(&b, "policy/classes", "Profissionais", "")
	if err != nil {
		t.Fatal(err)
	}
	b.Counters[0].Closed = []string{id}
	if err := setup.Remove(&b, "policy/classes/"+id); err != nil {
		t.Fatal(err)
	}
	if len(b.Policy.Classes) != 0 || len(b.Counters[0].Closed) != 0 {
		t.Errorf("left behind: %+v, counter %q", b.Policy.Classes, b.Counters[0].Closed)
	}
}
