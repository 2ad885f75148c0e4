package layout

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// decoding are the calls by which a package reads bytes that it did not make.
var decoding = []string{
	"json.Unmarshal", "json.NewDecoder", "csv.NewReader", "xml.Unmarshal", "xml.NewDecoder", "asn1.Unmarshal", "x509.ParseCertificate",
	"x509.ParseCertificateRequest", "pem.Decode", "yaml.Unmarshal", "config.Decode", "wire.DecodeBatch", "wire.DecodeEvent",
}

// unfuzzed says, of packages that decode and have no fuzz test, why they need none.
var unfuzzed = map[string]string{
	"internal/sbom":       "reads what go list says, and a file of the repository",
	"branch-server/app":   "answers of headquarters into plain fields that are compared, sealed by internal/seal; sessions and journal are its own",
	"branch-server/staff": "the operator's file, which internal/config reads",
	"hq/people":           "the operator's file, which internal/config reads",
	"hq/app":              "two questions of five plain fields, decoded from what internal/wire has checked; configuration is internal/config's",
	"hq/atlas/refresh":    "run by hand on a file of the project",
	"hq/postgres":         "records, which internal/wire reads",
	"hq/bench":            "what the program that it measures says of itself",
	"hq/year":             "records that it made itself",
	"hq/rollout":          "the program's own tables; what branches say is read by internal/wire and internal/branch/above",
	"hq/store":            "the program's own tables, and records through internal/wire",
	"internal/authority":  "its own tables; requests and tokens are read by internal/identity",
	"internal/carrier":    "messages, which internal/wire reads",
	"internal/demo":       "what the demo's own programs say",
	"internal/e2e/kills":  "drives programs",
	"internal/e2e/liar":   "drives programs",
	"internal/e2e/sim":    "drives programs",
	"internal/eventlog":   "the node's own log, which is hash-chained",
	"internal/quarantine": "orders of whoever owns the data folder",
	"internal/rebuild":    "records of the node's own file, which internal/salvage and internal/wire read",
	"kiosk/display":       "one number of the kiosk's own page",
	"kiosk/app":           "the kiosk's own files; what the branch says is read by kiosk/uplink",
}

// TestEveryDecoderIsFuzzed: whoever reads bytes from outside has a fuzz test, or says here why not.
func TestEveryDecoderIsFuzzed(t *testing.T) {
	declared := regexp.MustCompile(`(?m)^func Fuzz\w*\(`)
	seen := map[string]bool{}
	for _, p := range packages(t) {
		var calls []string
		fuzzed := false
		for _, f := range p.files {
			fuzzed = fuzzed || f.test && declared.MatchString(f.text)
			for _, c := range decoding {
				if !f.test && f.calls[c] && !slices.Contains(calls, c) {
					calls = append(calls, c)
				}
			}
		}
		_, excused := unfuzzed[p.path]
		seen[p.path] = true
		if len(calls) > 0 && !fuzzed && !excused && !strings.HasSuffix(p.path, "test") {
			t.Errorf("%s decodes (%s) and has no fuzz test; write one, or say in internal/layout/decoders_test.go why it needs none",
				p.path, strings.Join(calls, ", "))
		}
	}
	for path := range unfuzzed {
		if !seen[path] {
			t.Errorf("%s is excused in internal/layout/decoders_test.go and does not exist", path)
		}
	}
}
