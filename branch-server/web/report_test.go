package web

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"balcao/internal/queue"
	"balcao/internal/serve"
)

// served lets a day of three tickets pass: two served after ten minutes, one that waits.
func served(h *house) {
	h.t.Helper()
	h.do(queue.OpenCounter{Counter: "1"})
	for range 3 {
		h.ticket("cc-renew", queue.ClassWalkIn)
	}
	h.later(10 * time.Minute)
	for range 2 {
		h.do(queue.CallNext{Counter: "1"})
		h.later(time.Minute)
		h.do(queue.Start{Counter: "1"})
		h.later(5 * time.Minute)
		h.do(queue.Finish{Counter: "1", Delivered: []queue.Delivered{{Service: "cc-renew", Quantity: 2}}})
	}
}

func TestTheReportOfADayShowsItsFiguresWithTheirMeaning(t *testing.T) {
	h := newHouse(t)
	served(h)
	c := h.as("ines")
	page := c.page("/relatorios?de=2026-11-23").body
	for _, want := range []string{
		"Segunda-feira, 23 nov. 2026", "3 emitidas, 2 atendidas", "Da emissão à primeira chamada", "Por serviço",
		"Cartão de Cidadão · renovação · IRN", "Balcão 1", "Ultrapassagens por senha", "O que quer dizer cada número",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	if got := c.page("/relatorios?de=2020-01-01").body; !strings.Contains(got, "Nenhuma senha neste período") {
		t.Error("a day without tickets does not say so")
	}
	if got := c.page("/relatorios?de=ontem").body; !strings.Contains(got, "ano-mês-dia") {
		t.Error("a date that is none is not explained")
	}
	if got := c.page("/relatorios?de=2020-01-01&ate=2026-01-01").body; !strings.Contains(got, "Escolha um período mais curto") {
		t.Error("a period of years is not explained")
	}
}

func TestATableOfTheReportOpensInASpreadsheet(t *testing.T) {
	h := newHouse(t)
	served(h)
	c := h.as("ines")
	res := c.page("/relatorios.csv?de=2026-11-23&tabela=servicos")
	if got := res.header.Get("Content-Disposition"); got != `attachment; filename="balcao-L901-servicos-2026-11-23.csv"` {
		t.Errorf("file: %s", got)
	}
	text := res.body
	if !strings.HasPrefix(text, "\ufeff") {
		t.Error("no mark says that it is UTF-8")
	}
	read := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	read.Comma = ';'
	rows, err := read.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 3 || rows[0][0] != "Serviço" || rows[1][0] != "Cartão de Cidadão · renovação · IRN" || rows[1][1] != "3" || rows[1][3] != "2" ||
		rows[1][8] != "13,0" || rows[2][0] != "Toda a loja" {
		t.Errorf("rows: %q", rows)
	}
	if res := c.page("/relatorios.csv?tabela=nada"); res.status != http.StatusNotFound {
		t.Errorf("a table that is none: %d", res.status)
	}
	tickets := c.page("/relatorios.csv?de=2026-11-23&tabela=senhas").body
	if strings.Count(tickets, "\r\n") != 4 || !strings.Contains(tickets, "A001") || !strings.Contains(tickets, "em aberto") {
		t.Errorf("tickets: %s", tickets)
	}
}

func TestNoNameBecomesAFormula(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+351": "'+351", "-2": "'-2", "@x": "'@x", "\tx": "'\tx", "Passaporte": "Passaporte", "": "", "12,5": "12,5",
	} {
		if got := serve.Harmless(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestReportsAreForTheCoordination(t *testing.T) {
	h := newHouse(t)
	c := h.as("marta")
	for _, path := range []string{"/relatorios", "/relatorios.csv?tabela=servicos"} {
		if res := c.page(path); res.status != http.StatusForbidden {
			t.Errorf("%s for a clerk: %d", path, res.status)
		}
	}
}

func TestBreaksAreSaidInWords(t *testing.T) {
	for code, want := range map[string]string{"lunch": "almoço", "back_office": "trabalho fora do balcão", "unheard-of": "unheard-of"} {
		if got := breakWords(code); got != want {
			t.Errorf("%s is said %q", code, got)
		}
	}
}

func TestNumbersAreWrittenAsPeopleReadThem(t *testing.T) {
	for n, want := range map[int]string{7: "7", 1234: "1234", 14207: "14\u202f207", 1234567: "1\u202f234\u202f567"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %q", n, got)
		}
	}
	for d, want := range map[time.Duration]string{0: "0,0", 30 * time.Second: "0,5", 9*time.Minute + 58*time.Second: "10", 10 * time.Minute: "10", 94 * time.Minute: "94"} {
		if got := mins(d); got != want {
			t.Errorf("mins(%s) = %q", d, got)
		}
	}
	if got := hours(7*time.Hour + 5*time.Minute); got != "7:05" {
		t.Errorf("hours = %q", got)
	}
}
