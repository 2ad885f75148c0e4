package metrics

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func scrape(t *testing.T, b *Book) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	return w.Code, w.Body.String()
}

func TestDeclaredFiguresAreTold(t *testing.T) {
	b, err := New([]Family{
		{Name: "balcao_waiting", Help: "Who waits.", Kind: Gauge, Labels: []string{"division"}},
		{Name: "balcao_calls_total", Help: "Calls.", Kind: Counter},
		{Name: "balcao_wait_seconds", Help: "Waits.", Kind: Histogram, Buckets: []float64{60, 300}},
	}, func(s *Sheet) { s.Set("balcao_waiting", 7, "cc") })
	if err != nil {
		t.Fatal(err)
	}
	b.Add("balcao_calls_total", 2)
	b.Observe("balcao_wait_seconds", 61)
	code, text := scrape(t, b)
	if code != http.StatusOK {
		t.Fatalf("%d\n%s", code, text)
	}
	for _, want := range []string{
		`balcao_waiting{division="cc"} 7`, "balcao_calls_total 2", `balcao_wait_seconds_bucket{le="60"} 0`,
		`balcao_wait_seconds_bucket{le="300"} 1`, "# TYPE balcao_calls_total counter", "go_goroutines ", "process_resident_memory_bytes ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestAFigureThatWasNotDeclaredIsAnError(t *testing.T) {
	b, err := New([]Family{{Name: "balcao_waiting", Help: "Who waits.", Kind: Gauge}}, func(s *Sheet) {
		s.Set("balcao_waiting", 1)
		s.Set("balcao_strange", 1)
	})
	if err != nil {
		t.Fatal(err)
	}
	if code, text := scrape(t, b); code != http.StatusInternalServerError || !strings.Contains(text, "balcao_strange") {
		t.Errorf("%d %s", code, text)
	}
}

func TestAFigureDeclaredTwiceIsRefused(t *testing.T) {
	f := Family{Name: "balcao_waiting", Help: "Who waits.", Kind: Gauge}
	if _, err := New([]Family{f, f}, func(*Sheet) {}); err == nil {
		t.Error("no error")
	}
}
