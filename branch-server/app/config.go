package app

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/branch-server/staff"
	"balcao/internal/authority"
	"balcao/internal/branch"
	"balcao/internal/config"
	"balcao/internal/disk"
	"balcao/internal/identity"
	"balcao/internal/operation"
	"balcao/internal/serve"
	"balcao/internal/wire"
)

// Config is the one file of a branch server.
type Config struct {
	Data   string        `yaml:"data"` // folder of the journal
	HTTP   HTTP          `yaml:"http"`
	Broker Broker        `yaml:"broker"`
	HQ     HQ            `yaml:"hq"`
	Staff  string        `yaml:"staff"` // file of the people who may sign in
	Branch branch.Branch `yaml:"branch"`

	// Identity is the folder of the branch's own key and certificate; with it, kiosks connect with mutual TLS only.
	Identity string                `yaml:"identity"`
	CA       authority.Config      `yaml:"ca"`    // of a branch that stands alone
	Relay    authority.RelayConfig `yaml:"relay"` // the way of kiosks to the authority at headquarters

	People    []staff.Record `yaml:"people"` // who may sign in, in place of the file of a small branch
	Retention Retention      `yaml:"retention"`
	Kiosk     config.Other   `yaml:"kiosk"` // of the kiosk program, where one file holds a whole box
	Bookings  Bookings       `yaml:"bookings"`

	Operation operation.Config `yaml:"operation"` // health, readiness and metrics
	// Disk is how much room is kept in reserve; see docs/storage.md.
	Disk disk.Setting `yaml:"disk"`

	Media string `yaml:"media"` // folder of the videos for callboards, NAME.webm with NAME.vtt; empty is none
}

// Retention says for how long it can be told who did something.
type Retention struct {
	StaffDays   int `yaml:"staff_days"`   // after so many days nobody can tell whose a pseudonym was
	JournalDays int `yaml:"journal_days"` // after so many days a Day's entries go, and what it was stays as figures
}

// HTTP says where counters and callboards are served.
type HTTP struct {
	Listen string    `yaml:"listen"`
	Hosts  []string  `yaml:"hosts"`  // names under which browsers may ask, beside localhost and addresses
	HTTPS  bool      `yaml:"https"`  // a TLS proxy stands in front
	TLS    serve.TLS `yaml:"tls"`    // the program itself serves over TLS
	Public string    `yaml:"public"` // where telephones reach the public pages, for the codes on slips; empty prints none
}

// hosts are the names under which browsers may ask; the public one is among them.
func (h HTTP) hosts() []string {
	u, err := url.Parse(h.Public)
	if err != nil || u.Hostname() == "" {
		return h.Hosts
	}
	return append(slices.Clone(h.Hosts), u.Hostname())
}

// Broker says where kiosks and callboards connect: an embedded broker that listens, or an outside one.
type Broker struct {
	Listen       string   `yaml:"listen"`        // embedded; empty if an outside broker is used
	Outside      []string `yaml:"outside"`       // URLs of an outside broker, tried in turn
	PasswordFile string   `yaml:"password_file"` // of the branch's own client at an outside broker
}

// HQ says where headquarters is; none means that the branch reports to nobody.
type HQ struct {
	Brokers      []string `yaml:"brokers"`
	PasswordFile string   `yaml:"password_file"`
}

// Default returns what holds where the file is silent.
func Default() Config {
	return Config{
		Data:   "data",
		HTTP:   HTTP{Listen: "127.0.0.1:8080"},
		Broker: Broker{Listen: "127.0.0.1:1883"},

		Retention: Retention{StaffDays: 90, JournalDays: 400},
	}
}

// Load reads and checks a file; every fault is named at once, with its line.
func Load(path string) (Config, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	c := Default()
	if err := config.Decode(path, raw, &c); err != nil {
		return Config{}, err
	}
	if _, err := c.book(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// book returns the people who might sign in when the program first starts: those of the configuration itself, or of the file it names.
func (c *Config) book() ([]staff.Record, error) {
	if len(c.People) > 0 {
		return c.People, nil
	}
	return readStaff(c.Staff)
}

// readStaff reads the people who may sign in; every fault of their file is named at once.
func readStaff(path string) ([]staff.Record, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("read staff: %w", err)
	}
	var f staff.File
	if err := config.Decode(path, raw, &f); err != nil {
		return nil, err
	}
	return f.People, nil
}

// Check names every fault of the configuration.
func (c *Config) Check(faults *config.Faults) {
	if c.Data == "" {
		faults.Add("data", "the journal needs a folder")
	}
	if !c.Disk.Valid() {
		faults.Add("disk.reserve_mib", "must be between 0 and 4096 MiB")
	}
	if c.Retention.StaffDays < 1 || c.Retention.StaffDays > 3650 {
		faults.Add("retention.staff_days", "must be between 1 and 3650 days")
	}
	if c.Retention.JournalDays < 35 || c.Retention.JournalDays > 3650 {
		faults.Add("retention.journal_days", "must be between 35 and 3650 days")
	}
	checkAddress(faults, "http.listen", c.HTTP.Listen)
	c.HTTP.TLS.Check("http.tls", faults, c.Identity)
	checkPublic(faults, c.HTTP.Public)
	switch {
	case len(c.Broker.Outside) == 0:
		checkAddress(faults, "broker.listen", c.Broker.Listen)
		identity.CheckListen(faults, "broker.listen", c.Broker.Listen, c.Identity)
	default:
		checkURLs(faults, "broker.outside", c.Broker.Outside)
	}
	checkURLs(faults, "hq.brokers", c.HQ.Brokers)
	c.CA.Check("ca", faults, c.Identity)
	c.Relay.Check("relay", faults)
	c.Operation.Check("operation", faults)
	for key, file := range map[string]string{
		"staff": c.Staff, "broker.password_file": c.Broker.PasswordFile, "hq.password_file": c.HQ.PasswordFile,
		"bookings.token_file": c.Bookings.TokenFile,
	} {
		if file == "" {
			continue
		}
		if _, err := os.Stat(file); err != nil {
			faults.Add(key, "no such file: %s", file)
		}
	}
	switch {
	case c.Staff == "" && len(c.People) == 0:
		faults.Add("staff", "name the file of the people who may sign in, or list them under people")
	case c.Staff != "" && len(c.People) > 0:
		faults.Add("people", "people stand in the file named by staff, or here, not in both")
	default:
		(&staff.File{People: c.People}).Check(faults)
	}
	if _, err := time.LoadLocation(c.Branch.Zone); err != nil && c.Branch.Zone != "" {
		faults.Add("branch.zone", "unknown time zone %q", c.Branch.Zone)
	}
	c.Branch.Check("branch", faults)
}

func checkAddress(faults *config.Faults, key, address string) {
	if faults.Faulty(key) {
		return
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		faults.Add(key, "%q is not an address such as 127.0.0.1:8080", address)
		return
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		faults.Add(key, "%q is not a port", port)
	}
}

// mostPublic is how long the public address may be: a slip's code holds 40 letters, of which path and code of the ticket
// take eleven.
const mostPublic = 40 - len(wire.TicketPath) - wire.TicketCodeLength

func checkPublic(faults *config.Faults, address string) {
	if address == "" || faults.Faulty("http.public") {
		return
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		faults.Add("http.public", "%q is not an address such as https://senhas.example.pt", address)
	case len(strings.TrimSuffix(address, "/")) > mostPublic:
		faults.Add("http.public", "%q is longer than the %d letters that fit the code on a slip", address, mostPublic)
	}
}

func checkURLs(faults *config.Faults, key string, urls []string) {
	for i, s := range urls {
		u, err := url.Parse(s)
		if err != nil || u.Host == "" || !strings.Contains("tcp tls mqtt mqtts ssl", u.Scheme) || u.Scheme == "" {
			faults.Add(config.Index(key, i), "%q is not an address such as tcp://127.0.0.1:1883", s)
		}
		identity.CheckURL(faults, config.Index(key, i), s)
	}
}

// node returns the branch's node id; the configuration was checked.
func (c *Config) node() wire.NodeID { return wire.NodeID(c.Branch.ID) }
