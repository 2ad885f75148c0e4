package e2e

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	branchapp "balcao/branch-server/app"
	hqapp "balcao/hq/app"
	"balcao/internal/metrics"
	kioskapp "balcao/kiosk/app"
)

var update = flag.Bool("update", false, "rewrite what is generated")

// told are the figures of each program, as declared.
func told() map[string][]metrics.Family {
	return map[string][]metrics.Family{"branch-server": branchapp.Families(), "hq": hqapp.Families(), "kiosk": kioskapp.Families()}
}

// read gets one of the operator's pages.
func read(ctx context.Context, url string) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	return res.StatusCode, string(raw), err
}

// TestEveryDeclaredFigureIsTold lives one visit and reads what each program says: all it declares, and nothing of the
// citizen.
func TestEveryDeclaredFigureIsTold(t *testing.T) {
	h := newHouse(t)
	number := h.ticket(t, "cc")
	clerk := signIn(t, h.branch, "1")
	clerk.press(t, "call")
	clerk.press(t, "start")
	clerk.press(t, "finish")
	h.headquarters(t, "one served", func(f branchFigures) bool { return f.Served == 1 })
	for program, families := range told() {
		status, text, err := read(t.Context(), h.operation[program]+"/metrics")
		if err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d %v\n%s", program, status, err, text)
		}
		for _, f := range families {
			if !strings.Contains(text, "\n# TYPE "+f.Name+" "+string(f.Kind)+"\n") && !strings.Contains(f.Help, "absent ") {
				t.Errorf("%s declares %s and does not tell it", program, f.Name)
			}
		}
		for _, m := range regexp.MustCompile(`(?m)^# TYPE (balcao_\S+) `).FindAllStringSubmatch(text, -1) {
			if !slices.Contains(metrics.Names(families), m[1]) {
				t.Errorf("%s tells %s, which is not declared", program, m[1])
			}
		}
		if strings.Contains(text, `"`+number+`"`) {
			t.Errorf("%s tells a ticket: %s", program, number)
		}
	}
	for program, want := range map[string]string{
		"branch-server": "\nbalcao_visits_total{what=\"called\"} 1\n", "kiosk": "\nbalcao_kiosk_requests_total{result=\"printed\"} 1\n",
		"hq": "\nbalcao_hq_branch_online{branch=\"L901\"} 1\n",
	} {
		if _, text, err := read(t.Context(), h.operation[program]+"/metrics"); err != nil || !strings.Contains(text, want) {
			t.Errorf("%s does not tell %s", program, want)
		}
	}
	for program, address := range h.operation {
		for page, want := range map[string]string{"/healthz": `"alive":true`, "/readyz": `"parts"`} {
			status, text, err := read(t.Context(), address+page)
			if err != nil || !strings.Contains(text, want) || page == "/healthz" && status != http.StatusOK {
				t.Errorf("%s%s: %d %s %v", program, page, status, text, err)
			}
		}
	}
}

// metricsPage is docs/metrics.md.
func metricsPage() string {
	var b strings.Builder
	b.WriteString(`# Metrics

Each program tells its figures at ` + "`/metrics`" + ` of ` + "`operation.listen`" + `, in the text format of Prometheus, beside those of the Go
runtime (` + "`go_…`" + `) and of the process (` + "`process_…`" + `). No figure and no label holds personal data, a ticket or a number; labels
are ids of the configuration and fixed codes. Dashboards and alert rules for them are in [monitoring](monitoring); what to do
at each alert is in [operations](operations.md#alerts).

This page is made from the programs by ` + "`go test ./internal/e2e -run MetricsPage -update`" + `, and a test holds it to them.
`)
	shared := metrics.Names(metrics.Shared())
	section := func(title string, families []metrics.Family, with bool) {
		fmt.Fprintf(&b, "\n## %s\n\n| figure | kind | labels | meaning |\n|---|---|---|---|\n", title)
		for _, f := range families {
			if slices.Contains(shared, f.Name) == with {
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.Name, f.Kind, strings.Join(f.Labels, ", "), f.Help)
			}
		}
	}
	section("Every program", metrics.Shared(), true)
	all := told()
	for _, program := range slices.Sorted(maps.Keys(all)) {
		section("`"+program+"`", all[program], false)
	}
	return b.String()
}

func TestTheMetricsPageSaysWhatIsThere(t *testing.T) {
	const path = "../../docs/metrics.md"
	want := metricsPage()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(raw) != want {
		t.Error("docs/metrics.md is not what the programs tell: run the test with -update")
	}
}
