package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"balcao/internal/queue"
)

// serve lets somebody at a counter serve so many.
func (b *browser) serve(n int) {
	b.h.t.Helper()
	for range n {
		b.h.ticket("cc-renew", queue.ClassWalkIn)
		v := b.does("call", "{}").Visit
		b.does("start", `{"visit":%d}`, v)
		b.h.later(5 * time.Minute)
		b.does("finish", `{"visit":%d}`, v)
	}
}

// openings are the pseudonyms under which counters were opened.
func (h *house) openings() string {
	h.journal.mu.Lock()
	defer h.journal.mu.Unlock()
	var all []string
	for _, e := range h.journal.entries {
		if opened, is := e.Event.(queue.CounterOpened); is {
			all = append(all, fmt.Sprintf("%s:%s", opened.Counter, opened.By))
		}
	}
	return strings.Join(all, " ")
}

// TestNothingSaysWhoSatWhereUnlessTheBranchWantsIt: by itself the journal has no pseudonym at a counter, and the report
// no table of persons.
func TestNothingSaysWhoSatWhereUnlessTheBranchWantsIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.at("marta", "1").serve(2)
	if got := h.openings(); got != "1:" {
		t.Errorf("openings %q", got)
	}
	if page := h.as("ines").page("/relatorios?de=2026-11-23").body; strings.Contains(page, "Por pessoa") {
		t.Error("the report has a table of persons")
	}
}

// TestAReportByPersonShowsPseudonymsAndNobodyWithFew: who takes a counter over opens it under another pseudonym; the
// table is the coordination's alone.
func TestAReportByPersonShowsPseudonymsAndNobodyWithFew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	set := &h.web.cfg.Branch().StaffReport
	set.On, set.Least = true, 10
	h.at("marta", "1").serve(10)
	rui := h.browser()
	rui.form("/entrar", "name", "rui", "pin", "1234")
	rui.form("/balcao/escolher", "counter", "1", "takeover", "yes")
	rui.serve(3)
	if got := h.openings(); got != "1:p-marta 1:p-rui" {
		t.Errorf("openings %q", got)
	}
	ines := h.as("ines")
	csv := ines.page("/relatorios.csv?de=2026-11-23&tabela=pessoas").body
	if !strings.Contains(csv, "p-marta;10;0;5") || strings.Contains(csv, "p-rui") {
		t.Errorf("the table: %s", csv)
	}
	page := ines.page("/relatorios?de=2026-11-23").body
	for _, words := range []string{"Por pessoa", "não é uma classificação", "1 pseudónimo com menos de 10 atendimentos não se mostra."} {
		if !strings.Contains(page, words) {
			t.Errorf("the report does not say %q", words)
		}
	}
	if strings.Contains(page, "Marta") || strings.Contains(csv, "Marta") {
		t.Error("a name is in the report")
	}
	if r := rui.page("/relatorios?de=2026-11-23"); r.status == 200 && strings.Contains(r.body, "p-marta") {
		t.Error("a clerk sees the table")
	}
}
