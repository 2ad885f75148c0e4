package web

import (
	"strings"
	"time"

	"balcao/internal/branch"
	"balcao/internal/branch/above"
	"balcao/internal/branch/setup"
	"balcao/internal/wire"
)

// HeadOffice is the author of what headquarters publishes; nobody can sign in under it.
const HeadOffice = "@sede"

// Above is what headquarters decides for this branch.
type Above struct {
	Number   int       // of the last configuration that was believed; 0 is none
	State    string    // one of the states of wire.ConfigHealth
	At       time.Time // when the state began
	Words    string    // why it waits or was rejected
	Force    int       // number of the one in force; 0 is none
	Governed []string  // paths that headquarters decides
	Free     []string  // paths at which the branch's own value stays, although headquarters said another
}

// abovePart is the section «Da sede».
type abovePart struct {
	Line   string // which is in force, and since when
	State  *noticeLine
	Theirs []string // what headquarters decides, in words
	Free   []string // what it leaves to the branch, although it said something
}

// aboveLine says which configuration of headquarters is in force; empty if none is.
func (w *Web) aboveLine(a Above) string {
	if a.Force == 0 {
		return ""
	}
	line := "Configuração da sede n.º " + itoa(a.Force)
	if a.State == wire.ConfigStateApplied {
		at := a.At.In(w.cfg.Zone)
		line += ", aplicada às " + at.Format("15:04")
		if at.Format(time.DateOnly) != w.cfg.Now().In(w.cfg.Zone).Format(time.DateOnly) {
			line += " de " + dayShort(at)
		}
	}
	return line
}

func (w *Web) aboveNotice(a Above) *noticeLine {
	switch a.State {
	case wire.ConfigStateStaged:
		return &noticeLine{"stale", "b-watch", "A configuração da sede n.º " + itoa(a.Number) + " espera", a.Words}
	case wire.ConfigStateRejected:
		return &noticeLine{"error", "b-out", "A configuração da sede n.º " + itoa(a.Number) + " não serve a esta loja", a.Words + " Fica a que estava. Se o puder corrigir aqui, a loja tenta de novo quando publicar."}
	}
	return nil
}

func (w *Web) fillAbove(data *setupData, d desk) {
	p := &abovePart{Line: w.aboveLine(d.above), State: w.aboveNotice(d.above)}
	p.Theirs, p.Free = aboveWords(&d.now, d.above.Governed), aboveWords(&d.now, d.above.Free)
	data.Above = p
}

// aboveWords names paths for people, each once.
func aboveWords(b *branch.Branch, paths []string) []string {
	var all []string
	for _, p := range paths {
		if strings.HasSuffix(p, "/id") {
			continue
		}
		if words := above.Words(b, p); len(all) == 0 || all[len(all)-1] != words {
			all = append(all, words)
		}
	}
	return all
}

// aboveFaults names what a draft would change that headquarters decides.
func aboveFaults(d desk) []setup.Fault {
	var all []setup.Fault
	for _, c := range d.changes {
		if above.Governs(d.above.Governed, c.Path) {
			all = append(all, setup.Fault{
				Path: c.Path, Line: 1, Where: c.Where, What: c.What,
				Text: "Decide-o a sede (configuração n.º " + itoa(d.above.Force) + "). Desfaça esta alteração, ou peça à sede.",
			})
		}
	}
	return all
}
