package branch_test

import (
	"strings"
	"testing"
	"time"

	"balcao/internal/config"
	"balcao/internal/queue"
)

// policyOf reads the usual small branch with a policy and other counters.
func policyOf(t *testing.T, policy string) (*whole, error) {
	t.Helper()
	var w whole
	text := "branch:\n  " + strings.ReplaceAll(strings.TrimSpace(strings.TrimSuffix(described, "supply:\n")+policy), "\n", "\n  ")
	err := config.Decode("branch.yaml", []byte(text), &w)
	return &w, err
}

// TestTheTaxAuthorityHasItsOwnClasses: its list stands beside priority by law, by arrival (queueing facts, section 1).
func TestTheTaxAuthorityHasItsOwnClasses(t *testing.T) {
	w, err := policyOf(t, `policy:
  guard: 30m
  overflow: 0s
  early: 0s
  late: 20m
  recalls: 2
  recall_pause: 30s
  revive_within: 15m
  revive_calls: 5
  reprint: 3m
  silence: 30s
  auto_call: true
  bodies:
    - body: at
      guard: 0s
      classes:
        - {id: law, basis: dl-58-2016, text: {pt: Atendimento prioritário}}
        - {id: summons, basis: at-prioridades, text: {pt: Notificação das Finanças com marcação}}
        - {id: lawyer, tier: 1, basis: at-prioridades, text: {pt: "Advogados, solicitadores e agentes de execução"}}
        - {id: accountant, tier: 1, basis: at-prioridades, text: {pt: Contabilistas certificados}}
        - {id: booked, tier: 1, order: slot, text: {pt: Com marcação}}
        - {id: walkin, tier: 2, text: {pt: Sem marcação}}
`)
	if err != nil {
		t.Fatal(err)
	}
	c := w.Branch.Catalogue()
	if faults := c.Faults(); len(faults) > 0 {
		t.Errorf("the queue finds faults: %v", faults)
	}
	p := c.Policy
	if p.Guard != 30*time.Minute || p.Overflow != 0 || p.Early != 0 || p.Late != 20*time.Minute || p.Recalls != 2 ||
		p.RecallPause != 30*time.Second || p.ReviveWithin != 15*time.Minute || p.ReviveCalls != 5 || p.Reprint != 3*time.Minute ||
		p.Silence != 30*time.Second || !p.AutoCall {
		t.Errorf("policy = %+v", p)
	}
	at := p.Bodies["at"]
	if at.Guard != 0 || at.Late != 20*time.Minute || len(at.Classes) != 6 || at.Classes["lawyer"] != (queue.Class{Tier: 1, Basis: "at-prioridades"}) {
		t.Errorf("the tax authority's rule = %+v", at)
	}
	if class, known := w.Branch.Class("at", "accountant"); !known || class.Text["pt"] != "Contabilistas certificados" {
		t.Errorf("class = %+v, %v", class, known)
	}
	if text := w.Branch.ClassText("at", "accountant"); text.In("pt") != "Contabilistas certificados" {
		t.Errorf("told of the class: %v", text)
	}
	if text := w.Branch.ClassText("at", queue.ClassLaw); text != nil {
		t.Errorf("a class with words of its own is told twice: %v", text)
	}
	if _, known := w.Branch.Class("irn", "accountant"); known {
		t.Error("the class of one body is a class of another")
	}
}

func TestARatioAgainstTheLawNeedsItsMark(t *testing.T) {
	if _, err := policyOf(t, "policy: {ratio: {others: 2}}\n"); err == nil || !strings.Contains(err.Error(), "policy.ratio.unlawful") {
		t.Errorf("err = %v, want the mark asked for", err)
	}
	w, err := policyOf(t, "policy: {ratio: {others: 2, unlawful: true}}\n")
	if err != nil || w.Branch.Unlawful() != 2 {
		t.Fatalf("unlawful = %d, %v", w.Branch.Unlawful(), err)
	}
	live := w.Branch.Live(queue.NewDay(w.Branch.Catalogue(), 0), time.Now())
	if live.Unlawful != 2 {
		t.Error("headquarters is not told")
	}
}

func TestFaultsOfThePolicyAreNamedWithTheirLines(t *testing.T) {
	_, err := policyOf(t, `policy:
  guard: 5m
  overflow: 2h
  recalls: 99
  silence: 1s
  ratio: {others: 2}
  classes:
    - {id: law, tier: 1, text: {pt: Lei}}
    - {id: VIP, basis: x, text: {en: Important}}
    - {id: booked, tier: 11, order: alphabet, text: {pt: Marcação}}
    - {id: booked, tier: 1, text: {pt: Marcação}}
  bodies:
    - {body: iss}
`)
	if err == nil {
		t.Fatal("the policy was taken")
	}
	for _, want := range []string{
		"line 12: branch.policy.guard: 5m is not between 15m and 1h30m",
		"branch.policy.overflow", "branch.policy.recalls: 99 is not between 0 and 10", "branch.policy.silence",
		"branch.policy.ratio.unlawful", "branch.policy.classes: the class walkin is missing",
		"branch.policy.classes[0].tier: priority by law must be in tier 0", "branch.policy.classes[0].basis",
		"branch.policy.classes[1].id", "branch.policy.classes[1].text", "branch.policy.classes[2].tier",
		"branch.policy.classes[2].order", `branch.policy.classes[3].id: "booked" stands twice`, `branch.policy.bodies[0].body: unknown body "iss"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\ndoes not say: %s", err, want)
		}
	}
}

func TestCountersThatShutEverybodyOutAreNamed(t *testing.T) {
	var w whole
	text := `branch:
  id: L901
  name: Loja
  zone: Europe/Lisbon
  bodies: [{id: irn, short: IRN, name: {pt: Registos}}]
  divisions: [{id: a, body: irn, prefix: A}]
  services: [{id: cc, division: a, name: {pt: Cartão}}]
  counters:
    - {id: "1", label: Balcão 1, primary: [cc], only: [law]}
    - {id: "2", label: Balcão 2, primary: [cc], closed: [walkin, vip]}
    - {id: "3", label: Balcão 3, primary: [cc], only: [booked], closed: [booked]}
`
	err := config.Decode("branch.yaml", []byte(text), &w)
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{
		`branch.counters[1].closed[1]: unknown class "vip"`, `branch.counters[2].only[0]`,
		`branch.services[0].id: no counter that serves "cc" takes the class walkin`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\ndoes not say: %s", err, want)
		}
	}
}
