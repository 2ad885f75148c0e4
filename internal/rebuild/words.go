package rebuild

import (
	"fmt"
	"io"
	"time"
)

// Teller says in Portuguese, line by line, what came of rebuilding a file.
type Teller struct {
	Out  io.Writer
	Zone *time.Location // nil is the machine's own
}

// Say writes one line.
func (t Teller) Say(format string, args ...any) { _, _ = fmt.Fprintf(t.Out, format+"\n", args...) }

// When writes a moment in Unix milliseconds; one that nobody knows as such.
func (t Teller) When(ms int64) string {
	if ms == 0 {
		return "hora desconhecida"
	}
	zone := t.Zone
	if zone == nil {
		zone = time.Local //nolint:gosmopolitan // whoever runs the command stands beside the machine
	}
	return time.UnixMilli(ms).In(zone).Format("2006-01-02 15:04:05")
}

// Tables says which tables are not whole: for those that matter to people names says what they are and, after a colon,
// what to do. It reports whether anything was lost of them.
func (t Teller) Tables(all []Carried, names map[string]string) (lost bool) {
	for _, c := range all {
		name, matters := names[c.Table]
		if !c.Lost.Some() || !matters {
			continue
		}
		lost = true
		t.Say("✗ Perdeu-se parte de %s (salvas %d linhas; ilegíveis %d páginas e %d linhas).", name, c.Rows, c.Lost.Pages, c.Lost.Rows)
	}
	return lost
}

// Gaps says which records of a log are lost, from when to when.
func (t Teller) Gaps(gaps []Gap) {
	for _, g := range gaps {
		t.Say("✗ Perderam-se os registos %d a %d, de %s a %s.", g.From, g.To, t.When(g.AfterMS), t.When(g.UntilMS))
	}
}
