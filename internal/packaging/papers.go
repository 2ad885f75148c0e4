package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"balcao/internal/manual"
)

// papers makes what a package has beside the project's own files: its manual pages and its history, packed.
func (p pack) papers(root, version string) (map[string][]byte, error) {
	all := map[string][]byte{"usr/share/doc/" + p.name + "/changelog.gz": p.changelog(version)}
	text, err := os.ReadFile(filepath.Join(root, p.program, "app", "help.txt"))
	if err != nil {
		return nil, err
	}
	if all["usr/share/man/man8/"+p.name+".8.gz"], err = manualOf(p.name, version, text, []string{
		"/etc/balcao/" + p.program + ".yaml: a configuração",
		"/var/lib/balcao/" + p.data + ": a base de dados e as chaves",
	}); err != nil {
		return nil, err
	}
	if p.program == "kiosk" {
		const setup = "balcao-kiosk-setup"
		script, err := files.ReadFile("files/" + setup)
		if err != nil {
			return nil, err
		}
		if all["usr/share/man/man8/"+setup+".8.gz"], err = manualOf(setup, version, headOf(script), []string{
			"/etc/default/balcao-kiosk-screen: como o ecrã está virado",
			"/etc/chromium/policies/managed/balcao.json: o que o navegador pode abrir",
		}); err != nil {
			return nil, err
		}
	}
	for to, body := range all {
		if all[to], err = packed(body); err != nil {
			return nil, fmt.Errorf("pack %s: %w", to, err)
		}
	}
	return all, nil
}

// headOf returns the comment that a shell script begins with, which is its help.
func headOf(script []byte) []byte {
	var head []byte
	for i, line := range bytes.Split(script, []byte("\n")) {
		if i == 0 { // #!
			continue
		}
		text, comment := bytes.CutPrefix(line, []byte("#"))
		if !comment {
			break
		}
		head = append(append(head, bytes.TrimPrefix(text, []byte(" "))...), '\n')
	}
	return head
}

// manualOf makes a manual page of a help text.
func manualOf(name, version string, help []byte, about []string) ([]byte, error) {
	page, err := manual.Read(string(help))
	if err != nil {
		return nil, fmt.Errorf("manual of %s: %w", name, err)
	}
	return page.Roff(name, version, about), nil
}

// changelog is what Debian's tools read of a package's history; what changed for people is in NEWS.md.
func (p pack) changelog(version string) []byte {
	return fmt.Appendf(nil, "%s (%s) stable; urgency=medium\n\n  * See /usr/share/doc/%s/NEWS.md.\n\n -- %s  %s\n",
		p.name, version, p.name, maintainer, "Mon, 23 Nov 2026 00:00:00 +0000")
}

// packed is a text as gzip -9n makes it: the same text always makes the same bytes.
func packed(text []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// wrapped breaks a text into lines of at most so many characters.
func wrapped(text string, most int) []string {
	var lines []string
	for word := range strings.FieldsSeq(text) {
		if n := len(lines); n > 0 && len(lines[n-1])+1+len(word) <= most {
			lines[n-1] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}
