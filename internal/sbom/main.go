// The sbom program lists every part of the programs with its licence, as CycloneDX 1.5 (make sbom): Go modules as the
// build takes them, the Go standard library, the parts of pages that are kept in the repository, and the system's
// libraries and services that the packages need.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	out := flag.String("out", "dist/balcao.cdx.json", "file to write")
	root := flag.String("root", ".", "folder of the repository")
	flag.Parse()
	if err := run(context.Background(), *root, *out); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, root, out string) error {
	doc, err := list(ctx, root)
	if err != nil {
		return err
	}
	raw, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	return os.WriteFile(out, append(raw, '\n'), 0o644)
}

// document is a CycloneDX document, as cyclonedx.org/docs/1.5 describes it.
type document struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type     string     `json:"type"`
	Ref      string     `json:"bom-ref"`
	Name     string     `json:"name"`
	Version  string     `json:"version,omitempty"`
	URL      string     `json:"purl,omitempty"`
	Scope    string     `json:"scope,omitempty"`
	Hashes   []hash     `json:"hashes,omitempty"`
	Licences []licensed `json:"licenses"`
}

type hash struct {
	Alg     string `json:"alg"`
	Content string `json:"content"`
}

type licensed struct {
	Licence struct {
		ID string `json:"id"`
	} `json:"license"`
}

func under(ids ...string) []licensed {
	all := make([]licensed, len(ids))
	for i, id := range ids {
		all[i].Licence.ID = id
	}
	return all
}

// list puts the document together.
func list(ctx context.Context, root string) (document, error) {
	doc := document{Format: "CycloneDX", Spec: "1.5", Version: 1, Metadata: metadata{component{
		Type: "application", Ref: "balcao", Name: "balcao", Licences: under("EUPL-1.2"),
	}}}
	modules, err := modules(ctx, root)
	if err != nil {
		return doc, err
	}
	vendored, err := vendored(root)
	if err != nil {
		return doc, err
	}
	doc.Components = slices.Concat(modules, vendored, system())
	return doc, nil
}

// module is what `go list` says of one.
type module struct {
	Path, Version, Dir, GoVersion string
	Main                          bool
}

// modules are those of which any package is linked into one of the three programs.
func modules(ctx context.Context, root string) ([]component, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-f", `{{with .Module}}{{if not .Main}}{"Path":"{{.Path}}","Version":"{{.Version}}","Dir":"{{.Dir}}"}{{end}}{{end}}`,
		"./kiosk", "./branch-server", "./hq")
	cmd.Dir, cmd.Stderr = root, os.Stderr
	raw, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list modules: %w", err)
	}
	goVersion, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output()
	if err != nil {
		return nil, fmt.Errorf("ask for the version of Go: %w", err)
	}
	std := strings.TrimPrefix(strings.TrimSpace(string(goVersion)), "go")
	all := []component{{Type: "library", Ref: "pkg:golang/std@" + std, Name: "std", Version: std, URL: "pkg:golang/std@" + std, Licences: under("BSD-3-Clause")}}
	seen := map[string]bool{}
	for line := range bytes.Lines(raw) {
		var m module
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if err := json.Unmarshal(line, &m); err != nil {
			return nil, fmt.Errorf("list modules: %w", err)
		}
		if seen[m.Path] {
			continue
		}
		seen[m.Path] = true
		licence, err := licenceOf(m.Dir)
		if err != nil {
			return nil, fmt.Errorf("licence of %s: %w", m.Path, err)
		}
		url := "pkg:golang/" + m.Path + "@" + m.Version
		all = append(all, component{Type: "library", Ref: url, Name: m.Path, Version: m.Version, URL: url, Licences: under(licence...)})
	}
	slices.SortFunc(all, func(a, b component) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

var errNoLicence = errors.New("no licence is known by its text")

// texts are phrases that only one licence has.
var texts = []struct{ phrase, id string }{
	{"Apache License", "Apache-2.0"},
	{"Eclipse Public License - v 2.0", "EPL-2.0"},
	{"Eclipse Distribution License", "BSD-3-Clause"},
	{"Mozilla Public License Version 2.0", "MPL-2.0"},
	{"This is free and unencumbered software", "Unlicense"},
	{"Permission to use, copy, modify, and/or distribute", "ISC"},
	{"Permission is hereby granted, free of charge", "MIT"},
	{"MIT No Attribution", "MIT-0"},
	{"Neither the name", "BSD-3-Clause"},
	{"names of its contributors may be used", "BSD-3-Clause"},
	{"Redistributions in binary form", "BSD-2-Clause"},
}

// licenceOf reads the licence of a module by its own words.
func licenceOf(dir string) ([]string, error) {
	var names []string
	for _, pattern := range []string{"LICEN[SC]E*", "COPYING*", "license*", "edl-v*", "epl-v*"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return nil, err
		}
		names = append(names, found...)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name) //nolint:gosec // a file of the module
		if err != nil {
			continue // a folder
		}
		text := strings.Join(strings.Fields(string(raw)), " ")
		for _, t := range texts {
			if strings.Contains(text, t.phrase) {
				return []string{t.id}, nil
			}
		}
	}
	return nil, errNoLicence
}

// vendored are the parts of pages kept in internal/look, as its vendor.json lists them, each file with its hash.
func vendored(root string) ([]component, error) {
	raw, err := os.ReadFile(filepath.Join(root, "internal", "look", "vendor.json"))
	if err != nil {
		return nil, fmt.Errorf("read the list of vendored files: %w", err)
	}
	var files []struct{ Path, SHA256, Package, Version, Licence string }
	if err := json.Unmarshal(raw, &files); err != nil {
		return nil, fmt.Errorf("read the list of vendored files: %w", err)
	}
	var all []component
	for _, f := range files {
		all = append(all, component{
			Type: "file", Ref: "internal/look/" + f.Path, Name: f.Package, Version: f.Version,
			URL: "pkg:npm/" + strings.Replace(f.Package, "@", "%40", 1) + "@" + f.Version, Licences: under(f.Licence),
			Hashes: []hash{{"SHA-256", f.SHA256}},
		})
	}
	return all, nil
}

// system is what the packages take from Debian at run time; versions are the machine's.
func system() []component {
	of := func(name, scope string, licences ...string) component {
		return component{Type: "library", Ref: "pkg:deb/debian/" + name, Name: name, URL: "pkg:deb/debian/" + name, Scope: scope, Licences: under(licences...)}
	}
	return []component{
		of("libc6", "required", "LGPL-2.1-or-later"), of("libpcsclite1", "required", "BSD-3-Clause"),
		of("chromium", "optional", "BSD-3-Clause"), of("cage", "optional", "MIT"), of("pcscd", "optional", "BSD-3-Clause"),
		of("espeak-ng", "optional", "GPL-3.0-or-later"), of("fonts-noto-core", "optional", "OFL-1.1"),
	}
}
