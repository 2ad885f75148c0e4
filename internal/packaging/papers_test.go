package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

// TestEveryProgramHasItsManual: whoever types man finds what the program's own help says.
func TestEveryProgramHasItsManual(t *testing.T) {
	want := map[string]string{
		"usr/share/man/man8/balcao-hq.8.gz":            "archive list | run",
		"usr/share/man/man8/balcao-branch-server.8.gz": "balcao\\-branch\\-server pad",
		"usr/share/man/man8/balcao-kiosk.8.gz":         "printer identify | test",
		"usr/share/man/man8/balcao-kiosk-setup.8.gz":   "\\-\\-rotate 0|90|180|270",
		"usr/share/doc/balcao-hq/changelog.gz":         "balcao-hq (0.1.0) stable",
	}
	for _, p := range packs() {
		papers, err := p.papers("../..", "0.1.0")
		if err != nil {
			t.Fatal(err)
		}
		for path, body := range papers {
			r, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil || !strings.Contains(string(text), want[path]) {
				t.Errorf("%s lacks %q: %v\n%s", path, want[path], err, text)
			}
			delete(want, path)
		}
		for line := range strings.Lines(p.control("0.1.0")) {
			if len(line) > 81 {
				t.Errorf("%s: a line too long for package tools: %s", p.name, line)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("no package has %v", want)
	}
}
