package web

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"balcao/hq/network/report"
	"balcao/hq/visit/rollup"
	"balcao/internal/wire"
)

// yesterday are the roll-ups of the branches of Faro and of Braga.
type yesterday struct{}

// Stale says that nothing is summed by district: the lines of branches are read.
func (yesterday) Stale(context.Context) ([]report.Stale, error) {
	var all []report.Stale
	for day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == 2026; day = day.AddDate(0, 0, 1) {
		all = append(all, report.Stale{Date: day.Format(time.DateOnly)}, report.Stale{Date: day.Format("2006-01")})
	}
	return all, nil
}

// Marks says that both branches were summed at ten.
func (yesterday) Marks(context.Context) (map[wire.NodeID]report.Mark, error) {
	at := report.Mark{At: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
	return map[wire.NodeID]report.Mark{"L001": at, "L002": at}, nil
}

func (yesterday) Read(_ context.Context, r report.Reading, yield func(report.Part) error) error {
	for _, branch := range []wire.NodeID{"L001", "L002"} {
		sum := rollup.Sum{Halves: new([rollup.HalfHours]rollup.Half)}
		for i := range 120 {
			wait := time.Duration(i) * 20 * time.Second
			if branch == "L002" {
				wait *= 2
			}
			sum.Issued, sum.Called, sum.Finished = sum.Issued+1, sum.Called+1, sum.Finished+1
			sum.Wait.Add(wait)
			sum.Halves[20].Called++
			sum.Halves[20].Wait.Add(wait)
		}
		date := "2026-11-20"
		if r.Months {
			date = "2026-11"
		}
		if date < r.From || date > r.To {
			continue
		}
		whole, halves := sum.Encode()
		if err := yield(report.Part{Branch: branch, Date: date, Service: "cc", Body: "irn", Whole: whole, Halves: halves}); err != nil {
			return err
		}
	}
	return nil
}

func TestAReportIsAPageATableAndAFile(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false)
	lia, duarte := h.cookie("lia"), h.cookie("duarte")
	for _, group := range report.Groups() {
		page := h.ask("GET", "/relatorios?de=2026-11-01&ate=2026-11-22&por="+string(group), lia).Body.String()
		for _, want := range []string{"1 a 22 nov. 2026", "240 senhas emitidas", "Nível de serviço", `class="range"`} {
			if !strings.Contains(page, want) {
				t.Errorf("by %s the page lacks %q", group, want)
			}
		}
	}
	page := h.ask("GET", "/relatorios?de=2026-11-01&ate=2026-11-22&por=loja", lia).Body.String()
	for _, want := range []string{"Loja de Faro", "Loja de Braga", "acima", "abaixo"} { // the same service, at half the wait
		if !strings.Contains(page, want) {
			t.Errorf("by branch the page lacks %q", want)
		}
	}
	file := h.ask("GET", "/relatorios.csv?de=2026-11-01&ate=2026-11-22&por=loja", lia)
	if body := file.Body.String(); !strings.HasPrefix(body, "\ufeffLocal;Código;") || !strings.Contains(body, "Loja de Faro;L001;1;120;120;120;0;0;0;") ||
		!strings.Contains(file.Header().Get("Content-Disposition"), "relatorio-loja.csv") {
		t.Errorf("file = %s", body)
	}
	for _, path := range []string{"/relatorios?por=loja", "/relatorios.csv?por=loja", "/relatorios?por=distrito", "/relatorios?por=loja&distrito=Braga"} {
		path += "&de=2026-11-01&ate=2026-11-22"
		if body := h.ask("GET", path, duarte).Body.String(); strings.Contains(body, "Braga;") || strings.Contains(body, "Loja de Braga") || strings.Contains(body, "240") {
			t.Errorf("who has Faro alone sees Braga in %s", path)
		}
	}
}

func TestEveryColumnOfAReportSaysItsUnitAndThePageUntilWhenItsDataGoes(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false)
	lia := h.cookie("lia")
	heads := regexp.MustCompile(`<th scope="col" class="num">(.*?)</th>`)
	for _, group := range report.Groups() {
		page := h.ask("GET", "/relatorios?de=2026-11-01&ate=2026-11-22&por="+string(group), lia).Body.String()
		if !strings.Contains(page, "Dados até 23 nov. 2026, 10:00") {
			t.Errorf("by %s the page does not say until when its data goes", group)
		}
		all := heads.FindAllStringSubmatch(page, -1)
		if len(all) < 10 {
			t.Fatalf("by %s: %d columns of figures, want 10", group, len(all))
		}
		for _, head := range all {
			if !strings.Contains(head[1], `<span class="sub">`) {
				t.Errorf("by %s the column %q has no unit", group, head[1])
			}
		}
	}
}

func TestAQuestionThatMakesNoSenseIsAnsweredInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false)
	lia := h.cookie("lia")
	for path, want := range map[string]struct {
		status int
		words  string
	}{
		"/relatorios?de=2026-11-22&ate=2026-11-01":                  {http.StatusUnprocessableEntity, "acaba antes de começar"},
		"/relatorios?de=2020-01-01&ate=2026-11-01&por=loja":         {http.StatusUnprocessableEntity, "longo demais"},
		"/relatorios?de=2026-01-01&ate=2026-11-01&por=dia":          {http.StatusUnprocessableEntity, "longo demais"},
		"/relatorios.csv?de=2026-11-22&ate=2026-11-01":              {http.StatusUnprocessableEntity, "acaba antes de começar"},
		"/relatorios?de=2025-01-01&ate=2025-01-31&por=mes":          {http.StatusOK, "Nenhuma senha neste período"},
		"/relatorios?de=x&ate=y&por=z&local=%3Cscript%3E&servico=n": {http.StatusOK, "Nenhuma senha neste período"},
	} {
		got := h.ask("GET", path, lia)
		if got.Code != want.status || !strings.Contains(got.Body.String(), want.words) || strings.Contains(got.Body.String(), "<script>") {
			t.Errorf("%s: %d, want %d and %q", path, got.Code, want.status, want.words)
		}
	}
}
