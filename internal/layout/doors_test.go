package layout

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// doors names, for every outside library, the packages that may import it. A
// library that is not here may not be imported at all: it comes in with a door
// and a line in docs/decisions/0009-libraries.md.
var doors = map[string][]string{
	"github.com/coreos/go-oidc/v3":             {"hq/sso"},
	"github.com/jackc/pgx/v5":                  {"hq/postgres"},
	"github.com/jackc/pgx/v5/pgconn":           {"hq/postgres"},
	"github.com/jackc/pgx/v5/pgxpool":          {"hq/postgres"},
	"github.com/jackc/pgx/v5/stdlib":           {"hq/postgres"},
	"golang.org/x/oauth2":                      {"hq/sso"},
	"github.com/creack/pty":                    {"printers/printertest"},
	"github.com/ebfe/scard":                    {"kiosk/pcsc"},
	"github.com/eclipse/paho.mqtt.golang":      {"internal/mqttlink"},
	"github.com/gen2brain/malgo":               {"kiosk/audio"},
	"github.com/goccy/go-yaml":                 {"internal/config"},
	"github.com/go-text/typesetting":           {"printers/drawn"},
	"github.com/klauspost/compress":            {"internal/wire"},
	"github.com/mattn/go-sqlite3":              {"internal/sqlite"},
	"github.com/mochi-mqtt/server/v2":          {"internal/broker"},
	"github.com/oklog/ulid/v2":                 {"internal/eventlog", "internal/machine"},
	"github.com/prometheus/client_golang":      {"internal/metrics"},
	"github.com/santhosh-tekuri/jsonschema/v6": {"firmware-profiles", "internal/config"},
	"github.com/skip2/go-qrcode":               {"internal/qr", "printers/printertest"},
	"github.com/smallstep/pkcs7":               {"internal/identity", "kiosk/card"},
	"github.com/tarm/serial":                   {"printers/serialport"},
}

// almostStandard are the Go project's own extensions of the standard library.
// They are imported where they are needed.
var almostStandard = []string{"golang.org/x/crypto", "golang.org/x/image", "golang.org/x/sync", "golang.org/x/sys", "golang.org/x/text"}

// outside says whether an import path is of neither the standard library nor
// this module.
func outside(imp string) bool {
	first, _, _ := strings.Cut(imp, "/")
	return strings.Contains(first, ".")
}

func TestEachLibraryHasOneDoor(t *testing.T) {
	for _, p := range packages(t) {
		for _, f := range p.files {
			for _, imp := range f.imports {
				if !outside(imp) || slices.ContainsFunc(almostStandard, func(x string) bool { return under(imp, x) }) {
					continue
				}
				library, ok := doorOf(imp)
				switch {
				case !ok:
					t.Errorf("%s imports %s, which has no door: see internal/layout/doors_test.go", f.name, imp)
				case !slices.ContainsFunc(doors[library], func(d string) bool { return under(p.path, d) }):
					t.Errorf("%s imports %s: its door is %s", f.name, imp, strings.Join(doors[library], " or "))
				}
			}
		}
	}
}

func doorOf(imp string) (library string, ok bool) {
	for library := range doors {
		if under(imp, library) {
			return library, true
		}
	}
	return "", false
}

func TestTheLinterKnowsTheSameDoors(t *testing.T) {
	config := read(t, ".golangci.yml")
	for _, library := range slices.Sorted(maps.Keys(doors)) {
		for _, door := range doors[library] {
			if !strings.Contains(config, "pkg: "+library+"\n") || !strings.Contains(config, "!**/"+door+"/**") {
				t.Errorf(".golangci.yml does not keep %s behind %s (depguard)", library, door)
			}
		}
	}
}
