package layout

import (
	"path"
	"strings"
	"testing"
)

// The floors of docs/architecture.md. A package imports from floors below its
// own; what may stand beside it is said in mayImport.
const (
	heart    = 0 // the rules: standard library only
	pure     = 1 // values in, values out: no files, no network, no clock
	services = 2 // locks and order, the world through ports only
	adapters = 3 // each touches one piece of the world
	apps     = 4 // introduces the adapters to each other
	mains    = 5 // flags, signals, exit code; and what drives whole programs
)

// floors names the floor of every package. A new package is added here, after
// a look at docs/architecture.md, and there as well.
var floors = map[string]int{
	"internal/queue": heart,

	"branch-server/booking":  pure,
	"internal/branch":        pure,
	"branch-server/forecast": pure,
	"branch-server/journal":  pure,
	"branch-server/replay":   pure,
	"branch-server/report":   pure,
	"docs":                   pure,
	"firmware-profiles":      pure,
	"hq/alert":               pure,
	"hq/atlas":               pure,
	"hq/atlas/registry":      pure,
	"hq/visit":               pure,
	"hq/visit/rollup":        pure,
	"internal/chrono":        pure,
	"internal/citizen":       pure,
	"internal/qr":            pure,
	"internal/config":        pure,
	"internal/hours":         pure,
	"internal/phrase":        pure,
	"internal/replica":       pure,
	"internal/seal":          pure,
	"internal/slip":          pure,
	"internal/trace":         pure,
	"internal/salvage":       pure,
	"internal/wire":          pure,
	"kiosk/alpha":            pure,
	"kiosk/alpha/alphatest":  pure,
	"kiosk/card":             pure,
	"kiosk/card/cardtest":    pure,
	"internal/glass":         pure,
	"internal/manual":        pure,
	"kiosk/flow":             pure,
	"kiosk/voice":            pure,
	"printers":               pure,
	"printers/escpos":        pure,
	"printers/drawn":         pure,
	"printers/form":          pure,
	"printers/star":          pure,
	"printers/escpos/custom": pure,

	"internal/branch/above": pure,
	"internal/branch/setup": pure,

	"branch-server/arrivals": services,
	"branch-server/engine":   services,
	"hq/cases":               services,
	"hq/network":             services,
	"hq/people":              services,
	"hq/rollout":             services,
	"hq/command":             services,
	"hq/network/report":      services,
	"branch-server/staff":    services,
	"internal/signin":        services,

	"internal/cluster":    adapters,
	"internal/faultproxy": adapters,
	"internal/fleet":      adapters,
	"internal/powercut":   adapters,
	"internal/rebuild":    adapters,

	"internal/fuzzrun": adapters,
	"kiosk/card/pace":  pure,

	"branch-server/site":               adapters,
	"branch-server/store":              adapters,
	"branch-server/web":                adapters,
	"hq/ingest":                        adapters,
	"hq/notify":                        adapters,
	"hq/sso":                           adapters,
	"hq/postgres":                      adapters,
	"hq/postgres/postgrestest":         adapters,
	"hq/store":                         adapters,
	"hq/web":                           adapters,
	"internal/authority":               adapters,
	"internal/authority/authoritytest": adapters,
	"internal/broker":                  adapters,
	"internal/broker/brokertest":       adapters,
	"internal/carrier":                 adapters,
	"internal/carrier/carriertest":     adapters,
	"internal/eventlog":                adapters,
	"internal/identity":                adapters,
	"internal/look":                    adapters,
	"internal/machine":                 adapters,
	"internal/media":                   adapters,
	"internal/mqttlink":                adapters,
	"internal/serve":                   adapters,
	"internal/sqlite":                  adapters,
	"internal/sqlite/sqlitetest":       adapters,
	"kiosk/audio":                      adapters,
	"kiosk/keypad":                     adapters,
	"kiosk/audio/audiotest":            adapters,
	"kiosk/hardware":                   adapters,
	"kiosk/led":                        adapters,
	"kiosk/pcsc":                       adapters,
	"kiosk/pcsc/bench":                 adapters,
	"kiosk/screen":                     adapters,
	"kiosk/store":                      adapters,
	"kiosk/trust":                      adapters,
	"kiosk/uplink":                     adapters,
	"printers/device":                  adapters,
	"printers/printertest":             adapters,
	"printers/serialport":              adapters,
	"printers/tcp":                     adapters,
	"printers/usblp":                   adapters,
	"internal/backup":                  adapters,
	"internal/checkup":                 adapters,
	"internal/metrics":                 adapters,
	"internal/operation":               adapters,
	"kiosk/display":                    adapters,
	"internal/errand":                  adapters,
	"internal/disk":                    adapters,
	"internal/disk/disktest":           adapters,
	"internal/quarantine":              adapters,

	"branch-server/app":    apps,
	"hq/app":               apps,
	"kiosk/app":            apps,
	"kiosk/app/technician": apps,
	"hq/app/enginetest":    apps,
	"hq/bench":             apps, // measures the program as a whole, with branches of internal/fleet
	"hq/year":              apps, // a generated year of the country, and every report of it
	"kiosk/bench":          apps, // puts virtual devices together, as app does real ones

	"branch-server":         mains,
	"hq":                    mains,
	"hq/atlas/refresh":      mains,
	"internal/demo":         mains,
	"internal/e2e":          mains,
	"internal/e2e/kills":    mains,
	"internal/fuzzrun/all":  mains,
	"internal/e2e/liar":     mains,
	"internal/e2e/power":    mains,
	"internal/e2e/prove":    mains,
	"internal/e2e/sim":      mains,
	"internal/layout":       mains,
	"internal/look/refresh": mains,
	"internal/packaging":    mains,
	"internal/sbom":         mains,
	"kiosk":                 mains,
}

// programs never import one another; what they share is named beside them.
var (
	programs = []string{"kiosk", "branch-server", "hq"}
	shared   = []string{"internal", "printers", "firmware-profiles"}
)

// driver says whether a package may see all three programs at once.
func driver(pkg string) bool { return under(pkg, "internal/demo") || under(pkg, "internal/e2e") }

// under says whether a package is the named one or stands below it.
func under(pkg, top string) bool { return pkg == top || strings.HasPrefix(pkg, top+"/") }

// mayImport answers whether a package may import another one of ours, and if
// not, which rule forbids it.
func mayImport(from, to string) (rule string, ok bool) {
	if rule, ok := keepsApart(from, to); !ok {
		return rule, false
	}
	low, high := floors[to], floors[from]
	switch {
	case low < high:
		return "", true
	case low > high:
		return "a package imports from the floors below its own", false
	case under(from, to):
		return "", true // beside a package stands its own parent
	case (high == adapters || high == services || high == pure) && under(to, "internal"):
		return "", true // what all programs share stands a step lower on its floor
	case high == mains && under(from, "internal/demo") && under(to, "internal/demo"),
		high == mains && under(from, "internal/e2e") && (under(to, "internal/e2e") || under(to, "internal/demo")):
		return "", true
	case high == adapters:
		return "adapters never import adapters, but for those in internal; app introduces them to each other", false
	}
	return "beside a package stands only its own parent", false
}

// keepsApart answers whether two packages may know of each other at all,
// whatever their floors. It holds for tests too.
func keepsApart(from, to string) (rule string, ok bool) {
	if driver(from) {
		return "", true
	}
	for _, p := range programs {
		if !under(to, p) || under(from, p) {
			continue
		}
		for _, q := range programs {
			if under(from, q) {
				return "kiosk, branch-server and hq never import one another", false
			}
		}
		for _, s := range shared {
			if under(from, s) {
				return "what the programs share knows none of them", false
			}
		}
	}
	return "", true
}

func TestEveryPackageHasItsFloor(t *testing.T) {
	for _, p := range packages(t) {
		if _, ok := floors[p.path]; !ok {
			t.Errorf("%s stands on no floor: give it one in internal/layout/floors_test.go and docs/architecture.md", p.path)
		}
	}
}

func TestPackagesImportOnlyWhatIsBelow(t *testing.T) {
	for _, p := range packages(t) {
		for _, f := range p.files {
			for _, imp := range f.imports {
				to, ours := strings.CutPrefix(imp, module+"/")
				if !ours {
					continue
				}
				allowed := mayImport
				if f.test { // a test may use real parts of any floor
					allowed = keepsApart
				}
				if rule, ok := allowed(p.path, to); !ok {
					t.Errorf("%s imports %s: %s", f.name, imp, rule)
				}
			}
		}
	}
}

// worldly are the parts of the standard library that touch the world or share
// memory between goroutines.
var worldly = map[string]bool{
	"os": true, "os/exec": true, "os/signal": true, "net": true, "net/http": true, "database/sql": true,
	"sync": true, "log": true, "log/slog": true, "math/rand": true, "math/rand/v2": true, "syscall": true,
}

func TestPureFloorsTouchNoWorld(t *testing.T) {
	for _, p := range packages(t) {
		floor, ok := floors[p.path]
		if !ok || floor > pure {
			continue
		}
		for _, f := range p.files {
			if f.test {
				continue
			}
			for _, imp := range f.imports {
				if worldly[imp] {
					t.Errorf("%s imports %q: floors 0 and 1 are given what they need as arguments", f.name, imp)
				}
				if floor == heart && (strings.Contains(imp, ".") || strings.HasPrefix(imp, module+"/")) {
					t.Errorf("%s imports %q: the heart knows the standard library alone", f.name, imp)
				}
			}
			if f.calls["time.LoadLocation"] {
				t.Errorf("%s calls time.LoadLocation, which reads files: take a *time.Location", f.name)
			}
		}
	}
}

func TestOnlyEngineAndProgramsReadTheClock(t *testing.T) {
	for _, p := range packages(t) {
		floor, ok := floors[p.path]
		if !ok || floor >= apps || p.path == "branch-server/engine" || p.path == "internal/machine" {
			continue
		}
		// The benches are devices of their own: they keep time as a device would.
		if strings.HasSuffix(p.path, "test") || path.Base(p.path) == "bench" {
			continue
		}
		for _, f := range p.files {
			if !f.test && f.calls["time.Now"] {
				t.Errorf("%s calls time.Now: below app, time arrives as an argument or as a func() time.Time", f.name)
			}
		}
	}
}

func TestARuleOfTheFloorsIsReallyKept(t *testing.T) {
	for _, c := range []struct {
		from, to string
		ok       bool
	}{
		{"kiosk/app", "kiosk/pcsc", true},
		{"kiosk/pcsc", "kiosk/card", true},
		{"kiosk/card", "kiosk/pcsc", false},
		{"kiosk/pcsc", "kiosk/audio", false},
		{"kiosk/uplink", "internal/mqttlink", true},
		{"internal/carrier", "internal/mqttlink", true},
		{"printers/escpos", "printers", true},
		{"printers", "printers/escpos", false},
		{"kiosk/flow", "internal/queue", true},
		{"internal/queue", "internal/wire", false},
		{"internal/branch", "internal/wire", true},
		{"kiosk/flow", "kiosk/card", false},
		{"kiosk/app", "branch-server/engine", false},
		{"internal/wire", "hq/visit", false},
		{"hq/web", "hq/store", false},
		{"kiosk", "kiosk/app", true},
		{"kiosk/app", "kiosk", false},
		{"internal/e2e", "hq/app", true},
		{"internal/demo", "kiosk/bench", true},
		{"kiosk/app", "internal/e2e", false},
	} {
		if rule, ok := mayImport(c.from, c.to); ok != c.ok {
			t.Errorf("%s may import %s = %v (%s), want %v", c.from, c.to, ok, rule, c.ok)
		}
	}
}
