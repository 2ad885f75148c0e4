package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestEveryModuleOfTheProgramsIsListed builds a program and holds the list to what the linker says is in it.
func TestEveryModuleOfTheProgramsIsListed(t *testing.T) {
	doc, err := list(t.Context(), "../..")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]component{}
	for _, c := range doc.Components {
		if len(c.Licences) == 0 || c.Licences[0].Licence.ID == "" {
			t.Errorf("%s has no licence", c.Ref)
		}
		if _, twice := listed[c.Ref]; twice {
			t.Errorf("%s is listed twice", c.Ref)
		}
		listed[c.Ref] = c
	}
	// The modules of go.mod that are directly required and not for tests alone are linked: each must be there.
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}@{{.Version}}{{end}}", "./kiosk", "./branch-server", "./hq")
	cmd.Dir = "../.."
	raw, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for lines := bufio.NewScanner(bytes.NewReader(raw)); lines.Scan(); {
		path, version, _ := strings.Cut(lines.Text(), "@")
		if version == "" {
			continue // ours, or the standard library
		}
		n++
		if _, there := listed["pkg:golang/"+path+"@"+version]; !there {
			t.Errorf("%s %s is linked and not listed", path, version)
		}
	}
	if n < 20 {
		t.Errorf("only %d packages of modules were found", n)
	}
	var vendor []struct{ Path string }
	raw, err = os.ReadFile("../look/vendor.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &vendor); err != nil {
		t.Fatal(err)
	}
	for _, v := range vendor {
		if c, there := listed["internal/look/"+v.Path]; !there || len(c.Hashes) != 1 {
			t.Errorf("%s is kept in the repository and not listed", v.Path)
		}
	}
}

func TestALicenceIsKnownByItsText(t *testing.T) {
	dir := t.TempDir()
	if _, err := licenceOf(dir); err == nil {
		t.Error("a module without a licence passes")
	}
	if err := os.WriteFile(dir+"/LICENSE", []byte("Permission is hereby\n granted, free of charge, to any person"), 0o600); err != nil {
		t.Fatal(err)
	}
	if ids, err := licenceOf(dir); err != nil || ids[0] != "MIT" {
		t.Errorf("%v %v", ids, err)
	}
}
