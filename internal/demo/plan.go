package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"text/template"
	"time"

	"balcao/branch-server/staff"
	"balcao/internal/signin"
)

//go:embed files/*.yaml
var files embed.FS

// plan is where everything of one demo is: the addresses of the programs and the ways to the virtual devices.
type plan struct {
	Dir       string
	Branch    string // pages of the branch server
	Broker    string
	HQ        string
	HQBroker  string
	Enrol     string // where nodes ask headquarters for certificates
	Kiosk     string
	Callboard string
	Neighbour string  // the second kiosk
	Second    *second `json:",omitempty"` // its devices; nil where there is none
	Printer   string  // serial device of the virtual printer
	Reader    string  // socket of the card service
	LED       string  // serial device of the virtual sign of LEDs
	Trust     string  // folder of the certificates of the virtual cards
	Keypad    string  // socket of the virtual keypad and plug
	Sound     string
	Operation map[string]*string // where health, readiness and metrics of each program are
	Branches  int                // simulated ones, beside the real one
}

// MostBranches is how many branches headquarters follows.
func (p *plan) MostBranches() int { return p.Branches + 32 }

// Memory is what headquarters tries to stay below with them, in MiB.
func (p *plan) Memory() int { return 40 + max(0, p.Branches-planned)/9 }

// ports takes the addresses given, and for every other program a free port: the one of the last run where it is still
// free, so that a page left open comes back to life. An address given that cannot be had is the program's own fault to
// tell.
func (p *plan) ports(ctx context.Context, given map[string]*string) error {
	last := p.lastPorts()
	taken := map[string]bool{}
	for name, address := range p.addresses() {
		if wanted := given[name]; wanted != nil && *wanted != "" {
			*address, taken[*wanted] = *wanted, true
		}
	}
	for name, address := range p.addresses() {
		if *address != "" {
			continue
		}
		free, err := freeAddress(ctx, last[name])
		for err == nil && taken[free] {
			free, err = freeAddress(ctx, "")
		}
		if err != nil {
			return fmt.Errorf("find a free port: %w", err)
		}
		*address, taken[free] = free, true
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(p.Dir, "ports.json"), raw, 0o640)
}

func (p *plan) addresses() map[string]*string {
	all := map[string]*string{
		"Branch": &p.Branch, "Broker": &p.Broker, "HQ": &p.HQ, "HQBroker": &p.HQBroker,
		"Enrol": &p.Enrol, "Kiosk": &p.Kiosk, "Callboard": &p.Callboard, "Neighbour": &p.Neighbour,
	}
	for _, name := range []string{"hq", "branch", "kiosk", "callboard", "neighbour"} {
		if p.Operation == nil {
			p.Operation = map[string]*string{}
		}
		if p.Operation[name] == nil {
			p.Operation[name] = new(string)
		}
		all["Operation"+name] = p.Operation[name]
	}
	return all
}

func (p *plan) lastPorts() map[string]string {
	raw, err := os.ReadFile(filepath.Join(p.Dir, "ports.json"))
	if err != nil {
		return nil
	}
	var held plan
	if json.Unmarshal(raw, &held) != nil {
		return nil
	}
	last := map[string]string{}
	for name, address := range held.addresses() {
		last[name] = *address
	}
	return last
}

func freeAddress(ctx context.Context, wanted string) (string, error) {
	var lc net.ListenConfig
	if wanted != "" {
		if l, err := lc.Listen(ctx, "tcp", wanted); err == nil {
			return wanted, l.Close()
		}
	}
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// write makes the configuration files of the programs.
func (p *plan) write() error {
	names := []string{"branch-server.yaml", "kiosk.yaml", "callboard.yaml", "hq.yaml"}
	if p.Second != nil {
		names = append(names, "neighbour.yaml")
	}
	for _, name := range names {
		t, err := template.ParseFS(files, "files/"+name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		var b bytes.Buffer
		if err := t.Execute(&b, p); err != nil {
			return fmt.Errorf("fill %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(p.Dir, name), b.Bytes(), 0o640); err != nil {
			return err
		}
	}
	if err := p.writeVideos(); err != nil {
		return err
	}
	if err := writeToken(p.Dir); err != nil {
		return err
	}
	if p.Branches > 0 {
		if err := p.writeRegistry(p.Branches, time.Now()); err != nil {
			return fmt.Errorf("write the registry: %w", err)
		}
	}
	return p.writeStaff()
}

// demoPIN is the PIN of everybody in the demonstration. It opens nothing else.
const demoPIN = "1234"

// people are the invented staff of the demonstration.
var people = []staff.Record{
	{ID: "marta", Name: "Marta P.", Role: staff.Clerk},
	{ID: "rui", Name: "Rui S.", Role: staff.Clerk},
	{ID: "ines", Name: "Inês C.", Role: staff.Clerk},
	{ID: "tiago", Name: "Tiago M.", Role: staff.Clerk},
	{ID: "sofia", Name: "Sofia A.", Role: staff.Clerk},
	{ID: "andre", Name: "André L.", Role: staff.Clerk},
	{ID: "joana", Name: "Joana R.", Role: staff.Coordinator},
	{ID: "ana", Name: "Ana S.", Role: staff.Receptionist},
}

// office are the invented people of headquarters.
var office = []staff.Record{
	{ID: "helena", Name: "Helena V.", Role: "administrator"},
	{ID: "duarte", Name: "Duarte F.", Role: "operator"},
	{ID: "lia", Name: "Lia N.", Role: "viewer"},
	{ID: "carla", Name: "Carla M.", Role: "editor"},
}

// officeLimits are the limits of those of them who see a part alone, as the file of people has them.
var officeLimits = map[string]string{"carla": "bodies: [at, body-f]"}

// writeStaff makes the files of people once.
func (p *plan) writeStaff() error {
	return errors.Join(
		writePeople(filepath.Join(p.Dir, "staff.yaml"), "# The invented staff of the demonstration.\n", demoPIN, people, nil),
		writePeople(filepath.Join(p.Dir, "hq-people.yaml"), "# The invented people of headquarters.\n", demoPIN, office, officeLimits),
	)
}

// writePeople makes a file of people who all have one secret, unless it is there; hashing takes its time on purpose.
func writePeople(path, title, secret string, all []staff.Record, limits map[string]string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	hash, err := signin.Hash(secret)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString(title + "people:\n")
	for _, one := range all {
		limit := limits[one.ID]
		if limit != "" {
			limit = ", " + limit
		}
		fmt.Fprintf(&b, "  - {id: %s, name: %q, role: %s%s, hash: %q}\n", one.ID, one.Name, one.Role, limit, hash)
	}
	return os.WriteFile(path, b.Bytes(), 0o600)
}
