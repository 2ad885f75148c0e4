package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed files
var files embed.FS

// file is one file of a package: from the repository's root, or from this package's own folder files.
type file struct {
	from, to string
	mode     fs.FileMode
	own      bool // of the folder files
	conf     bool // people change it: kept when the package is upgraded
}

// pack is one Debian package.
type pack struct {
	name, program, data, user, summary, long string
	depends, recommends                      string
	groups                                   string // further groups of the user
	units                                    []string
	files                                    []file
}

// packs are the three packages.
func packs() []pack {
	common := func(program string) []file {
		return []file{
			{from: "balcao-" + program + ".service", to: "usr/lib/systemd/system/balcao-" + program + ".service", own: true},
			{from: program + ".yaml", to: "etc/balcao/" + program + ".yaml", own: true, conf: true},
			{from: "docs/operations.md", to: "usr/share/doc/balcao-" + program + "/operations.md"},
			{from: "docs/security.md", to: "usr/share/doc/balcao-" + program + "/security.md"},
			{from: "CHANGELOG.md", to: "usr/share/doc/balcao-" + program + "/NEWS.md"},
			{from: "LICENSE", to: "usr/share/doc/balcao-" + program + "/copyright"},
			{from: "lintian-overrides", to: "usr/share/lintian/overrides/balcao-" + program, own: true},
		}
	}
	monitoring := func(names ...string) (all []file) {
		for _, n := range append(names, "alerts.yaml", "prometheus.yaml") {
			all = append(all, file{from: "docs/monitoring/" + n, to: "usr/share/balcao/monitoring/" + n})
		}
		return all
	}
	const needs = "adduser, libc6 (>= 2.34)"
	return []pack{
		{
			name: "balcao-hq", program: "hq", data: "hq", user: "balcao-hq", depends: needs, units: []string{"balcao-hq.service"},
			summary: "headquarters of branches with queues", long: "Takes in what every branch writes down and shows the whole network live.",
			files: append(common("hq"), monitoring("balcao-hq.json")...),
		},
		{
			name: "balcao-branch-server", program: "branch-server", data: "branch-server", user: "balcao-branch", depends: needs,
			units:   []string{"balcao-branch-server.service"},
			summary: "server of one branch: queues, counters, callboards", long: "Decides who is next, remembers every event, serves counters and callboards.",
			files: append(common("branch-server"), file{from: "staff.yaml", to: "etc/balcao/staff.yaml", own: true, conf: true, mode: 0o640},
				file{from: "docs/monitoring/balcao-branch.json", to: "usr/share/balcao-branch-server/balcao-branch.json"}),
		},
		{
			name: "balcao-kiosk", program: "kiosk", data: "kiosk", user: "balcao-kiosk", groups: "dialout lp audio",
			depends: needs + ", libpcsclite1", recommends: "chromium, cage, pcscd, espeak-ng, fonts-noto-core",
			units:   []string{"balcao-kiosk.service", "balcao-kiosk-screen.service"},
			summary: "ticket kiosk and callboard box",
			long:    "Shows the touch face or the callboard, prints tickets, reads cards, speaks calls. balcao-kiosk-setup makes a machine start into it.",
			files: append(common("kiosk"),
				file{from: "balcao-kiosk-screen.service", to: "usr/lib/systemd/system/balcao-kiosk-screen.service", own: true},
				file{from: "balcao-screen.pam", to: "etc/pam.d/balcao-screen", own: true, conf: true},
				file{from: "50-balcao-kiosk.rules", to: "usr/share/polkit-1/rules.d/50-balcao-kiosk.rules", own: true},
				file{from: "balcao-kiosk-setup", to: "usr/sbin/balcao-kiosk-setup", own: true, mode: 0o755}),
		},
	}
}

// build makes one package of a program that was built before, and returns its path.
func (p pack) build(ctx context.Context, root, bin, version, out, compression string) (string, error) {
	tree, err := os.MkdirTemp("", "balcao-deb")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tree)
	papers, err := p.papers(root, version)
	if err != nil {
		return "", err
	}
	for to, body := range papers {
		if err := place(filepath.Join(tree, to), body, 0o644); err != nil {
			return "", err
		}
	}
	all := append([]file{{from: filepath.Join(bin, p.program), to: "usr/bin/balcao-" + p.program, mode: 0o755}}, p.files...)
	var conf []string
	for _, f := range all {
		body, err := f.read(root)
		if err != nil {
			return "", fmt.Errorf("read for %s: %w", p.name, err)
		}
		mode := f.mode
		if mode == 0 {
			mode = 0o644
		}
		if err := place(filepath.Join(tree, f.to), body, mode); err != nil {
			return "", err
		}
		if f.conf {
			conf = append(conf, "/"+f.to)
		}
	}
	control := map[string]string{
		"control": p.control(version), "conffiles": strings.Join(conf, "\n") + "\n",
		"preinst": p.script(preinst), "postinst": p.script(postinst), "prerm": p.script(prerm), "postrm": p.script(postrm),
	}
	for name, text := range control {
		mode := fs.FileMode(0o755)
		if name == "control" || name == "conffiles" {
			mode = 0o644
		}
		if err := place(filepath.Join(tree, "DEBIAN", name), []byte(text), mode); err != nil {
			return "", err
		}
	}
	path := filepath.Join(out, fmt.Sprintf("%s_%s_%s.deb", p.name, version, architecture))
	cmd := exec.CommandContext(ctx, "dpkg-deb", "--build", "--root-owner-group", "-Z"+compression, tree, path)
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w: %s", p.name, err, said)
	}
	return path, nil
}

// maintainer is who answers for the packages.
const maintainer = "Balcão maintainers <maintainers@balcao.example>"

// architecture is the only one that is built: the machines of branches.
const architecture = "amd64"

func (f file) read(root string) ([]byte, error) {
	if f.own {
		return files.ReadFile("files/" + f.from)
	}
	if filepath.IsAbs(f.from) {
		return os.ReadFile(f.from)
	}
	return os.ReadFile(filepath.Join(root, f.from))
}

// place writes a file and every folder above it, readable by all.
func place(path string, body []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return errors.Join(os.WriteFile(path, body, mode), os.Chmod(path, mode))
}

func (p pack) control(version string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Package: %s\nVersion: %s\nArchitecture: %s\nSection: misc\nPriority: optional\n", p.name, version, architecture)
	fmt.Fprintf(&b, "Maintainer: %s\nDepends: %s\n", maintainer, p.depends)
	if p.recommends != "" {
		fmt.Fprintf(&b, "Recommends: %s\n", p.recommends)
	}
	fmt.Fprintf(&b, "Description: %s\n", p.summary)
	for _, line := range wrapped(p.long, 78) {
		fmt.Fprintf(&b, " %s\n", line)
	}
	return b.String()
}

// script fills one of the maintainer scripts.
func (p pack) script(text string) string {
	screen := ""
	if p.program == "kiosk" {
		screen = "balcao-screen"
	}
	return strings.NewReplacer(
		"@PROGRAM@", p.program, "@NAME@", p.name, "@USER@", p.user, "@DATA@", "/var/lib/balcao/"+p.data, "@GROUPS@", p.groups,
		"@UNITS@", strings.Join(p.units, " "), "@UNIT@", p.units[0], "@SCREEN@", screen,
	).Replace(text)
}
