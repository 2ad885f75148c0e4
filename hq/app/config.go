package app

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path"
	"strconv"
	"time"

	"balcao/hq/atlas"
	"balcao/hq/atlas/registry"
	"balcao/internal/authority"
	"balcao/internal/config"
	"balcao/internal/disk"
	"balcao/internal/identity"
	"balcao/internal/operation"
	"balcao/internal/serve"
	"balcao/internal/wire"
)

// Config is the one file of headquarters.
type Config struct {
	Data   string `yaml:"data"` // folder of the database
	HTTP   HTTP   `yaml:"http"`
	Broker Broker `yaml:"broker"`
	// Identity is the folder of headquarters' own key and certificate; with it, branches connect with mutual TLS only.
	Identity string `yaml:"identity"`
	// CA is the authority of the installation.
	CA   authority.Config `yaml:"ca"`
	Zone string           `yaml:"zone"` // in which times of the whole network are shown
	// Target is how long a citizen should wait at most.
	Target time.Duration `yaml:"target"`
	// MemoryMiB is the size the program tries to stay below; 0 leaves it to the system.
	MemoryMiB int `yaml:"memory_mib"`
	// MaxBranches is the most branches that are followed.
	MaxBranches int `yaml:"max_branches"`
	// Simulated are patterns of the ids of branches that exist only as a simulation, such as S*; pages mark them.
	Simulated []string `yaml:"simulated"`
	Branches  []Branch `yaml:"branches"`
	Bodies    []Name   `yaml:"bodies"`
	Services  []Name   `yaml:"services"`
	// People is the file of the first who may sign in: it counts until the database has somebody. Empty is nobody.
	People string `yaml:"people"`
	// Registry is the CSV file of the branches, as the page of branches writes it: it counts until the database has one.
	Registry string `yaml:"registry"`
	// OpenToRead lets everybody look who reaches the pages: for a wall screen on a network of its own.
	OpenToRead bool    `yaml:"open_to_read"`
	Alerts     Alerts  `yaml:"alerts"`
	Reports    Reports `yaml:"reports"`
	OpenID     OpenID  `yaml:"openid"`
	// Keys is the file of the keys with which programs read; empty is none.
	Keys string `yaml:"keys"`
	// Operation says where health, readiness and metrics are served.
	Operation operation.Config `yaml:"operation"`
	// Postgres is the database where it is not the file in the data folder.
	Postgres Postgres `yaml:"postgres"`
	// Disk is how much room is kept in reserve; see docs/storage.md.
	Disk disk.Setting `yaml:"disk"`
	// Archive says when months of events move out of the database; see docs/storage.md.
	Archive Archive `yaml:"archive"`
	// Configuration is how configurations from here reach the branches.
	Configuration Configuration `yaml:"configuration"`
}

// Reports says how past Days are kept.
type Reports struct {
	// Every is how often Days that are not over are counted anew.
	Every time.Duration `yaml:"every"`
}

// HTTP says where the pages are served.
type HTTP struct {
	Listen string    `yaml:"listen"`
	Hosts  []string  `yaml:"hosts"` // names under which browsers may ask, beside those of this machine
	TLS    serve.TLS `yaml:"tls"`   // the program itself serves over TLS
}

// Broker says where branches connect: an embedded broker that listens, or an outside one.
type Broker struct {
	Listen       string   `yaml:"listen"`        // embedded; not used with an outside one
	Outside      []string `yaml:"outside"`       // URLs of an outside broker, tried in turn
	PasswordFile string   `yaml:"password_file"` // of headquarters' own client
}

// Branch is one that is known before it first connects.
type Branch struct {
	ID       string `yaml:"id"`
	Name     string `yaml:"name"`
	District string `yaml:"district"`
	Zone     string `yaml:"zone"` // the network's own where it is empty
	// Type is loja, espaco or consulado; where it is empty, the first word of the name tells.
	Type     string         `yaml:"type"`
	Position atlas.Position `yaml:"position"` // left out, the branch stands in the table alone
	// Opens is the planned date of opening, as YYYY-MM-DD, and Delivery how far a new branch is: planned, signed,
	// installed or open. Both are empty for branches that are not part of the plan.
	Opens    string `yaml:"opens"`
	Delivery string `yaml:"delivery"`
}

// Name gives an id a name for screens.
type Name struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
}

// Default returns what holds where the file is silent.
func Default() Config {
	return Config{
		Data:        "data",
		HTTP:        HTTP{Listen: "127.0.0.1:8090"},
		Broker:      Broker{Listen: "127.0.0.1:1884"},
		Zone:        "Europe/Lisbon",
		Target:      30 * time.Minute,
		MemoryMiB:   40,
		MaxBranches: 1000,
		Alerts:      Alerts{Escalate: 10 * time.Minute},
		Reports:     Reports{Every: 5 * time.Minute},
		Archive:     Archive{AfterMonths: 13},

		Configuration: defaultConfiguration(),
	}
}

// Load reads and checks a file; every fault is named at once, with its line.
func Load(file string) (Config, error) {
	raw, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	c := Default()
	if err := config.Decode(file, raw, &c); err != nil {
		return Config{}, err
	}
	return c, nil
}

// Check names every fault of the configuration.
func (c *Config) Check(faults *config.Faults) {
	c.Alerts.check(faults)
	c.Archive.check(faults)
	c.OpenID.check(faults)
	c.Postgres.check(faults)
	c.Configuration.check(faults)
	if c.Data == "" {
		faults.Add("data", "the database needs a folder")
	}
	if !c.Disk.Valid() {
		faults.Add("disk.reserve_mib", "must be between 0 and 4096 MiB")
	}
	checkAddress(faults, "http.listen", c.HTTP.Listen)
	c.HTTP.TLS.Check("http.tls", faults, c.Identity)
	if host, _, err := net.SplitHostPort(c.HTTP.Listen); err == nil && len(c.HTTP.Hosts) == 0 && !loopback(host) {
		faults.Add("http.hosts", "name the hosts under which browsers ask, because http.listen is open to other machines")
	}
	if len(c.Broker.Outside) == 0 {
		checkAddress(faults, "broker.listen", c.Broker.Listen)
		identity.CheckListen(faults, "broker.listen", c.Broker.Listen, c.Identity)
	}
	c.CA.Check("ca", faults, c.Identity)
	c.Operation.Check("operation", faults)
	for i, s := range c.Broker.Outside {
		if u, err := url.Parse(s); err != nil || u.Host == "" || !schemes[u.Scheme] {
			faults.Add(config.Index("broker.outside", i), "not an address such as tcp://127.0.0.1:1883")
		}
		identity.CheckURL(faults, config.Index("broker.outside", i), s)
	}
	if f := c.Broker.PasswordFile; f != "" {
		if _, err := os.Stat(f); err != nil {
			faults.Add("broker.password_file", "no such file: %s", f)
		}
	}
	checkZone(faults, "zone", c.Zone)
	checkRange(faults, "target", c.Target >= time.Minute && c.Target <= 8*time.Hour, "want between 1m and 8h")
	checkRange(faults, "reports.every", c.Reports.Every >= 5*time.Second && c.Reports.Every <= time.Hour, "want between 5s and 1h")
	checkRange(faults, "memory_mib", c.MemoryMiB == 0 || c.MemoryMiB >= 24, "want 0 or at least 24")
	checkRange(faults, "max_branches", c.MaxBranches >= 1 && c.MaxBranches <= 20_000, "want between 1 and 20000")
	for i, pattern := range c.Simulated {
		if _, err := path.Match(pattern, ""); err != nil || pattern == "" {
			faults.Add(config.Index("simulated", i), "%q is not a pattern such as S*", pattern)
		}
	}
	c.checkBranches(faults)
	checkNames(faults, "bodies", c.Bodies)
	checkNames(faults, "services", c.Services)
}

var schemes = map[string]bool{"tcp": true, "tls": true, "ssl": true, "mqtt": true, "mqtts": true}

func (c *Config) checkBranches(faults *config.Faults) {
	seen := map[string]bool{}
	if len(c.Branches) > c.MaxBranches {
		faults.Add("branches", "%d branches are more than max_branches", len(c.Branches))
	}
	for i, b := range c.Branches {
		at := config.Index("branches", i)
		id, err := wire.ParseNodeID(b.ID)
		switch {
		case err != nil || id != id.Branch():
			faults.Add(at+".id", "%q is not the id of a branch, such as L017", b.ID)
		case seen[b.ID]:
			faults.Add(at+".id", "%s is given twice", b.ID)
		}
		seen[b.ID] = true
		if b.Zone != "" {
			checkZone(faults, at+".zone", b.Zone)
		}
		b.checkPlace(faults, at)
	}
}

// checkPlace names the faults of what the registry says of a branch.
func (b Branch) checkPlace(faults *config.Faults, at string) {
	switch registry.Kind(b.Type) {
	case "", registry.Loja, registry.Espaco, registry.Consulate:
	default:
		faults.Add(at+".type", "%q is not one of loja, espaco, consulado", b.Type)
	}
	switch registry.Delivery(b.Delivery) {
	case "", registry.Planned, registry.Signed, registry.Installed, registry.Opened:
	default:
		faults.Add(at+".delivery", "%q is not one of planned, signed, installed, open", b.Delivery)
	}
	if b.Position != (atlas.Position{}) && !b.Position.Valid() {
		faults.Add(at+".position", "no place on the earth: want lat between -90 and 90, lon between -180 and 180")
	}
	if _, err := time.Parse(time.DateOnly, b.Opens); b.Opens != "" && err != nil {
		faults.Add(at+".opens", "%q is not a date such as 2027-03-01", b.Opens)
	}
}

func checkNames(faults *config.Faults, key string, names []Name) {
	seen := map[string]bool{}
	for i, n := range names {
		at := config.Index(key, i)
		if n.ID == "" || n.Name == "" {
			faults.Add(at, "wants an id and a name")
		}
		if seen[n.ID] {
			faults.Add(at+".id", "%s is given twice", n.ID)
		}
		seen[n.ID] = true
	}
}

func checkRange(faults *config.Faults, key string, ok bool, want string) {
	if !ok && !faults.Faulty(key) {
		faults.Add(key, "%s", want)
	}
}

func checkZone(faults *config.Faults, key, zone string) {
	if _, err := time.LoadLocation(zone); err != nil || zone == "" {
		faults.Add(key, "unknown time zone %q", zone)
	}
}

func checkAddress(faults *config.Faults, key, address string) {
	if faults.Faulty(key) {
		return
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		faults.Add(key, "%q is not an address such as 127.0.0.1:8090", address)
		return
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		faults.Add(key, "%q is not a port", port)
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// simulated reports whether a branch exists only as a simulation.
func (c *Config) simulated(id wire.NodeID) bool {
	for _, pattern := range c.Simulated {
		if hit, err := path.Match(pattern, string(id)); err == nil && hit {
			return true
		}
	}
	return false
}
