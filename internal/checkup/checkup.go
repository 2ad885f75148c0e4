// Package checkup is what `-check` looks at before a program is trusted with a branch: its configuration, the disk, the
// database, certificates, ports, devices and the way to its parent. It changes nothing, may be run beside the program,
// and tells an installer in Portuguese what was found and what to do.
package checkup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Level says what a finding means for the start of the program.
type Level string

// The levels. Only a Fault makes the check fail.
const (
	Good   Level = "ok"
	Notice Level = "notice" // the program works, something is missing
	Fault  Level = "fault"  // the program does not start, or cannot do its work
)

// Finding is one thing that was looked at.
type Finding struct {
	About string `json:"about"`        // what was looked at, one or two Portuguese words
	Level Level  `json:"level"`        // ok, notice or fault
	Found string `json:"found"`        // what was found, in Portuguese
	Do    string `json:"do,omitempty"` // what to do about it; empty where nothing is wrong
}

// Report is all that one check found. It has one owner.
type Report struct {
	Program  string    `json:"program"`
	Version  string    `json:"version"`
	Config   string    `json:"config"` // the file
	Findings []Finding `json:"findings"`
}

// Good notes that something is as it should be.
func (r *Report) Good(about, found string, args ...any) {
	r.Findings = append(r.Findings, Finding{About: about, Level: Good, Found: fmt.Sprintf(found, args...)})
}

// Notice notes that something is missing that the program can work without.
func (r *Report) Notice(about, do, found string, args ...any) {
	r.Findings = append(r.Findings, Finding{About: about, Level: Notice, Found: fmt.Sprintf(found, args...), Do: do})
}

// Fault notes what keeps the program from its work.
func (r *Report) Fault(about, do, found string, args ...any) {
	r.Findings = append(r.Findings, Finding{About: about, Level: Fault, Found: fmt.Sprintf(found, args...), Do: do})
}

// ErrFaults says that a check found a Fault.
var ErrFaults = errors.New("há coisas por corrigir")

// Err returns ErrFaults if anything that was found keeps the program from its work.
func (r *Report) Err() error {
	n := 0
	for _, f := range r.Findings {
		if f.Level == Fault {
			n++
		}
	}
	if n > 0 {
		return fmt.Errorf("%w: %d", ErrFaults, n)
	}
	return nil
}

// marks stand before each finding.
var marks = map[Level]string{Good: "✓", Notice: "!", Fault: "✗"}

// Write tells the report, for people or as JSON, and returns what Err returns.
func (r *Report) Write(w io.Writer, asJSON bool) error {
	if asJSON {
		out := json.NewEncoder(w)
		out.SetIndent("", "  ")
		out.SetEscapeHTML(false)
		if err := out.Encode(struct {
			*Report
			OK bool `json:"ok"`
		}{r, r.Err() == nil}); err != nil {
			return err
		}
		return r.Err()
	}
	if _, err := io.WriteString(w, r.text()); err != nil {
		return err
	}
	return r.Err()
}

const aboutWidth = 18

func (r *Report) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s · %s\n\n", r.Program, r.Version, r.Config)
	counts := map[Level]int{}
	for _, f := range r.Findings {
		counts[f.Level]++
		indent := "\n  " + strings.Repeat(" ", aboutWidth+1)
		fmt.Fprintf(&b, "%s %-*s %s\n", marks[f.Level], aboutWidth, f.About, strings.ReplaceAll(strings.TrimSpace(f.Found), "\n", indent))
		if f.Do != "" {
			fmt.Fprintf(&b, "%s→ %s\n", indent[1:], strings.ReplaceAll(f.Do, "\n", indent+"  "))
		}
	}
	switch {
	case counts[Fault] > 0:
		fmt.Fprintf(&b, "\n%d por corrigir antes de arrancar.\n", counts[Fault])
	case counts[Notice] > 0:
		fmt.Fprintf(&b, "\nPronto a arrancar; %d a ver com calma.\n", counts[Notice])
	default:
		b.WriteString("\nTudo certo.\n")
	}
	return b.String()
}

// Configuration notes whether the file could be read, and reports whether the check can go on.
func (r *Report) Configuration(err error) bool {
	if err != nil {
		r.Fault("configuração", "corrija cada linha indicada e volte a correr -check", "%v", err)
		return false
	}
	r.Good("configuração", "sem erros")
	return true
}

// each runs questions until the context ends.
func each[T any](ctx context.Context, all []T, ask func(T)) {
	for _, one := range all {
		if ctx.Err() != nil {
			return
		}
		ask(one)
	}
}
