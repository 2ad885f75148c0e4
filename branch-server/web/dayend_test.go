package web

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/internal/queue"
)

var keyField = regexp.MustCompile(`name="key" value="([^"]+)"`)

// post fills in a page's form: it looks the page up for its key, and sends the fields.
func (b *browser) post(page, to string, fields ...string) reply {
	b.h.t.Helper()
	found := keyField.FindStringSubmatch(b.send(http.MethodGet, page, "", "", "Accept", "text/html").body)
	if found == nil {
		b.h.t.Fatalf("%s has no form", page)
	}
	form := url.Values{"key": {found[1]}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.send(http.MethodPost, to, "application/x-www-form-urlencoded", form.Encode(), "Accept", "text/html")
}

func (h *house) read(look func(d *queue.Day)) {
	h.t.Helper()
	h.journal.mu.Lock()
	defer h.journal.mu.Unlock()
	d := queue.NewDay(demoBranch().Catalogue(), 0)
	for _, e := range h.journal.entries {
		d.Apply(e)
	}
	look(d)
}

// TestADayEndsOnlyForThoseWhoWereSeen: the button names how many are sent home, and somebody who came meanwhile is not.
func TestADayEndsOnlyForThoseWhoWereSeen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ines := h.as("ines")
	for range 2 {
		h.ticket("cc-renew", queue.ClassWalkIn)
	}
	page := ines.send(http.MethodGet, "/fecho?terminar=1", "", "", "Accept", "text/html").body
	if !strings.Contains(page, "Anular 2 senhas e terminar o dia") {
		t.Fatalf("the button does not name who is sent home:\n%s", page)
	}
	h.ticket("tax", queue.ClassWalkIn)
	late := ines.post("/fecho?terminar=1", "/fecho", "action", "end", "left", "2")
	if late.status != http.StatusConflict || !strings.Contains(late.body, "Anular 3 senhas e terminar o dia") {
		t.Errorf("after one more came: %d\n%s", late.status, late.body)
	}
	h.do(queue.OpenCounter{Counter: "4"})
	h.do(queue.CallNext{Counter: "4"})
	if busy := ines.post("/fecho", "/fecho", "action", "end", "left", "2"); busy.status != http.StatusConflict || !strings.Contains(busy.body, "Balcão 4: F001") {
		t.Errorf("with somebody at a counter: %d\n%s", busy.status, busy.body)
	}
	h.do(queue.Start{Counter: "4"})
	h.do(queue.Finish{Counter: "4"})
	done := ines.post("/fecho?terminar=1", "/fecho", "action", "end", "left", "2")
	if done.status != http.StatusOK || !strings.Contains(done.body, "O dia terminou") || !strings.Contains(done.body, "As contas batem certo: 3 dadas = 1 atendidas") {
		t.Errorf("the end: %d\n%s", done.status, done.body)
	}
	h.read(func(d *queue.Day) {
		if d.Open() || len(d.Waiting()) != 0 || d.Totals().Cancelled != 2 {
			t.Errorf("open %v, %d wait, %+v", d.Open(), len(d.Waiting()), d.Totals())
		}
		if !slices.ContainsFunc(h.journal.entries, func(e queue.Entry) bool {
			c, ok := e.Event.(queue.Cancelled)
			return ok && c.Cause == queue.CauseDayEnd && c.By == "p-ines"
		}) {
			t.Error("the journal does not say why they were cancelled, and by whom")
		}
	})
	if again := ines.post("/fecho", "/fecho", "action", "reopen"); !strings.Contains(again.body, "voltou a dar senhas") {
		t.Errorf("undone: %s", again.body)
	}
	h.ticket("cc-renew", queue.ClassWalkIn)
	h.do(queue.OpenDay{Day: "2026-11-24"})
	if next := h.ticket("cc-renew", queue.ClassWalkIn); next.Number != "A001" {
		t.Errorf("the next day begins with %s", next.Number)
	}
}

// TestPaperIsPrintedAndEnteredOnce goes the way of a day on paper: a pad, its sheet, what was served, and the same again.
func TestPaperIsPrintedAndEnteredOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.skew = time.Until(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC))
	ines, marta := h.as("ines"), h.as("marta")
	if none := marta.send(http.MethodGet, "/papel", "", "", "Accept", "text/html").body; !strings.Contains(none, "Não há nenhum bloco de papel") {
		t.Errorf("without a pad:\n%s", none)
	}
	if made := ines.post("/blocos", "/blocos", "action", "make", "division", "cc", "count", "48"); made.status != http.StatusOK || !strings.Contains(made.body, "A952 a A999") {
		t.Fatalf("no pad: %d\n%s", made.status, made.body)
	}
	if sheet := ines.send(http.MethodGet, "/blocos/cc/952", "", "", "Accept", "text/html"); sheet.status != http.StatusOK || strings.Count(sheet.body, "A999") < 2 {
		t.Errorf("the sheet: %d", sheet.status)
	}
	if twice := ines.post("/blocos", "/blocos", "action", "make", "division", "cc", "count", "10", "first", "950"); twice.status != http.StatusConflict {
		t.Errorf("a pad over another: %d", twice.status)
	}
	fields := []string{"service", "cc-renew", "counter", "1", "served", "952-954 956", "missed", "a955", "waiting", "957, 958", "came", "00:01"}
	first := marta.post("/papel", "/papel", fields...)
	if !strings.Contains(first.body, "7 senhas registadas") {
		t.Fatalf("entered: %d\n%s", first.status, first.body)
	}
	if again := marta.post("/papel", "/papel", fields...); !strings.Contains(again.body, "7 já estavam") {
		t.Errorf("entered again:\n%s", again.body)
	}
	other := marta.post("/papel", "/papel", "service", "cc-renew", "counter", "1", "missed", "952", "served", "955 957 953")
	for _, want := range []string{"3 senhas tinham sido registadas com outro resultado", "já estava registada como «atendida», e assim ficou: não passou a «não compareceu»", "já estava registada como «não compareceu»", "já estava registada à espera"} {
		if !strings.Contains(other.body, want) {
			t.Errorf("with another outcome the page does not say %q:\n%s", want, other.body)
		}
	}
	h.read(func(d *queue.Day) {
		if totals := d.Totals(); totals.Reserved != 7 || totals.Finished != 4 || totals.NoShows != 1 || len(d.Waiting("cc-renew")) != 2 {
			t.Errorf("the day knows %+v, %d wait", totals, len(d.Waiting("cc-renew")))
		}
		for _, v := range d.Visits() {
			if v.State == queue.StateFinished && (!v.Inaccurate || v.Print != queue.PrintPad || v.Counter != "1") {
				t.Errorf("%s: %+v", v.Number, v)
			}
		}
	})
	if next := h.ticket("cc-renew", queue.ClassWalkIn); next.Number != "A001" {
		t.Errorf("the sequence goes on with %s", next.Number)
	}
	for _, wrong := range [][]string{
		{"service", "cc-renew", "served", "9x"},
		{"service", "cc-renew", "served", "954-952"},
		{"service", "cc-renew"},
		{"served", "960"},
		{"service", "cc-renew", "served", "960", "missed", "960"},
		{"service", "cc-renew", "waiting", "960", "came", "25:00"},
		{"service", "cc-renew", "served", "1-999"},
	} {
		if r := marta.post("/papel", "/papel", wrong...); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, `role="alert"`) {
			t.Errorf("%v: %d", wrong, r.status)
		}
	}
	if r := marta.post("/papel", "/papel", "service", "cc-renew", "served", "100"); !strings.Contains(r.body, "não é de nenhum bloco") {
		t.Errorf("a number of no pad:\n%s", r.body)
	}
	if r := marta.send(http.MethodGet, "/blocos", "", "", "Accept", "text/html"); r.status != http.StatusForbidden {
		t.Errorf("a clerk sees the pads: %d", r.status)
	}
}

func FuzzParseNumbers(f *testing.F) {
	for _, seed := range []string{"950-972, 974 976", "A950 a A955", "–", "1-9999", "-", "a-b", "  ", "9999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		numbers, err := parseNumbers("A", text)
		if err != nil {
			return
		}
		if len(numbers) > 2*mostPaper {
			t.Fatalf("%d numbers", len(numbers))
		}
		for _, n := range numbers {
			if n < 1 || n > 9999 {
				t.Fatalf("the number %d", n)
			}
		}
	})
}
