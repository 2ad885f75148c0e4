package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"balcao/internal/config"
	"balcao/internal/metrics"
)

const monitoring = "../../docs/monitoring"

// figure finds the names of figures in a query.
var figure = regexp.MustCompile(`\b(?:balcao|go|process)_[a-z_]+\b|\bup\b`)

// check says which figure of a query no program tells. Those of Go and of the process come with the client library.
func check(query string, declared map[string]metrics.Family) error {
	found := figure.FindAllString(withoutTexts(query), -1)
	if len(found) == 0 {
		return fmt.Errorf("no figure in %q", query)
	}
	for _, name := range found {
		if strings.HasPrefix(name, "go_goroutines") || strings.HasPrefix(name, "process_resident_memory_bytes") ||
			name == "process_start_time_seconds" || name == "up" {
			continue
		}
		if f, known := declared[name]; known && f.Kind != metrics.Histogram {
			if rated := regexp.MustCompile(`(?:rate|increase)\(` + name); f.Kind == metrics.Counter && !rated.MatchString(query) {
				return fmt.Errorf("%s is a counter and wants rate or increase in %q", name, query)
			}
			continue
		}
		if f, known := declared[strings.TrimSuffix(name, "_bucket")]; known && f.Kind == metrics.Histogram && strings.HasSuffix(name, "_bucket") {
			continue
		}
		return fmt.Errorf("no program tells %s, in %q", name, query)
	}
	return nil
}

// withoutTexts leaves out what stands in quotes.
func withoutTexts(query string) string {
	return regexp.MustCompile(`"[^"]*"`).ReplaceAllString(query, `""`)
}

// labelled says which label of a selector its figure does not have. Job and instance come from Prometheus.
func labelled(query string, declared map[string]metrics.Family) error {
	for _, m := range regexp.MustCompile(`(balcao_[a-z_]+)\{([^}]*)\}`).FindAllStringSubmatch(query, -1) {
		f, known := declared[m[1]]
		if !known {
			f = declared[strings.TrimSuffix(m[1], "_bucket")]
		}
		for _, l := range regexp.MustCompile(`([a-z_]+)\s*(?:=~|!~|!=|=)`).FindAllStringSubmatch(withoutTexts(m[2]), -1) {
			if l[1] != "job" && l[1] != "instance" && !slices.Contains(f.Labels, l[1]) {
				return fmt.Errorf("%s has no label %s, in %q", f.Name, l[1], query)
			}
		}
	}
	return nil
}

func declared() map[string]metrics.Family {
	all := map[string]metrics.Family{}
	for _, families := range told() {
		for _, f := range families {
			all[f.Name] = f
		}
	}
	return all
}

func TestEveryQueryOfADashboardNamesAFigureThatIsTold(t *testing.T) {
	known := declared()
	for _, name := range []string{"balcao-branch.json", "balcao-hq.json"} {
		raw, err := os.ReadFile(filepath.Join(monitoring, name))
		if err != nil {
			t.Fatal(err)
		}
		var board struct {
			UID, Title string
			Panels     []struct {
				ID          int
				Title       string
				Description string
				GridPos     struct{ X, Y, W, H int }
				Targets     []struct{ Expr string }
			}
		}
		if err := json.Unmarshal(raw, &board); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if board.UID == "" || len(board.Panels) < 15 {
			t.Errorf("%s: %q with %d panels", name, board.UID, len(board.Panels))
		}
		taken := map[[2]int]string{}
		for _, p := range board.Panels {
			if p.Description == "" || len(p.Targets) == 0 {
				t.Errorf("%s: %s lacks its words or its query", name, p.Title)
			}
			for _, target := range p.Targets {
				for _, err := range []error{check(target.Expr, known), labelled(target.Expr, known)} {
					if err != nil {
						t.Errorf("%s: %s: %v", name, p.Title, err)
					}
				}
			}
			for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
				for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
					if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
						t.Fatalf("%s: %s stands over %s", name, p.Title, other)
					}
					taken[[2]int{x, y}] = p.Title
				}
			}
		}
	}
}

// rulesFile is the part of alerts.yaml that is looked at here; unknown keys are faults.
type rulesFile struct {
	Groups []struct {
		Name  string `yaml:"name"`
		Rules []struct {
			Alert       string            `yaml:"alert"`
			Expr        string            `yaml:"expr"`
			For         string            `yaml:"for"`
			Labels      map[string]string `yaml:"labels"`
			Annotations map[string]string `yaml:"annotations"`
		} `yaml:"rules"`
	} `yaml:"groups"`
}

func TestEveryAlertNamesAFigureAndIsExplained(t *testing.T) {
	path := filepath.Join(monitoring, "alerts.yaml")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file rulesFile
	if err := config.Decode(path, raw, &file); err != nil {
		t.Fatal(err)
	}
	manual, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	known := declared()
	for _, r := range file.Groups[0].Rules {
		for _, err := range []error{check(r.Expr, known), labelled(r.Expr, known)} {
			if err != nil {
				t.Errorf("%s: %v", r.Alert, err)
			}
		}
		if s := r.Labels["severity"]; s != "page" && s != "ticket" {
			t.Errorf("%s has the severity %q", r.Alert, s)
		}
		if r.Annotations["summary"] == "" || r.Annotations["first"] == "" {
			t.Errorf("%s does not say what is wrong and what to do first", r.Alert)
		}
		if !strings.Contains(string(manual), "`"+r.Alert+"`") {
			t.Errorf("docs/operations.md does not explain %s", r.Alert)
		}
	}
}

// TestPrometheusTakesTheRules asks Prometheus' own tool, where the machine has it (Debian's package prometheus).
func TestPrometheusTakesTheRules(t *testing.T) {
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Log("no promtool here: the rules were held to the programs' figures by the other test alone")
		return
	}
	for _, args := range [][]string{{"check", "rules", "alerts.yaml"}, {"check", "config", "prometheus.yaml"}} {
		cmd := exec.CommandContext(t.Context(), tool, args...)
		cmd.Dir = monitoring
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}
