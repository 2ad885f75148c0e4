// Package manual reads the help text of a program and makes its manual page of it, so that there is one text of what can be
// asked of a program.
package manual

import (
	"errors"
	"fmt"
	"strings"
)

// ErrForm says that a help text is not written as Read expects it.
var ErrForm = errors.New("the help text has another form")

// Page is a program's help, taken apart.
type Page struct {
	Name, About string
	Uses        []Use
}

// Use is one way to call a program, and what it does then.
type Use struct{ Call, Does string }

// Read takes a help text apart: a first line «name: what it is», an empty line, and then a use in each line, indented by
// two spaces, with at least three between the call and what it does. Every call begins with the name.
func Read(text string) (Page, error) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	name, about, ok := strings.Cut(lines[0], ": ")
	if !ok || name == "" || len(lines) < 3 || lines[1] != "" {
		return Page{}, fmt.Errorf("%w: it begins with %q", ErrForm, lines[0])
	}
	p := Page{Name: name, About: about}
	for _, line := range lines[2:] {
		call, does, ok := strings.Cut(strings.TrimPrefix(line, "  "), "   ")
		if !ok || !strings.HasPrefix(line, "  "+name+" ") {
			return Page{}, fmt.Errorf("%w: %q", ErrForm, line)
		}
		p.Uses = append(p.Uses, Use{Call: call, Does: strings.TrimSpace(does)})
	}
	return p, nil
}

// Roff returns the manual page of a program that is installed under a name, in Portuguese, for section 8 of the manual
// (man-pages(7)). Files are lines «path: what it is».
func (p Page) Roff(installed, version string, files []string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 8 \"\" \"Balcão %s\" \"Lojas de Cidadão\"\n", strings.ToUpper(roff(installed)), roff(version))
	fmt.Fprintf(&b, ".SH NOME\n%s \\- %s\n.SH SINOPSE\n.B %s\n[\\-config FICHEIRO]\n.br\n.B %s\nCOMANDO [\\-h]\n", roff(installed), roff(p.About), roff(installed), roff(installed))
	b.WriteString(".SH DESCRIÇÃO\nCada comando diz mais de si com \\-h.\n")
	for _, u := range p.Uses {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s.\n", roff(installed+strings.TrimPrefix(u.Call, p.Name)), roff(u.Does))
	}
	if len(files) > 0 {
		b.WriteString(".SH FICHEIROS\n")
		for _, f := range files {
			path, does, _ := strings.Cut(f, ": ")
			fmt.Fprintf(&b, ".TP\n.I %s\n%s.\n", roff(path), roff(does))
		}
	}
	b.WriteString(".SH VER TAMBÉM\n.I operations.md\nem /usr/share/doc, na pasta do pacote.\n")
	return []byte(b.String())
}

// roff escapes text for a manual page: nothing in it is an order to the formatter.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}
